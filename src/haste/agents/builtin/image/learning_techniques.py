"""Techniques that change how a model learns: copies of pictures, test pictures, kernels, penalties and sizes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from haste.agents.builtin.modes import CEILING, DIMINISHING, GAP, OVER, SHIFT, UNDER
from haste.agents.builtin.recipe import Constants, Model, Recipe
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale

from .families import FAMILIES
from .matrix import has_columns

_COPIES = {"shift": 4, "shift_slantwise": 2, "turn": 2, "shear": 2, "mirror": 1}
_SVM = ("hog_svm", "pixel_svm")
_TURN_WORDS = ("turn", "rotat", "orient", "angle", "upright")


def _around(model: Model, constants: Constants, **changes: Any) -> Model | None:
    """The model with more around it; None where there is nothing to put it around."""
    family = FAMILIES.get(model.family)
    name = None if family is None else model.params.get("class", family.estimator(constants.task))
    if family is None or name is None or not model.steps:
        return None
    step = model.step("around")
    params = {} if step is None else step.params
    return model.put("around", **{**params, "family": model.family, "estimator": name, **changes})


def _fits(model: Model, rows: int) -> bool:
    """Whether so many rows can be fitted in a few seconds; kernels cost their square."""
    return rows <= (4500 if model.family in _SVM else 3000 if model.family == "pixel_neural" else 15000)


def _copies(*kinds: str) -> Apply:
    """The first of `kinds` whose copies the model can bear, beside those that are there."""

    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        step = recipe.model.step("around")
        present: list[str] = [] if step is None else list(step.params.get("copies") or [])
        if set(kinds) & set(present):
            return None
        for kind in kinds:
            times = 1 + sum(_COPIES[k] for k in (*present, kind))
            if _fits(recipe.model, times * recipe.constants.rows):
                model = _around(recipe.model, recipe.constants, copies=[*present, kind])
                return None if model is None else recipe.change(model=model)
        return None

    return apply


def _average_copies(recipe: Recipe, _facts: Facts) -> Recipe | None:
    step = recipe.model.step("around")
    if step is None or not step.params.get("copies"):
        return None
    model = _around(recipe.model, recipe.constants, at_test=True)
    return None if model is None else recipe.change(model=model)


def _quarter_turns(recipe: Recipe, _facts: Facts) -> Recipe | None:
    """Only where classes are written as quarters or degrees, and the target's name speaks of turning."""
    constants = recipe.constants
    written = tuple(float(label) if isinstance(label, int | float) else -1.0 for label in constants.classes)
    spoken = any(word in constants.targets[0].lower() for word in _TURN_WORDS)
    if not (written == (0, 90, 180, 270) or (written == (0, 1, 2, 3) and spoken)):
        return None
    pictures, model = recipe.feature("pictures"), _around(recipe.model, constants, turns=True)
    if constants.task != "multiclass" or pictures is None or model is None:
        return None
    return recipe.put("pictures", **{**pictures.params, "square": True}).change(model=model)


def _self_taught(recipe: Recipe, _facts: Facts) -> Recipe | None:
    constants = recipe.constants
    if constants.task == "regression" or has_columns(constants) or len(constants.targets) > 1:
        return None
    model = _around(recipe.model, constants, self_taught=True)
    return None if model is None else recipe.change(model=model)


def _width(factor: float) -> Apply:
    """The kernel's width as a share of the spread of all columns; "scale" is 1."""

    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        if recipe.model.family not in _SVM:
            return None
        gamma = recipe.model.params.get("gamma")
        width = factor * (float(gamma) if isinstance(gamma, int | float) else 1.0)
        if not 0.2 <= width <= 5:
            return None
        return recipe.change(model=recipe.model.set(gamma=width).put("unit_spread"))

    return apply


def _radial(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.model.family != "hog_linear" or recipe.model.step("radial"):
        return None
    return recipe.change(model=recipe.model.put("radial", count=max(20, min(500, recipe.constants.rows // 2))))


def _tune(change: Callable[[Model], dict[str, Any]]) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        changed = change(recipe.model)
        return recipe.change(model=recipe.model.set(**changed)) if changed else None

    return apply


def _penalty(factor: float) -> Callable[[Model], dict[str, Any]]:
    """Linear models and machines by C, networks by alpha, forests by leaves, boosting by its penalty."""

    def change(model: Model) -> dict[str, Any]:
        cost, alpha = model.params.get("C"), model.params.get("alpha")
        if isinstance(cost, int | float):
            return {"C": round(cost / factor, 3)}
        if isinstance(alpha, int | float):
            return {"alpha": round(alpha * factor, 6)}
        if model.family == "block_forest" and factor > 1:
            return {"min_samples_leaf": 2 * int(model.params.get("min_samples_leaf", 1))}
        if model.family == "block_boosting":
            return {"reg_lambda": 10.0 if factor > 1 else 0.0, "min_child_samples": 30 if factor > 1 else 5}
        if model.params.get("shrinkage") is not None:
            return {"shrinkage": 0.5 if factor > 1 else 0.05}
        return {}

    return change


def _neighbours(factor: float) -> Callable[[Model], dict[str, Any]]:
    def change(model: Model) -> dict[str, Any]:
        count = model.params.get("n_neighbors")
        return {"n_neighbors": max(1, min(40, round(count * factor)))} if isinstance(count, int) else {}

    return change


def _cosine(model: Model) -> dict[str, Any]:
    return {"metric": "cosine"} if "n_neighbors" in model.params else {}


def _larger(model: Model) -> dict[str, Any]:
    if model.family == "pixel_neural":
        return {"hidden_layer_sizes": [200, 60]}
    count = model.params.get("n_estimators")
    if isinstance(count, int) and count <= 300:
        rate = model.params.get("learning_rate")
        return {"n_estimators": 2 * count} | ({"learning_rate": rate / 2} if isinstance(rate, float) else {})
    return {}


def _polynomial(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.model.family not in _SVM:
        return None
    params = {"kernel": "poly", "degree": 3, "coef0": 1.0, "gamma": "scale"}
    return recipe.change(model=recipe.model.drop("unit_spread").set(**params))


def _class_weights(recipe: Recipe, _facts: Facts) -> Recipe | None:
    families = (*_SVM, "hog_linear", "block_forest", "block_boosting")
    if recipe.constants.task == "regression" or recipe.model.family not in families:
        return None
    return recipe.change(model=recipe.model.set(class_weight="balanced"))


_technique = partial(Technique, domain="image", scale=Scale.STRUCTURAL)
_IMAGES = when("image_columns >= 1")

LEARNING_TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "shifted_copies", 500, "Learn from copies moved by a pixel",
        "A picture moved by a pixel shows the same thing; copies of training pictures teach that to the model.",
        _copies("shift", "shift_slantwise"), requires=when("image_columns >= 1", "rows <= 3000"),
        answers=(OVER, UNDER, GAP),
    ),
    _technique(
        "tilted_copies", 510, "Learn from slightly turned copies",
        "Copies turned by eight degrees to each side; for handwriting, print and other things that stand askew.",
        _copies("turn"), requires=when("image_columns >= 1", "rows <= 5000"), answers=(OVER, UNDER, GAP),
    ),
    _technique(
        "sheared_copies", 520, "Learn from slanted copies",
        "Copies slanted to each side, as handwriting and italics are.",
        _copies("shear"), requires=when("image_columns >= 1", "rows <= 5000"), answers=(OVER, GAP),
    ),
    _technique(
        "mirrored_copies", 530, "Learn from mirrored copies",
        "Scenes, animals and cells look as well mirrored; letters and directions do not, so watch the folds.",
        _copies("mirror"), requires=when("image_columns >= 1", "rows <= 7000"), answers=(OVER, GAP),
    ),
    _technique(
        "average_copies", 540, "Average predictions over the copies",
        "The same changes on new pictures, and the mean of the predictions: steadier at some cost of time.",
        _average_copies, requires=_IMAGES, answers=(CEILING, DIMINISHING, OVER), scale=Scale.TWEAK,
    ),
    _technique(
        "quarter_turns", 550, "Turn pictures and their labels together",
        "Where the answer is a number of quarter turns, each picture gives four, and a new one is asked four times.",
        _quarter_turns, requires=when("image_columns >= 1", "classes == 4"), answers=(GAP, OVER, UNDER),
    ),
    _technique(
        "learn_from_test_pictures", 560, "Learn again with the test pictures that are clear",
        "Name the test pictures, add the half that the model is surest of, and fit again; pays where labels are few.",
        _self_taught, requires=when("image_columns >= 1", "test_rows >= 50", "rows <= 3000"),
        answers=(OVER, SHIFT),
    ),
    _technique(
        "sharper_kernel", 570, "Narrow the radial kernel",
        "A narrower kernel lets only closer pictures count: borders may bend more.",
        _width(2.0), undoes=("smoother_kernel",), answers=(UNDER,), scale=Scale.TWEAK, requires=_IMAGES,
    ),
    _technique(
        "smoother_kernel", 580, "Widen the radial kernel",
        "A wider kernel draws smoother borders.",
        _width(0.5), undoes=("sharper_kernel",), answers=(OVER, CEILING), scale=Scale.TWEAK, requires=_IMAGES,
    ),
    _technique(
        "cubic_kernel", 590, "Use a cubic kernel",
        "Products of three views instead of distances: a kernel that is often level with the radial one on edges.",
        _polynomial, answers=(DIMINISHING, UNDER), requires=_IMAGES,
    ),
    _technique(
        "radial_features", 600, "Give the linear model radial features",
        "Distances to some hundred training pictures (Nystroem) let a linear model bend, at any number of rows.",
        _radial, answers=(UNDER, GAP), requires=when("image_columns >= 1", "rows >= 60"),
    ),
    _technique(
        "weaker_picture_penalty", 610, "Penalise less",
        "A model that fits its own pictures badly may be given more freedom.",
        _tune(_penalty(1 / 4)), undoes=("stronger_picture_penalty",), answers=(UNDER,), scale=Scale.TWEAK,
        requires=_IMAGES,
    ),
    _technique(
        "stronger_picture_penalty", 620, "Penalise more",
        "A stronger penalty or larger leaves steady a model that knows its own pictures by heart.",
        _tune(_penalty(4)), undoes=("weaker_picture_penalty",), answers=(OVER, CEILING), scale=Scale.TWEAK,
        requires=_IMAGES,
    ),
    _technique(
        "fewer_picture_neighbours", 630, "Ask fewer neighbours",
        "With clean pictures the nearest one or two know best.",
        _tune(_neighbours(0.4)), undoes=("more_picture_neighbours",), answers=(UNDER,), scale=Scale.TWEAK,
        requires=_IMAGES,
    ),
    _technique(
        "more_picture_neighbours", 640, "Ask more neighbours",
        "With noisy pictures or labels more votes are steadier.",
        _tune(_neighbours(2)), undoes=("fewer_picture_neighbours",), answers=(OVER, CEILING), scale=Scale.TWEAK,
        requires=_IMAGES,
    ),
    _technique(
        "angle_between_pictures", 650, "Compare pictures by the angle between them",
        "The cosine ignores how strong a picture is and compares its pattern only.",
        _tune(_cosine), answers=(GAP,), scale=Scale.TWEAK, requires=_IMAGES,
    ),
    _technique(
        "larger_picture_model", 660, "Use more units or trees",
        "A wider network, or twice the trees, for slightly better borders at twice the time.",
        _tune(_larger),
        answers=(UNDER, DIMINISHING), scale=Scale.TWEAK, requires=when("image_columns >= 1", "rows >= 100"),
    ),
    _technique(
        "balance_picture_classes", 670, "Weigh classes by their rarity",
        "Rare classes count as much as common ones; for metrics that average over classes.",
        _class_weights, answers=(UNDER, SHIFT), scale=Scale.TWEAK,
        requires=when("image_columns >= 1", "minority_share < 0.3", "metric_needs == label"),
    ),
)  # fmt: skip
