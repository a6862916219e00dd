"""Tables that would give held-out labels away, found before any candidate can see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haste.schema.errors import CompetitionError

from .faults import fault
from .sources import is_table
from .tables import read_table
from .typed import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from pandas import DataFrame

    from .columns import Columns
    from .contents import Contents
    from .settings import Settings

_MOST_BYTES = 500_000_000  # larger tables are not opened; they are feature stores, not labels


def check_leaks(contents: Contents, settings: Settings, columns: Columns, frames: tuple[DataFrame, DataFrame]) -> None:
    """Raise CompetitionError for a further table that holds targets of rows in the train or test table.

    Tables at the folder's top and in its data folders are opened; those listed as `tables` in competition.toml pass.
    """
    inside = [p for folder in contents.folders for p in sorted(folder.rglob("*")) if p.is_file() and is_table(p)]
    for path in (*contents.tables, *inside):
        name = path.name if path in contents.tables else f"{path.parent.name}/{path.name}"
        if path.name in settings.tables or name in settings.tables or path.stat().st_size > _MOST_BYTES:
            continue
        if _gives_away(path, columns, frames):
            hint = "move it to private/, remove it, or list it as `tables` in competition.toml if it is harmless"
            raise fault(name, "holds targets of the train or test rows, which would leak held-out labels", hint)


def _gives_away(path: Path, columns: Columns, frames: tuple[DataFrame, DataFrame]) -> bool:
    try:
        table = read_table(path)
    except CompetitionError:
        return False  # what cannot be read as a table gives nothing away by column
    if not set(columns.targets) & set(table.columns):
        return False
    if columns.id_column is None or columns.id_column not in table.columns:
        return any(len(table) == len(frame) for frame in frames)
    ids = set(text_of(table.frame[columns.id_column]))
    return any(not ids.isdisjoint(frame[columns.id_column]) for frame in frames)
