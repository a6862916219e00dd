"""What a competition's folder holds beside its named tables: data folders, archives, further tables.

Decides what a candidate may see at all: never `private/`, the answers, the leaderboard, `competition.toml`, hidden
files, other versions of the named tables, or what a run left behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from .archives import folder_files, members
from .settings import FILE_NAME
from .sources import is_known, is_table
from .tables import table_suffix

if TYPE_CHECKING:
    from .settings import Settings
    from .sources import Sources

DESCRIPTION = "description.md"
NEVER = frozenset(("private", "runs", "solution", "__pycache__", "__MACOSX", FILE_NAME, "competition_init.toml"))
_NOT_DATA = frozenset((".py", ".ipynb", ".pyc", ".html", ".log", ".sh", ".toml", ".lock", ".pkl", ".joblib"))


@dataclass(frozen=True)
class Contents:
    """Paths of a competition's folder. `tables` and `files` lie at its top; `files` are neither tables nor archives."""

    folders: tuple[Path, ...]
    archives: tuple[Path, ...]
    tables: tuple[Path, ...]
    files: tuple[Path, ...]

    def data_files(self) -> dict[str, int]:
        """Size in bytes of every file by its path in a candidate's view, in folders and archives and at the top."""
        found = {path.name: path.stat().st_size for path in self.files}
        for folder in self.folders:
            found.update((name, path.stat().st_size) for name, path in folder_files(folder, folder.parent))
        for archive in self.archives:
            found.update((name, info.file_size) for name, info in members(archive).items())
        return found


def find_contents(folder: Path, settings: Settings, sources: Sources) -> Contents:
    """List what else a candidate may see. A folder with a run's journal in it is no data."""
    named = {sources.sample, sources.train, sources.test, sources.labels, settings.answers, settings.leaderboard}
    hidden = {PurePosixPath(name).parts[0] for name in (settings.answers, settings.leaderboard)} | NEVER
    folders, archives, tables, files = [], [], [], []
    for path in sorted(folder.iterdir()):
        if path.name in hidden or path.name in named or path.name.startswith(".") or path.name == DESCRIPTION:
            continue
        if path.is_dir():
            if not any(path.glob("journal.jsonl")) and not any(path.glob("*/journal.jsonl")):
                folders.append(path)
        elif is_table(path) and (not is_known(path.name) or path.name in settings.tables):
            tables.append(path)
        elif path.suffix.lower() == ".zip" and not is_table(path):
            if not (folder / path.stem).is_dir():
                archives.append(path)
        elif table_suffix(path.name) is None and path.suffix.lower() not in (*_NOT_DATA, ".zip"):
            files.append(path)
    return Contents(tuple(folders), tuple(archives), tuple(tables), tuple(files))
