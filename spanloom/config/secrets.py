"""Which values of a component's config are secret, told from its model."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from spanloom.config.errors import Loc
from spanloom.config.fields import REDACTED, Secret
from spanloom.config.tree import Node


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
    return node.value if shown else REDACTED


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
