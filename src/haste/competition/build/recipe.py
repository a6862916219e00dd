"""What a bundled competition is made from: the facts that are written down, and a function that makes its rows.

It knows neither how a folder looks (`folder.py`) nor how disguises work (`disguise.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Draft:
    """The rows before they are written: both frames carry the id and the target; `images` maps file names to pixels."""

    train: pd.DataFrame
    test: pd.DataFrame
    images: Mapping[str, bytes] = field(default_factory=dict)  # name -> encoded PNG


@dataclass(frozen=True)
class Recipe:
    id: str
    title: str
    domain: str
    kind: str
    metric: str
    target: str
    source: str  # where the rows come from, in words
    licence: str
    description: str  # Markdown without the title: what is predicted, the columns
    make: Callable[[], Draft]
    settings: Mapping[str, object] = field(
        default_factory=dict
    )  # further keys of competition.toml; tables are mappings
    id_column: str = "id"
    class_columns: bool = False  # a submission has one probability column per class

    def classes(self, draft: Draft) -> list[str]:
        return sorted({str(value) for value in draft.train[self.target]})
