"""Model families for pictures. What they see of a picture (pixels, edges, blocks) is set by their steps."""

from __future__ import annotations

from collections.abc import Mapping

from haste.agents.builtin.family import Family

_BOOSTING = {"n_jobs": 1, "verbosity": -1, "deterministic": True, "force_row_wise": True}
_ONE_THREAD = {"n_jobs": 1}

# Support vector machines get their probabilities from the step "margins", hence not from the frame.
_ALL = (
    Family(
        "hog_svm", "support vector machine on edge directions", "kernel", "SVC", "SVR",
        scaled=True, seeded=False, scaled_target=True, most_classes=60,
    ),
    Family(
        "hog_linear", "linear model on edge directions", "linear", "LogisticRegression", "RidgeCV",
        scaled=True, seeded=False, most_classes=100,
    ),
    Family(
        "block_forest", "extremely randomised trees on pixels and blocks", "forest",
        "ExtraTreesClassifier", "ExtraTreesRegressor", fixed=_ONE_THREAD,
    ),
    Family(
        "pixel_svm", "support vector machine on pixels", "kernel", "SVC", "SVR",
        scaled=True, seeded=False, scaled_target=True, most_classes=60,
    ),
    Family(
        "pixel_neural", "small neural network on pixels", "neural", "MLPClassifier", "MLPRegressor",
        scaled=True, scaled_target=True,
    ),
    Family(
        "pca_lda", "linear discriminant analysis on principal components", "linear",
        "LinearDiscriminantAnalysis", None, scaled=True, seeded=False,
    ),
    Family(
        "hog_lda", "linear discriminant analysis on edge directions", "linear",
        "LinearDiscriminantAnalysis", None, scaled=True, seeded=False,
    ),
    Family(
        "pca_neighbours", "nearest neighbours among principal components", "neighbours",
        "KNeighborsClassifier", "KNeighborsRegressor", scaled=True, seeded=False, fixed=_ONE_THREAD,
    ),
    Family(
        "hog_neighbours", "nearest neighbours by edge directions", "neighbours",
        "KNeighborsClassifier", "KNeighborsRegressor", scaled=True, seeded=False, fixed=_ONE_THREAD,
    ),
    Family(
        "block_boosting", "LightGBM on blocks", "boosting", "LGBMClassifier", "LGBMRegressor",
        missing=True, fixed=_BOOSTING, most_classes=40,
    ),
    Family("constant", "constant prediction", "other", "DummyClassifier", "DummyRegressor", seeded=False, missing=True),
)  # fmt: skip

FAMILIES: Mapping[str, Family] = {family.name: family for family in _ALL}
"""By name; `Family.group` tells which are different in kind."""
