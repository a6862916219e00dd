"""Model families for texts. What they see of a text (words, characters, topics) is set by their steps."""

from __future__ import annotations

from collections.abc import Mapping

from haste.agents.builtin.family import Family

_ALL = (
    Family(
        "word_linear", "linear model on words", "linear", "LogisticRegression", "Ridge",
        scaled=True, seeded=False, importances="coef_",
    ),
    Family(
        "char_linear", "linear model on runs of characters", "linear", "LogisticRegression", "Ridge",
        scaled=True, seeded=False, importances="coef_",
    ),
    Family(
        "char_svm", "linear support vector machine on runs of characters", "kernel", "LinearSVC", "LinearSVR",
        scaled=True, probabilities=False, scaled_target=True,
    ),
    Family(
        "word_bayes", "naive Bayes on word counts", "bayes", "ComplementNB", None,
        scaled=True, seeded=False, probabilities=False,
    ),
    Family(
        "ratio_linear", "logistic regression on log-count ratios of words", "linear", "LogisticRegression", None,
        scaled=True, seeded=False, most_classes=50,
    ),
    Family(
        "topic_boosting", "LightGBM on topics of words", "boosting", "LGBMClassifier", "LGBMRegressor",
        missing=True, fixed={"n_jobs": 1, "verbosity": -1}, most_classes=50,
    ),
    Family(
        "topic_neighbours", "nearest neighbours among topics of words", "neighbours",
        "KNeighborsClassifier", "KNeighborsRegressor", scaled=True, seeded=False, fixed={"n_jobs": 1},
    ),
    Family(
        "topic_kernel", "support vector machine with a curved kernel on topics of words", "kernel", "SVC", "SVR",
        scaled=True, seeded=False, probabilities=False, scaled_target=True, most_classes=40,
    ),
    Family(
        "topic_neural", "small neural network on topics of words", "neural", "MLPClassifier", "MLPRegressor",
        scaled=True, scaled_target=True,
    ),
    Family("constant", "constant prediction", "other", "DummyClassifier", "DummyRegressor", seeded=False, missing=True),
)  # fmt: skip

FAMILIES: Mapping[str, Family] = {family.name: family for family in _ALL}
