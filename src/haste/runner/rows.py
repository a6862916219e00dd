"""Which rows a submission answers for."""

from __future__ import annotations

from typing import Any

import pandas as pd

from haste.competition.loaded import Fold, LoadedCompetition
from haste.competition.score import fold_ids


def expected_ids(loaded: LoadedCompetition, fold: Fold | None) -> pd.Series[Any]:
    """The ids of a fold's held-out rows, or of the sample submission; row numbers where there are no ids."""
    if fold is not None:
        return fold_ids(loaded, fold)
    column = loaded.competition.id_column
    return loaded.sample[column] if column else pd.Series(range(len(loaded.sample)))
