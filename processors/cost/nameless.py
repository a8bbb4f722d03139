"""Models for calls whose spans name none: vLLM's spans do not, its resource or you do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spanloom.processors.cost.calls import Groups
from spanloom.processors.cost.providers import SELF_HOSTED

if TYPE_CHECKING:
    from spanloom.batch import Traces
    from spanloom.processors.cost.config import Config


def with_named_models(batch: Traces, groups: Groups, config: Config) -> Groups | None:
    """The groups, those without a model divided by what their resources name.

    Args:
        batch: the spans.
        groups: by what they say.
        config: which resource attributes name a model, and the default.

    Returns:
        New groups; None where nothing names a model.
    """
    models = _of_resources(batch, config)
    if not any(models):
        return None
    codes, values = groups.codes.copy(), list(groups.values)
    resources = batch.resource_index
    for code, names in enumerate(groups.values):
        if any(names.models):
            continue
        rows = groups.codes == code
        for resource in np.unique(resources[rows]).tolist():
            if models[resource] is not None:
                codes[rows & (resources == resource)] = len(values)
                provider = names.provider or SELF_HOSTED
                values.append(names._replace(provider=provider, response_model=models[resource]))
    return Groups(codes, values)


def _of_resources(batch: Traces, config: Config) -> list[str | None]:
    """The model by resource, from its attributes or the default."""
    found: list[str | None] = [config.default_model or None] * batch.n_resources
    keys = set(batch.keys("resource")) if config.model_from_resource else set()
    for name in reversed(config.model_from_resource):
        if name in keys:
            strings = batch.attribute(name, "resource").strings()
            found = [own or other for own, other in zip(strings, found, strict=True)]
    return found
