"""The folder that a solution sees as `input/`: the real thing, or a fold dressed up as it.

Both are built by the same steps, so that a script cannot tell one from the other. What a fold holds out is nowhere in
its folder: the tables are rewritten row by row, and held-out rows' files move to the test side. Nothing below
`private/` and no setting is ever laid out. Knows nothing of scores.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .archives import folder_files, members, unpacked
from .contents import DESCRIPTION, find_contents
from .media import path_of
from .raw import RawTables, read_raw
from .sources import find_sources
from .tables import Table, write_delimited, write_table
from .typed import text_of, typed
from .whole import whole_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from pandas import DataFrame

    from .contents import Contents
    from .loaded import Fold, LoadedCompetition

CACHE = ".unpacked"  # beside the views: zipped data folders, unpacked once for all of them
SAMPLE = "sample_submission.csv"


def lay_out(loaded: LoadedCompetition, destination: Path, fold: Fold | None, *, link: bool = True) -> Path:
    """Build the view at `destination` and return it; `fold` None is the real thing. An existing one is left alone.

    Text tables come as UTF-8, with every value as its file has it (but for decimal commas). Data files, those of
    archives too, are hard links where the file system allows. Without `link` they are copies: a script that can write
    to its input would write through a link into the user's own files. The view appears whole or not at all; StoreError
    says why it could not.
    """
    if destination.is_dir():
        return destination
    settings = loaded.settings
    sources = find_sources(loaded.folder, settings)
    raw = read_raw(loaded.folder, sources, settings.unseen)
    contents = find_contents(loaded.folder, settings, sources)
    files = _data_files(contents, destination.parent / CACHE)
    with whole_folder(destination) as view:
        _write_tables(loaded, raw, view, fold)
        (view / DESCRIPTION).write_text(loaded.competition.description, encoding="utf-8")
        _fill(view, files if fold is None else _moved(loaded, fold, files), _link if link else shutil.copyfile)
    return destination


def _write_tables(loaded: LoadedCompetition, raw: RawTables, view: Path, fold: Fold | None) -> None:
    if raw.train is not None:
        kept = np.arange(len(raw.train)) if loaded.kept is None else loaded.kept
        rows = kept if fold is None else kept[fold.train]
        learn = Table(raw.train.frame.iloc[rows], raw.train.suffix, raw.train.name)
        write_table(learn, view / f"train.{learn.suffix}")
        if raw.labels is not None and raw.labels_key is not None:
            write_table(_labels_of(raw.labels, raw.labels_key, learn), view / _plain_name(raw.labels))
        test = _test(loaded, raw, kept, fold)
        write_table(test, view / f"test.{test.suffix}")
    elif raw.test is not None:
        write_table(raw.test, view / f"test.{raw.test.suffix}")
    write_delimited(_sample(loaded, fold), view / SAMPLE)


def _labels_of(labels: Table, key: str, learn: Table) -> Table:
    """Only those labels whose rows the view's train table holds."""
    shown = text_of(labels.frame[key]).isin(set(text_of(learn.frame[key])))
    return Table(labels.frame[shown], labels.suffix, labels.name)


def _plain_name(table: Table) -> str:
    return f"{Path(table.name).name.split('.')[0]}.{table.suffix}"


def _test(loaded: LoadedCompetition, raw: RawTables, kept: NDArray[np.int64], fold: Fold | None) -> Table:
    """The real test rows, or the held-out ones in the same columns and format.

    A column that only the real test has could not be shown in a fold, and is shown in neither.
    """
    train, ids = raw.train, loaded.competition.id_column
    assert train is not None
    if raw.test is None:
        frame = loaded.test if fold is None else loaded.train.iloc[fold.valid]
        return Table(frame[[ids]] if ids else frame.iloc[:, :0], "csv", "test.csv")
    columns = [c for c in raw.test.columns if c in train.columns or c == ids]
    if fold is None:
        return Table(raw.test.frame[columns], raw.test.suffix, raw.test.name)
    frame = train.frame.iloc[kept[fold.valid]]
    if ids in columns and ids not in train.columns:
        fresh = loaded.train[ids].iloc[fold.valid].set_axis(frame.index)
        frame = frame.assign(**{str(ids): fresh.astype(raw.test.frame[ids].dtype)})
    held_out = Table(frame[columns], train.suffix, raw.test.name)
    return held_out if raw.test.suffix == train.suffix else _in_format(held_out, raw.test.suffix)


def _in_format(table: Table, suffix: str) -> Table:
    """The same rows for another format: text for CSV and TSV, typed values for the others."""
    if suffix in ("csv", "tsv"):
        import pandas as pd

        return Table(pd.DataFrame({c: text_of(table.frame[c]) for c in table.columns}), suffix, table.name)
    return Table(typed(table).astype(object) if suffix != "parquet" else typed(table), suffix, table.name)


def _sample(loaded: LoadedCompetition, fold: Fold | None) -> DataFrame:
    """The real sample, or one for the held-out rows with the placeholders of the real one's first row."""
    if fold is None:
        return loaded.sample
    competition, first = loaded.competition, loaded.sample.iloc[0]
    rows = loaded.train.iloc[fold.valid]
    cells: dict[str, object] = {}
    for name in loaded.sample.columns:
        if name == competition.id_column:
            cells[name] = rows[name].to_numpy()
        elif name in competition.submission_columns or name not in rows.columns:
            cells[name] = first[name]
        else:  # a column that the sample only repeats from the test table
            cells[name] = text_of(rows[name]).fillna("").to_numpy()
    import pandas as pd

    return pd.DataFrame(cells, columns=loaded.sample.columns, index=range(len(rows)), dtype="str")


def _data_files(contents: Contents, cache: Path) -> dict[str, Path]:
    """Where the content of every data file lies, by its path in the view."""
    found = {path.name: path for path in (*contents.tables, *contents.files)}
    for folder in contents.folders:
        found.update(folder_files(folder, folder.parent))
    for archive in contents.archives:
        place = unpacked(archive, cache)
        found.update((name, place / name) for name in members(archive))
    return found


def _moved(loaded: LoadedCompetition, fold: Fold, files: dict[str, Path]) -> dict[str, Path]:
    """The same files with a fold's held-out ones on the test side, where train and test have folders of their own."""
    shown = dict(files)
    for media in (*loaded.competition.image, *loaded.competition.audio):
        if media.train_folder == media.test_folder:
            continue
        values = text_of(loaded.train[media.column])
        held_out, learned = set(values.iloc[fold.valid]), set(values.iloc[fold.train])
        for value in text_of(loaded.test[media.column]):
            shown.pop(path_of(media.test_folder, value, media.suffix), None)
        if not f"{media.train_folder}/".startswith(f"{media.test_folder}/") and media.test_folder != ".":
            shown = {name: p for name, p in shown.items() if not name.startswith(f"{media.test_folder}/")}
        for value in held_out:
            old = path_of(media.train_folder, value, media.suffix)
            if old in files:
                shown[path_of(media.test_folder, value, media.suffix)] = files[old]
                if value not in learned:
                    shown.pop(old, None)
    return shown


def _fill(view: Path, files: Mapping[str, Path], put: Callable[[Path, Path], object]) -> None:
    made: set[Path] = set()
    for name, source in files.items():
        target = view / name
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        if target.exists():
            continue  # a data file may not replace a table of the view
        put(source.resolve(), target)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)
