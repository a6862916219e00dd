"""Techniques that move to another model family. They also serve as prototypes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from haste.agents.builtin.modes import CEILING, DIMINISHING, GAP, OVER, UNDER
from haste.agents.builtin.recipe import Constants, Model, Recipe
from haste.agents.builtin.script import code
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale

from .families import FAMILIES

Start = Callable[[Constants], Model | None]


def _move(start: Start) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        model = start(recipe.constants)
        if model is None or recipe.model.family == model.family:
            return None
        family = FAMILIES[model.family]
        if family.estimator(recipe.constants.task) is None or len(recipe.constants.classes) > family.most_classes:
            return None
        kept = tuple(step for step in recipe.model.steps if step.name in ("key_target",))
        return recipe.change(
            model=model.model_copy(update={"steps": (*model.steps, *kept)}), partners=(), calibrate=None
        )

    return apply


def boosting_size(rows: int) -> dict[str, Any]:
    """Leaves and leaf sizes that small data can fill; 300 trees at 0.05 are LightGBM's customary beginning."""
    return {
        "n_estimators": 300 if rows >= 200 else 100,
        "learning_rate": 0.05,
        "num_leaves": 31 if rows >= 1000 else 15 if rows >= 200 else 7,
        "min_child_samples": 20 if rows >= 500 else max(2, rows // 30),
    }


def _lightgbm(constants: Constants) -> Model:
    size = boosting_size(constants.rows)
    if constants.task == "multiclass" and len(constants.classes) > 5:
        size["n_estimators"] = max(40, 600 // len(constants.classes))
        size["learning_rate"] = 0.1
    return Model(family="lightgbm", params=size)


def _hist_boosting(constants: Constants) -> Model:
    size = boosting_size(constants.rows)
    trees = 200 if constants.task != "multiclass" else max(30, 400 // len(constants.classes))
    return Model(
        family="hist_boosting",
        params={
            "max_iter": trees,
            "learning_rate": 0.06,
            "max_leaf_nodes": size["num_leaves"],
            "min_samples_leaf": size["min_child_samples"],
            "early_stopping": False,
        },
    )


def _forest(family: str) -> Start:
    def start(constants: Constants) -> Model:
        leaf = 1 if constants.task == "regression" or constants.rows < 1000 else 2
        params: dict[str, Any] = {"n_estimators": 200 if constants.rows < 3000 else 100, "min_samples_leaf": leaf}
        if constants.task == "regression":
            params["max_features"] = 0.5
        return Model(family=family, params=params)

    return start


def _linear(constants: Constants) -> Model:
    if constants.task == "regression":
        return Model(family="linear", params={"class": "RidgeCV", "alphas": code("np.logspace(-2, 4, 25)")})
    return Model(family="linear", params={"C": 1.0, "max_iter": 1000})


def _splines(constants: Constants) -> Model:
    knots = 5 if constants.rows < 500 else 8
    return Model(family="splines", params=_linear(constants).params).put("reshape", method="splines", count=knots)


def _kernel(constants: Constants) -> Model:
    params: dict[str, Any] = {"C": 1.0 if constants.task == "regression" else 3.0, "gamma": "scale"}
    if constants.task == "regression":
        params["epsilon"] = 0.1
    return Model(family="kernel", params=params)


def _gaussian_process(constants: Constants) -> Model:
    if constants.task == "regression":
        kernel = "ConstantKernel() * Matern(length_scale=3.0, nu=1.5) + WhiteKernel(0.3)"
        return Model(family="gaussian_process", params={"kernel": code(kernel), "normalize_y": True})
    kernel = "ConstantKernel() * RBF(length_scale=3.0)"
    return Model(family="gaussian_process", params={"kernel": code(kernel)})


def _neighbours(constants: Constants) -> Model:
    count = max(3, min(25, int(constants.rows**0.5 / 2)))
    return Model(family="neighbours", params={"n_neighbors": count, "weights": "distance"})


def _neural(constants: Constants) -> Model:
    params = {"hidden_layer_sizes": (64, 32), "alpha": 1e-3, "learning_rate_init": 3e-3, "max_iter": 150}
    if constants.rows >= 500:
        params |= {"early_stopping": True, "n_iter_no_change": 12}
    else:
        params |= {"hidden_layer_sizes": (32,), "alpha": 0.1, "max_iter": 300}
    return Model(family="neural", params=params)


def _surface(constants: Constants) -> Model | None:
    if constants.task != "regression" or constants.categorical:
        return None
    return Model(family="surface", params={"neighbors": 50, "smoothing": 0.01}).put("surface")


def _plain(family: str, **params: Any) -> Start:
    return lambda _constants: Model(family=family, params=params)


def _approach(family: str, rank: int, summary: str, start: Start, **more: Any) -> Technique:
    title = f"Model with {FAMILIES[family].title}"
    answers = (*more.pop("answers", ()), DIMINISHING)
    return Technique(
        f"use_{family}", rank, title, summary, _move(start),
        domain="tabular", scale=Scale.APPROACH, family=family, answers=answers, **more,
    )  # fmt: skip


APPROACHES: tuple[Technique, ...] = (
    _approach(
        "lightgbm", 10,
        "Gradient-boosted trees with small steps are the strongest single model on most tables of mixed columns.",
        _lightgbm, requires=when("rows >= 100", "has_lightgbm == true"), answers=(UNDER,),
    ),
    _approach(
        "linear", 20,
        "A regularised linear model on scaled numbers and indicators; hard to beat when rows are few or effects "
        "add up.",
        _linear, answers=(OVER, CEILING),
    ),
    _approach(
        "extra_trees", 30,
        "Trees with random cuts, averaged: robust without tuning, smoother than a random forest.",
        _forest("extra_trees"), answers=(OVER,),
    ),
    _approach(
        "hist_boosting", 40,
        "Boosting over binned columns takes missing values as they are and is quick.",
        _hist_boosting, requires=when("rows >= 100"), answers=(UNDER,),
    ),
    _approach(
        "random_forest", 50,
        "A random forest: bagged trees with bootstrap rows; a steady second opinion to boosting.",
        _forest("random_forest"), answers=(OVER,),
    ),
    _approach(
        "kernel", 60,
        "A support vector machine with a radial kernel draws smooth borders; good on small, dense, numeric tables.",
        _kernel, requires=when("rows <= 3000"), answers=(UNDER, GAP),
    ),
    _approach(
        "neighbours", 70,
        "Nearest neighbours follow local structure, as in coordinates or repeated rows.",
        _neighbours, requires=when("columns <= 100"), answers=(GAP,),
    ),
    _approach(
        "neural", 80,
        "A small neural network on scaled inputs finds smooth interactions that trees approximate by steps.",
        _neural, requires=when("rows >= 100"), answers=(UNDER,),
    ),
    _approach(
        "splines", 90,
        "A linear model over splines of each number: curved effects that add up, with little variance.",
        _splines, requires=when("numeric_columns >= 1", "columns <= 60"), answers=(GAP, OVER),
    ),
    _approach(
        "gaussian_process", 100,
        "A Gaussian process learns its own smoothness; worth its cubic cost on small or spatial data.",
        _gaussian_process, requires=when("rows <= 800", "columns <= 40"), answers=(CEILING,),
    ),
    _approach(
        "surface", 105,
        "Bend a thin plate through the training points: the classic answer where two or three coordinates say where a "
        "value was measured.",
        _surface, requires=when("numeric_columns >= 2", "numeric_columns <= 4", "columns <= 4", "rows >= 50"),
        answers=(GAP,),
    ),
    _approach(
        "discriminant", 110,
        "Linear discriminant analysis with shrinkage: classes as clouds of one shape; strong with few rows per class.",
        _plain("discriminant", solver="lsqr", shrinkage="auto"), requires=when("columns <= 200"),
        answers=(OVER, CEILING),
    ),
    _approach(
        "naive_bayes", 120,
        "Naive Bayes: each column votes by itself; a floor that costs nothing and adds diversity to averages.",
        _plain("naive_bayes"), answers=(OVER,),
    ),
)  # fmt: skip
