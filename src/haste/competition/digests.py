"""What a competition's folder held, in few bytes, so that a change during or after a run is noticed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from .archives import folder_files, members
from .contents import DESCRIPTION
from .faults import fault
from .settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .contents import Contents
    from .loaded import LoadedCompetition
    from .sources import Sources


def digests(folder: Path, sources: Sources, contents: Contents) -> dict[str, str]:
    """File name -> sha256. Tables by their bytes; data folders and archives by the names and sizes in them."""
    names = [sources.train, sources.test, sources.sample, sources.labels, DESCRIPTION, FILE_NAME]
    paths = [folder / name for name in names if name] + list(contents.tables)
    found = {path.relative_to(folder).as_posix(): _file(path) for path in paths if path.is_file()}
    for data in contents.folders:
        listing = {name: path.stat().st_size for name, path in folder_files(data, folder)}
        found[data.name + "/"] = _listing(listing)
    for archive in contents.archives:
        found[archive.name] = _listing({name: info.file_size for name, info in members(archive).items()})
    if contents.files:
        found["(other files)"] = _listing({path.name: path.stat().st_size for path in contents.files})
    return dict(sorted(found.items()))


def check_unchanged(loaded: LoadedCompetition, before: Mapping[str, str]) -> None:
    """Raise CompetitionError naming what differs from the digests that a run began with."""
    now = loaded.competition.digests
    changed = sorted(name for name in now.keys() & before.keys() if now[name] != before[name])
    added, gone = sorted(now.keys() - before.keys()), sorted(before.keys() - now.keys())
    parts = [
        f"{what}: {', '.join(names)}" for what, names in (("changed", changed), ("new", added), ("gone", gone)) if names
    ]
    if parts:
        message = f"is not what it was when the run began ({'; '.join(parts)})"
        raise fault(str(loaded.folder), message, "restore the files, or start a new run")


def data_digest(loaded: LoadedCompetition) -> str:
    """The sha256 of what can be learned from: training rows in any order, targets, other files by name and size.

    Two competitions of one digest are one data set, whatever their ids and metrics. Empty where there is no such row.
    """
    from pandas.util import hash_pandas_object

    if loaded.train.empty:
        return ""
    competition = loaded.competition
    plain = loaded.train.astype({name: "str" for name, kind in loaded.train.dtypes.items() if kind == "object"})
    rows = hash_pandas_object(plain, index=False).sort_values()
    apart = {competition.train, competition.test, competition.sample_submission, DESCRIPTION, FILE_NAME}
    data = [f"{name}\t{told}" for name, told in competition.digests.items() if name not in apart]
    words = "\n".join([*map(str, plain.columns), "", *competition.targets, "", *data])
    return hashlib.sha256(words.encode() + b"\0" + rows.to_numpy().tobytes()).hexdigest()


def _file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listing(sizes: Mapping[str, int]) -> str:
    lines = "\n".join(f"{name}\t{size}" for name, size in sorted(sizes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
