"""Techniques that change what the model sees: frame features and preparation of columns."""

from __future__ import annotations

from functools import partial
from typing import Any

from haste.agents.builtin.modes import CEILING, GAP, OVER, SHIFT
from haste.agents.builtin.recipe import Recipe
from haste.agents.builtin.technique import Apply, Facts, Technique, when
from haste.schema.solution import Scale

from .families import FAMILIES


def _feature(name: str, **params: Any) -> Apply:
    """Add a feature step that is not there yet."""

    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        return None if recipe.feature(name) else recipe.put(name, **params)

    return apply


def _matrix(name: str, *, groups: tuple[str, ...] = (), scaled: bool | None = None, **params: Any) -> Apply:
    """Put a step into the model's pipeline where the model's family is one that it is for."""

    def apply(recipe: Recipe, _facts: Facts) -> Recipe | None:
        family = FAMILIES.get(recipe.model.family)
        if family is None or (groups and family.group not in groups):
            return None
        if scaled is not None and family.scaled is not scaled:
            return None
        return recipe.change(model=recipe.model.put(name, **params))

    return apply


def _reshape(method: str, *, scaled: bool = True, **params: Any) -> Apply:
    move = _matrix("reshape", scaled=scaled, method=method, **params)

    def apply(recipe: Recipe, facts: Facts) -> Recipe | None:
        return None if recipe.model.family == "splines" else move(recipe, facts)

    return apply


def _row_key(recipe: Recipe, _facts: Facts) -> Recipe | None:
    if recipe.feature("row_keys") or not (recipe.constants.numeric or recipe.constants.categorical):
        return None
    return recipe.put("row_keys").change(model=recipe.model.put("key_target"))


_technique = partial(Technique, domain="tabular", scale=Scale.STRUCTURAL, answers=(GAP,))

FEATURE_TECHNIQUES: tuple[Technique, ...] = (
    _technique(
        "target_encoding", 210, "Encode categories by their mean target",
        "Replace each category by its smoothed mean target, learned across folds so that no row sees its own; "
        "for categories with many levels.",
        _matrix("encode", method="target"), requires=when("categorical_columns >= 1", "max_cardinality >= 5"),
    ),
    _technique(
        "one_hot_encoding", 220, "Encode categories as indicators",
        "One indicator per frequent level lets trees ask for a single category; for columns with few levels.",
        _matrix("encode", scaled=False, method="onehot"), requires=when("categorical_columns >= 1"),
    ),
    _technique(
        "count_encoding", 230, "Add how often each category occurs",
        "Rare and common categories often behave differently; their frequency is a number a model can use.",
        _feature("category_counts"), requires=when("categorical_columns >= 1", "max_cardinality >= 8"),
        scale=Scale.TWEAK,
    ),
    _technique(
        "pool_rare_categories", 240, "Pool rare categories",
        "Levels seen fewer than ten times share one indicator; fewer columns, less noise.",
        _matrix("encode", scaled=True, method="frequent"),
        requires=when("categorical_columns >= 1", "max_cardinality >= 10"),
        scale=Scale.TWEAK, answers=(OVER,),
    ),
    _technique(
        "missing_indicators", 250, "Tell the model what is missing",
        "That a value is missing can be information; add indicators and the number of gaps in the row.",
        _feature("missing_flags"), requires=when("missing_share > 0", "numeric_columns >= 1"), scale=Scale.TWEAK,
    ),
    _technique(
        "impute_from_neighbours", 260, "Fill gaps from similar rows",
        "Fill a missing number with the mean of the ten most similar rows instead of the median.",
        _matrix("impute_neighbours", hides_names=True),
        requires=when("missing_share > 0", "numeric_columns >= 3", "rows <= 5000"),
    ),
    _technique(
        "log_skewed_columns", 270, "Take logarithms of long-tailed columns",
        "A long tail lets a few rows rule scaled models; a signed logarithm brings them near.",
        _feature("log_skewed"), requires=when("numeric_columns >= 1", "max_skew > 2"), scale=Scale.TWEAK,
    ),
    _technique(
        "power_transform", 280, "Make columns symmetric by Yeo-Johnson",
        "A power transform per column, for models that measure distances or weights.",
        _reshape("power"), requires=when("numeric_columns >= 1", "max_skew > 0.5"), scale=Scale.TWEAK,
    ),
    _technique(
        "rank_gauss", 290, "Map columns to normal quantiles",
        "Rank each column and spread it as a normal: robust to outliers and odd scales; helps neural and kernel "
        "models.",
        _reshape("normal"), requires=when("numeric_columns >= 1", "rows >= 50"), scale=Scale.TWEAK,
    ),
    _technique(
        "winsorise", 300, "Pull in extreme values",
        "Clip every number at its first and last percentile; outliers then neither stretch scales nor attract cuts.",
        _feature("winsorise"), requires=when("numeric_columns >= 1", "max_skew > 1", "rows >= 100"), scale=Scale.TWEAK,
        answers=(OVER, SHIFT),
    ),
    _technique(
        "quantile_bins", 310, "Cut numbers into quantile bins",
        "Indicators of eight quantile bins give a linear model steps where effects are not straight.",
        _reshape("bins", count=8), requires=when("numeric_columns >= 1", "rows >= 300", "numeric_columns <= 40"),
    ),
    _technique(
        "spline_features", 320, "Expand numbers into splines",
        "Smooth curves per column let a linear model bend without losing its low variance.",
        _reshape("splines", count=6), requires=when("numeric_columns >= 1", "rows >= 100", "numeric_columns <= 40"),
    ),
    _technique(
        "polynomial_features", 330, "Add squares and products of all numbers",
        "Second-degree terms give a linear model curvature and pairwise interactions; keep it regularised.",
        _matrix("polynomial", groups=("linear", "bayes"), degree=2),
        requires=when("numeric_columns >= 2", "numeric_columns <= 30"),
    ),
    _technique(
        "ratios", 340, "Add ratios of the strongest columns",
        "Trees approximate a ratio by many cuts; give them the ratios of the most important numbers.",
        _feature("ratios", count=4), requires=when("numeric_columns >= 2", "rows >= 100"),
    ),
    _technique(
        "products", 350, "Add products and differences of the strongest columns",
        "Interactions of the most important numbers, spelled out so that few rows suffice to see them.",
        _feature("products", count=5), requires=when("numeric_columns >= 2", "rows >= 100"),
    ),
    _technique(
        "group_statistics", 360, "Compare rows with their category's mean",
        "How a number stands against the mean of its category often says more than the number.",
        _feature("group_statistics", keys=3, columns=4),
        requires=when("categorical_columns >= 1", "numeric_columns >= 1"),
    ),
    _technique(
        "row_statistics", 370, "Summarise each row",
        "Mean, spread and extremes over the scaled numbers of a row; for many columns of one sort.",
        _feature("row_statistics"), requires=when("numeric_columns >= 8"), scale=Scale.TWEAK,
    ),
    _technique(
        "neighbour_target", 380, "Add the target of the nearest rows",
        "What the target is among the nearest training rows, learned across folds, brings local structure into "
        "any model.",
        _matrix("neighbour_target", count=15), requires=when("numeric_columns >= 1", "rows >= 100", "columns <= 60",
        "rows <= 20000"),
    ),
    _technique(
        "cluster_distances", 390, "Add distances to groups of similar rows",
        "Distances to the centres of a clustering describe where in the space a row lies.",
        _feature("clusters", count=8), requires=when("numeric_columns >= 3", "rows >= 100"),
    ),
    _technique(
        "principal_components", 400, "Add principal components",
        "The main directions of the numbers, beside them: trees can then cut along correlated columns.",
        _matrix("principal_components", count=5), requires=when("numeric_columns >= 8", "rows >= 50"),
    ),
    _technique(
        "reduce_to_components", 410, "Replace the numbers by their principal components",
        "Keep the components that hold 95 % of the variance; many correlated columns become few independent ones.",
        _matrix("principal_components", count=0.95, only=True, scaled=True), requires=when("numeric_columns >= 10",
        "rows >= 50"),
        answers=(OVER, CEILING),
    ),
    _technique(
        "select_by_importance", 420, "Keep the important half of the columns",
        "Drop columns that a forest finds no use for; fewer columns, less chance to fit noise.",
        _matrix("select", threshold="0.5*mean"), requires=when("columns >= 8"), answers=(OVER, CEILING),
    ),
    _technique(
        "turned_coordinates", 430, "Turn the plane of the two strongest columns",
        "Trees cut along axes; turned coordinates let them follow slanted borders, above all on maps.",
        _feature("rotations"), requires=when("numeric_columns >= 2", "numeric_columns <= 8"),
    ),
    _technique(
        "identical_row_means", 440, "Use the mean target of identical rows",
        "Where test rows repeat training rows, a smoothed mean of the target over identical rows is the best feature.",
        _row_key, requires=when("shared_share > 0.05"), answers=(GAP, CEILING),
    ),
    _technique(
        "drop_repeated_rows", 450, "Keep one of each set of identical rows",
        "Repeated training rows count as often as they are copied; keep one unless the copies are real observations.",
        _feature("unique_rows"), requires=when("duplicate_share > 0.01"), scale=Scale.TWEAK, answers=(OVER, SHIFT),
    ),
    _technique(
        "date_parts", 200, "Split dates into calendar parts",
        "Month, day, weekday and hour carry the seasons and habits that a running date hides.",
        _feature("date_parts"), requires=when("datetime_columns >= 1"),
    ),
)  # fmt: skip
