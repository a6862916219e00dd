"""Decimal commas, as spreadsheets in many languages write them beside ";", turned into points.

It happens before anything else is read off the tables, so that a view, its folds and the scores all hold points.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .typed import MISSING, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import Series

    from .tables import Table

_EXPONENT = r"(?:[eE][+-]?\d+)?"
_COMMA = rf"\s*[+-]?\d*,?\d+{_EXPONENT}\s*"
_POINT = rf"\s*[+-]?\d*\.?\d*{_EXPONENT}\s*"


def with_points(tables: Sequence[Table]) -> tuple[list[Table], tuple[str, ...]]:
    """The tables with points for decimal commas, and the columns in which there were any.

    A column is changed where all its known values are numbers in every table that has it; a point beside a comma, as
    in "1.234,5", leaves it as it is.
    """
    commas = [t for t in tables if t.delimiter == ";"]
    seen = dict.fromkeys(c for t in commas for c in t.columns if t.frame[c].str.contains(",", regex=False).any())
    changed = tuple(c for c in seen if all(_are_numbers(t, c) for t in tables if c in t.columns))
    return [_changed(t, changed) if t.delimiter == ";" else t for t in tables], changed


def _are_numbers(table: Table, name: str) -> bool:
    values: Series[Any] = text_of(table.frame[name])
    known = values[~values.isin(MISSING)]
    return bool(known.str.fullmatch(_COMMA if table.delimiter == ";" else _POINT).all())


def _changed(table: Table, names: Sequence[str]) -> Table:
    columns = {c: table.frame[c].str.replace(",", ".", regex=False) for c in names if c in table.columns}
    return replace(table, frame=table.frame.assign(**columns))
