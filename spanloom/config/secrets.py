"""Which values of a component's config are secret, told from its model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from spanloom.config.errors import Loc
from spanloom.config.fields import REDACTED, Secret
from spanloom.config.tree import Node

_USERINFO = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def is_secret(model: Any, loc: Loc) -> bool:
    """Whether the value at `loc` below `model` may hold a secret; unknown keys count as secret."""
    types = types_at(model, loc)
    return not types or any(_mentions_secret(annotation) for annotation in types)


def redacted(node: Node, model: Any, loc: Loc = ()) -> Any:
    """Plain values with `[REDACTED]` for each secret.

    Args:
        node: the config as written.
        model: its model; None redacts every value.
        loc: where `node` stands below `model`.
    """
    if isinstance(node.value, dict):
        return {key: redacted(child, model, (*loc, key)) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [redacted(child, model, (*loc, i)) for i, child in enumerate(node.value)]
    shown = node.value is None or (model is not None and not is_secret(model, loc))
    return without_userinfo(node.value) if shown else REDACTED


def without_userinfo(value: Any) -> Any:
    """A URL without its user and password; anything else as it is."""
    return _USERINFO.sub(REDACTED, value) if isinstance(value, str) else value


def unshowable(node: Node, model: Any, loc: Loc = ()) -> Iterator[str]:
    """Every text below that no message may quote: secrets, and what came from outside.

    Args:
        node: the value at `loc`.
        model: the model of the whole config.
        loc: where `node` stands below `model`.
    """
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from unshowable(child, model, (*loc, key))
    elif isinstance(node.value, list):
        for i, child in enumerate(node.value):
            yield from unshowable(child, model, (*loc, i))
    elif isinstance(node.value, str) and (node.hidden or is_secret(model, loc)):
        yield node.value


def types_at(annotation: Any, loc: Loc) -> list[Any]:
    """The types that the value at `loc` may have; none where the key is unknown."""
    if not loc:
        return [annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = _fields(annotation).get(str(loc[0]))
        return [] if field is None else types_at(field, loc[1:])
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return types_at(arguments[0], loc)
    if origin in {Union, UnionType}:
        return [found for argument in arguments for found in types_at(argument, loc)]
    if arguments:
        held = arguments[1:] if len(arguments) > 1 and arguments[1] is not ... else arguments[:1]
        return [found for argument in held for found in types_at(argument, loc[1:])]
    return [annotation] if annotation in {Any, Secret, dict, list} else []


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Annotations by every name that a key may have."""
    named: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        for key in (info.validation_alias, info.alias, name):
            if isinstance(key, str):
                named[key] = info.annotation
    return named


def _mentions_secret(annotation: Any) -> bool:
    return annotation is Secret or any(_mentions_secret(arg) for arg in get_args(annotation))
