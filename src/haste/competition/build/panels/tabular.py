"""Tables: ways to prepare the columns, times the usual learners, plus a few means of them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..arena import SEED, Arena, Array, Entrant
from .estimators import (
    Features,
    Named,
    blend,
    classifier,
    forest,
    grid,
    lightgbm,
    logistic,
    logistic_ovr,
    neighbours,
    perceptron,
    regressor,
)


def _columns(arena: Arena) -> tuple[list[str], list[str]]:
    names = [name for name in arena.test.columns if name != arena.settings["id_column"]]
    words = [name for name in names if not pd.api.types.is_numeric_dtype(arena.train[name])]
    return [name for name in names if name not in words], words


def _prepared(arena: Arena, steps: list[Any], ordinal: bool = False) -> tuple[Array, Array]:
    """Numbers with medians for gaps, words as columns of 0 and 1 (or as codes), then the steps."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    numbers, words = _columns(arena)
    coder = (
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
        if ordinal
        else OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    )
    numeric = make_pipeline(SimpleImputer(strategy="median"), *steps)
    table = ColumnTransformer([("numbers", numeric, numbers), ("words", coder, words)], sparse_threshold=0)
    return np.asarray(table.fit_transform(arena.train)), np.asarray(table.transform(arena.test))


def _plain(arena: Arena) -> tuple[Array, Array]:
    return _prepared(arena, [], ordinal=True)


def _scaled(arena: Arena) -> tuple[Array, Array]:
    from sklearn.preprocessing import StandardScaler

    return _prepared(arena, [StandardScaler()])


def _ranked(arena: Arena) -> tuple[Array, Array]:
    from sklearn.preprocessing import QuantileTransformer

    rows = min(500, len(arena.train))
    return _prepared(arena, [QuantileTransformer(n_quantiles=rows, output_distribution="normal", random_state=SEED)])


def _squared(arena: Arena) -> tuple[Array, Array]:
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    return _prepared(arena, [StandardScaler(), PolynomialFeatures(2, include_bias=False), StandardScaler()])


def _splines(arena: Arena) -> tuple[Array, Array]:
    from sklearn.preprocessing import SplineTransformer, StandardScaler

    return _prepared(arena, [StandardScaler(), SplineTransformer(n_knots=6, degree=3)])


def _binned(arena: Arena) -> tuple[Array, Array]:
    from sklearn.preprocessing import KBinsDiscretizer

    return _prepared(arena, [KBinsDiscretizer(8, encode="onehot-dense", quantile_method="averaged_inverted_cdf")])


def _reduced(arena: Arena) -> tuple[Array, Array]:
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    return _prepared(arena, [StandardScaler(), PCA(0.95, random_state=SEED)])


_FEATURES: dict[str, Features] = {
    "plain": _plain,
    "scaled": _scaled,
    "ranked": _ranked,
    "squares": _squared,
    "splines": _splines,
    "bins": _binned,
    "pca": _reduced,
}


def _trees(task: str) -> Named:
    """Learners that take the plain columns, whatever the target."""
    from sklearn import ensemble, tree

    classes = task == "classification"
    single = tree.DecisionTreeClassifier if classes else tree.DecisionTreeRegressor
    boosted = ensemble.GradientBoostingClassifier if classes else ensemble.GradientBoostingRegressor
    binned = ensemble.HistGradientBoostingClassifier if classes else ensemble.HistGradientBoostingRegressor
    stumps = ensemble.AdaBoostClassifier if classes else ensemble.AdaBoostRegressor
    return [
        *grid("tree", partial(single, random_state=SEED), max_depth=[2, 4, 6, 10]),
        *grid("tree", partial(single, random_state=SEED), min_samples_leaf=[1, 20]),
        *grid("random forest", partial(forest, task), min_samples_leaf=[1, 3, 10], max_features=["sqrt", 1.0]),
        *grid("extra trees", partial(forest, task, "extra"), min_samples_leaf=[1, 3, 10], max_features=["sqrt", 1.0]),
        *grid("boosting", partial(boosted, n_estimators=60, random_state=SEED), max_depth=[2, 3], learning_rate=[0.1]),
        *grid("ada boost", partial(stumps, n_estimators=40, random_state=SEED)),
        *grid(
            "hist boosting",
            partial(binned, max_iter=80, random_state=SEED),
            learning_rate=[0.05, 0.1, 0.2],
            max_leaf_nodes=[7, 31],
        ),
        *grid(
            "lightgbm",
            partial(lightgbm, task),
            n_estimators=[50, 150],
            learning_rate=[0.05, 0.1],
            num_leaves=[4, 8, 16, 31],
        ),
        *grid(
            "lightgbm sampled",
            partial(lightgbm, task, n_estimators=120, learning_rate=0.05, subsample=0.8, subsample_freq=1),
            colsample_bytree=[0.5, 0.9],
            min_child_samples=[5, 20, 60],
        ),
    ]


def _classifiers() -> dict[str, Named]:
    from sklearn import discriminant_analysis, dummy, naive_bayes, svm

    line = grid("logistic", logistic, C=[0.01, 0.1, 1, 10])
    near = grid("neighbours", partial(neighbours, "classification"), k=[3, 10, 30, 80])
    machine = grid("svm", partial(svm.SVC, gamma="scale"), C=[0.3, 1, 3])
    net = partial(perceptron, "classification")
    smooth = partial(discriminant_analysis.QuadraticDiscriminantAnalysis, reg_param=0.1)
    sparse = grid("sparse logistic", partial(logistic_ovr, l1_ratio=1), C=[0.03, 0.3, 3])
    close = grid("neighbours near first", partial(neighbours, "classification", weights="distance"), k=[10, 40])
    return {
        "plain": [("dummy", partial(dummy.DummyClassifier, strategy="prior")), *_trees("classification")],
        "scaled": [
            *line,
            *near,
            *machine,
            *sparse,
            *close,
            *grid("svm", partial(svm.SVC, kernel="poly", coef0=1), degree=[2, 3]),
            ("linear discriminant", discriminant_analysis.LinearDiscriminantAnalysis),
            ("quadratic discriminant", smooth),
            ("naive Bayes", naive_bayes.GaussianNB),
            *grid("net", net, hidden_layer_sizes=[(16,), (64,), (64, 32)], alpha=[1e-4, 1e-1]),
        ],
        "ranked": [
            *line,
            *near[1:3],
            *machine,
            ("linear discriminant", discriminant_analysis.LinearDiscriminantAnalysis),
            ("naive Bayes", naive_bayes.GaussianNB),
            *grid("net", net, alpha=[1e-4, 1]),
        ],
        "squares": [*line[:3], *sparse[:2]],
        "splines": [*line, *sparse],
        "bins": [*line[:3], *sparse[1:2], ("naive Bayes", naive_bayes.BernoulliNB)],
        "pca": [*line[1:3], *near[1:3], *machine[1:2], ("naive Bayes", naive_bayes.GaussianNB)],
    }


def _regressors(counts: bool) -> dict[str, Named]:
    from sklearn import dummy, kernel_ridge, linear_model, svm

    ridge = grid("ridge", linear_model.Ridge, alpha=[0.1, 10, 100])
    lasso = grid("lasso", partial(linear_model.Lasso, max_iter=5000), alpha=[0.1, 1, 3])
    near = [
        *grid("neighbours", partial(neighbours, "regression"), k=[3, 8, 20, 60]),
        *grid("neighbours near first", partial(neighbours, "regression", weights="distance"), k=[4, 12]),
    ]
    machine = grid("svm", partial(svm.SVR, gamma="scale"), C=[1, 10, 100])
    net = partial(perceptron, "regression", learning_rate_init=0.01)
    tuned: Named = [
        ("tuned ridge", partial(linear_model.RidgeCV, alphas=[0.01, 0.1, 1, 10, 100, 1000])),
        ("tuned lasso", partial(linear_model.LassoCV, alphas=20, max_iter=5000, random_state=SEED)),
        ("bayesian ridge", linear_model.BayesianRidge),
    ]
    kernel = grid("kernel ridge", partial(kernel_ridge.KernelRidge, kernel="rbf"), alpha=[0.1, 1], gamma=[0.03, 0.3])
    return {
        "plain": [
            *grid("dummy", dummy.DummyRegressor, strategy=["mean", "median"]),
            *_trees("regression"),
            *(_counting_trees() if counts else []),
        ],
        "scaled": [
            ("least squares", linear_model.LinearRegression),
            *ridge,
            *lasso,
            *grid("elastic net", linear_model.ElasticNet, alpha=[0.1, 1]),
            ("huber", partial(linear_model.HuberRegressor, max_iter=1000)),
            *tuned,
            *near,
            *machine,
            *kernel,
            *grid("net", net, hidden_layer_sizes=[(32,), (64, 32)], alpha=[1e-3, 1]),
            *(_counting_lines() if counts else []),
        ],
        "ranked": [*ridge, *near[1:3], *machine, *grid("net", net)],
        "squares": [*ridge, *tuned, *lasso[1:], *(_counting_lines() if counts else [])],
        "splines": [*ridge, *tuned, *lasso[:1], *(_counting_lines() if counts else [])],
        "bins": [*ridge, *tuned[:1]],
        "pca": [*ridge[:2], *near[2:4], *machine[1:2]],
    }


def _counting_trees() -> Named:
    from sklearn import ensemble

    poisson = partial(ensemble.HistGradientBoostingRegressor, loss="poisson", max_iter=80, random_state=SEED)
    return [
        *grid("hist boosting poisson", poisson, learning_rate=[0.05, 0.1], max_leaf_nodes=[7, 31]),
        *grid(
            "lightgbm poisson",
            partial(lightgbm, "regression", objective="poisson", n_estimators=120),
            learning_rate=[0.05, 0.1],
            num_leaves=[4, 8, 31],
        ),
    ]


def _counting_lines() -> Named:
    from sklearn import linear_model

    return grid("poisson", partial(linear_model.PoissonRegressor, max_iter=500), alpha=[0.001, 0.1])


_CLASS_BLENDS = (
    ("scaled + logistic C=1", "plain + lightgbm n_estimators=150 learning_rate=0.05 num_leaves=8"),
    ("scaled + logistic C=0.1", "plain + random forest min_samples_leaf=3 max_features=sqrt"),
    (
        "plain + random forest min_samples_leaf=3 max_features=sqrt",
        "plain + extra trees min_samples_leaf=3 max_features=sqrt",
    ),
)
_VALUE_BLENDS = (
    ("scaled + ridge alpha=10", "plain + lightgbm n_estimators=150 learning_rate=0.05 num_leaves=8"),
    ("scaled + ridge alpha=10", "plain + random forest min_samples_leaf=3 max_features=1.0"),
    (
        "plain + random forest min_samples_leaf=3 max_features=1.0",
        "plain + extra trees min_samples_leaf=3 max_features=1.0",
    ),
)


def entrants(arena: Arena) -> list[Entrant]:
    if arena.is_ordinal:
        rounded = (entrant for entrant in _measurers(arena) if not entrant.blends)
        return [*_guessers(), *(Entrant(f"{entrant.team}, rounded", entrant.answer) for entrant in rounded)]
    return _guessers() if arena.is_classification else _measurers(arena)


def _guessers() -> list[Entrant]:
    made = [
        classifier(name, _FEATURES[name], label, factory)
        for name, learners in _classifiers().items()
        for label, factory in learners
    ]
    return [*made, *(blend(*teams) for teams in _CLASS_BLENDS)]


def _measurers(arena: Arena) -> list[Entrant]:
    made = [
        regressor(name, _FEATURES[name], label, factory)
        for name, learners in _regressors(arena.metric == "mean_poisson_deviance").items()
        for label, factory in learners
    ]
    return [*made, *(blend(*teams) for teams in _VALUE_BLENDS)]
