"""A competition's tables as their files have them, labels joined in: what loading types and what layout rewrites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .decimals import with_points
from .faults import fault
from .tables import Table, read_table
from .typed import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
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
    decimal_comma: tuple[str, ...] = ()  # columns whose numbers had one; they hold points here


def read_raw(folder: Path, sources: Sources, drop: Collection[str] = ()) -> RawTables:
    """Read the tables, join labels where the train table lacks what is predicted, and leave out `drop`."""
    names = {"sample": sources.sample, "test": sources.test, "train": sources.train}
    files = {role: read_table(folder / name, name) for role, name in names.items() if name}
    if sources.labels and _lacks_targets(files):
        files["labels"] = read_table(folder / sources.labels, sources.labels)
    tables, commas = with_points(list(files.values()))
    found = dict(zip(files, tables, strict=True))
    train, labels, key = found.get("train"), found.get("labels"), None
    if train is None:
        train, labels = labels, None
    elif labels is not None:
        key = _key(train, labels)
        train = _joined(train, labels, key)
    test = _without(found["test"], drop) if "test" in found else None
    return RawTables(_without(train, drop) if train else None, test, found["sample"], labels, key, commas)


def _lacks_targets(files: Mapping[str, Table]) -> bool:
    if "train" not in files:
        return True
    inputs = files["test"].columns if "test" in files else ()
    asked = [c for c in files["sample"].columns if c not in inputs]
    return not all(c in files["train"].columns for c in asked[-1:])


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
