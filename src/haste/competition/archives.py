"""Zipped data folders: what is in them, and unpacking each once into a cache beside the views that use it."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from .faults import fault
from .whole import whole_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


def members(path: Path) -> dict[str, zipfile.ZipInfo]:
    """An archive's files by the path they get below the competition's folder.

    "train.zip" unpacks to "train/", whether or not its own names begin with "train/". Raises CompetitionError for a
    file that is no archive, or one that reaches out of its folder.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX")]
    except (zipfile.BadZipFile, OSError) as error:
        raise fault(path.name, f"cannot be unpacked: {error}", "download or zip it again") from error
    top = path.stem
    nested = all(PurePosixPath(info.filename).parts[0] == top for info in infos)
    found = {}
    for info in infos:
        inside = PurePosixPath(info.filename)
        if inside.is_absolute() or ".." in inside.parts or "\\" in info.filename:
            raise fault(path.name, f"holds the unsafe name {info.filename!r}", "zip the folder again")
        found[str(inside if nested else PurePosixPath(top) / inside)] = info
    return found


def unpacked(path: Path, cache: Path) -> Path:
    """The folder below `cache` where the archive's files lie, by the paths of `members`; unpacks it the first time."""
    found = members(path)
    listing = "\n".join(f"{name} {info.file_size} {info.CRC}" for name, info in sorted(found.items()))
    target = cache / hashlib.sha256(listing.encode()).hexdigest()[:16]
    if target.is_dir():
        return target
    with whole_folder(target) as place, _opened(path) as archive:
        for name, info in found.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as source, (place / name).open("wb") as file:
                shutil.copyfileobj(source, file)
    return target


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise fault(path.name, f"cannot be unpacked: {error}", "download or zip it again") from error


def folder_files(folder: Path, below: Path) -> Iterator[tuple[str, Path]]:
    """All files of `folder` with their paths relative to `below`, sorted; links are followed to files only."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path.relative_to(below).as_posix(), path
