"""The fixed panel of ordinary pipelines, a list per domain. No setting was chosen by its score."""

from __future__ import annotations

from importlib import import_module

from ..arena import Arena, Entrant

_MODULES = {"tabular": "tabular", "text": "text", "image": "image", "timeseries": "series"}


def entrants(arena: Arena) -> list[Entrant]:
    """Who competes here: everybody of the domain whose pipeline fits the kind of target."""
    module = import_module(f"{__name__}.{_MODULES[arena.domain]}")
    return list(module.entrants(arena))
