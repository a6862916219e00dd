"""Tables that would give held-out labels away, found before any candidate can see them."""

from __future__ import annotations

import zipfile
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from haste.schema.errors import CompetitionError

from .archives import folder_files, members
from .faults import fault
from .sources import is_table
from .tables import Table, parse_table, read_table, table_suffix
from .typed import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
    for name, read in _tables(contents):
        if name in settings.tables or PurePosixPath(name).name in settings.tables:
            continue
        if _gives_away(read, columns, frames):
            hint = "move it to private/, remove it, or list it as `tables` in competition.toml if it is harmless"
            raise fault(name, "holds targets of the train or test rows, which would leak held-out labels", hint)


def _tables(contents: Contents) -> Iterator[tuple[str, Callable[[], Table]]]:
    """Every further table by its path in a view, with the way to read it."""
    for path in contents.tables:
        yield path.name, partial(read_table, path)
    for folder in contents.folders:
        for name, path in folder_files(folder, folder.parent):
            if is_table(path) and path.stat().st_size <= _MOST_BYTES:
                yield name, partial(read_table, path)
    for archive in contents.archives:
        for name, info in members(archive).items():
            if table_suffix(name) and info.file_size <= _MOST_BYTES:
                yield name, partial(_member, archive, info.filename)


def _member(archive: Path, name: str) -> Table:
    with zipfile.ZipFile(archive) as file:
        return parse_table(file.read(name), table_suffix(name), name)


def _gives_away(read: Callable[[], Table], columns: Columns, frames: tuple[DataFrame, DataFrame]) -> bool:
    try:
        table = read()
    except CompetitionError:
        return False  # what cannot be read as a table gives nothing away by column
    if not set(columns.targets) & set(table.columns):
        return False
    if columns.id_column is None or columns.id_column not in table.columns:
        return any(len(table) == len(frame) for frame in frames)
    ids = set(text_of(table.frame[columns.id_column]))
    return any(not ids.isdisjoint(frame[columns.id_column]) for frame in frames)
