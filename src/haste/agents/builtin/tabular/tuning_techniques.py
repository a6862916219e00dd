"""Techniques that change how a model learns: its size, its regularisation, its loss, its target."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from haste.agents.builtin.modes import CEILING, DIMINISHING, GAP, OVER, SHIFT, UNDER
from haste.agents.builtin.recipe import Model, Recipe
from haste.agents.builtin.script import code
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale


def _tune(**by_family: Callable[[Model], dict[str, Any]]) -> Apply:
    """Change parameters by a function of the present ones; families that are not named are left alone."""

    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        change = by_family.get(recipe.model.family)
        if change is None:
            return None
        changed = change(recipe.model)
        return recipe.change(model=recipe.model.set(**changed)) if changed else None

    return apply


def _number(model: Model, name: str, default: float) -> float:
    value = model.params.get(name, default)
    return float(value) if isinstance(value, int | float) else default


def _whole(model: Model, name: str, default: int) -> int:
    return int(_number(model, name, default))


def _more_small_steps(model: Model) -> dict[str, Any]:
    trees = "max_iter" if model.family == "hist_boosting" else "n_estimators"
    if _whole(model, trees, 300) > 900:
        return {}
    return {trees: 3 * _whole(model, trees, 300), "learning_rate": round(_number(model, "learning_rate", 0.05) / 3, 4)}


def _fewer_steps(model: Model) -> dict[str, Any]:
    trees = "max_iter" if model.family == "hist_boosting" else "n_estimators"
    count = _whole(model, trees, 300)
    return {trees: count // 2} if count >= 80 else {}


def _leaves(model: Model) -> str:
    return "max_leaf_nodes" if model.family == "hist_boosting" else "num_leaves"


def _shallower(model: Model) -> dict[str, Any]:
    leaves = _whole(model, _leaves(model), 31)
    return {_leaves(model): max(4, leaves // 3)} if leaves > 4 else {}


def _deeper(model: Model) -> dict[str, Any]:
    leaves, leaf = (
        _whole(model, _leaves(model), 31),
        "min_child_samples" if model.family == "lightgbm" else "min_samples_leaf",
    )
    return {_leaves(model): 2 * leaves + 1, leaf: max(2, _whole(model, leaf, 20) // 2)} if leaves < 120 else {}


_REGULARISED: dict[str, Callable[[Model], dict[str, Any]]] = {
    "lightgbm": lambda m: {"reg_lambda": 10.0, "min_child_samples": 2 * _whole(m, "min_child_samples", 20)},
    "hist_boosting": lambda m: {"l2_regularization": 10.0, "min_samples_leaf": 2 * _whole(m, "min_samples_leaf", 20)},
    "extra_trees": lambda m: {"min_samples_leaf": 2 * _whole(m, "min_samples_leaf", 1) + 1},
    "random_forest": lambda m: {"min_samples_leaf": 2 * _whole(m, "min_samples_leaf", 1) + 1},
    "linear": lambda m: {"C": _number(m, "C", 1.0) / 5} if "C" in m.params else {},
    "splines": lambda m: {"C": _number(m, "C", 1.0) / 5} if "C" in m.params else {},
    "kernel": lambda m: {"C": _number(m, "C", 1.0) / 3},
    "neural": lambda m: {"alpha": 10 * _number(m, "alpha", 1e-3)},
    "neighbours": lambda m: {"n_neighbors": 2 * _whole(m, "n_neighbors", 5)},
    "surface": lambda m: {"smoothing": 10 * _number(m, "smoothing", 0.01)},
}
_LOOSER: dict[str, Callable[[Model], dict[str, Any]]] = {
    "linear": lambda m: {"C": _number(m, "C", 1.0) * 5} if "C" in m.params else {},
    "splines": lambda m: {"C": _number(m, "C", 1.0) * 5} if "C" in m.params else {},
    "kernel": lambda m: {"C": _number(m, "C", 1.0) * 4},
    "neural": lambda m: {"alpha": _number(m, "alpha", 1e-3) / 10, "hidden_layer_sizes": (128, 64)},
    "neighbours": lambda m: {"n_neighbors": max(1, _whole(m, "n_neighbors", 5) // 2)},
    "surface": lambda m: {"smoothing": _number(m, "smoothing", 0.01) / 10},
}


def _subsample(_model: Model) -> dict[str, Any]:
    return {"subsample": 0.7, "subsample_freq": 1, "colsample_bytree": 0.6}


def _tune_penalty(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.model.family not in ("linear", "splines") or recipe.constants.task == "regression":
        return None
    scoring = "accuracy" if recipe.constants.need == "label" else "neg_log_loss"
    given = {"class": "LogisticRegressionCV", "Cs": code("np.logspace(-3, 2, 11)"), "cv": 5, "scoring": scoring}
    fixed = {"max_iter": 1000, "use_legacy_attributes": False, "l1_ratios": (0,)}
    return recipe.change(model=recipe.model.model_copy(update={"params": {**given, **fixed}}))


def _sparse(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.model.family not in ("linear", "splines"):
        return None
    if recipe.constants.task == "regression":
        params: dict[str, Any] = {"class": "LassoCV", "cv": 5, "max_iter": 3000}
    else:
        params = {"C": 0.3, "l1_ratio": 1.0, "solver": "liblinear", "max_iter": 1000}
        if recipe.constants.task == "multiclass":
            return None
    return recipe.change(model=recipe.model.model_copy(update={"params": params}))


def _early_stopping(recipe: Recipe, _facts: Facts) -> Recipe | None:
    model = recipe.model
    if model.family == "hist_boosting":
        changed = model.set(early_stopping=True, max_iter=1000, n_iter_no_change=30, validation_fraction=0.15)
    elif model.family == "lightgbm":
        changed = model.set(n_estimators=1500).put("stop_early")
    else:
        return None
    return recipe.change(model=changed)


def _native_categories(recipe: Recipe, _facts: Facts) -> Recipe | None:
    model = recipe.model
    if model.family not in ("lightgbm", "hist_boosting") or model.steps or not recipe.constants.categorical:
        return None
    positions = code("list(range(len(NUMERIC), len(NUMERIC) + len(CATEGORICAL)))")
    if not (recipe.constants.numeric or recipe.features):
        positions = code("list(range(len(CATEGORICAL)))")
    name = "categorical_feature" if model.family == "lightgbm" else "categorical_features"
    return recipe.change(model=model.set(**{name: positions}))


def _target(transform: str) -> Apply:
    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        if recipe.constants.task != "regression" or recipe.constants.ordinal or recipe.target == transform:
            return None
        return recipe.change(target=transform)

    return apply


def _count_loss(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.constants.task != "regression" or recipe.target is not None:
        return None
    match recipe.model.family:
        case "lightgbm":
            return recipe.change(model=recipe.model.set(objective="poisson"))
        case "hist_boosting":
            return recipe.change(model=recipe.model.set(loss="poisson"))
        case "linear" | "splines":
            params = {"class": "PoissonRegressor", "alpha": 0.1, "max_iter": 500}
            return recipe.change(model=recipe.model.model_copy(update={"params": params}))
        case _:
            return None


def _tweedie_loss(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.model.family != "lightgbm" or recipe.constants.task != "regression" or recipe.target is not None:
        return None
    return recipe.change(model=recipe.model.set(objective="tweedie", tweedie_variance_power=1.3))


def _absolute_loss(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.constants.task != "regression":
        return None
    match recipe.model.family:
        case "lightgbm":
            return recipe.change(model=recipe.model.set(objective="regression_l1"))
        case "hist_boosting":
            return recipe.change(model=recipe.model.set(loss="absolute_error"))
        case "linear" | "splines":
            params = {"class": "HuberRegressor", "max_iter": 500}
            return recipe.change(model=recipe.model.model_copy(update={"params": params}))
        case _:
            return None


def _huber_loss(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.constants.task != "regression" or recipe.model.family != "lightgbm":
        return None
    return recipe.change(target=recipe.target, model=recipe.model.set(objective="fair", fair_c=1.0))


def _class_weights(recipe: Recipe, _facts: Facts) -> Recipe | None:
    families = ("lightgbm", "hist_boosting", "extra_trees", "random_forest", "linear", "splines", "kernel")
    if recipe.constants.task == "regression" or recipe.model.family not in families:
        return None
    return recipe.change(model=recipe.model.set(class_weight="balanced"))


def _smoother_process(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.model.family != "gaussian_process" or recipe.constants.task != "regression":
        return None
    width = len(recipe.constants.numeric)
    if recipe.constants.categorical or recipe.features or not 1 <= width <= 12:
        return None
    kernel = f"ConstantKernel() * RBF(length_scale=[3.0] * {width}) + WhiteKernel(0.3)"
    return recipe.change(model=recipe.model.set(kernel=code(kernel)))


_technique = partial(Technique, domain="tabular", scale=Scale.TWEAK)

TUNING_TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "more_smaller_steps", 500, "Three times the trees at a third of the learning rate",
        "Slower boosting averages more trees and generalises a little better, for three times the time.",
        _tune(lightgbm=_more_small_steps, hist_boosting=_more_small_steps), undoes=("fewer_trees",),
        answers=(UNDER, DIMINISHING),
    ),
    _technique(
        "fewer_trees", 510, "Half the boosting rounds",
        "When validation is far behind training, stop boosting sooner.",
        _tune(lightgbm=_fewer_steps, hist_boosting=_fewer_steps), undoes=("more_smaller_steps",), answers=(OVER,),
    ),
    _technique(
        "shallower_trees", 520, "A third of the leaves",
        "Small trees hold fewer interactions and less noise; good for few rows and weak signals.",
        _tune(lightgbm=_shallower, hist_boosting=_shallower), undoes=("deeper_trees",), answers=(OVER, CEILING),
    ),
    _technique(
        "deeper_trees", 530, "Twice the leaves, half the leaf size",
        "Bigger trees follow finer structure, where there are rows enough to support it.",
        _tune(lightgbm=_deeper, hist_boosting=_deeper), requires=when("rows >= 300"), undoes=("shallower_trees",),
        answers=(UNDER,),
    ),
    _technique(
        "stronger_regularisation", 540, "Regularise more strongly",
        "Larger penalties, leaves or neighbourhoods: trade a little bias for less variance.",
        _tune(**_REGULARISED), undoes=("weaker_regularisation",), answers=(OVER, CEILING),
    ),
    _technique(
        "weaker_regularisation", 550, "Regularise less",
        "A model that fits its own rows no better than new ones can be given more freedom.",
        _tune(**_LOOSER), undoes=("stronger_regularisation",), answers=(UNDER,),
    ),
    _technique(
        "subsample_rows_and_columns", 560, "Grow each tree on part of rows and columns",
        "Seventy per cent of the rows and sixty of the columns per tree decorrelate the trees.",
        _tune(lightgbm=_subsample, hist_boosting=lambda _m: {"max_features": 0.5}), answers=(OVER, DIMINISHING),
    ),
    _technique(
        "random_cuts", 570, "Draw boosting's cuts at random",
        "Random thresholds in boosted trees smooth the fit, as in extremely randomised trees.",
        _tune(lightgbm=lambda _m: {"extra_trees": True}), answers=(OVER, CEILING),
    ),
    _technique(
        "linear_leaves", 580, "Fit a line in each leaf",
        "Linear leaves let boosting follow slopes and go beyond the range of the training rows.",
        _tune(lightgbm=lambda _m: {"linear_tree": True, "linear_lambda": 0.1}),
        requires=when("numeric_columns >= 1"), scale=Scale.STRUCTURAL, answers=(UNDER, SHIFT),
    ),
    _technique(
        "fewer_columns_per_cut", 590, "Offer each cut fewer columns",
        "Fewer candidate columns per cut make a forest's trees more different from each other.",
        _tune(
            extra_trees=lambda _m: {"max_features": 0.25}, random_forest=lambda _m: {"max_features": 0.25},
        ), requires=when("columns >= 8"), undoes=("more_columns_per_cut",), answers=(OVER, CEILING),
    ),
    _technique(
        "more_columns_per_cut", 600, "Offer each cut all columns",
        "Where most columns are noise, cuts must see enough of them to find the good ones.",
        _tune(extra_trees=lambda _m: {"max_features": 1.0}, random_forest=lambda _m: {"max_features": 0.8}),
        undoes=("fewer_columns_per_cut",), answers=(UNDER,),
    ),
    _technique(
        "early_stopping", 610, "Stop when a held-out part no longer improves",
        "Let an inner split choose the number of trees instead of guessing it.",
        _early_stopping, requires=when("rows >= 500"), answers=(OVER, UNDER),
    ),
    _technique(
        "native_categories", 620, "Let boosting split categories by itself",
        "Boosting groups the levels of a category by their targets when it is told which columns are categories.",
        _native_categories, requires=when("categorical_columns >= 1", "max_cardinality <= 200"), scale=Scale.STRUCTURAL,
        answers=(GAP,),
    ),
    _technique(
        "tune_penalty", 630, "Choose the penalty by cross-validation",
        "Let an inner cross-validation pick the strength of a linear model's penalty.",
        _tune_penalty, requires=when("rarest_class_rows >= 10"), answers=(OVER, UNDER),
    ),
    _technique(
        "sparse_linear", 640, "Let the penalty drop columns",
        "An absolute-value penalty sets useless weights to zero; for many columns of which few matter.",
        _sparse, requires=when("columns >= 5"), scale=Scale.STRUCTURAL, answers=(OVER, CEILING),
    ),
    _technique(
        "log_target", 650, "Learn the logarithm of the target",
        "A long-tailed, positive target is learned better as a logarithm, above all where relative errors count.",
        _target("log1p"), requires=when("target_minimum >= 0", "target_skew > 1"), scale=Scale.STRUCTURAL,
        answers=(UNDER, SHIFT),
    ),
    _technique(
        "root_target", 660, "Learn the square root of the target",
        "The milder cousin of the logarithm; it steadies the variance of counts.",
        _target("sqrt"), requires=when("target_minimum >= 0", "target_skew > 0.5"), scale=Scale.STRUCTURAL,
        answers=(UNDER,),
    ),
    _technique(
        "power_target", 670, "Make the target symmetric by Yeo-Johnson",
        "A fitted power transform of the target, undone after prediction; for skewed targets of any sign.",
        _target("power"), requires=when("target_skew > 0.5"), scale=Scale.STRUCTURAL, answers=(UNDER,),
    ),
    _technique(
        "count_loss", 680, "Learn counts by the Poisson deviance",
        "Counts vary with their mean; a Poisson loss with its logarithmic link models just that.",
        _count_loss, requires=when("target_is_count == true", "target_minimum >= 0"), scale=Scale.STRUCTURAL,
        answers=(UNDER,),
    ),
    _technique(
        "tweedie_loss", 690, "Learn with a Tweedie deviance",
        "Many zeros and a long tail: between Poisson and gamma.",
        _tweedie_loss, requires=when("target_minimum >= 0", "target_skew > 2"), scale=Scale.STRUCTURAL,
        answers=(UNDER,),
    ),
    _technique(
        "absolute_loss", 700, "Minimise absolute instead of squared errors",
        "The metric is an absolute error, or outliers rule the squared one: aim at the median.",
        _absolute_loss, requires=when("kind == regression"), scale=Scale.STRUCTURAL, answers=(SHIFT, CEILING),
    ),
    _technique(
        "robust_loss", 710, "Weigh large errors less",
        "A robust loss between squared and absolute keeps outliers from steering the trees.",
        _huber_loss, requires=when("kind == regression"), answers=(SHIFT, CEILING),
    ),
    _technique(
        "balance_classes", 720, "Weigh classes by their rarity",
        "Rare classes count as much as common ones; right for metrics that average over classes, wrong for "
        "probabilities.",
        _class_weights, requires=when("minority_share < 0.3"), answers=(UNDER, SHIFT),
    ),
    _technique(
        "scale_per_column", 730, "Give each column its own length scale",
        "A Gaussian process that learns one length per column finds out which of them matter.",
        _smoother_process, requires=when("numeric_columns <= 12", "rows <= 400"), answers=(UNDER, OVER),
    ),
)  # fmt: skip
