"""The structured form of a script: what it reads, how it makes features, what it fits, what it writes.

A recipe is all that `render` needs. It knows nothing of briefs, skills or how it came about. Values are plain, so
that a recipe survives a journal as JSON.
"""

from __future__ import annotations

from typing import Any, Literal, Self

from haste.schema.competition import Media, PredictionNeed, Scheme
from haste.schema.value import Value

Task = Literal["binary", "multiclass", "regression"]
Label = bool | int | float | str
Params = dict[str, Any]


class Constants(Value):
    """What the competition fixes. Column names are as the files have them."""

    title: str
    train: str  # file names below input/
    test: str
    sample: str = "sample_submission.csv"
    id_column: str | None
    targets: tuple[str, ...]
    columns: tuple[str, ...]  # what the submission holds besides the id
    task: Task  # of each target; an ordinal target may be learned as either of two
    ordinal: bool = False
    classes: tuple[Label, ...] = ()  # in the order of the submission's columns where it has one per class
    class_columns: bool = False
    need: PredictionNeed
    metric: str
    maximize: bool
    numeric: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    unclear_dates: tuple[str, ...] = ()  # those that may write the day or the month first, as 01/10/2020 does
    image: tuple[Media, ...] = ()
    audio: tuple[Media, ...] = ()
    group: str | None = None
    time: str | None = None
    scheme: Scheme = Scheme.KFOLD
    missing_target: bool = False
    drifting: tuple[str, ...] = ()  # columns that tell train from test, strongest first
    rows: int = 0  # training rows, for sizes that must fit small data


class Step(Value):
    """One part of a script, by the name of the writer that renders it."""

    name: str
    params: Params = {}


class Model(Value):
    """One estimator with its own preparation of the columns."""

    family: str
    params: Params = {}
    steps: tuple[Step, ...] = ()  # preparation inside the pipeline: fitted on the rows that the model is fitted on

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)

    def set(self, **params: Any) -> Self:
        return self.model_copy(update={"params": {**self.params, **params}})

    def put(self, name: str, **params: Any) -> Self:
        """Add a step, or replace the one of that name."""
        return self.model_copy(update={"steps": _put(self.steps, name, params)})

    def drop(self, name: str) -> Self:
        return self.model_copy(update={"steps": tuple(s for s in self.steps if s.name != name)})


class Recipe(Value):
    domain: str
    constants: Constants
    model: Model
    partners: tuple[Model, ...] = ()
    combine: Literal["blend", "stack"] = "blend"  # only where there are partners
    features: tuple[Step, ...] = ()  # on the frames, before any model; shared by all models
    target: Literal["log1p", "sqrt", "power"] | None = None  # transform of a regression target
    calibrate: Literal["sigmoid", "isotonic"] | None = None
    seeds: int = 1  # models that differ in their seed only, averaged
    folds: int = 0  # models on all but one fold each, averaged; 0: one model on all rows
    finish: tuple[Step, ...] = ()  # from predictions to what is submitted: thresholds, clipping
    seed: int = 0

    def feature(self, name: str) -> Step | None:
        return next((step for step in self.features if step.name == name), None)

    def put(self, name: str, **params: Any) -> Self:
        """Add a feature step, or replace the one of that name."""
        return self.model_copy(update={"features": _put(self.features, name, params)})

    def drop(self, name: str) -> Self:
        return self.model_copy(update={"features": tuple(s for s in self.features if s.name != name)})

    def put_finish(self, name: str, **params: Any) -> Self:
        return self.model_copy(update={"finish": _put(self.finish, name, params)})

    def finishing(self, name: str) -> Step | None:
        return next((step for step in self.finish if step.name == name), None)

    def change(self, **fields: Any) -> Self:
        return self.model_copy(update=fields)

    @property
    def models(self) -> tuple[Model, ...]:
        return (self.model, *self.partners)


def _put(steps: tuple[Step, ...], name: str, params: Params) -> tuple[Step, ...]:
    new = Step(name=name, params=params)
    if any(step.name == name for step in steps):
        return tuple(new if step.name == name else step for step in steps)
    return (*steps, new)
