"""Texts: bags of words and of letters, times the usual learners, plus a few means of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..arena import SEED, Arena, Entrant
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
)


def _texts(arena: Arena) -> tuple[list[str], list[str]]:
    column = arena.settings["text"][0]
    return arena.train[column].fillna("").tolist(), arena.test[column].fillna("").tolist()


def _bag(arena: Arena, counts: bool = False, **settings: Any) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    train, test = _texts(arena)
    build = CountVectorizer if counts else partial(TfidfVectorizer, sublinear_tf=True)
    bag = build(**({"token_pattern": r"\w+", "min_df": 2} | settings))
    return bag.fit_transform(train), bag.transform(test)


def _letters(arena: Arena, **settings: Any) -> tuple[Any, Any]:
    return _bag(arena, token_pattern=None, max_features=30_000, **({"analyzer": "char_wb"} | settings))


def _both(arena: Arena) -> tuple[Any, Any]:
    from scipy.sparse import hstack

    words = arena.once("words", lambda: _FEATURES["words"](arena))
    letters = arena.once("letters 2-4", lambda: _FEATURES["letters 2-4"](arena))
    train, test = (hstack(pair).tocsr() for pair in zip(words, letters, strict=True))
    return train, test


def _topics(arena: Arena, base: str, size: int) -> tuple[Any, Any]:
    from sklearn.decomposition import TruncatedSVD

    train, test = arena.once(base, lambda: _FEATURES[base](arena))
    reduce = TruncatedSVD(size, random_state=SEED)
    return reduce.fit_transform(train), reduce.transform(test)


def _measures(arena: Arena) -> tuple[Any, Any]:
    """Lengths and shares of kinds of letters: what one writes without reading."""
    import numpy as np

    def facts(text: str) -> list[float]:
        size = max(len(text), 1)
        kinds = [sum(test(letter) for letter in text) / size for test in (str.isupper, str.isdigit, str.isspace)]
        marks = [text.count(mark) / size for mark in "_.,()[]=:#'\"*-+>"]
        words = text.split()
        return [len(text), len(words), size / max(len(words), 1), *kinds, *marks]

    train, test = (np.array([facts(text) for text in side]) for side in _texts(arena))
    spread = train.std(axis=0) + 1e-9
    return (train - train.mean(axis=0)) / spread, (test - train.mean(axis=0)) / spread


_FEATURES: dict[str, Features] = {
    "counts": partial(_bag, counts=True),
    "presence": partial(_bag, counts=True, binary=True),
    "words": _bag,
    "words all": partial(_bag, min_df=1),
    "words without stop words": partial(_bag, stop_words="english"),
    "words 1-2": partial(_bag, ngram_range=(1, 2)),
    "letters 2-4": partial(_letters, ngram_range=(2, 4)),
    "letters 3-5": partial(_letters, ngram_range=(3, 5)),
    "letters 1-3 across": partial(_letters, ngram_range=(1, 3), analyzer="char"),
    "words and letters": _both,
    "topics of words": partial(_topics, base="words", size=80),
    "topics of letters": partial(_topics, base="letters 2-4", size=80),
    "measures": _measures,
}


def _learners() -> dict[str, Named]:
    from sklearn import dummy, linear_model, naive_bayes, neighbors, svm, tree

    multinomial = grid("naive Bayes", naive_bayes.MultinomialNB, alpha=[0.03, 0.3, 1])
    complement = grid("complement naive Bayes", naive_bayes.ComplementNB, alpha=[0.1, 1])
    bernoulli = grid("bernoulli naive Bayes", naive_bayes.BernoulliNB, alpha=[0.03, 0.3])
    line = grid("logistic", logistic_ovr, C=[1, 10])
    machine = grid("linear svm", partial(svm.LinearSVC, random_state=SEED), C=[0.1, 0.5, 2])
    near = grid("neighbours", partial(neighbours, "classification", metric="cosine"), k=[1, 5, 20])
    descent = grid(
        "gradient descent",
        partial(linear_model.SGDClassifier, random_state=SEED, max_iter=30),
        loss=["log_loss", "modified_huber"],
    )
    ridge = grid(
        "ridge", partial(linear_model.RidgeClassifier, solver="sag", max_iter=200, random_state=SEED), alpha=[1]
    )
    centre = [("nearest centre", neighbors.NearestCentroid)]
    trees = [
        *grid("random forest", partial(forest, "classification"), trees=[100], min_samples_leaf=[1, 3]),
        *grid("extra trees", partial(forest, "classification", "extra"), trees=[100], min_samples_leaf=[1]),
    ]
    dense = [
        *grid("logistic", logistic, C=[1, 30]),
        *grid("svm", partial(svm.SVC, probability=False), C=[1, 10]),
        *near[1:2],
        *grid("lightgbm", partial(lightgbm, "classification", n_estimators=25, num_leaves=8), learning_rate=[0.15]),
        *grid("net", partial(perceptron, "classification", hidden_layer_sizes=(100,)), alpha=[1e-3]),
        *trees[:1],
    ]
    return {
        "counts": [
            *grid("dummy", dummy.DummyClassifier, strategy=["prior"]),
            *multinomial,
            *complement,
            *line[:1],
            *grid("tree", partial(tree.DecisionTreeClassifier, random_state=SEED), max_depth=[10, None]),
            *trees,
        ],
        "presence": [*bernoulli, *multinomial[1:], *line[:1]],
        "words": [*multinomial, *complement, *line, *machine, *near, *descent, *ridge, *centre, *trees],
        "words all": [*multinomial[:2], *line, *machine[1:]],
        "words without stop words": [*multinomial[:2], *line, *machine[1:2], *near[1:2]],
        "words 1-2": [*multinomial[:2], *complement[:1], *line, *machine, *descent[:1]],
        "letters 2-4": [*multinomial[:2], *complement[:1], *line, *machine, *near[1:], *descent, *centre],
        "letters 3-5": [*multinomial[:2], *line[1:], *machine[1:2], *descent[:1]],
        "letters 1-3 across": [*multinomial[:1], *line, *machine[:2]],
        "words and letters": [*multinomial[:2], *line, *machine[:2], *descent],
        "topics of words": dense,
        "topics of letters": dense[:5],
        "measures": [
            *dense[:1],
            *grid("neighbours", partial(neighbours, "classification"), k=[15]),
            *trees[:2],
            *grid("tree", partial(tree.DecisionTreeClassifier, random_state=SEED), max_depth=[6]),
        ],
    }


_BLENDS = (
    ("words + logistic C=10", "letters 2-4 + logistic C=10"),
    ("words + logistic C=10", "words + naive Bayes alpha=0.03"),
    ("words + logistic C=10", "letters 2-4 + naive Bayes alpha=0.03"),
    ("words + naive Bayes alpha=0.03", "letters 2-4 + naive Bayes alpha=0.03"),
    ("words and letters + logistic C=10", "topics of words + svm C=10"),
    ("words + logistic C=10", "words + random forest trees=100 min_samples_leaf=1"),
)


def entrants(_: Arena) -> list[Entrant]:
    made = [
        classifier(name, _FEATURES[name], label, factory)
        for name, learners in _learners().items()
        for label, factory in learners
    ]
    return [*made, *(blend(*teams) for teams in _BLENDS)]
