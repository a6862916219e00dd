"""What an engineer should have seen before it writes a script: the files below `input/`, some rows, the sample's form.

Plain text of bounded size. Shows what `layout` lays out and nothing else; knows nothing of prompts.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from .archives import members
from .contents import DESCRIPTION, find_contents
from .media import IMAGE
from .sources import find_sources
from .tables import open_table, table_suffix

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pandas import DataFrame

    from .contents import Contents
    from .loaded import LoadedCompetition

ROWS, LINES = 3, 3
_VALUE_LENGTH, _LINE_LENGTH = 120, 300
_MOST_FILES = 30
_PICTURES = 20  # of a folder that are opened for their size


def first_rows(train: DataFrame) -> tuple[dict[str, str], ...]:
    """The first training rows; a missing value has no entry."""
    import pandas as pd

    rows = train.head(ROWS)
    return tuple(
        {str(name): _written(value) for name, value in zip(rows.columns, row, strict=True) if not pd.isna(value)}
        for row in rows.itertuples(index=False, name=None)
    )


def _written(value: object) -> str:
    """Near to how the file has it: whole numbers that were read as floats are whole again."""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _VALUE_LENGTH else text[: _VALUE_LENGTH - 3] + "..."


def first_lines(sample: DataFrame) -> tuple[str, ...]:
    """The sample submission's head as it stands in the file; wide lines are cut."""
    lines = sample.head(LINES).to_csv(index=False, lineterminator="\n").splitlines()[: LINES + 1]
    return tuple(line[:_LINE_LENGTH] for line in lines)


def files_shown(loaded: LoadedCompetition) -> tuple[str, ...]:
    """Names below `input/`; a data folder is one line with its number of files, their suffixes and picture sizes."""
    folder, settings = loaded.folder, loaded.settings
    sources = find_sources(folder, settings)
    contents = find_contents(folder, settings, sources)
    named = [
        f"{side}.{_suffix(folder, name)}" for side, name in (("train", sources.train), ("test", sources.test)) if name
    ]
    if sources.train is not None:
        named += ["test.csv"] if sources.test is None else []
        if sources.labels is not None:
            named.append(f"{PurePosixPath(sources.labels).name.split('.')[0]}.{_suffix(folder, sources.labels)}")
    others = sorted(path.name for path in contents.tables)
    lines = [DESCRIPTION, *named, "sample_submission.csv", *others, *_folders(contents)]
    more = len(lines) - _MOST_FILES
    return (*lines[:_MOST_FILES], *([f"and {more} more"] if more > 0 else []))


def _suffix(folder: Path, name: str) -> str:
    """The format after unpacking: archives name their one table themselves."""
    return table_suffix(name) or table_suffix(open_table(folder / name, name)[0]) or "csv"


def _folders(contents: Contents) -> list[str]:
    """Files at the top by name; those deeper down as one line for each folder."""
    inside: dict[str, list[str]] = {}
    top = []
    for path in sorted(contents.data_files()):
        parent = str(PurePosixPath(path).parent)
        if parent == ".":
            top.append(path)
        else:
            inside.setdefault(parent, []).append(path)
    return top + [f"{place}/ ({_kinds(paths)}{_pictures(contents, paths)})" for place, paths in inside.items()]


def _kinds(paths: list[str]) -> str:
    kinds = Counter(PurePosixPath(path).suffix.lower() or "no suffix" for path in paths)
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return f"{len(paths)} files: " + ", ".join(f"{kind} {count}" for kind, count in ordered[:4])


def _pictures(contents: Contents, paths: list[str]) -> str:
    """Sizes and modes of a folder's first pictures; nothing for what is no picture."""
    if PurePosixPath(paths[0]).suffix.lower() not in IMAGE:
        return ""
    from PIL import Image, UnidentifiedImageError

    seen: Counter[str] = Counter()
    for _, content in bytes_of(contents, paths[:_PICTURES]):
        try:
            with Image.open(io.BytesIO(content)) as picture:
                seen[f"{picture.width}x{picture.height} {picture.mode}"] += 1
        except (OSError, UnidentifiedImageError):
            continue
    common = ", ".join(f"{what} ({count})" for what, count in seen.most_common(3))
    return f"; width x height and mode of the first {min(len(paths), _PICTURES)}: {common}" if common else ""


def bytes_of(contents: Contents, paths: list[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file that is there, from a folder or out of the archive that brings them all."""
    top = PurePosixPath(paths[0]).parts[0]
    for folder in contents.folders:
        if folder.name == top:
            yield from ((path, (folder.parent / path).read_bytes()) for path in paths)
            return
    for archive in contents.archives:
        found = members(archive)
        if paths[0] in found:
            with zipfile.ZipFile(archive) as opened:
                yield from ((path, opened.read(found[path])) for path in paths if path in found)
            return
