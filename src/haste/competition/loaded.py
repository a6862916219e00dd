"""A competition with its tables in memory, and the folds over its training rows.

Knows nothing of files' formats, metrics or scores. Conventions that every reader may rely on:

- tables keep the row order of their files and have a RangeIndex; rows without a target are already left out of `train`;
- the id column holds text, exactly as it is written in the file ("007" stays "007"), in all three tables. Where a file
  has no such column it was made up, so that `train[id]`, `test[id]` and `sample[id]` exist whenever `id_column` is set;
- target columns of a binary or multi-class competition hold text, exactly as in `Competition.classes`; all other
  targets (multi-label, ordinal, regression, forecast) hold floats;
- `sample` holds text in all columns;
- other columns are typed as `pandas.read_csv` would type them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from haste.schema.competition import Competition

from .settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pandas import DataFrame


@dataclass(frozen=True)
class LoadedCompetition:
    """The nouns of `competition` beside its tables. `kept` are the positions in the train file of `train`'s rows.

    `labels` is the file that the targets were joined in from, where they are not in the train file. `made_up_id` names
    the sides ("train", "test") whose file has no id column.
    """

    competition: Competition
    folder: Path
    train: DataFrame
    test: DataFrame
    sample: DataFrame
    labels: str | None = None
    kept: NDArray[np.int64] | None = None  # None: all rows of the file
    made_up_id: tuple[str, ...] = ()
    left_out: int = 0  # rows of the train file that lack a target
    settings: Settings = field(default_factory=Settings)  # what it was loaded by


@dataclass(frozen=True)
class Fold:
    """Positions in `LoadedCompetition.train`, both ascending, without overlap."""

    train: NDArray[np.int64]
    valid: NDArray[np.int64]


@dataclass(frozen=True)
class Splits:
    """The folds that the search sees, and those that only the confirmation sees."""

    search: tuple[Fold, ...]
    confirm: tuple[Fold, ...]
