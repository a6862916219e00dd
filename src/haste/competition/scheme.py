"""How rows are to be held out: the column that orders or groups them, and the scheme and folds that follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from haste.schema.competition import Kind, Scheme, Trust, Validation

from .dates import date_format, read_dates
from .faults import fault
from .settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame, Series

    from .settings import ValidationSettings

MANY_ROWS = 50_000  # above this, three folds are precise enough and save two fifths of the time
_FOLDS = {Scheme.TIME: 4}
_TIME_NAME = re.compile(r"(^|_)(date|datetime|time|timestamp|day|week|month|year|period)($|_)", re.IGNORECASE)
_GROUP_NAME = re.compile(
    r"(^id_|_id$|[a-z]Id$|[a-z]ID$|(^|_)(group|subject|patient|user|customer|session|speaker|site|store)($|_))"
)


def as_times(columns: Sequence[Series[Any]], name: str) -> list[Series[Any]] | None:
    """One column of several tables as what sorts by time: dates, or numbers named such as `year`. None if neither."""
    import pandas as pd

    numeric = [pd.api.types.is_numeric_dtype(column) for column in columns]
    if any(numeric):  # truth values among them
        usable = all(n and c.dtype.kind in "iuf" and c.notna().any() for n, c in zip(numeric, columns, strict=True))
        return [column.astype("float64") for column in columns] if usable and _TIME_NAME.search(name) else None
    return read_dates(columns)


def find_time(train: DataFrame, test: DataFrame, columns: Sequence[str]) -> str | None:
    """The first column that is a time in both tables and whose test values all come after its train values."""
    for name in columns:
        times = as_times((train[name], test[name]), name)
        if times and times[0].nunique() > 1 and times[1].min() > times[0].max():
            return name
    return None


def find_group(train: DataFrame, test: DataFrame, columns: Sequence[str]) -> str | None:
    """A repeated entity's id whose values in test never occur in train: its rows must be held out together."""
    import pandas as pd

    for name in columns:
        column = train[name]
        numeric = pd.api.types.is_numeric_dtype(column)
        if pd.api.types.is_float_dtype(column) or (numeric and not _GROUP_NAME.search(name)):
            continue
        levels = column.nunique()
        repeated = 10 <= levels <= len(column) / 2 and test[name].nunique() >= (2 if _GROUP_NAME.search(name) else 5)
        if repeated and not test[name].isin(column.unique()).any() and (numeric or date_format((column,)) is None):
            return name
    return None


def plan_validation(
    stated: ValidationSettings, found: tuple[str | None, str | None], kind: Kind, rows: int
) -> Validation:
    """The validation that is stated, filled up with the (time, group) columns that were found and the usual folds."""
    time = stated.time_column or (found[0] if stated.scheme in (None, "time") else None)
    group = stated.group_column or (found[1] if stated.scheme in (None, "group") else None)
    if stated.scheme is not None:
        scheme = Scheme(stated.scheme)
    elif time and not stated.group_column:
        scheme = Scheme.TIME
    elif group:
        scheme = Scheme.GROUP
    else:
        classes = kind in (Kind.BINARY, Kind.MULTICLASS, Kind.ORDINAL)
        scheme = Scheme.STRATIFIED if classes else Scheme.KFOLD
    if scheme is Scheme.TIME and time is None:
        raise fault(FILE_NAME, "asks for folds in time but no time column is known", "set `time_column`")
    if scheme is Scheme.GROUP and group is None:
        raise fault(FILE_NAME, "asks for folds by group but no group column is known", "set `group_column`")
    usual = _FOLDS.get(scheme, 3 if rows > MANY_ROWS else 5)
    trust = Trust(stated.trust) if stated.trust else Trust.HARNESS
    return Validation(scheme=scheme, folds=stated.folds or usual, group_column=group, time_column=time, trust=trust)


def why(validation: Validation, stated: ValidationSettings) -> str:
    """One sentence: why rows are held out in this way."""
    if stated.scheme is not None:
        number = "as stated" if stated.folds else "the usual number"
        return f"{validation.folds} folds ({number}), scheme {validation.scheme.value}, as competition.toml states"
    reasons = {
        Scheme.TIME: f"test rows come after all training rows by {validation.time_column!r}: folds look ahead in time",
        Scheme.GROUP: f"no value of {validation.group_column!r} is in both tables: its rows are held out together",
        Scheme.STRATIFIED: "rows are held out at random, with the classes in proportion",
        Scheme.KFOLD: "rows are held out at random",
    }
    return f"{validation.folds} folds: {reasons[validation.scheme]}"
