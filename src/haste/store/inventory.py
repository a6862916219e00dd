"""The skill store on disk: texts out, texts in, one writer at a time. Knows nothing of what the texts mean.

Layout (docs/skills.md): `global/`, `domain/<domain>/` and `competition/<competition>/` hold one folder per skill with
one `SKILL.md` each; `retired/` holds the same below it; `ledger/<run>.jsonl` is append-only, one file per run;
`learnings/<run>.json` is what a run proposed; `unfinished.json` is there while texts and their record are written.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from haste.schema.errors import StoreError
from haste.schema.knowledge import Problem, StoreWrite, TextFile

from .inventory_files import LIMIT, Unreadable, digest_of, read_text, replace_text, sync_folder
from .inventory_walk import PLACES, SKILL_FILE, stray, walk

VERSION = 1
VERSION_FILE = "store-version"
LEDGER = "ledger"
LEARNINGS = "learnings"
UNFINISHED = "unfinished.json"
LEDGER_LIMIT = 64 * 1024 * 1024  # bytes of one stream; ten thousand decisions need a tenth of it
LOCK_WAIT_S = 30.0
BEGIN_WAIT_S = 300.0  # for a copy of the starter: hundreds of files, on a disk that may be busy
_ATTRIBUTES = "* text eol=lf\nledger/*.jsonl merge=union\n"
_IGNORED = f".lock\n{UNFINISHED}\n"
_NUMBER = re.compile(r"[0-9]{1,9}")
_PART = re.compile(r"[a-z0-9][a-z0-9-]*")
_RUN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class Contents:
    """What a reading found: texts by path, and everything that was not read, with the reason."""

    files: tuple[TextFile, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Begun:
    """Texts and the record that belongs to them, as they lie in `unfinished.json`."""

    writes: tuple[StoreWrite, ...]
    run: str
    lines: str


_BEGUN = TypeAdapter(Begun)


class StoreBusy(StoreError):
    """Another process has held the lock for longer than this one would wait."""


class SkillFiles:
    """One store below `root`. Reading never fails as a whole; a refused write raises StoreError, changing nothing."""

    def __init__(self, root: Path, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self.root = root
        self.lock_wait_s = lock_wait_s
        self._lock: FileLock | None = None

    def create(self) -> None:
        """Make an empty store; nothing happens to what is there already."""
        for folder in ("global", "domain", "competition", "retired", LEDGER):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        # The version last: a folder that has one is whole.
        for name, text in ((".gitattributes", _ATTRIBUTES), (".gitignore", _IGNORED), (VERSION_FILE, f"{VERSION}\n")):
            if not (self.root / name).exists():
                replace_text(self.root / name, text)

    def fill_from(self, source: SkillFiles) -> None:
        """Copy skills and ledger of another store, each file whole; what is there already stays."""
        with self.lock():
            files = [file for file in source.read().files if not (self.root / file.path).exists()]
            self.write([StoreWrite(file.path, file.text) for file in files])
            self._inside(LEDGER).mkdir(exist_ok=True)
            for file in source.read_ledger().files:
                if not (place := self._inside(file.path)).exists():
                    replace_text(place, file.text)

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
            except Unreadable as fault:
                problems.append(Problem(where=found, code=fault.code, reason=fault.message, line=fault.line))
        return Contents(tuple(files), tuple(problems))

    def read_ledger(self, run: str | None = None) -> Contents:
        """One run's ledger, or every run's, as it lies there: torn lines included, records are not told apart here."""
        return self._read_flat(LEDGER, ".jsonl", run)

    def read_learnings(self) -> Contents:
        """What runs proposed, one file per run, decided on or not."""
        return self._read_flat(LEARNINGS, ".json")

    def ledger_sizes(self) -> dict[str, int]:
        """How long each stream is, in bytes: what is longer later has been added to."""
        return {path.stem: path.lstat().st_size for path in (self.root / LEDGER).glob("*.jsonl")}

    def append(self, run: str, lines: str) -> None:
        """Add whole lines to a run's ledger, durably. A torn line left by a crash is closed off first."""
        if not lines:
            return
        self._refuse_newer()
        with self._open_ledger(run) as file:
            _add(file, lines)

    def settle(self, writes: Sequence[StoreWrite], run: str, lines: str) -> None:
        """`write`, and then `append`: both, or neither where one of them is refused.

        What a killed process, or a full disk, leaves undone of it is done by whoever next takes the lock.
        """
        with self.lock():
            self._refuse_newer()
            for write in writes:
                self._check(write)
            try:
                with self._open_ledger(run) as file:
                    if writes:
                        begun = _BEGUN.dump_json(Begun(tuple(writes), run, lines)).decode()
                        replace_text(self._inside(UNFINISHED), begun)
                        self._put(writes)
                    _add(file, lines)
            except OSError as fault:
                msg = f"cannot write: {fault.strerror or fault}"
                hint = "mend that; whatever next writes to the store finishes what was begun"
                raise StoreError(msg, where=str(self.root), hint=hint) from fault
            self._drop_unfinished()

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

    @contextmanager
    def lock(self, wait_s: float | None = None) -> Iterator[None]:
        """Be the only writer; may be nested. Readers do not wait: every single file is whole at any moment.

        Raises StoreBusy when another process does not let go of it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        place = self._inside(".lock")
        self._lock = self._lock or FileLock(place)
        try:
            self._lock.acquire(timeout=self.lock_wait_s if wait_s is None else wait_s)
        except Timeout as fault:
            msg = "another process is writing to this store"
            raise StoreBusy(msg, where=str(self.root), hint="wait for it to end, then try again") from fault
        try:
            if self._lock.lock_counter == 1:
                self._finish()
            yield
        finally:
            self._lock.release()

    def _finish(self) -> None:
        """Do what another writer had begun. What somebody has changed since is left as it is, without a record."""
        if not self._inside(UNFINISHED).exists():
            return
        self._refuse_newer()
        try:
            begun = _BEGUN.validate_json(read_text(self.root / UNFINISHED, LEDGER_LIMIT))
            _check_run(begun.run)
            self.redo(begun.writes)
        except (StoreError, ValidationError):
            self._drop_unfinished()
            return
        there = {line for file in self.read_ledger(begun.run).files for line in file.text.splitlines()}
        if not there.issuperset(begun.lines.splitlines()):
            self.append(begun.run, begun.lines)
        self._drop_unfinished()

    def _drop_unfinished(self) -> None:
        if (self.root / UNFINISHED).exists():
            (self.root / UNFINISHED).unlink()
            sync_folder(self.root)

    def _open_ledger(self, run: str) -> BinaryIO:
        """A run's ledger, made where it is not there. Raises StoreError for what is no plain file in the store."""
        _check_run(run)
        path = self._inside(f"{LEDGER}/{run}.jsonl")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        except OSError as fault:
            msg = f"cannot write to the ledger: {fault.strerror or fault}"
            raise StoreError(msg, where=str(path)) from fault
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            msg = "not a regular file"
            raise StoreError(msg, where=str(path))
        return os.fdopen(fd, "r+b")

    def _read_flat(self, name: str, suffix: str, run: str | None = None) -> Contents:
        files: list[TextFile] = []
        problems: list[Problem] = []
        folder = self.root / name
        if folder.is_symlink():
            return Contents((), (Problem(where=name, code="symlink", reason="a link; links are not followed"),))
        if folder.exists() and not folder.is_dir():
            return Contents((), (Problem(where=name, code="stray", reason="a folder is expected here"),))
        for path in sorted(folder.glob("*" if run is None else f"{escape(run)}{suffix}")):
            where = f"{name}/{path.name}"
            if path.is_dir() or path.suffix != suffix:
                if not path.name.startswith("."):
                    problems.append(stray(where, f"not read; expected are files that end in {suffix}"))
                continue
            try:
                files.append(TextFile(where, read_text(path, LEDGER_LIMIT, errors="replace")))
            except Unreadable as fault:
                problems.append(Problem(where=where, code=fault.code, reason=fault.message, line=fault.line))
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
        if taken := self._namesake(write):
            msg = f"the name is taken by {taken}"
            raise StoreError(msg, where=write.path, hint="load the store anew and decide again")
        if write.replaces is None:
            return
        old = self._inside(write.replaces)
        now = digest_of(read_text(old, LIMIT)) if old.exists() else "nothing"
        if now != write.expected:
            msg = "changed since it was read"
            raise StoreError(msg, where=write.replaces, hint="load the store anew and decide again")

    def _namesake(self, write: StoreWrite) -> str | None:
        """Another skill that has the name which a text brings in: names are unique over the whole store."""
        *_, name, file = ("", *write.path.split("/"))
        if file != SKILL_FILE or (write.replaces is not None and write.replaces.split("/")[-2:] == [name, file]):
            return None
        found = sorted(path for place in PLACES for path in self.root.glob(f"{place}/{name}/{SKILL_FILE}"))
        paths = (path.relative_to(self.root).as_posix() for path in found)
        return next((path for path in paths if path not in (write.path, write.replaces)), None)

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
        if _NUMBER.fullmatch(text) and int(text) <= VERSION:
            return None
        reason = (
            f"the store is of version {text!r}, this haste knows {VERSION}; it is read as far as possible, not written"
        )
        return Problem(where=VERSION_FILE, code="version", reason=reason, line=1)

    def _refuse_newer(self) -> None:
        if problem := self._version_problem():
            raise StoreError(problem.reason, where=str(self.root / VERSION_FILE), hint="update haste")


def begin(root: Path, starter: Path | None) -> SkillFiles:
    """The store at `root`; a new one starts as a copy of `starter`, with its ledger, or empty.

    Of several processes that begin it at once, one makes it and the others wait.
    """
    store = SkillFiles(root)
    if not (root / VERSION_FILE).exists():
        with store.lock(BEGIN_WAIT_S):
            if not (root / VERSION_FILE).exists():  # made by another process while this one waited
                if starter is not None:  # before the store is marked as begun: a copy that was cut off is made whole
                    store.fill_from(SkillFiles(starter))
                store.create()
    return store


def _check_run(run: str) -> None:
    if not _RUN.fullmatch(run) or ".." in run:
        msg = f"not a name for a ledger: {run!r}"
        raise StoreError(msg, hint="use letters, digits, `.`, `_` and `-`")


def _add(file: BinaryIO, lines: str) -> None:
    torn = file.seek(0, os.SEEK_END) > 0 and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n"
    file.write(b"\n" * torn + lines.encode())
    file.flush()
    os.fsync(file.fileno())
