"""Writers of matrix steps for texts: the views of a text, and what is done with them inside the pipeline.

Each text column has a branch of its own for each view, as a vectoriser takes one column.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haste.agents.builtin.recipe import Recipe, Step
from haste.agents.builtin.script import Branch, Pipe, bracket, call, chain, literal

_VIEWS = ("words", "chars")
_PATTERNS = {"short": r"(?u)\b\w+\b", "marks": r"(?u)\w+|[^\w\s]"}


def words(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    given = _vectoriser_arguments(step.params)
    if "pattern" in step.params:
        given["token_pattern"] = _raw(_PATTERNS[step.params["pattern"]])
    if step.params.get("stop"):
        given["stop_words"] = '"english"'
    _view("words", step, recipe, pipe, given)


def chars(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    within = step.params.get("within", True)
    given = {"analyzer": literal("char_wb" if within else "char"), **_vectoriser_arguments(step.params)}
    _view("chars", step, recipe, pipe, given)


def _vectoriser_arguments(params: Mapping[str, Any]) -> dict[str, str]:
    """Arguments that differ from scikit-learn's own."""
    given = {"ngram_range": f"({params['low']}, {params['high']})"} if params["high"] > 1 else {}
    if params.get("min_df", 1) > 1:
        given["min_df"] = str(params["min_df"])
    for name in ("binary", "sublinear_tf"):
        if params.get(name):
            given[name] = "True"
    if params.get("case"):
        given["lowercase"] = "False"
    if params.get("limit"):
        given["max_features"] = str(params["limit"])
    return given


def _view(name: str, step: Step, recipe: Recipe, pipe: Pipe, given: dict[str, str]) -> None:
    pipe.dense = False
    counts = bool(step.params.get("counts"))
    if counts:
        given.pop("sublinear_tf", None)
    if pipe.scaled:  # of a size with weights of terms, and never below zero, as counts are
        pipe.numbers["scale"] = "MinMaxScaler(clip=True)"
    vectoriser = call("CountVectorizer" if counts else "TfidfVectorizer", **given)
    for number, column in enumerate(columns(recipe)):
        pipe.extra.append(Branch(f"{name}_{number}", literal(column), [vectoriser]))


def columns(recipe: Recipe) -> tuple[str, ...]:
    return (*recipe.constants.text, *(["all texts"] if recipe.feature("join_texts") else []))


def _text_branches(pipe: Pipe) -> list[Branch]:
    return [branch for branch in pipe.extra if branch.name.rsplit("_", 1)[0] in _VIEWS]


def best_terms(step: Step, recipe: Recipe, pipe: Pipe) -> None:
    """Keep the share `percent` of each view's terms that depend most on the target."""
    test = "f_regression" if recipe.constants.task == "regression" else "chi2"
    for branch in _text_branches(pipe):
        branch.chain.append(call("SelectPercentile", test, percentile=str(step.params["percent"])))


def weigh_views(step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    """One branch per column for both views, the characters' weighing `chars` against the words' 1."""
    by_column: dict[str, dict[str, str]] = {}
    for branch in _text_branches(pipe):
        view = branch.name.rsplit("_", 1)[0]
        by_column.setdefault(branch.columns, {})[view] = chain(branch.chain)
        pipe.extra.remove(branch)
    weights = {"chars": step.params["chars"]}
    for number, (column, views) in enumerate(by_column.items()):
        union = bracket([f'("{view}", {expression})' for view, expression in views.items()])
        both = call("FeatureUnion", union, transformer_weights=literal(weights))
        pipe.extra.append(Branch(f"texts_{number}", column, [both]))


_TOPICS = '''class Topics(TransformerMixin, BaseEstimator):
    """Latent semantic analysis: the main directions of a sparse matrix, at most `count` of them."""

    def __init__(self, count, random_state=None):
        self.count, self.random_state = count, random_state

    def fit_transform(self, X, y=None):
        count = max(1, min(self.count, X.shape[1] - 1))
        self.model_ = TruncatedSVD(count, random_state=self.random_state)
        return self.model_.fit_transform(X)

    def fit(self, X, y=None):
        self.fit_transform(X)
        return self

    def transform(self, X):
        return self.model_.transform(X)'''


def topics(step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    """`count` components of each view; `scale` is "length" (compare by angle) or "spread" (each on one scale)."""
    pipe.definitions.append(_TOPICS)
    after = {"length": ["Normalizer()"], "spread": ["StandardScaler()"]}.get(step.params.get("scale", ""), [])
    for branch in _text_branches(pipe):
        branch.chain += [f"Topics({step.params['count']}, random_state=seed)", *after]
    pipe.dense = True


_RATIO = '''class RatioLogistic(ClassifierMixin, BaseEstimator):
    """Logistic regressions, one per class, on counts weighed by how much oftener a term occurs in the class.

    Wang and Manning 2012 (NB-SVM), with probabilities.
    """

    def __init__(self, C=1.0, smoothing=1.0):
        self.C, self.smoothing = C, smoothing

    def fit(self, X, y):
        self.classes_, y, self.members_ = np.unique(y), np.asarray(y), []
        for label in self.classes_ if len(self.classes_) > 2 else self.classes_[1:]:
            inside = self.smoothing + np.ravel(X[y == label].sum(axis=0))
            outside = self.smoothing + np.ravel(X[y != label].sum(axis=0))
            ratio = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
            model = LogisticRegression(C=self.C, solver="liblinear", random_state=0)
            self.members_.append((ratio, model.fit(X @ sparse.diags_array(ratio), y == label)))
        return self

    def predict_proba(self, X):
        parts = [model.predict_proba(X @ sparse.diags_array(ratio))[:, 1] for ratio, model in self.members_]
        if len(parts) == 1:
            return np.column_stack([1 - parts[0], parts[0]])
        return np.column_stack(parts) / np.sum(parts, axis=0)[:, None]

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]'''


def count_ratio(_step: Step, _recipe: Recipe, pipe: Pipe) -> None:
    pipe.definitions.append(_RATIO)
    pipe.estimator = "RatioLogistic"


def _raw(pattern: str) -> str:
    return f'r"{pattern}"'
