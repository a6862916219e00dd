"""From a table as its file has it to a frame with the types that `pandas.read_csv` would give it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from pandas import DataFrame, Series

    from .tables import Table

# What pandas.read_csv takes for missing, so that a typed frame shows what a script will see.
_PANDAS_MISSING = (
    """#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null"""
)
MISSING = frozenset(["", *_PANDAS_MISSING.split("|")])


def typed(table: Table, as_text: Collection[str] = ()) -> DataFrame:
    """The table as `pandas.read_csv` would type it, but the columns in `as_text` hold text as written ("" if missing).

    Lists and objects become their JSON text.
    """
    import pandas as pd

    columns: dict[str, Series[Any]] = {}
    for name in table.columns:
        column = table.frame[name]
        if name in as_text:
            columns[name] = text_of(column)
        elif table.suffix in ("csv", "tsv"):
            columns[name] = _typed_text(column)
        else:
            columns[name] = _typed_values(column)
    return pd.DataFrame(columns, columns=list(table.columns))


def text_of(column: Series[Any]) -> Series[Any]:
    """A column's values as text; what is missing in Parquet or JSON becomes ""."""
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype):
        return column
    return pd.Series([_text(value) for value in column.tolist()], index=column.index, dtype="str", name=column.name)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if value is None or value != value or type(value).__name__ in ("NAType", "NaTType"):
        return ""
    return str(value)


def _typed_text(column: Series[Any]) -> Series[Any]:
    import pandas as pd

    missing = column.isin(MISSING)
    known = column[~missing]
    if known.isin(("True", "False", "TRUE", "FALSE", "true", "false")).all() and len(known) and not missing.any():
        return column.str.lower() == "true"
    try:
        numbers = pd.to_numeric(column.where(~missing) if missing.any() else column)
    except (ValueError, TypeError, OverflowError):
        return column.where(~missing)
    return numbers.astype("float64") if not len(known) or numbers.dtype == object else numbers


def _typed_values(column: Series[Any]) -> Series[Any]:
    import pandas as pd

    if not (column.dtype == object or isinstance(column.dtype, pd.ArrowDtype)):
        return column
    if isinstance(column.dtype, pd.ArrowDtype) and column.dtype.kind in "iufbM":
        if column.dtype.kind == "M":
            return column.astype("datetime64[ns]")
        if column.dtype.kind == "f" or column.isna().any():
            return column.astype("float64")
        return column.astype("bool" if column.dtype.kind == "b" else "int64")
    values = [None if isinstance(v, float) and v != v else v for v in column.tolist()]
    known = [v for v in values if v is not None and v is not pd.NA]
    if all(isinstance(v, bool) for v in known) and known and len(known) == len(values):
        return pd.Series(values, index=column.index, dtype=bool)
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in known):
        return pd.to_numeric(pd.Series(values, index=column.index, dtype=object)).astype(
            "float64" if len(known) < len(values) or any(isinstance(v, float) for v in known) else "int64"
        )
    texts = [None if v is None or v is pd.NA else _text(v) for v in values]
    return pd.Series(texts, index=column.index, dtype="str")
