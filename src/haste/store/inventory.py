"""The skill store on disk: texts out, texts in, one writer at a time. Knows nothing of what the texts mean.

Layout (docs/skills.md): `global/`, `domain/<domain>/` and `competition/<competition>/` hold one folder per skill with
one `SKILL.md` each; `retired/` holds the same below it; `ledger/<run>.jsonl` is append-only, one file per run;
`learnings/<run>.json` is what a run proposed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from filelock import FileLock, Timeout

from haste.schema.errors import StoreError
from haste.schema.knowledge import Problem, StoreWrite, TextFile

from .inventory_files import LIMIT, digest_of, read_text, replace_text, sync_folder
from .inventory_walk import SKILL_FILE, walk

VERSION = 1
VERSION_FILE = "store-version"
LEDGER = "ledger"
LEARNINGS = "learnings"
LEDGER_LIMIT = 256 * 1024 * 1024  # bytes of one run's file
LOCK_WAIT_S = 30.0
_ATTRIBUTES = "* text eol=lf\nledger/*.jsonl merge=union\n"
_PART = re.compile(r"[a-z0-9][a-z0-9-]*")
_RUN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class Contents:
    """What a reading found: texts by path, and everything that was not read, with the reason."""

    files: tuple[TextFile, ...]
    problems: tuple[Problem, ...]


class SkillFiles:
    """One store below `root`. Reading never fails as a whole; a refused write raises StoreError, changing nothing."""

    def __init__(self, root: Path, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self.root = root
        self.lock_wait_s = lock_wait_s

    def create(self) -> None:
        """Make an empty store; nothing happens to what is there already."""
        for folder in ("global", "domain", "competition", "retired", LEDGER):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        for name, text in ((VERSION_FILE, f"{VERSION}\n"), (".gitattributes", _ATTRIBUTES), (".gitignore", ".lock\n")):
            if not (self.root / name).exists():
                replace_text(self.root / name, text)

    def read(self) -> Contents:
        """Every `SKILL.md`, retired ones included; in order of path."""
        files: list[TextFile] = []
        problems: list[Problem] = []
        if newer := self._version_problem():
            problems.append(newer)
        for found in walk(self.root):
            if isinstance(found, Problem):
                problems.append(found)
                continue
            try:
                files.append(TextFile(found, read_text(self.root / found, LIMIT)))
            except StoreError as fault:
                problems.append(Problem(where=found, code=fault.kind, reason=fault.message))
        return Contents(tuple(files), tuple(problems))

    def read_ledger(self, run: str | None = None) -> Contents:
        """One run's ledger, or every run's, as it lies there: torn lines included, records are not told apart here."""
        return self._read_flat(LEDGER, "*.jsonl" if run is None else f"{escape(run)}.jsonl")

    def read_learnings(self) -> Contents:
        """What runs proposed, one file per run, decided on or not."""
        return self._read_flat(LEARNINGS, "*.json")

    def append(self, run: str, lines: str) -> None:
        """Add whole lines to a run's ledger, durably. A torn line left by a crash is closed off first."""
        if not _RUN.fullmatch(run) or ".." in run:
            msg = f"not a name for a ledger: {run!r}"
            raise StoreError(msg, where=str(self.root), hint="use letters, digits, `.`, `_` and `-`")
        if not lines:
            return
        self._refuse_newer()
        path = self._inside(f"{LEDGER}/{run}.jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        with os.fdopen(fd, "r+b") as file:
            torn = file.seek(0, os.SEEK_END) > 0 and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n"
            file.write(b"\n" * torn + lines.encode())
            file.flush()
            os.fsync(file.fileno())

    def write(self, writes: Sequence[StoreWrite]) -> None:
        """Put texts in place, all checked before the first is written, each one atomically.

        Raises StoreError when another process holds the lock for too long, when what a text replaces is no longer what
        it was, when a new text's place is taken, or when a path leads out of the store.
        """
        with self.lock():
            self._refuse_newer()
            for write in writes:
                self._check(write)
            self._put(writes)

    def redo(self, writes: Sequence[StoreWrite]) -> None:
        """`write`, for writes of which some, or a part of one, may have been done before the process was killed."""
        with self.lock():
            self._refuse_newer()
            left = [write for write in writes if not self._done(write)]
            for write in left:
                self._check(write)
            self._put(left)

    def export(self, files: Iterable[TextFile], destination: Path) -> int:
        """A flat copy for other tools, `<destination>/<name>/SKILL.md`; says how many. Other folders there are left."""
        count = 0
        for file in files:
            name = Path(file.path).parent.name
            folder = destination / name
            if not _PART.fullmatch(name) or folder.is_symlink() or (folder / SKILL_FILE).is_symlink():
                msg = f"cannot export to {name!r}: not a plain folder"
                raise StoreError(msg, where=str(destination))
            folder.mkdir(parents=True, exist_ok=True)
            replace_text(folder / SKILL_FILE, file.text)
            count += 1
        return count

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the only writer. Readers do not wait: every single file is whole at any moment."""
        self.root.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._inside(".lock"), timeout=self.lock_wait_s):
                yield
        except Timeout as fault:
            msg = "another process is writing to this store"
            raise StoreError(msg, where=str(self.root), hint="wait for it to end, then try again") from fault

    def _read_flat(self, name: str, pattern: str) -> Contents:
        files: list[TextFile] = []
        problems: list[Problem] = []
        folder = self.root / name
        for path in sorted(folder.glob(pattern)) if folder.is_dir() and not folder.is_symlink() else ():
            where = f"{name}/{path.name}"
            try:
                files.append(TextFile(where, read_text(path, LEDGER_LIMIT, errors="replace")))
            except StoreError as fault:
                problems.append(Problem(where=where, code=fault.kind, reason=fault.message))
        return Contents(tuple(files), tuple(problems))

    def _put(self, writes: Sequence[StoreWrite]) -> None:
        for write in writes:
            target = self._inside(write.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_text(target, write.text)
            if write.replaces is not None and write.replaces != write.path:
                self._remove(self._inside(write.replaces))

    def _done(self, write: StoreWrite) -> bool:
        """Whether the text is in place; what it replaces is then removed, if it is still there."""
        target = self._inside(write.path)
        if not target.exists() or read_text(target, LIMIT) != write.text:
            return False
        if write.replaces is not None and write.replaces != write.path:
            old = self._inside(write.replaces)
            if old.exists() and digest_of(read_text(old, LIMIT)) == write.expected:
                self._remove(old)
        return True

    def _check(self, write: StoreWrite) -> None:
        if len(write.text.encode()) > LIMIT:
            msg = f"longer than {LIMIT} bytes"
            raise StoreError(msg, where=write.path)
        target = self._inside(write.path)
        if write.replaces != write.path and target.exists():
            msg = "something lies there already"
            raise StoreError(msg, where=write.path, hint="load the store anew and decide again")
        if write.replaces is None:
            return
        old = self._inside(write.replaces)
        now = digest_of(read_text(old, LIMIT)) if old.exists() else "nothing"
        if now != write.expected:
            msg = "changed since it was read"
            raise StoreError(msg, where=write.replaces, hint="load the store anew and decide again")

    def _inside(self, relative: str) -> Path:
        """The path of a text in this store. Raises StoreError for one that leads out of it, also through a link."""
        parts = relative.split("/")
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            msg = "the path leads out of the store"
            raise StoreError(msg, where=relative)
        if parts[-1] == SKILL_FILE and not all(_PART.fullmatch(part) for part in parts[:-1]):
            msg = "folder names are made of a-z, 0-9 and hyphens"
            raise StoreError(msg, where=relative)
        path = self.root
        for part in parts:
            path = path / part
            if path.is_symlink():
                msg = "the path goes through a link"
                raise StoreError(msg, where=relative)
        return path

    def _remove(self, old: Path) -> None:
        old.unlink()
        folder = old.parent
        while folder != self.root and folder.parent != self.root and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
        sync_folder(folder)

    def _version_problem(self) -> Problem | None:
        path = self.root / VERSION_FILE
        if not path.exists():
            return None
        try:
            text = read_text(path, 100).strip()
        except StoreError as fault:
            return Problem(where=VERSION_FILE, code="version", reason=fault.message, line=1)
        if text.isdigit() and int(text) <= VERSION:
            return None
        reason = (
            f"the store is of version {text!r}, this haste knows {VERSION}; it is read as far as possible, not written"
        )
        return Problem(where=VERSION_FILE, code="version", reason=reason, line=1)

    def _refuse_newer(self) -> None:
        if problem := self._version_problem():
            raise StoreError(problem.reason, where=str(self.root / VERSION_FILE), hint="update haste")


def begin(root: Path, starter: Path | None) -> SkillFiles:
    """The store at `root`; a new one starts as a copy of `starter`, with its ledger, or empty."""
    store = SkillFiles(root)
    if (root / VERSION_FILE).exists():
        return store
    if starter is not None:  # before the store is marked as begun, so that a copy that was cut off is made whole
        source = SkillFiles(starter)
        store.write(
            [StoreWrite(file.path, file.text) for file in source.read().files if not (root / file.path).exists()]
        )
        for file in source.read_ledger().files:
            if not (root / file.path).exists():
                store.append(Path(file.path).stem, file.text)
    store.create()
    return store
