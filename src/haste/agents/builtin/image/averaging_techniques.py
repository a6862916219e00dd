"""Techniques that put models of pictures together, and the answer for ordered labels."""

from __future__ import annotations

from functools import partial

from haste.agents.builtin.modes import CEILING, DIMINISHING, GAP, OVER, UNDER
from haste.agents.builtin.recipe import Model, Recipe, Step
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale

from .approaches import start_model
from .families import FAMILIES

_QUADRATIC = ("hog_svm", "pixel_svm", "pixel_neural")  # too slow on many pictures to serve as a second model


def _partner(family: str, recipe: Recipe) -> Model | None:
    if any(model.family == family for model in recipe.models):
        return None
    if family in _QUADRATIC and recipe.constants.rows > 3000:
        return None
    return start_model(family, recipe.constants)


def _blend(*families: str) -> Apply:
    """Add the first of `families` that is not there yet and can do the task."""

    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        if recipe.combine != "blend" or len(recipe.partners) >= 3 or recipe.calibrate is not None:
            return None
        partner = next((model for family in families if (model := _partner(family, recipe))), None)
        return None if partner is None else recipe.change(partners=(*recipe.partners, partner))

    return apply


def _stack(recipe: Recipe, facts: Facts) -> Recipe | None:
    if recipe.combine == "stack" or recipe.calibrate is not None:
        return None
    for families in (("hog_lda", "hog_linear"), ("pca_neighbours",)):
        if len(recipe.partners) < 2:
            recipe = _blend(*families)(recipe, facts) or recipe
    return recipe.change(combine="stack") if recipe.partners else None


def _seeds(recipe: Recipe, _facts: Facts) -> Recipe | None:
    chance = any(FAMILIES[model.family].seeded or model.step("radial") for model in recipe.models)
    return recipe.change(seeds=4) if chance and not recipe.folds and recipe.seeds == 1 else None


def _ordinal(recipe: Recipe, _facts: Facts) -> Recipe | None:
    constants = recipe.constants
    if not constants.ordinal or constants.task != "multiclass":
        return None
    as_numbers = constants.model_copy(update={"task": "regression"})
    start = start_model(recipe.model.family, as_numbers)
    if start is None:
        return None
    views = tuple(step for step in recipe.model.steps if step.name not in ("around", "margins"))
    model = start.model_copy(update={"steps": views})
    return recipe.change(
        constants=as_numbers, model=model, partners=(), calibrate=None, finish=(Step(name="cutpoints"),)
    )


_technique = partial(Technique, domain="image", scale=Scale.STRUCTURAL, requires=when("image_columns >= 1"))

AVERAGING_TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "blend_with_discriminant", 800, "Average with a discriminant or linear model on edges",
        "A model of few, firm assumptions beside a flexible one: they err on different pictures.",
        _blend("hog_lda", "hog_linear"), answers=(DIMINISHING, CEILING, OVER),
    ),
    _technique(
        "blend_with_picture_neighbours", 810, "Average with nearest neighbours",
        "The votes of the most similar pictures beside the present model.",
        _blend("hog_neighbours", "pca_neighbours"), answers=(DIMINISHING, CEILING),
    ),
    _technique(
        "blend_with_pixels", 820, "Average with a model that sees pixels",
        "Pixels beside edges: what one view misses the other may see.",
        _blend("pixel_svm", "block_forest", "pixel_neural"), answers=(DIMINISHING, GAP, CEILING),
    ),
    _technique(
        "blend_with_edges", 830, "Average with a support vector machine on edges",
        "Edge directions under a radial kernel are the strongest partner that most models of pictures can get.",
        _blend("hog_svm"), answers=(DIMINISHING, GAP, UNDER),
    ),
    _technique(
        "stack_picture_models", 840, "Stack models of edges and pixels",
        "Let a small linear model weigh several models by their predictions on held-out folds.",
        _stack, answers=(DIMINISHING, CEILING),
        requires=when("image_columns >= 1", "rows >= 200", "rows <= 3000", "has_groups == false", "has_time == false"),
    ),
    _technique(
        "average_picture_seeds", 850, "Average four seeds",
        "Networks, forests and random features under four seeds, averaged.",
        _seeds, scale=Scale.TWEAK, answers=(CEILING, DIMINISHING),
    ),
    _technique(
        "picture_scores_as_numbers", 860, "Learn ordered labels as numbers, then cut",
        "Grades and stages are ordered: regress on them and choose the cut points for the metric on held-out rows.",
        _ordinal, answers=(GAP, UNDER),
        requires=when("image_columns >= 1", "kind == ordinal", "metric_needs == label"),
    ),
)  # fmt: skip
