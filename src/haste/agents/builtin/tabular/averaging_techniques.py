"""Techniques around whole models: averaging, stacking, calibration, and turning predictions into answers."""

from __future__ import annotations

from functools import partial

from haste.agents.builtin.modes import CEILING, DIMINISHING, GAP, OVER, SHIFT, UNDER
from haste.agents.builtin.recipe import Model, Recipe, Step
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale

from .approaches import APPROACHES
from .families import FAMILIES


def _partner(family: str, recipe: Recipe, facts: Facts) -> Model | None:
    """The model that the family's own technique would begin with, if it holds here."""
    move = next((technique for technique in APPROACHES if technique.family == family), None)
    moved = None if move is None else move.attempt(recipe, facts)
    return None if moved is None else moved.model


def _blend(*families: str) -> Apply:
    def apply(recipe: Recipe, facts: Facts) -> Recipe | None:
        if recipe.combine != "blend" or len(recipe.partners) >= 3 or recipe.calibrate is not None:
            return None
        groups = {FAMILIES[model.family].group for model in recipe.models if model.family in FAMILIES}
        for family in families:
            if FAMILIES[family].group in groups:
                continue
            partner = _partner(family, recipe, facts)
            if partner is not None:
                return recipe.change(partners=(*recipe.partners, partner))
        return None

    return apply


def _stack(recipe: Recipe, facts: Facts) -> Recipe | None:
    if recipe.combine == "stack" or recipe.calibrate is not None:
        return None
    partners = recipe.partners
    if not partners:
        group = FAMILIES[recipe.model.family].group if recipe.model.family in FAMILIES else "other"
        names = [name for name in ("linear", "lightgbm", "extra_trees") if FAMILIES[name].group != group][:2]
        found = [_partner(name, recipe, facts) for name in names]
        partners = tuple(model for model in found if model is not None)
    return recipe.change(partners=partners, combine="stack") if partners else None


def _seeds(recipe: Recipe, _facts: Facts) -> Recipe | None:
    family = FAMILIES.get(recipe.model.family)
    if recipe.folds or recipe.seeds > 1 or (family is not None and not family.seeded and not recipe.partners):
        return None
    return recipe.change(seeds=5)


def _folds(recipe: Recipe, _facts: Facts) -> Recipe | None:
    return None if recipe.folds or recipe.seeds > 1 else recipe.change(folds=5)


def _calibrate(recipe: Recipe, facts: Facts) -> Recipe | None:
    if recipe.constants.task == "regression" or recipe.calibrate is not None:
        return None
    rows = facts.get("rows", 0)
    return recipe.change(calibrate="isotonic" if isinstance(rows, int) and rows >= 2000 else "sigmoid")


def _threshold(recipe: Recipe, _facts: Facts) -> Recipe | None:
    task = recipe.constants.task
    if task == "regression" or recipe.finish:
        return None
    return recipe.put_finish("threshold" if task == "binary" else "class_factors")


def _ordinal(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if not recipe.constants.ordinal or recipe.constants.task != "multiclass":
        return None
    family = FAMILIES.get(recipe.model.family)
    if family is None or family.regressor is None:
        return None
    constants = recipe.constants.model_copy(update={"task": "regression"})
    moved = recipe.change(constants=constants, calibrate=None, finish=(Step(name="cutpoints"),), partners=())
    start = _partner(recipe.model.family, moved.change(model=Model(family="constant")), _facts)
    model = (start or recipe.model).model_copy(update={"steps": recipe.model.steps})
    return moved.change(model=model)


def _clip(recipe: Recipe, _facts: Facts) -> Recipe | None:
    constants = recipe.constants
    if constants.task != "regression" or constants.ordinal or recipe.finishing("clip"):
        return None
    return recipe.put_finish("clip")


def _drop_drifting(recipe: Recipe, _facts: Facts) -> Recipe | None:
    constants = recipe.constants
    column = next((c for c in constants.drifting if c in constants.numeric or c in constants.categorical), None)
    if column is None or len(constants.numeric) + len(constants.categorical) < 3:
        return None
    numeric = tuple(name for name in constants.numeric if name != column)
    categorical = tuple(name for name in constants.categorical if name != column)
    kept = constants.model_copy(update={"numeric": numeric, "categorical": categorical})
    return recipe.change(constants=kept)


_technique = partial(Technique, domain="tabular", scale=Scale.STRUCTURAL)

AVERAGING_TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "blend_with_linear", 800, "Average with a regularised linear model",
        "A linear model errs differently from trees, kernels or neighbours; the plain average is often better "
        "than either.",
        _blend("linear"), answers=(DIMINISHING, CEILING, OVER), generic=True,
    ),
    _technique(
        "blend_with_trees", 810, "Average with a model of trees",
        "Boosted or randomised trees beside the present model: different errors, averaged.",
        _blend("lightgbm", "extra_trees"), answers=(DIMINISHING, CEILING), generic=True,
    ),
    _technique(
        "blend_with_smooth", 820, "Average with a kernel or neural model",
        "A smooth model beside one of steps or lines; averages of different kinds win at the end.",
        _blend("kernel", "neural", "neighbours"), answers=(DIMINISHING, CEILING), generic=True,
    ),
    _technique(
        "stack_models", 830, "Stack models under a linear one",
        "Let a small linear model weigh several models by their predictions on held-out folds.",
        _stack, scale=Scale.STRUCTURAL, requires=when("rows >= 200", "has_groups == false", "has_time == false"),
        answers=(DIMINISHING, CEILING),
        generic=True,
    ),
    _technique(
        "average_seeds", 840, "Average five seeds",
        "The same model under five seeds, averaged: less chance in the result, for five times the time.",
        _seeds, scale=Scale.TWEAK, answers=(CEILING, DIMINISHING), generic=True,
    ),
    _technique(
        "average_folds", 850, "Average models of five folds",
        "Five models, each without one fifth of the rows, averaged: steadier, and it shows an honest error.",
        _folds, scale=Scale.TWEAK, requires=when("rows >= 50"), answers=(CEILING, DIMINISHING, OVER), generic=True,
    ),
    _technique(
        "calibrate_probabilities", 860, "Calibrate the probabilities",
        "Fit the map from score to probability on held-out folds; for metrics that read probabilities.",
        _calibrate, scale=Scale.TWEAK, requires=when("metric_needs == probability", "rarest_class_rows >= 10"),
        answers=(OVER, SHIFT), generic=True,
    ),
    _technique(
        "tune_threshold", 870, "Tune the decision for the metric",
        "Choose the threshold (or class weights) that serve the metric best on held-out rows, instead of one half.",
        _threshold, requires=when("metric_needs == label", "metric != accuracy", "rarest_class_rows >= 5"),
        answers=(GAP, SHIFT),
        generic=True,
    ),
    _technique(
        "ordinal_regression", 880, "Learn ordered labels as numbers, then cut",
        "Ordered labels are near each other; regress on them and choose the cut points for the metric on "
        "held-out rows.",
        _ordinal, requires=when("kind == ordinal", "metric_needs == label"), answers=(GAP, UNDER),
        generic=True,
    ),
    _technique(
        "clip_predictions", 890, "Keep predictions within the seen range",
        "No prediction beyond the smallest and largest training target: a cheap guard against wild extrapolation.",
        _clip, scale=Scale.TWEAK, requires=when("kind == regression"), answers=(SHIFT, OVER), generic=True,
    ),
    _technique(
        "drop_drifting_column", 900, "Drop the column that tells train from test",
        "A column whose values differ between train and test teaches what will not hold; do without it.",
        _drop_drifting, requires=when("drift_auc > 0.6"), answers=(SHIFT,),
    ),
)  # fmt: skip
