"""Model families as data: which classes of which library, and how columns must be prepared for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .recipe import Task

Group = Literal[
    "boosting",
    "forest",
    "linear",
    "kernel",
    "neighbours",
    "neural",
    "process",
    "bayes",
    "smoothing",
    "recursion",
    "other",
]


@dataclass(frozen=True)
class Family:
    """`classifier` and `regressor` name importable classes (see `imports.KNOWN`); None: the family cannot do that."""

    name: str
    title: str
    group: Group
    classifier: str | None
    regressor: str | None
    scaled: bool = False  # wants numbers imputed and scaled, categories as indicators
    missing: bool = False  # takes missing numbers as they are
    seeded: bool = True  # takes random_state
    fixed: Mapping[str, Any] = field(default_factory=dict)  # arguments that are never tuned
    probabilities: bool = True  # False: the classifier is wrapped to give them
    importances: Literal["feature_importances_", "coef_"] | None = None
    most_classes: int = 1000  # beyond these it takes too long
    scaled_target: bool = False  # a regression target must be standardised

    def estimator(self, task: Task) -> str | None:
        return self.regressor if task == "regression" else self.classifier
