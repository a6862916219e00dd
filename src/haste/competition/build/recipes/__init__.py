"""The bundled competitions, one function each; a module per domain."""

from __future__ import annotations

from ..recipe import Recipe


def recipes() -> dict[str, Recipe]:
    """Every recipe by its id, in the order of domains. Imports the libraries that hold the sources."""
    from . import image, series, tabular, text

    return {recipe.id: recipe for module in (tabular, text, image, series) for recipe in module.RECIPES}
