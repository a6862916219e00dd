"""Techniques that move to another model of pictures. They also serve as prototypes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from haste.agents.builtin.approach import Approaches
from haste.agents.builtin.modes import CEILING, GAP, OVER, UNDER
from haste.agents.builtin.recipe import Constants, Model, Recipe
from haste.agents.builtin.script import code
from haste.agents.builtin.tabular.approaches import boosting_size
from haste.agents.builtin.technique import Apply, Facts, Technique

from .families import FAMILIES

Start = Callable[[Constants], Model]
_HOG: Mapping[str, Any] = {"cells": [5], "bins": 9}  # nine directions: Dalal and Triggs 2005


def components(constants: Constants, most: int = 50) -> int:
    """Fifty directions are customary; few pictures cannot fill them."""
    return max(2, min(most, constants.rows // 4))


def _svm_params(constants: Constants) -> dict[str, Any]:
    return {"C": 1.0 if constants.task == "regression" else 5.0, "gamma": "scale"}


def _hog_svm(constants: Constants) -> Model:
    return Model(family="hog_svm", params=_svm_params(constants)).put("hog", **_HOG).put("margins")


def _pixel_svm(constants: Constants) -> Model:
    return Model(family="pixel_svm", params=_svm_params(constants)).put("pixels").put("margins")


def _hog_linear(constants: Constants) -> Model:
    params: dict[str, Any] = {"C": 5.0, "max_iter": 300}
    if constants.task == "regression":
        params = {"alphas": code("np.logspace(-2, 4, 13)")}
    return Model(family="hog_linear", params=params).put("hog", **_HOG)


def _block_forest(constants: Constants) -> Model:
    params: dict[str, Any] = {"n_estimators": 200 if constants.rows < 3000 else 100}
    if constants.task == "regression":
        params["max_features"] = 0.3
    return Model(family="block_forest", params=params).put("pixels").put("blocks", cells=6)


def _pixel_neural(constants: Constants) -> Model:
    params = {"hidden_layer_sizes": [100], "alpha": 0.01, "learning_rate_init": 2e-3, "max_iter": 80}
    if constants.rows < 500:
        params |= {"alpha": 0.1, "max_iter": 150, "batch_size": max(8, min(32, constants.rows // 8))}
    return Model(family="pixel_neural", params=params).put("pixels")


def _shrunken(family: str) -> Model:
    return Model(family=family, params={"solver": "lsqr", "shrinkage": "auto"})


def _pca_lda(constants: Constants) -> Model:
    return _shrunken("pca_lda").put("pixels", components=components(constants, 80))


def _hog_lda(_constants: Constants) -> Model:
    return _shrunken("hog_lda").put("hog", **_HOG)


def _pca_neighbours(constants: Constants) -> Model:
    model = Model(family="pca_neighbours", params={"n_neighbors": 5, "weights": "distance"})
    return model.put("pixels", components=components(constants))


def _hog_neighbours(_constants: Constants) -> Model:
    model = Model(family="hog_neighbours", params={"n_neighbors": 5, "weights": "distance"})
    return model.put("hog", **_HOG)


def _block_boosting(constants: Constants) -> Model:
    size = boosting_size(constants.rows)
    if constants.task == "multiclass":
        size["n_estimators"] = max(30, min(150, 400 // len(constants.classes)))
        size["learning_rate"] = 0.1
    size |= {"num_leaves": min(15, size["num_leaves"]), "colsample_bytree": 0.3}
    return Model(family="block_boosting", params=size).put("blocks", cells=6)


STARTS: Mapping[str, Start] = {
    "hog_svm": _hog_svm,
    "hog_linear": _hog_linear,
    "block_forest": _block_forest,
    "pixel_svm": _pixel_svm,
    "pixel_neural": _pixel_neural,
    "pca_lda": _pca_lda,
    "hog_lda": _hog_lda,
    "pca_neighbours": _pca_neighbours,
    "hog_neighbours": _hog_neighbours,
    "block_boosting": _block_boosting,
}


def start_model(family: str, constants: Constants) -> Model | None:
    """What a family begins with; None where it cannot do the task."""
    known = FAMILIES[family]
    if known.estimator(constants.task) is None or len(constants.classes) > known.most_classes:
        return None
    return STARTS[family](constants)


def _move(family: str) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        model = start_model(family, recipe.constants)
        if model is None or recipe.model.family == family:
            return None
        return recipe.change(model=model, partners=(), combine="blend", calibrate=None)

    return apply


_approach = Approaches(
    "image", "image_columns >= 1", "Model with {family}", lambda family: FAMILIES[family].title, _move
)

APPROACHES: tuple[Technique, ...] = (
    _approach(
        "hog_svm", 10,
        "Histograms of edge directions under a radial support vector machine: the strongest model of small pictures "
        "that needs no deep learning.",
        GAP, UNDER, requires="rows <= 6000",
    ),
    _approach(
        "hog_linear", 20,
        "Histograms of edge directions under a regularised linear model: quick, steady, with good probabilities.",
        OVER, CEILING, GAP,
    ),
    _approach(
        "block_forest", 30,
        "Randomised trees on pixels and on the means of blocks need no tuning and bear noise.",
        OVER, CEILING,
    ),
    _approach(
        "pixel_neural", 40,
        "A small neural network on the pixels learns its own views where there are pictures enough.",
        UNDER, requires="rows >= 100",
    ),
    _approach(
        "pixel_svm", 50,
        "A radial support vector machine compares pictures pixel by pixel; strong where they are centred alike.",
        UNDER, requires="rows <= 6000",
    ),
    _approach(
        "pca_neighbours", 60,
        "The labels of the most similar pictures by their principal components; good where near copies occur.",
        GAP,
    ),
    _approach(
        "hog_lda", 70,
        "Linear discriminant analysis with shrinkage on edge directions: classes as clouds of one shape, for few "
        "pictures a class.",
        OVER, CEILING, requires="kind != regression",
    ),
    _approach(
        "pca_lda", 80,
        "Principal components, then linear discriminant analysis: the classic of face recognition (Fisherfaces).",
        OVER, CEILING, requires="kind != regression",
    ),
    _approach(
        "block_boosting", 90,
        "Boosted trees on means and spreads of blocks, beside any plain columns; for colours, textures and mixed "
        "tables.",
        UNDER, requires="has_lightgbm == true",
    ),
    _approach(
        "hog_neighbours", 100,
        "Neighbours by edge directions forgive changes of light; different enough to help an average.",
        GAP,
    ),
)  # fmt: skip
