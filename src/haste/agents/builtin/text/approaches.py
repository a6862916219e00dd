"""Techniques that move to another model of texts. They also serve as prototypes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from haste.agents.builtin.approach import Approaches
from haste.agents.builtin.modes import CEILING, GAP, OVER, UNDER
from haste.agents.builtin.recipe import Constants, Model, Recipe
from haste.agents.builtin.tabular.approaches import boosting_size
from haste.agents.builtin.technique import Apply, Facts, Technique
from haste.schema.competition import PredictionNeed

from .families import FAMILIES

Start = Callable[[Constants], Model]


def _rarest(constants: Constants) -> int:
    """In how many texts a term must stand: single ones say nothing, unless there are hardly any texts."""
    return 2 if constants.rows >= 300 else 1


def words(constants: Constants, **more: Any) -> dict[str, Any]:
    return {"low": 1, "high": 2, "min_df": _rarest(constants), "sublinear_tf": True, **more}


def characters(constants: Constants, **more: Any) -> dict[str, Any]:
    return {"low": 2, "high": 5, "min_df": _rarest(constants), "sublinear_tf": True, **more}


def _linear_params(constants: Constants) -> dict[str, Any]:
    """Probabilities of texts come out too timid under the customary C = 1."""
    if constants.task == "regression":
        return {"alpha": 1.0}
    return {"C": 20.0 if constants.need is PredictionNeed.PROBABILITY else 5.0, "tol": 1e-3, "max_iter": 300}


def _word_linear(constants: Constants) -> Model:
    return Model(family="word_linear", params=_linear_params(constants)).put("words", **words(constants))


def _char_linear(constants: Constants) -> Model:
    return Model(family="char_linear", params=_linear_params(constants)).put("chars", **characters(constants))


def _char_svm(constants: Constants) -> Model:
    params = {"C": 0.1, "max_iter": 5000} if constants.task == "regression" else {"C": 0.5}
    return Model(family="char_svm", params=params).put("chars", **characters(constants))


def _word_bayes(constants: Constants) -> Model:
    return Model(family="word_bayes", params={"alpha": 0.3}).put("words", **words(constants, counts=True))


def _ratio_linear(constants: Constants) -> Model:
    model = Model(family="ratio_linear", params={"C": 1.0})
    return model.put("words", **words(constants, counts=True, binary=True)).put("count_ratio")


def topic_count(constants: Constants) -> int:
    """A hundred directions are customary; small data cannot fill them."""
    return max(10, min(100, constants.rows // 10))


def _topic_boosting(constants: Constants) -> Model:
    size = boosting_size(constants.rows)
    if constants.task == "multiclass":
        size["n_estimators"] = max(40, min(200, 480 // len(constants.classes)))
        size["learning_rate"] = 0.1
    size |= {"num_leaves": min(15, size["num_leaves"]), "colsample_bytree": 0.4}
    model = Model(family="topic_boosting", params=size).put("words", **words(constants, high=1))
    return model.put("topics", count=topic_count(constants))


def _topic_neighbours(constants: Constants) -> Model:
    count = max(3, min(20, int(constants.rows**0.5 / 3)))
    if constants.need is PredictionNeed.PROBABILITY:
        count *= 3  # shares among few neighbours are zero too often
    model = Model(family="topic_neighbours", params={"n_neighbors": count, "weights": "distance"})
    return model.put("words", **words(constants)).put("topics", count=topic_count(constants), scale="length")


def _topic_kernel(constants: Constants) -> Model:
    model = Model(family="topic_kernel", params={"C": 3.0, "gamma": 1.0})
    return model.put("words", **words(constants)).put("topics", count=topic_count(constants), scale="length")


def _topic_neural(constants: Constants) -> Model:
    params = {"hidden_layer_sizes": [64], "alpha": 0.01, "learning_rate_init": 3e-3, "max_iter": 100}
    if constants.rows >= 500:
        params |= {"early_stopping": True, "n_iter_no_change": 10}
    model = Model(family="topic_neural", params=params).put("words", **words(constants))
    return model.put("topics", count=topic_count(constants), scale="spread")


STARTS: Mapping[str, Start] = {
    "word_linear": _word_linear,
    "char_svm": _char_svm,
    "word_bayes": _word_bayes,
    "ratio_linear": _ratio_linear,
    "char_linear": _char_linear,
    "topic_boosting": _topic_boosting,
    "topic_neural": _topic_neural,
    "topic_kernel": _topic_kernel,
    "topic_neighbours": _topic_neighbours,
}


def start_model(family: str, constants: Constants) -> Model | None:
    """What a family begins with; None where it cannot do the task."""
    known = FAMILIES[family]
    if known.estimator(constants.task) is None or len(constants.classes) > known.most_classes:
        return None
    return STARTS[family](constants)


def _move(family: str) -> Apply:
    def apply(recipe: Recipe, facts: Facts) -> Recipe | None:
        model = start_model(family, recipe.constants)
        if model is None or recipe.model.family == family:
            return None
        rarest = facts.get("rarest_class_rows")
        if not FAMILIES[family].probabilities and isinstance(rarest, int | float) and rarest < 6:
            return None  # its scores are calibrated over three folds, each of which needs every class
        return recipe.change(model=model, partners=(), combine="blend", calibrate=None)

    return apply


_approach = Approaches(
    "text", "text_columns >= 1", "Model with a {family}", lambda family: FAMILIES[family].title, _move
)

APPROACHES: tuple[Technique, ...] = (
    _approach(
        "word_linear", 10,
        "TF-IDF weights of words and pairs of words under a regularised linear model: the baseline of text problems, "
        "and often not far from the best.",
        OVER, CEILING,
    ),
    _approach(
        "char_svm", 20,
        "Runs of two to five characters under a linear support vector machine see word stems, spelling and style, "
        "and forgive typing errors.",
        GAP, CEILING,
    ),
    _approach(
        "word_bayes", 30,
        "Naive Bayes on word counts learns from very few texts and costs nothing; the complement form bears uneven "
        "classes.",
        OVER,
    ),
    _approach(
        "ratio_linear", 40,
        "Weigh each word by how much oftener it occurs in a class (log-count ratio), then fit a logistic regression: "
        "naive Bayes and a linear model in one, strong on short texts.",
        UNDER, GAP,
    ),
    _approach(
        "char_linear", 50,
        "Runs of characters under a logistic regression or ridge: style and spelling, with smooth probabilities.",
        GAP, CEILING,
    ),
    _approach(
        "topic_boosting", 60,
        "Reduce the words to a hundred directions (latent semantic analysis) and boost trees on them, beside any plain "
        "columns; for mixed tables and for interactions that a linear model cannot see.",
        UNDER, requires="rows >= 100",
    ),
    _approach(
        "topic_neural", 70,
        "A small neural network on the main directions of the words bends where a linear model cannot.",
        UNDER, requires="rows >= 200",
    ),
    _approach(
        "topic_kernel", 80,
        "A radial support vector machine on the main directions of the words; for up to a few thousand texts.",
        UNDER, GAP, requires="rows <= 4000",
    ),
    _approach(
        "topic_neighbours", 90,
        "The labels of the most similar texts; good where near copies occur, and different enough to help an average.",
        GAP, requires="rows >= 30",
    ),
)  # fmt: skip
