"""Small pictures: pixels in several forms and oriented gradients, times the usual learners, plus a few means."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..arena import SEED, Arena, Array, Entrant
from .estimators import (
    Features,
    Named,
    blend,
    classifier,
    classify,
    forest,
    grid,
    lightgbm,
    logistic,
    neighbours,
    perceptron,
)


def _flat(images: Array) -> Array:
    return images.reshape(len(images), -1)


def _normal(images: Array) -> Array:
    """Every picture with mean 0 and spread 1: brightness and contrast leave."""
    flat = _flat(images)
    centred = flat - flat.mean(axis=1, keepdims=True)
    return np.asarray((centred / (centred.std(axis=1, keepdims=True) + 0.02)).reshape(images.shape))


def _blurred(images: Array, sigma: float) -> Array:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(images, (0, sigma, sigma)))


def _smooth_pixels(images: Array) -> Array:
    return _flat(_normal(_blurred(images, 1.0)))


def _halved(images: Array) -> Array:
    rows, columns = images.shape[1] // 2, images.shape[2] // 2
    cut = images[:, : rows * 2, : columns * 2]
    return np.asarray(cut.reshape(len(cut), rows, 2, columns, 2).mean(axis=(2, 4)))


def _gradients(images: Array, cell: int, bins: int = 8, sigma: float = 0.7) -> Array:
    """Histograms of oriented gradients per cell (Dalal and Triggs 2005), normalised over the whole picture."""
    down, across = np.gradient(_blurred(images, sigma), axis=(1, 2))
    strength, angle = np.hypot(down, across), np.arctan2(down, across) % (2 * np.pi)
    part = np.floor(angle / (2 * np.pi) * bins).astype(int) % bins
    count = images.shape[1] // cell
    blocks = []
    for which in range(bins):
        energy = np.where(part == which, strength, 0)[:, : count * cell, : count * cell]
        blocks.append(energy.reshape(len(images), count, cell, count, cell).sum(axis=(2, 4)))
    flat = _flat(np.stack(blocks, axis=-1))
    return np.asarray(np.sqrt(flat / (flat.sum(axis=1, keepdims=True) + 1e-6)) * 3)


def _summary(images: Array) -> Array:
    """Means and spreads of rows, columns and the whole: what one tries in the first minute."""
    parts = [images.mean(axis=1), images.mean(axis=2), images.std(axis=1), images.std(axis=2)]
    return np.concatenate([*parts, images.mean(axis=(1, 2))[:, None], images.std(axis=(1, 2))[:, None]], axis=1)


def _each(arena: Arena, change: Any) -> tuple[Array, Array]:
    train, test = arena.pictures()
    return change(train), change(test)


def _reduced(arena: Arena, base: str, size: int) -> tuple[Array, Array]:
    from sklearn.decomposition import PCA

    train, test = arena.once(base, lambda: _FEATURES[base](arena))
    reduce = PCA(min(size, len(train) - 1), whiten=True, random_state=SEED)
    return reduce.fit_transform(train), reduce.transform(test)


def _joined(arena: Arena) -> tuple[Array, Array]:
    names = ("smooth pixels", "gradients 4")
    sides = zip(*(arena.once(name, partial(_FEATURES[name], arena)) for name in names), strict=True)
    train, test = (np.concatenate(side, axis=1) for side in sides)
    return train, test


_FEATURES: dict[str, Features] = {
    "pixels": partial(_each, change=_flat),
    "even pixels": partial(_each, change=lambda images: _flat(_normal(images))),
    "smooth pixels": partial(_each, change=_smooth_pixels),
    "half size": partial(_each, change=lambda images: _flat(_normal(_halved(images)))),
    "black and white": partial(
        _each, change=lambda images: (_flat(_normal(_blurred(images, 0.7))) > 0.5).astype(float)
    ),
    "pca 30": partial(_reduced, base="pixels", size=30),
    "smooth pca 60": partial(_reduced, base="smooth pixels", size=60),
    "gradients 4": partial(_each, change=partial(_gradients, cell=4)),
    "gradients 6": partial(_each, change=partial(_gradients, cell=6)),
    "gradients pca 60": partial(_reduced, base="gradients 4", size=60),
    "smooth pixels and gradients": _joined,
    "row and column means": partial(_each, change=_summary),
}


def _learners() -> dict[str, Named]:
    from sklearn import discriminant_analysis, dummy, naive_bayes, neighbors, svm, tree

    line = grid("logistic", partial(logistic, tol=1e-3), C=[0.01, 0.1, 1])
    near = grid("neighbours", partial(neighbours, "classification"), k=[1, 3, 9])
    machine = grid("svm", partial(svm.SVC, gamma="scale"), C=[1, 10])
    straight = grid("linear svm", partial(svm.SVC, kernel="linear"), C=[0.01, 0.1])
    trees = [
        *grid("random forest", partial(forest, "classification"), trees=[100, 200], min_samples_leaf=[1]),
        *grid("extra trees", partial(forest, "classification", "extra"), trees=[100, 200], min_samples_leaf=[1]),
    ]
    linear = grid(
        "linear discriminant",
        partial(discriminant_analysis.LinearDiscriminantAnalysis, solver="lsqr"),
        shrinkage=["auto", 0.5],
    )
    net = grid(
        "net", partial(perceptron, "classification", learning_rate_init=0.003), hidden_layer_sizes=[(64,), (128,)]
    )
    bayes = [("naive Bayes", naive_bayes.GaussianNB), ("nearest centre", neighbors.NearestCentroid)]
    single = grid("tree", partial(tree.DecisionTreeClassifier, random_state=SEED), max_depth=[5, 15])
    boost = grid("lightgbm", partial(lightgbm, "classification", n_estimators=20, learning_rate=0.2), num_leaves=[8])
    return {
        "pixels": [
            *grid("dummy", dummy.DummyClassifier, strategy=["prior"]),
            *line,
            *near,
            *machine,
            *straight,
            *trees,
            *linear,
            *net,
            *bayes,
            *single,
        ],
        "even pixels": [*line[:2], *near, *machine, *trees[::2], *linear[:1], *net[:1], *bayes],
        "smooth pixels": [*line[:2], *near, *machine, *straight[:1], *trees[::2], *linear, *net[:1], *bayes[1:]],
        "half size": [*line, *near[1:2], *machine, *trees[::2], *net[:1], *bayes],
        "black and white": [*line[:2], *near[1:2], *machine[:1], *trees[:1], ("naive Bayes", naive_bayes.BernoulliNB)],
        "pca 30": [*line[1:], *near[1:2], *machine, *bayes[:1], *linear[:1], *boost, *net[:1]],
        "smooth pca 60": [*line[1:], *near[1:2], *machine, *bayes[:1], *linear[:1]],
        "gradients 4": [*line[1:], *near, *machine, *straight[1:], *trees[::2], *linear, *net[:1], *bayes[1:]],
        "gradients 6": [*line[1:], *near[1:2], *machine, *trees[::2], *linear[:1]],
        "gradients pca 60": [*near[1:2], *machine[:1], *boost, *net[:1]],
        "smooth pixels and gradients": [*line[1:2], *machine, *trees[2:3], *linear],
        "row and column means": [*line[1:], *near[1:2], *machine[:1], *trees[:1], *single[:1]],
    }


def _shifted(arena: Arena, base: str, k: int) -> Array:
    """The training pictures once more, moved by a pixel in each direction."""
    images, test = arena.pictures()
    learner = neighbours("classification", k)
    moves = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
    many = np.concatenate([np.roll(images, move, axis=(1, 2)) for move in moves])
    change = _smooth_pixels if base == "smooth pixels" else partial(_gradients, cell=4)
    return classify(learner, change(many), np.tile(arena.y, len(moves)), change(test), len(arena.classes))


_BLENDS = (
    ("pixels + logistic C=0.1", "pixels + random forest trees=100 min_samples_leaf=1"),
    ("smooth pixels + logistic C=0.1", "smooth pixels + extra trees trees=100 min_samples_leaf=1"),
    ("smooth pixels + neighbours k=3", "gradients 4 + logistic C=1"),
    ("gradients 4 + logistic C=1", "gradients 4 + extra trees trees=100 min_samples_leaf=1"),
)


def entrants(_: Arena) -> list[Entrant]:
    made = [
        classifier(name, _FEATURES[name], label, factory)
        for name, learners in _learners().items()
        for label, factory in learners
    ]
    for base in ("smooth pixels", "gradients 4"):
        for k in (1, 5):
            made.append(Entrant(f"{base}, moved + neighbours k={k}", partial(_shifted, base=base, k=k)))
    return [*made, *(blend(*teams) for teams in _BLENDS)]
