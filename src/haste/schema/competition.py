"""A competition as its participants see it. Held-out answers have no field here, on purpose."""

from __future__ import annotations

import math
from enum import StrEnum

from .value import Value


class Direction(StrEnum):
    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"


class PredictionNeed(StrEnum):
    """What a metric wants a submission to hold."""

    LABEL = "label"  # one of the classes
    PROBABILITY = "probability"  # calibrated, in [0, 1]; rows sum to one where there is a column per class
    RANKING = "ranking"  # any number that sorts the rows
    VALUE = "value"  # a number in the target's own units


class Kind(StrEnum):
    BINARY = "binary"
    MULTICLASS = "multiclass"
    MULTILABEL = "multilabel"
    ORDINAL = "ordinal"
    REGRESSION = "regression"
    FORECAST = "forecast"
    SEQUENCE = "sequence"
    IMAGE_TO_IMAGE = "image_to_image"

    @property
    def is_classification(self) -> bool:
        return self in (Kind.BINARY, Kind.MULTICLASS, Kind.MULTILABEL)


class Scheme(StrEnum):
    KFOLD = "kfold"
    STRATIFIED = "stratified"
    GROUP = "group"
    TIME = "time"


class Trust(StrEnum):
    HARNESS = "harness"
    REPORTED = "reported"


class Metric(Value):
    name: str
    direction: Direction
    needs: PredictionNeed

    def gain(self, new: float, old: float) -> float:
        """The signed improvement of `new` over `old`; positive is better, whatever the direction."""
        return new - old if self.direction is Direction.MAXIMIZE else old - new

    @property
    def worst(self) -> float:
        """A score that every real score beats."""
        return -math.inf if self.direction is Direction.MAXIMIZE else math.inf


class Validation(Value):
    scheme: Scheme
    folds: int
    group_column: str | None = None
    time_column: str | None = None
    trust: Trust = Trust.HARNESS


class Media(Value):
    """A column whose values name files: row value + `suffix`, below a folder of the competition.

    `train_folder` and `test_folder` are relative to the competition's folder ("." for the folder itself) and
    equal where one folder serves both sides. Where they differ, the harness moves held-out rows' files to the
    test side when it lays out a fold.
    """

    column: str
    train_folder: str
    test_folder: str
    suffix: str = ""


class Competition(Value):
    id: str
    title: str
    description: str
    domain: str  # tabular, text, image, audio, timeseries, seq2seq
    kind: Kind
    metric: Metric
    targets: tuple[str, ...]
    classes: tuple[str, ...] = ()  # as they are written in the files; empty for numbers
    id_column: str | None
    submission_columns: tuple[str, ...]  # the sample's without the id; one per class for class probabilities
    train: str  # file names below the competition's folder, as found (perhaps zipped)
    test: str
    sample_submission: str
    text: tuple[str, ...] = ()
    image: tuple[Media, ...] = ()
    audio: tuple[Media, ...] = ()
    categorical: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    validation: Validation
    digests: dict[str, str] = {}  # file name -> sha256 of every table a participant sees
    inferred: tuple[str, ...] = ()  # one sentence for each thing that was inferred and not stated

    @property
    def domain_is_inferred(self) -> bool:
        return any(said.startswith("domain: ") for said in self.inferred)

    @property
    def has_class_columns(self) -> bool:
        """Whether a submission holds one probability column per class instead of the target's column."""
        return self.submission_columns != self.targets


class Medal(StrEnum):
    GOLD = "gold"
    SILVER = "silver"
    BRONZE = "bronze"
    NONE = "none"


class Grade(Value):
    """A submission against the held-out answers. Lives in the grades stream only."""

    score: float
    metric: Metric
    medal: Medal | None = None  # None: the competition has no leaderboard
    rank: int | None = None  # 1 is best; ties take the better rank
    teams: int | None = None
    gold: float | None = None
    silver: float | None = None
    bronze: float | None = None
    median: float | None = None
    above_median: bool | None = None
    normalised: float | None = None  # 0 is the dummy predictor, 1 the gold threshold, not clipped above
