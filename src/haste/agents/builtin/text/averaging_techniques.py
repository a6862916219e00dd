"""Techniques that put models of texts together, and the answer for ordered labels."""

from __future__ import annotations

from functools import partial

from haste.agents.builtin.modes import CEILING, DIMINISHING, GAP, OVER, UNDER
from haste.agents.builtin.recipe import Recipe, Step
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale

from .approaches import start_model


def _blend(*families: str) -> Apply:
    """Add the first of `families` that sees or learns something else than the models that are there."""

    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        present = {model.family for model in recipe.models}
        if recipe.combine != "blend" or len(recipe.partners) >= 3 or recipe.calibrate is not None:
            return None
        for family in families:
            partner = None if family in present else start_model(family, recipe.constants)
            if partner is not None:
                return recipe.change(partners=(*recipe.partners, partner))
        return None

    return apply


def _blend_views(recipe: Recipe, facts: Facts) -> Recipe | None:
    """Words beside characters or the other way round, by what the model sees now."""
    if recipe.model.step("chars") and not recipe.model.step("words"):
        return _blend("word_linear", "ratio_linear")(recipe, facts)
    return _blend("char_svm", "char_linear")(recipe, facts)


def _stack(recipe: Recipe, facts: Facts) -> Recipe | None:
    if recipe.combine == "stack" or recipe.calibrate is not None:
        return None
    if not recipe.partners:
        first = _blend_views(recipe, facts)
        recipe = recipe if first is None else first
        second = _blend("word_bayes", "topic_boosting")(recipe, facts)
        recipe = recipe if second is None else second
    return recipe.change(combine="stack") if recipe.partners else None


def _seeds(recipe: Recipe, _facts: Facts) -> Recipe | None:
    chance = any(model.step("topics") or "random_state" in model.params for model in recipe.models)
    return recipe.change(seeds=5) if chance and not recipe.folds and recipe.seeds == 1 else None


def _ordinal(recipe: Recipe, _facts: Facts) -> Recipe | None:
    constants = recipe.constants
    if not constants.ordinal or constants.task != "multiclass":
        return None
    as_numbers = constants.model_copy(update={"task": "regression"})
    start = start_model(recipe.model.family, as_numbers)
    if start is None:
        return None
    model = start.model_copy(update={"steps": recipe.model.steps})
    return recipe.change(
        constants=as_numbers, model=model, partners=(), calibrate=None, finish=(Step(name="cutpoints"),)
    )


_technique = partial(Technique, domain="text", scale=Scale.STRUCTURAL, requires=when("text_columns >= 1"))

AVERAGING_TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "blend_words_and_characters", 800, "Average a model of words with one of characters",
        "Words and runs of characters err on different texts; the average is nearly always better than either.",
        _blend_views, answers=(DIMINISHING, CEILING, GAP),
    ),
    _technique(
        "blend_with_word_bayes", 810, "Average with naive Bayes",
        "Naive Bayes on counts costs nothing and errs differently from discriminative models.",
        _blend("word_bayes", "ratio_linear"), answers=(DIMINISHING, CEILING, OVER),
    ),
    _technique(
        "blend_with_topics", 820, "Average with a model of topics",
        "Boosted trees, a kernel or neighbours on the main directions of the words bring in what is not linear.",
        _blend("topic_boosting", "topic_kernel", "topic_neighbours"), answers=(DIMINISHING, CEILING, UNDER),
    ),
    _technique(
        "blend_with_log_ratios", 830, "Average with log-count ratios",
        "A logistic regression on log-count ratios beside the present model.",
        _blend("ratio_linear", "topic_neural"), answers=(DIMINISHING, CEILING),
    ),
    _technique(
        "stack_text_models", 840, "Stack models of words, characters and counts",
        "Let a small linear model weigh several models by their predictions on held-out folds.",
        _stack, answers=(DIMINISHING, CEILING),
        requires=when("text_columns >= 1", "rows >= 200", "has_groups == false", "has_time == false"),
    ),
    _technique(
        "average_text_seeds", 850, "Average five seeds",
        "Models that begin from chance (topics, trees, networks) under five seeds, averaged.",
        _seeds, scale=Scale.TWEAK, answers=(CEILING, DIMINISHING),
    ),
    _technique(
        "text_scores_as_numbers", 860, "Learn ordered labels as numbers, then cut",
        "Marks of essays and stars of reviews are ordered: regress on them and choose the cut points for the metric "
        "on held-out rows.",
        _ordinal, answers=(GAP, UNDER), requires=when("text_columns >= 1", "kind == ordinal", "metric_needs == label"),
    ),
)  # fmt: skip
