"""One config block against its model: pydantic's errors in our words, at their places."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from spanloom.config.errors import Loc, Problems, nearest_name
from spanloom.config.fields import REDACTED, SECRET_ERROR
from spanloom.config.secrets import is_secret, types_at, unshowable, without_userinfo
from spanloom.config.tree import Node, find

Model = TypeVar("Model", bound=BaseModel)

# A reference that failed for one of these wanted no string.
_NOT_STRINGS = ("int", "float", "bool", "dict", "list", "model", "missing", "extra", "tuple", "set")
_QUOTE_IT = "must be a string; put it in quotes"
_UNKNOWN_KEY = "extra_forbidden"
_TEXT_ROUNDS_MAX = 8
_QUOTED = re.compile("'([^']*)'")


def validate(model: type[Model], node: Node, loc: Loc, problems: Problems) -> Model | None:
    """The checked config; None when it has mistakes, which are then reported.

    Args:
        model: what it must be.
        node: the block; null means empty.
        loc: where the block stands in the file.
        problems: gets the mistakes.
    """
    if node.value is None:
        node = replace(node, value={})
    errors: list[ErrorDetails] = []
    for _ in range(_TEXT_ROUNDS_MAX):
        try:
            # JSON mode, because YAML has JSON's types: a list may fill a tuple or a set.
            return model.model_validate_json(json.dumps(node.plain()))
        except ValidationError as error:
            errors = error.errors(include_url=False)
        mended = _mended(node, errors)
        if mended is node:
            break
        node = mended
    for details in errors:
        _report(details, model, node, loc, problems)
    return None


def _mended(node: Node, errors: list[ErrorDetails]) -> Node:
    """The tree as the Collector would take it, or the same one when nothing can be mended.

    Where a reference's value is no string but had to be, its original text; where null is
    no value of the field, nothing, so that the default holds.
    """
    for details in errors:
        found, steps = find(node, details["loc"])
        if not steps or details["type"] == _UNKNOWN_KEY:
            continue
        if _wants_text(details["type"], found):
            node = _put(node, steps, replace(found, value=found.text))
        elif found.value is None and isinstance(steps[-1], str):
            node = _put(node, steps, None)
    return node


def _wants_text(kind: str, node: Node) -> bool:
    """Whether an error of this type may go away with the text that a reference gave."""
    if node.text is None or isinstance(node.value, str):
        return False
    if isinstance(node.value, dict | list):
        return kind in {"string_type", SECRET_ERROR}
    return not kind.startswith(_NOT_STRINGS)


def _put(node: Node, steps: Loc, new: Node | None) -> Node:
    """The tree with another node at `steps`; None removes the key there."""
    child = node.child(steps[0])
    below = _put(child, steps[1:], new) if child and len(steps) > 1 else new
    if isinstance(node.value, dict):
        others = {key: value for key, value in node.value.items() if key != steps[0]}
        return replace(node, value=others if below is None else {**others, str(steps[0]): below})
    items = list(node.value) if isinstance(node.value, list) else []
    return replace(
        node, value=[below or item if i == steps[0] else item for i, item in enumerate(items)]
    )


def _report(
    details: ErrorDetails, model: type[BaseModel], node: Node, loc: Loc, problems: Problems
) -> None:
    found, steps = find(node, details["loc"])
    kind = details["type"]
    if kind == _UNKNOWN_KEY:
        _report_unknown(details, model, node, loc, problems)
        return
    if kind == "missing":
        name = str(details["loc"][-1])
        problems.error(found.key_place(name), (*loc, *steps, name), "is required")
        return
    secret = kind == SECRET_ERROR or is_secret(model, steps)
    secret = secret or without_userinfo(found.value) != found.value
    place = found.place.unshown() if secret else found.place
    seen = None if secret or isinstance(found.value, dict) else found.seen()
    rule = _rule(details, found)
    for text in unshowable(found, model, steps):
        # A validator's own words may quote what it looked at.
        rule = rule.replace(text, REDACTED) if text else rule
    nearest = None if secret else _nearest_value(details, found)
    problems.error(place, (*loc, *steps), rule, seen=seen, nearest=nearest)


def _nearest_value(details: ErrorDetails, found: Node) -> str | None:
    """The valid value most like the one seen, where the error says which are valid.

    Errors of one's own say it as `valid` in their context.
    """
    if found.hidden or not isinstance(found.value, str):
        return None
    context = details.get("ctx", {})
    valid = context.get("valid", ())
    if details["type"] == "literal_error":
        valid = _QUOTED.findall(context["expected"])
    return nearest_name(found.value, valid)


def _report_unknown(
    details: ErrorDetails, model: type[BaseModel], node: Node, loc: Loc, problems: Problems
) -> None:
    key = str(details["loc"][-1])
    parent, steps = find(node, details["loc"][:-1])
    names = {name for owner in types_at(model, steps) for name in _field_names(owner)}
    problems.error(
        parent.key_place(key),
        (*loc, *steps),
        f"has invalid keys: {key}",
        nearest=nearest_name(key, names),
    )


def _field_names(annotation: Any) -> list[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [info.alias or name for name, info in annotation.model_fields.items()]
    arguments = getattr(annotation, "__args__", ())
    return [name for argument in arguments for name in _field_names(argument)]


def _rule(details: ErrorDetails, node: Node) -> str:
    """The rule that is broken, as it goes on after the path."""
    if details["type"] == "string_type" and isinstance(node.value, int | float):
        return _QUOTE_IT
    message = details["msg"]
    if message.startswith("Input should "):
        message = "must " + message.removeprefix("Input should ")
    return message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
