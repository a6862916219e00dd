"""What the first stage learns about a competition without running a candidate."""

from __future__ import annotations

from enum import StrEnum

from .competition import Validation
from .conditions import Fact
from .value import Value


class Role(StrEnum):
    ID = "id"
    TARGET = "target"
    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    TEXT = "text"
    DATETIME = "datetime"
    IMAGE = "image"
    AUDIO = "audio"
    GROUP = "group"
    CONSTANT = "constant"


class ColumnProfile(Value):
    name: str
    role: Role
    dtype: str
    n_unique: int
    missing: float  # share of training rows
    test_missing: float | None  # None: the test table lacks the column
    in_test: bool
    minimum: float | None = None  # numbers only
    maximum: float | None = None
    mean: float | None = None
    skew: float | None = None
    mean_length: float | None = None  # characters; text only
    unseen: float | None = None  # share of test rows whose level never occurs in train; categorical only
    examples: tuple[str, ...] = ()  # up to three values, cut at 60 characters
    span: str = ""  # first and last day in train and in test; dates only
    levels: dict[str, float] = {}  # the most frequent levels -> share, at most eight; categorical only


class TargetProfile(Value):
    name: str
    missing: float
    n_unique: int
    shares: dict[str, float] = {}  # class -> share, at most 50 classes
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    sd: float | None = None
    skew: float | None = None
    is_count: bool = False  # non-negative whole numbers


class Drift(Value):
    """Adversarial validation: how well train rows can be told from test rows (0.5: not at all)."""

    auc: float
    columns: tuple[str, ...] = ()  # the columns that tell most, first is strongest


class Resources(Value):
    """What the candidate's interpreter and machine offer."""

    python: str
    cores: int
    memory_gb: float
    gpu: str | None = None
    packages: dict[str, str] = {}  # importable ones among those that candidates may want -> version


class Profile(Value):
    n_train: int
    n_test: int
    columns: tuple[ColumnProfile, ...]
    targets: tuple[TargetProfile, ...]
    duplicate_rows: float  # share of training rows whose features stand in another training row
    shared_rows: float  # share of test rows whose features stand in train
    drift: Drift | None = None  # None: not measurable (no shared plain columns)
    validation: Validation
    validation_reason: str
    resources: Resources
    facts: dict[str, Fact] = {}  # the flat view that conditions are tested against; docs/facts.md lists them
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # what a script finds below `input/`, a folder as one line with what it holds
    rows: tuple[dict[str, str], ...] = ()  # the first training rows, values cut at 120 characters
    sample_submission: tuple[str, ...] = ()  # the file's first lines
    windows: tuple[str, ...] = ()  # first and last time held out by each search fold; folds in time only
    inside: tuple[str, ...] = ()  # what texts, pictures and series hold, as bounded lines for a reader

    def of_role(self, *roles: Role) -> tuple[ColumnProfile, ...]:
        return tuple(column for column in self.columns if column.role in roles)
