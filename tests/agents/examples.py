"""Small made-up competitions for the engineer's tests: a folder as a script sees it, and the brief that goes "
"with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from haste.schema.brief import Brief
from haste.schema.competition import Competition, Direction, Kind, Metric, PredictionNeed, Scheme, Validation
from haste.schema.profile import ColumnProfile, Drift, Profile, Resources, Role, TargetProfile

NEEDS = {
    "roc_auc": PredictionNeed.RANKING,
    "log_loss": PredictionNeed.PROBABILITY,
    "accuracy": PredictionNeed.LABEL,
    "f1": PredictionNeed.LABEL,
    "f1_macro": PredictionNeed.LABEL,
    "quadratic_weighted_kappa": PredictionNeed.LABEL,
}


@dataclass(frozen=True)
class Example:
    """A made-up competition: tables, and what its harness would have inferred about them."""

    kind: Kind
    metric: str
    train: pd.DataFrame
    test: pd.DataFrame
    targets: tuple[str, ...]
    classes: tuple[str, ...] = ()
    class_columns: bool = False
    roles: dict[str, Role] = field(default_factory=dict)
    suffix: str = ".csv"
    id_column: str | None = "id"
    scheme: Scheme = Scheme.KFOLD
    group: str | None = None
    domain: str = "tabular"

    @property
    def columns(self) -> tuple[str, ...]:
        return self.classes if self.class_columns else self.targets

    @property
    def sample(self) -> pd.DataFrame:
        filler: Any = 0.5 if not self.classes or self.class_columns else self.classes[0]
        frame = pd.DataFrame({column: [filler] * len(self.test) for column in self.columns})
        if self.id_column:
            frame.insert(0, self.id_column, self.test[self.id_column].to_numpy())
        return frame.iloc[::-1].reset_index(drop=True) if self.id_column else frame

    def lay_out(self, folder: Path) -> Path:
        """Write `input/` below `folder`."""
        inside = folder / "input"
        inside.mkdir(parents=True)
        (inside / "description.md").write_text("made up", encoding="utf-8")
        for name, frame in (("train", self.train), ("test", self.test)):
            path = inside / f"{name}{self.suffix}"
            match self.suffix:
                case ".csv":
                    frame.to_csv(path, index=False)
                case ".tsv":
                    frame.to_csv(path, index=False, sep="\t")
                case ".parquet":
                    frame.to_parquet(path)
                case ".json":
                    frame.to_json(path, orient="records")
                case ".jsonl":
                    frame.to_json(path, orient="records", lines=True)
        self.sample.to_csv(inside / "sample_submission.csv", index=False)
        return inside

    def brief(self, **more: Any) -> Brief:
        direction = Direction.MINIMIZE if self.metric in ("log_loss", "rmse", "mae", "rmsle") else Direction.MAXIMIZE
        needs = NEEDS.get(self.metric, PredictionNeed.VALUE)
        validation = Validation(scheme=self.scheme, folds=5, group_column=self.group)
        competition = Competition(
            id="made-up", title="Made up", description="", domain=self.domain, kind=self.kind,
            metric=Metric(name=self.metric, direction=direction, needs=needs), targets=self.targets,
            classes=self.classes,
            id_column=self.id_column, submission_columns=self.columns, train=f"train{self.suffix}",
            test=f"test{self.suffix}",
            sample_submission="sample_submission.csv", validation=validation,
        )  # fmt: skip
        profile = Profile(
            n_train=len(self.train), n_test=len(self.test), columns=tuple(map(self._column, self.train)),
            targets=tuple(map(self._target, self.targets)), duplicate_rows=0.02, shared_rows=0.1,
            drift=Drift(auc=0.8, columns=(self._first(),)), validation=validation, validation_reason="made up",
            resources=Resources(python="3.11", cores=1, memory_gb=4.0, packages={"lightgbm": "4.7.0",
            "sklearn": "1.9.1"}),
        )  # fmt: skip
        return Brief(competition=competition, profile=profile, seed=7, **more)

    def _first(self) -> str:
        return next(c for c in self.train if self._role(c) in (Role.NUMERIC, Role.CATEGORICAL))

    def _role(self, name: str) -> Role:
        if name in self.targets:
            return Role.TARGET
        if name == self.id_column:
            return Role.ID
        if name == self.group:
            return Role.GROUP
        if name in self.roles:
            return self.roles[name]
        return Role.NUMERIC if pd.api.types.is_numeric_dtype(self.train[name]) else Role.CATEGORICAL

    def _column(self, name: str) -> ColumnProfile:
        column = self.train[name]
        in_test = name in self.test
        numeric = self._role(name) is Role.NUMERIC and pd.api.types.is_numeric_dtype(column)
        return ColumnProfile(
            name=name, role=self._role(name), dtype=str(column.dtype), n_unique=column.nunique(),
            missing=float(column.isna().mean()), test_missing=float(self.test[name].isna().mean()) if in_test else None,
            in_test=in_test, skew=float(column.astype(float).skew()) if numeric and column.nunique() > 2 else None,
            examples=tuple(str(value)[:60] for value in column.dropna().unique()[:3]),
        )  # fmt: skip

    def _target(self, name: str) -> TargetProfile:
        column = self.train[name]
        shares = column.astype(str).value_counts(normalize=True).to_dict() if self.classes else {}
        if self.classes:
            return TargetProfile(
                name=name, missing=float(column.isna().mean()), n_unique=column.nunique(), shares=shares
            )
        return TargetProfile(
            name=name, missing=float(column.isna().mean()), n_unique=column.nunique(), minimum=float(column.min()),
            maximum=float(column.max()), skew=float(column.skew()),
            is_count=bool((column % 1 == 0).all() and column.min() >= 0),
        )  # fmt: skip


def table(rows: int, seed: int = 0) -> pd.DataFrame:
    """Mixed columns with gaps, long tails, a hostile name or two, and a category of many levels."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": [f"r{number}" for number in draw.permutation(rows)]})
    for name in ("a", 'b "quoted"', "größe", "d", "e [x]", "f", "g", "h"):
        frame[name] = draw.normal(size=rows)
    frame["tail"] = np.exp(draw.normal(size=rows) * 1.5)
    frame.loc[draw.random(rows) < 0.1, "d"] = np.nan
    frame["colour"] = draw.choice(["red", "green", "blue"], rows)
    frame["city"] = draw.choice([f"town {n}" for n in range(40)], rows)
    frame.loc[draw.random(rows) < 0.05, "city"] = np.nan
    frame["flag"] = draw.random(rows) < 0.5
    return frame


def signal(frame: pd.DataFrame) -> np.ndarray:
    return (
        frame["a"] + frame["größe"] * frame["f"] + (frame["colour"] == "red") + 0.3 * np.log(frame["tail"])
    ).to_numpy() + np.random.default_rng(1).normal(size=len(frame)) * 0.5


def example(kind: Kind, metric: str, rows: int = 240, test_rows: int = 60, **more: Any) -> Example:
    """A made-up competition of a kind over `table`."""
    frame = table(rows + test_rows)
    level = signal(frame)
    targets: tuple[str, ...] = ("target",)
    classes: tuple[str, ...] = ()
    match kind:
        case Kind.BINARY:
            frame["target"], classes = np.where(level > 0.5, "yes", "no"), ("no", "yes")
        case Kind.MULTICLASS:
            frame["target"] = pd.cut(level, [-99, -0.3, 0.8, 99], labels=["low", "mid", "top"]).astype(str)
            classes = ("low", "mid", "top")
        case Kind.ORDINAL:
            frame["target"] = np.clip(np.rint(level) + 2, 1, 4).astype(int)
            classes = ("1", "2", "3", "4")
        case Kind.MULTILABEL:
            frame["one"], frame["two"] = (level > 0).astype(int), (level > 1).astype(int)
            targets, classes = ("one", "two"), ("0", "1")
        case _:
            frame["target"] = level
            if metric == "mean_poisson_deviance" or metric == "rmsle":
                frame["target"] = np.random.default_rng(2).poisson(np.exp(np.clip(level, -3, 3)))
    train, test = frame.iloc[:rows], frame.iloc[rows:].drop(columns=list(targets)).reset_index(drop=True)
    return Example(kind=kind, metric=metric, train=train, test=test, targets=targets, classes=classes, **more)


MATRIX: dict[str, Example] = {}


def matrix() -> dict[str, Example]:
    """One example for each kind of answer."""
    return {
        "binary ranking": example(Kind.BINARY, "roc_auc"),
        "binary label": example(Kind.BINARY, "f1"),
        "classes probability": example(Kind.MULTICLASS, "log_loss", class_columns=True),
        "classes label": example(Kind.MULTICLASS, "f1_macro"),
        "several labels": example(Kind.MULTILABEL, "roc_auc"),
        "ordinal": example(Kind.ORDINAL, "quadratic_weighted_kappa"),
        "regression": example(Kind.REGRESSION, "rmse"),
        "counts": example(Kind.REGRESSION, "mean_poisson_deviance"),
    }
