"""Techniques that change what a model sees: how pictures are prepared, and which numbers are read off them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from haste.agents.builtin.modes import CEILING, GAP, OVER, SHIFT, UNDER
from haste.agents.builtin.recipe import Recipe
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale

from .approaches import components


def _prepare(name: str, **params: Any) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        if recipe.feature("pictures") is None or recipe.feature(name):
            return None
        return recipe.put(name, **params)

    return apply


def _blur(recipe: Recipe, _facts: Facts) -> Recipe | None:
    """0.7 pixels, then 1.0: more would take away strokes."""
    step = recipe.feature("blur")
    spread = 0.7 if step is None else 1.0
    return None if recipe.feature("pictures") is None else recipe.put("blur", spread=spread)


def _size(**bounds: int) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        step = recipe.feature("pictures")
        return None if step is None else recipe.put("pictures", **{**step.params, **bounds})

    return apply


def _see(name: str, **params: Any) -> Apply:
    """Add a view beside those that the model has; a view of the same kind stays as it is."""

    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        model = recipe.model
        if not model.steps or model.step(name):
            return None
        return recipe.change(model=model.put(name, **params))

    return apply


def _see_pixels(recipe: Recipe, facts: Facts) -> Recipe | None:
    return _see("pixels", components=components(recipe.constants))(recipe, facts)


def _hog(change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        step = recipe.model.step("hog")
        changed = None if step is None else change(dict(step.params))
        return None if changed is None else recipe.change(model=recipe.model.put("hog", **changed))

    return apply


def _cells(by: int) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
    def change(params: dict[str, Any]) -> dict[str, Any] | None:
        cells = sorted({count + by for count in params["cells"]})
        return {**params, "cells": cells} if cells[0] >= 3 and cells[-1] <= 9 else None

    return change


def _scales(params: dict[str, Any]) -> dict[str, Any] | None:
    if len(params["cells"]) > 1:
        return None
    cells = params["cells"][0]
    return {**params, "cells": [max(2, cells - 2), cells + 1]}


def _reduce(recipe: Recipe, _facts: Facts) -> Recipe | None:
    """Principal components of the largest view that lacks them."""
    for name in ("hog", "pixels"):
        step = recipe.model.step(name)
        if step is not None and not step.params.get("components"):
            params = {**step.params, "components": components(recipe.constants, 100)}
            return recipe.change(model=recipe.model.put(name, **params))
    return None


def _components(change: Callable[[dict[str, Any], int], dict[str, Any] | None]) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        for name in ("hog", "pixels"):
            step = recipe.model.step(name)
            if step is not None and step.params.get("components"):
                changed = change(dict(step.params), recipe.constants.rows)
                return None if changed is None else recipe.change(model=recipe.model.put(name, **changed))
        return None

    return apply


def _more(params: dict[str, Any], rows: int) -> dict[str, Any] | None:
    count = min(2 * params["components"], rows // 3, 150)
    return {**params, "components": count} if count > params["components"] else None


def _fewer(params: dict[str, Any], _rows: int) -> dict[str, Any] | None:
    return {**params, "components": params["components"] // 2} if params["components"] >= 12 else None


_technique = partial(Technique, domain="image", scale=Scale.STRUCTURAL, answers=(GAP,))
_IMAGES = when("image_columns >= 1")

VIEW_TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "same_polarity", 200, "Turn dark-on-light pictures into light-on-dark ones",
        "Pictures with a light border become their negatives, so that strokes are always the lighter part.",
        _prepare("same_polarity"), requires=_IMAGES, answers=(GAP, SHIFT),
    ),
    _technique(
        "even_contrast", 210, "Stretch each picture to the same contrast",
        "Differences of exposure say little about what is shown; each picture is stretched from black to white.",
        _prepare("even_contrast"), requires=_IMAGES, answers=(GAP, SHIFT),
    ),
    _technique(
        "blur_pictures", 220, "Blur pictures a little before reading them",
        "A slight blur takes away the noise of single pixels, which edges would exaggerate.",
        _blur, requires=_IMAGES, answers=(CEILING, OVER), scale=Scale.TWEAK,
    ),
    _technique(
        "centre_pictures", 230, "Move what is drawn to the middle",
        "The centre of gravity of the strokes is moved to the middle, as in MNIST; models then compare like with like.",
        _prepare("centre"), requires=_IMAGES, answers=(GAP, UNDER),
    ),
    _technique(
        "deskew_pictures", 240, "Set slanted strokes upright",
        "Second moments tell the slant of what is drawn; a shear takes it out. For handwriting and print, not scenes.",
        _prepare("deskew"), requires=_IMAGES, answers=(GAP, UNDER),
    ),
    _technique(
        "crop_pictures", 250, "Cut pictures to what is drawn",
        "The box around the strokes is enlarged to the full picture: position and size no longer matter.",
        _prepare("crop"), requires=_IMAGES, answers=(GAP, UNDER),
    ),
    _technique(
        "remove_specks", 260, "Take specks out by a median filter",
        "A median over three by three pixels removes specks and keeps borders sharp.",
        _prepare("remove_specks"), requires=_IMAGES, answers=(CEILING, OVER), scale=Scale.TWEAK,
    ),
    _technique(
        "even_lighting", 270, "Take out shadows and slow changes of light",
        "Each pixel is compared with its wider surroundings, so that only what is local counts.",
        _prepare("even_lighting"), requires=_IMAGES, answers=(SHIFT, GAP),
    ),
    _technique(
        "finer_pictures", 280, "Keep up to 64 pixels a side",
        "Fine detail may be lost at 32 pixels; larger pictures cost four times the time.",
        _size(most=64), requires=when("image_columns >= 1", "rows <= 3000"), undoes=("coarser_pictures",),
        answers=(GAP, UNDER), scale=Scale.TWEAK,
    ),
    _technique(
        "coarser_pictures", 290, "Shrink pictures to 16 pixels a side",
        "Small pictures hold less noise and fewer columns; enough for layout and light.",
        _size(most=16, least=8), requires=_IMAGES, undoes=("finer_pictures", "enlarge_small_pictures"),
        answers=(OVER, CEILING), scale=Scale.TWEAK,
    ),
    _technique(
        "enlarge_small_pictures", 300, "Enlarge small pictures to 32 pixels a side",
        "Smooth enlargement lets edges be measured between pixels.",
        _size(least=32), requires=_IMAGES, undoes=("coarser_pictures",), answers=(GAP,), scale=Scale.TWEAK,
    ),
    _technique(
        "add_edge_directions", 310, "Let the model see edge directions too",
        "Histograms of edge directions tell shapes apart whatever the light; the best single view of small pictures.",
        _see("hog", cells=[5], bins=9), requires=_IMAGES, answers=(GAP, UNDER),
    ),
    _technique(
        "several_scales", 320, "Measure edges at two scales",
        "Coarse cells forgive movements, fine ones see detail; both together.",
        _hog(_scales), requires=_IMAGES, answers=(GAP, UNDER),
    ),
    _technique(
        "finer_cells", 330, "Measure edges in finer cells",
        "More and smaller cells see finer detail, where pictures are well aligned.",
        _hog(_cells(2)), requires=_IMAGES, undoes=("coarser_cells",), answers=(GAP, UNDER), scale=Scale.TWEAK,
    ),
    _technique(
        "coarser_cells", 340, "Measure edges in coarser cells",
        "Fewer and larger cells forgive shifts and turns, and give a model fewer columns.",
        _hog(_cells(-1)), requires=_IMAGES, undoes=("finer_cells",), answers=(OVER, CEILING), scale=Scale.TWEAK,
    ),
    _technique(
        "signed_edges", 350, "Tell light-to-dark edges from dark-to-light ones",
        "Where light and dark have meaning (scenes, faces, strokes of one polarity), the sign of an edge says more.",
        _hog(lambda params: {**params, "signed": True, "bins": max(12, params["bins"])}), requires=_IMAGES,
    ),
    _technique(
        "more_directions", 360, "Tell more directions of edges apart",
        "Half as many directions again: for shapes that differ by small angles.",
        _hog(lambda params: {**params, "bins": 3 * params["bins"] // 2} if params["bins"] <= 12 else None),
        requires=_IMAGES, answers=(GAP, UNDER), scale=Scale.TWEAK,
    ),
    _technique(
        "add_pixels", 370, "Let the model see principal components of the pixels too",
        "What edges leave out (filled areas, light) comes back as the main directions of the pixels.",
        _see_pixels, requires=_IMAGES, answers=(GAP, UNDER),
    ),
    _technique(
        "add_blocks", 380, "Let the model see means and spreads of blocks too",
        "Light, colour and roughness by place: for scenes and textures.",
        _see("blocks", cells=5), requires=_IMAGES,
    ),
    _technique(
        "add_textures", 390, "Let the model see local binary patterns too",
        "Patterns of each pixel's neighbours describe textures and stroke ends, whatever the light.",
        _see("textures", cells=3), requires=_IMAGES, answers=(GAP, UNDER),
    ),
    _technique(
        "add_shades", 400, "Let the model see histograms of light and colours too",
        "How often each level of each colour occurs, by quarter of the picture.",
        _see("shades", cells=2, levels=8), requires=_IMAGES,
    ),
    _technique(
        "add_profiles", 410, "Let the model see sums of rows and columns too",
        "Profiles of rows and columns tell where strokes stand; a classic of reading print.",
        _see("profiles"), requires=_IMAGES,
    ),
    _technique(
        "add_waves", 420, "Let the model see the strength of slow waves too",
        "The Fourier transform's strengths do not change when what is shown moves.",
        _see("waves"), requires=_IMAGES,
    ),
    _technique(
        "reduce_view", 430, "Reduce the largest view to its principal components",
        "Fewer directions leave noise behind; with few pictures a model has less to get wrong.",
        _reduce, requires=_IMAGES, answers=(OVER, CEILING),
    ),
    _technique(
        "whiten_components", 440, "Give all principal components the same spread",
        "Whitening lets small but telling directions count as much as light and shadow.",
        _components(lambda params, _rows: {**params, "whiten": True}), requires=_IMAGES,
        answers=(UNDER, GAP), scale=Scale.TWEAK,
    ),
    _technique(
        "more_components", 450, "Keep twice as many principal components",
        "More directions keep finer differences between pictures.",
        _components(_more), requires=_IMAGES, undoes=("fewer_components",), answers=(UNDER, GAP), scale=Scale.TWEAK,
    ),
    _technique(
        "fewer_components", 460, "Keep half as many principal components",
        "Fewer directions leave the noise behind.",
        _components(_fewer), requires=_IMAGES, undoes=("more_components",), answers=(OVER, CEILING),
        scale=Scale.TWEAK,
    ),
)  # fmt: skip
