"""Techniques that change how models of texts learn: penalties, smoothing, losses, sizes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from haste.agents.builtin.modes import CEILING, DIMINISHING, GAP, OVER, SHIFT, UNDER
from haste.agents.builtin.recipe import Model, Recipe
from haste.agents.builtin.script import code
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.competition import PredictionNeed
from haste.schema.solution import Scale

_LINEAR = ("word_linear", "char_linear")


def _scaled(name: str, factor: float) -> Callable[[Model], dict[str, Any]]:
    """Multiply a parameter; nothing where the model lacks it or it has gone far already."""

    def change(model: Model) -> dict[str, Any]:
        value = model.params.get(name)
        if not isinstance(value, int | float) or not 1e-4 <= value * factor <= 1e4:
            return {}
        scaled = float(f"{value * factor:.3g}")
        return {name: max(1, round(scaled)) if isinstance(value, int) else scaled}

    return change


def _either(*changes: Callable[[Model], dict[str, Any]]) -> Callable[[Model], dict[str, Any]]:
    return lambda model: {key: value for change in changes for key, value in change(model).items()}


def _tune(**by_family: Callable[[Model], dict[str, Any]]) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        change = by_family.get(recipe.model.family)
        changed = {} if change is None else change(recipe.model)
        return recipe.change(model=recipe.model.set(**changed)) if changed else None

    return apply


def _penalty(factor: float) -> dict[str, Callable[[Model], dict[str, Any]]]:
    """`factor` > 1 frees the model, whatever its parameter is called."""
    linear = _either(_scaled("C", factor), _scaled("alpha", 1 / factor))
    return {
        "word_linear": linear,
        "char_linear": linear,
        "char_svm": _scaled("C", factor),
        "ratio_linear": _scaled("C", factor),
        "word_bayes": _scaled("alpha", 1 / factor),
        "topic_kernel": _scaled("C", factor),
        "topic_neural": _scaled("alpha", 1 / factor**2),
        "topic_neighbours": _scaled("n_neighbors", 1 / factor**0.5),
        "topic_boosting": _scaled("num_leaves", factor**0.5),
    }


def _class_weights(recipe: Recipe, _facts: Facts) -> Recipe | None:
    model = recipe.model
    weighed = (*_LINEAR, "char_svm", "topic_kernel", "topic_boosting")
    if recipe.constants.task == "regression" or model.family not in weighed or "l1_ratios" in model.params:
        return None
    return recipe.change(model=model.set(class_weight="balanced"))


def _elastic(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.model.family not in _LINEAR or "class" in recipe.model.params:
        return None
    regression = recipe.constants.task == "regression"
    params: dict[str, Any] = {"class": "SGDRegressor" if regression else "SGDClassifier"}
    if not regression:
        params["loss"] = "log_loss"
    params |= {"penalty": "elasticnet", "l1_ratio": 0.1, "alpha": 1e-5, "max_iter": 100, "random_state": code("seed")}
    return recipe.change(model=recipe.model.model_copy(update={"params": params}))


def _hinge(recipe: Recipe, _facts: Facts) -> Recipe | None:
    """A modified Huber loss gives probabilities and weighs lost cases less."""
    if recipe.model.family not in _LINEAR or recipe.constants.task == "regression":
        return None
    params = {"class": "SGDClassifier", "loss": "modified_huber", "alpha": 1e-4, "max_iter": 100}
    return recipe.change(model=recipe.model.model_copy(update={"params": {**params, "random_state": code("seed")}}))


def _tune_penalty(recipe: Recipe, _facts: Facts) -> Recipe | None:
    constants = recipe.constants
    if recipe.model.family not in _LINEAR or constants.task == "regression":
        return None
    scoring = "accuracy" if constants.need is PredictionNeed.LABEL else "neg_log_loss"
    params = {"class": "LogisticRegressionCV", "Cs": code("np.geomspace(0.3, 100, 6)"), "cv": 3, "scoring": scoring}
    params |= {"max_iter": 300, "tol": 1e-3, "use_legacy_attributes": False, "l1_ratios": code("(0,)")}
    return recipe.change(model=recipe.model.model_copy(update={"params": params}))


def _other_bayes(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.model.family != "word_bayes":
        return None
    kept = {key: value for key, value in recipe.model.params.items() if key != "class"}
    other = kept if "class" in recipe.model.params else {"class": "MultinomialNB", **kept}
    return recipe.change(model=recipe.model.model_copy(update={"params": other}))


def _topics(factor: float) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        step = recipe.model.step("topics")
        if step is None:
            return None
        count = int(step.params["count"] * factor)
        limit = recipe.constants.rows // 3
        if not 5 <= count <= min(400, limit):
            return None
        return recipe.change(model=recipe.model.put("topics", **{**step.params, "count": count}))

    return apply


def _more_trees(model: Model) -> dict[str, Any]:
    count = model.params.get("n_estimators", 100)
    if not isinstance(count, int) or count > 400:
        return {}
    return {"n_estimators": 2 * count, "learning_rate": model.params.get("learning_rate", 0.1) / 2}


def _absolute(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.constants.task != "regression":
        return None
    if recipe.model.family == "topic_boosting":
        return recipe.change(model=recipe.model.set(objective="regression_l1"))
    if recipe.model.family in _LINEAR:
        params = {"class": "SGDRegressor", "loss": "huber", "epsilon": 0.1, "alpha": 1e-5, "max_iter": 200}
        return recipe.change(model=recipe.model.model_copy(update={"params": {**params, "random_state": code("seed")}}))
    return None


_technique = partial(Technique, domain="text", scale=Scale.TWEAK)

TUNING_TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "weaker_text_penalty", 500, "Quarter the penalty",
        "Texts have many columns that each say little; a weaker penalty lets a model use them, above all for "
        "probabilities.",
        _tune(**_penalty(4.0)), undoes=("stronger_text_penalty",), answers=(UNDER,),
    ),
    _technique(
        "stronger_text_penalty", 510, "Triple the penalty",
        "A stronger penalty or more smoothing steadies a model that knows its own texts by heart.",
        _tune(**_penalty(1 / 3)), undoes=("weaker_text_penalty",), answers=(OVER, CEILING),
    ),
    _technique(
        "tune_text_penalty", 520, "Choose the penalty by cross-validation",
        "Let an inner cross-validation choose among six penalties of the logistic regression.",
        _tune_penalty, answers=(OVER, UNDER), requires=when("rarest_class_rows >= 6"),
    ),
    _technique(
        "balance_text_classes", 530, "Weigh classes by their rarity",
        "Rare classes count as much as common ones; right for metrics that average over classes, wrong for "
        "probabilities.",
        _class_weights, answers=(UNDER, SHIFT), requires=when("minority_share < 0.3"),
    ),
    _technique(
        "elastic_penalty", 540, "Let the penalty drop terms",
        "An elastic net by stochastic gradients sets the weights of useless terms to zero.",
        _elastic, scale=Scale.STRUCTURAL, answers=(OVER, CEILING),
    ),
    _technique(
        "forgiving_loss", 550, "Weigh hopeless cases less",
        "The modified Huber loss stops caring about cases that are far on the right side, and cares only linearly "
        "for those far on the wrong one: for noisy labels.",
        _hinge, scale=Scale.STRUCTURAL, answers=(CEILING, OVER), requires=when("metric_needs != probability"),
    ),
    _technique(
        "other_naive_bayes", 560, "Change between complement and multinomial naive Bayes",
        "The complement form bears uneven classes and long texts; the multinomial one gives the better probabilities.",
        _other_bayes, answers=(UNDER, CEILING),
    ),
    _technique(
        "more_topics", 570, "Keep twice as many topics",
        "More directions of the words keep finer differences between texts.",
        _topics(2), undoes=("fewer_topics",), answers=(UNDER, GAP), requires=when("rows >= 200"),
    ),
    _technique(
        "fewer_topics", 580, "Keep half as many topics",
        "Fewer directions leave the noise behind.",
        _topics(0.5), undoes=("more_topics",), answers=(OVER, CEILING),
    ),
    _technique(
        "more_text_trees", 590, "Twice the trees at half the learning rate",
        "Slower boosting averages more trees and generalises a little better, for twice the time.",
        _tune(topic_boosting=_more_trees), answers=(UNDER, DIMINISHING),
    ),
    _technique(
        "robust_text_loss", 600, "Weigh large errors less",
        "A loss between squared and absolute keeps outliers in the target from steering the model.",
        _absolute, answers=(SHIFT, CEILING), requires=when("kind == regression"),
    ),
)  # fmt: skip
