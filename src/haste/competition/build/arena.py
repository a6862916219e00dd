"""What a pipeline of the panel sees, the form of its answer, and how the answer is scored.

An arena holds exactly what a candidate gets: train, test without target, images. The hidden answers are in `Judge`,
which no pipeline is given.
"""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from haste.competition.metrics import compute

Array = NDArray[Any]
SEED = 7


@dataclass
class Arena:
    """`y` holds the targets of `train`: class numbers (positions in `classes`), or numbers."""

    settings: dict[str, Any]
    train: pd.DataFrame
    test: pd.DataFrame
    y: Array
    classes: list[str]
    folder: Path
    _made: dict[str, Any] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        return str(self.settings["domain"])

    @property
    def metric(self) -> str:
        return str(self.settings["metric"])

    @property
    def is_ordinal(self) -> bool:
        return bool(self.settings["kind"] == "ordinal")

    @property
    def is_classification(self) -> bool:
        return bool(self.classes)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """A set of features, computed when the first pipeline asks for it."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def pictures(self) -> tuple[Array, Array]:
        """Grey images of train and test, shape (rows, height, width), 0 to 1."""
        return self.once("pictures", self._pictures)  # type: ignore[no-any-return]

    def _pictures(self) -> tuple[Array, Array]:
        with zipfile.ZipFile(self.folder / "images.zip") as archive:

            def read(name: str) -> Array:
                with Image.open(io.BytesIO(archive.read(f"images/{name}"))) as image:
                    return np.asarray(image, dtype=float) / 255

            return tuple(np.stack([read(name) for name in table["image"]]) for table in (self.train, self.test))  # type: ignore[return-value]


@dataclass(frozen=True)
class Entrant:
    """`answer` returns (rows, classes) probabilities or scores, or (rows,) class numbers or values."""

    team: str
    answer: Callable[[Arena], Array]
    blends: tuple[str, ...] = ()  # of these teams' answers, in place of an answer of its own


@dataclass(frozen=True)
class Judge:
    metric: str
    classes: list[str]
    truth: Array
    ordinal: bool
    floor: float  # the least value that a prediction may take

    def score(self, answer: Array) -> float:
        return round(compute(self.metric, self.truth, self._prediction(answer), self.classes), 5)

    def _prediction(self, answer: Array) -> Array:
        if self.metric == "roc_auc" or (self.metric == "log_loss" and len(self.classes) == 2):
            return np.asarray(answer)[:, 1]
        if self.metric == "log_loss":
            clipped = np.clip(answer, 1e-9, None)
            return np.asarray(clipped / clipped.sum(axis=1, keepdims=True))
        if self.classes:
            codes = answer.argmax(axis=1) if answer.ndim == 2 else np.clip(np.rint(answer), 0, len(self.classes) - 1)
            return np.asarray(np.array(self.classes, dtype=object)[codes.astype(int)])
        return np.asarray(np.maximum(answer, self.floor))


def enter(folder: Path) -> tuple[Arena, Judge]:
    """Reads a built folder."""
    settings = tomllib.loads((folder / "competition.toml").read_text(encoding="utf-8"))
    target, key = settings["target"], settings["id_column"]
    train = pd.read_csv(folder / "train.csv", dtype={key: str}, keep_default_na=False, na_values=[""])
    test = pd.read_csv(folder / "test.csv", dtype={key: str}, keep_default_na=False, na_values=[""])
    truth = pd.read_csv(folder / "private" / "answers.csv", dtype={key: str})
    classes: list[str] = []
    if settings["kind"] not in ("regression", "forecast"):
        classes = sorted(train[target].astype(str).unique())
        codes = {name: code for code, name in enumerate(classes)}
        y = train[target].astype(str).map(codes).to_numpy()
        hidden = truth[target].astype(str).to_numpy(dtype=object)
    else:
        y, hidden = train[target].to_numpy(dtype=float), truth[target].to_numpy(dtype=float)
    if list(truth[key]) != list(test[key]):
        message = f"{folder.name}: the answers do not stand in the order of the test rows"
        raise ValueError(message)
    arena = Arena(settings, train.drop(columns=[target]), test, y, classes, folder)
    if settings["kind"] == "forecast":
        arena.train = train
    floor = 0.05 * float(y.mean()) if settings["metric"] == "mean_poisson_deviance" else -np.inf
    return arena, Judge(settings["metric"], classes, hidden, settings["kind"] == "ordinal", floor)
