"""The learners that the panels share: a name and a fresh scikit-learn estimator for each usual setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from ..arena import SEED, Arena, Array, Entrant

Factory = Callable[[], Any]
Features = Callable[[Arena], tuple[Any, Any]]
Named = list[tuple[str, Factory]]


def grid(name: str, build: Callable[..., Any], **choices: Iterable[Any]) -> Named:
    """One learner per combination, named after what varies."""
    keys = list(choices)
    made: Named = []
    for values in product(*choices.values()):
        picked = dict(zip(keys, values, strict=True))
        label = " ".join(f"{key}={value}" for key, value in picked.items())
        made.append((f"{name} {label}".strip(), partial(build, **picked)))
    return made


def classify(estimator: Any, train: Any, y: Array, test: Any, classes: int) -> Array:
    """(rows, classes): probabilities, or a softmax over margins where the learner has none."""
    from scipy.special import softmax

    estimator.fit(train, y)
    if hasattr(estimator, "predict_proba"):
        scores = estimator.predict_proba(test)
    else:
        margin = estimator.decision_function(test)
        scores = softmax(margin if margin.ndim == 2 else np.stack([-margin, margin], axis=1), axis=1)
    answer = np.zeros((scores.shape[0], classes))
    answer[:, np.asarray(estimator.classes_, dtype=int)] = scores
    return answer


def classifier(features_name: str, features: Features, name: str, factory: Factory) -> Entrant:
    def answer(arena: Arena) -> Array:
        train, test = arena.once(features_name, lambda: features(arena))
        return classify(factory(), train, arena.y, test, len(arena.classes))

    return Entrant(f"{features_name} + {name}", answer)


def regressor(features_name: str, features: Features, name: str, factory: Factory) -> Entrant:
    def answer(arena: Arena) -> Array:
        train, test = arena.once(features_name, lambda: features(arena))
        return np.asarray(factory().fit(train, arena.y.astype(float)).predict(test), dtype=float).ravel()

    return Entrant(f"{features_name} + {name}", answer)


def blend(*teams: str) -> Entrant:
    def never(arena: Arena) -> Array:
        raise NotImplementedError

    return Entrant("mean of " + ", ".join(teams), never, teams)


def logistic(C: float, **settings: Any) -> Any:  # noqa: N803 - scikit-learn's name
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=C, max_iter=1000, random_state=SEED, **settings)


def logistic_ovr(C: float, **settings: Any) -> Any:  # noqa: N803
    """One against the rest with liblinear: many times faster on sparse text, and as usual."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    return OneVsRestClassifier(LogisticRegression(C=C, solver="liblinear", random_state=SEED, **settings))


def lightgbm(task: str, **settings: Any) -> Any:
    import lightgbm

    build = lightgbm.LGBMClassifier if task == "classification" else lightgbm.LGBMRegressor
    return build(random_state=SEED, n_jobs=1, deterministic=True, force_row_wise=True, verbose=-1, **settings)


def forest(task: str, kind: str = "forest", trees: int = 100, **settings: Any) -> Any:
    from sklearn import ensemble

    names = {
        ("classification", "forest"): "RandomForestClassifier",
        ("classification", "extra"): "ExtraTreesClassifier",
        ("regression", "forest"): "RandomForestRegressor",
        ("regression", "extra"): "ExtraTreesRegressor",
    }
    return getattr(ensemble, names[task, kind])(n_estimators=trees, n_jobs=1, random_state=SEED, **settings)


def perceptron(task: str, **settings: Any) -> Any:
    from sklearn import neural_network

    name = "MLPClassifier" if task == "classification" else "MLPRegressor"
    settings.setdefault("max_iter", 150)
    return getattr(neural_network, name)(random_state=SEED, early_stopping=True, **settings)


def neighbours(task: str, k: int, **settings: Any) -> Any:
    from sklearn import neighbors

    name = "KNeighborsClassifier" if task == "classification" else "KNeighborsRegressor"
    return getattr(neighbors, name)(n_neighbors=k, **settings)
