"""Dates as tables write them, read in one way for a whole column.

"01/02/2020" is two dates: which one is decided once, over every table that holds the column, and never row by row.
Knows nothing of folds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import Series

# Where two of these fit, the first is taken, unless only the other lets the last table follow the first in time.
_DAYS = (
    "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%m/%d/%y", "%d/%m/%y", "%d-%m-%y",
    "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d %Y", "%B %d %Y", "%b %d, %Y", "%B %d, %Y", "%b %Y", "%B %Y",
    "%m/%Y",
)  # fmt: skip
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_FORMATS = ("ISO8601", *(day + clock for day in _DAYS for clock in _CLOCKS))
_LIKELY = re.compile(r"\d{1,4}[-/.]\d{1,4}|\d[ -][A-Za-z]{3}|^[A-Za-z]{3,9} \d")
_LOOKED_AT = 50  # values that are tried before all are


def read_dates(columns: Sequence[Series[Any]]) -> list[Series[Any]] | None:
    """The columns, one per table, as datetime64 without zone (in UTC); None where their values are not all dates.

    Missing values stay missing.
    """
    form = date_format(columns)
    return None if form is None else [read_as(column, form) for column in columns]


def read_as(column: Series[Any], form: str) -> Series[Any]:
    """A column's dates by a format that `date_format` found."""
    return _parsed(_text(column), form)


def date_format(columns: Sequence[Series[Any]]) -> str | None:
    """The one format of all known values of the columns, one per table; None if there is no such."""
    known = [_text(column).dropna() for column in columns]
    if any(column.empty for column in known):
        return None
    heads = [column.iloc[:: max(1, len(column) // _LOOKED_AT)] for column in known]
    if not all(_LIKELY.search(value) for head in heads for value in head):
        return None
    first = None
    for form in _fitting(heads):
        moments = [_parsed(column, form) for column in known]
        if any(read.isna().any() for read in moments):
            continue
        if moments[-1].min() > moments[0].max():
            return form
        first = first or form
    return first


def unreadable(column: Series[Any]) -> str:
    """A value of a column that `read_dates` refused: one that is no date by itself, else the first."""
    left = known = _text(column).dropna().drop_duplicates()
    for form in _FORMATS:
        left = left[_parsed(left, form).isna()]
    return str((left if len(left) else known).iloc[0])[:40]


def _fitting(heads: Sequence[Series[Any]]) -> Iterator[str]:
    return (form for form in _FORMATS if all(_parsed(head, form).notna().all() for head in heads))


def _text(column: Series[Any]) -> Series[Any]:
    return column.astype("str").str.removesuffix(" UTC").where(column.notna())


def _parsed(text: Series[Any], form: str) -> Series[Any]:
    import pandas as pd

    moments = pd.to_datetime(text, errors="coerce", utc=True, format=form)
    return moments.dt.tz_localize(None)
