"""Model families for tables. Parameters that fit the data's size are set by the techniques, not here."""

from __future__ import annotations

from collections.abc import Mapping

from haste.agents.builtin.family import Family

_ONE_THREAD = {"n_jobs": 1}

_ALL = (
    Family(
        "lightgbm", "LightGBM", "boosting", "LGBMClassifier", "LGBMRegressor",
        missing=True, fixed={"n_jobs": 1, "verbosity": -1}, importances="feature_importances_",
    ),
    Family(
        "hist_boosting", "histogram gradient boosting", "boosting",
        "HistGradientBoostingClassifier", "HistGradientBoostingRegressor", missing=True, most_classes=20,
    ),
    Family(
        "extra_trees", "extremely randomised trees", "forest", "ExtraTreesClassifier", "ExtraTreesRegressor",
        fixed=_ONE_THREAD, importances="feature_importances_",
    ),
    Family(
        "random_forest", "random forest", "forest", "RandomForestClassifier", "RandomForestRegressor",
        fixed=_ONE_THREAD, importances="feature_importances_",
    ),
    Family(
        "linear", "regularised linear model", "linear", "LogisticRegression", "Ridge",
        scaled=True, seeded=False, importances="coef_",
    ),
    Family(
        "splines", "additive spline model", "linear", "LogisticRegression", "Ridge",
        scaled=True, seeded=False, importances="coef_",
    ),
    Family(
        "kernel", "support vector machine", "kernel", "SVC", "SVR",
        scaled=True, seeded=False, probabilities=False, scaled_target=True, most_classes=40,
    ),
    Family(
        "gaussian_process", "Gaussian process", "process", "GaussianProcessClassifier", "GaussianProcessRegressor",
        scaled=True, most_classes=2,
    ),
    Family(
        "surface", "smooth surface through the points", "process", None, "Surface", scaled=True, seeded=False,
    ),
    Family(
        "neighbours", "nearest neighbours", "neighbours", "KNeighborsClassifier", "KNeighborsRegressor",
        scaled=True, seeded=False, fixed=_ONE_THREAD,
    ),
    Family(
        "neural", "small neural network", "neural", "MLPClassifier", "MLPRegressor",
        scaled=True, scaled_target=True,
    ),
    Family("naive_bayes", "naive Bayes", "bayes", "GaussianNB", None, scaled=True, seeded=False),
    Family(
        "discriminant", "linear discriminant analysis", "linear", "LinearDiscriminantAnalysis", None,
        scaled=True, seeded=False,
    ),
    Family("constant", "constant prediction", "other", "DummyClassifier", "DummyRegressor", seeded=False, missing=True),
)  # fmt: skip

FAMILIES: Mapping[str, Family] = {family.name: family for family in _ALL}
