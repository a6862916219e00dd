"""A competition's tables as their files have them, labels joined in: what loading types and what layout rewrites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .faults import fault
from .tables import Table, read_table
from .typed import text_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from .sources import Sources


@dataclass(frozen=True)
class RawTables:
    """No `test`: the sample's ids are all there is. No `train`: rows are not split (`trust = "reported"`)."""

    train: Table | None
    test: Table | None
    sample: Table
    labels: Table | None = None
    labels_key: str | None = None  # the column by which labels were joined to the train table


def read_raw(folder: Path, sources: Sources, drop: Collection[str] = ()) -> RawTables:
    """Read the tables, join labels where the train table lacks what is predicted, and leave out `drop`."""
    sample = read_table(folder / sources.sample, sources.sample)
    test = _without(read_table(folder / sources.test, sources.test), drop) if sources.test else None
    if sources.train is None:
        train = read_table(folder / sources.labels, sources.labels) if sources.labels else None
        return RawTables(_without(train, drop) if train else None, test, sample)
    train = read_table(folder / sources.train, sources.train)
    labels, key = None, None
    asked = [c for c in sample.columns if test is None or c not in test.columns]
    if sources.labels and not all(c in train.columns for c in asked[-1:]):
        labels = read_table(folder / sources.labels, sources.labels)
        key = _key(train, labels)
        train = _joined(train, labels, key)
    return RawTables(_without(train, drop), test, sample, labels, key)


def _without(table: Table, drop: Collection[str]) -> Table:
    return replace(table, frame=table.frame[[c for c in table.columns if c not in drop]]) if drop else table


def _key(train: Table, labels: Table) -> str:
    shared = [c for c in labels.columns if c in train.columns]
    for name in shared:
        if text_of(labels.frame[name]).is_unique:
            return name
    message = f"shares no column with {train.name} whose values are unique, so its labels cannot be joined"
    raise fault(labels.name, message, f"it needs the id column of {train.name}, each id once")


def _joined(train: Table, labels: Table, key: str) -> Table:
    """The train table with the labels' further columns; a row without a label gets a missing one."""
    import pandas as pd

    by_id = labels.frame.set_index(pd.Index(text_of(labels.frame[key]), dtype=object))
    ids = pd.Index(text_of(train.frame[key]), dtype=object)
    if not ids.isin(by_id.index).any():
        message = f"names none of the {key!r} of {train.name}"
        raise fault(labels.name, message, "check that both files belong to one competition")
    frame = train.frame.copy(deep=False)
    for name in labels.columns:
        if name not in train.columns:
            column = by_id[name].reindex(ids).set_axis(frame.index)
            frame[name] = text_of(column).fillna("") if train.suffix in ("csv", "tsv") else column
    return replace(train, frame=frame)
