"""A worker slot's folders on disk: lay a job out, measure it, read its outputs, empty it again.

Everything below `work` and `tmp` belongs to a candidate that may be hostile: links are never followed, and nothing but
plain files of a bounded size is read.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from haste.schema.errors import ExecutorError
from haste.schema.execution import Job

_BLOCK = 4096  # what the smallest file costs a disk; also bounds how many there can be


def prepare_slot(folder: Path) -> tuple[Path, Path, Path]:
    """Make the `work`, `tmp` and `input` folders of a slot."""
    work, tmp, inputs = folder / "work", folder / "tmp", folder / "input"
    for path in (work, tmp, inputs):
        path.mkdir(parents=True, mode=0o700)
    return work, tmp, inputs


def prepare_empty(folder: Path) -> Path:
    """The empty folder and file that hide others."""
    (folder / "folder").mkdir(parents=True, exist_ok=True)
    (folder / "file").touch()
    return folder


def check_job(job: Job) -> None:
    """Raise ExecutorError on a job that cannot be laid out."""
    for name in (*job.files, *job.outputs):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] == "input":
            message = f"not a place in a job's folder: {name!r}"
            raise ExecutorError(message, where=f"job {job.id}")
    if "solution.py" not in job.files:
        message = "there is no solution.py among its files"
        raise ExecutorError(message, where=f"job {job.id}")
    if not job.input_dir.is_dir():
        message = f"its input is not a folder: {job.input_dir}"
        raise ExecutorError(message, where=f"job {job.id}")


def lay_out(work: Path, files: Mapping[str, bytes], input_path: str) -> None:
    """Write a job's files into its empty folder, with `input` beside them."""
    for name, content in files.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (work / "input").symlink_to(input_path)


def link_tree(source: Path, target: Path) -> None:
    """Show the files below `source` in the empty folder `target` too: hard links, or copies where there can be none.

    A slot shows every job's input in the same place, because the name of a folder could tell what it is for.
    """
    for entry in os.scandir(source):
        if entry.is_dir(follow_symlinks=False):
            (target / entry.name).mkdir()
            link_tree(Path(entry.path), target / entry.name)
            continue
        try:
            os.link(entry.path, target / entry.name, follow_symlinks=False)
        except OSError:  # another file system, or somebody else's file
            shutil.copy2(entry.path, target / entry.name, follow_symlinks=False)


def free_bytes(folder: Path) -> int:
    """What a candidate can still write to the file system of `folder`; 0 where that can hold no further file."""
    status = os.statvfs(folder)
    ours = os.geteuid() == 0  # some file systems keep a reserve for root
    if status.f_files and not (status.f_ffree if ours else status.f_favail):
        return 0
    return (status.f_bfree if ours else status.f_bavail) * status.f_frsize


def read_outputs(work: Path, names: tuple[str, ...], limit_bytes: float) -> dict[str, bytes]:
    """The outputs that were written, as far as they are plain files within the limit."""
    found = {}
    for name in names:
        content = _read_plain(work, PurePosixPath(name).parts, limit_bytes)
        if content is not None:
            found[name] = content
    return found


def _read_plain(folder: Path, parts: tuple[str, ...], limit_bytes: float) -> bytes | None:
    guard = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = -1
    try:
        descriptor = os.open(folder, guard | os.O_DIRECTORY)
        for part in parts[:-1]:
            descriptor = _swap(descriptor, os.open(part, guard | os.O_DIRECTORY, dir_fd=descriptor))
        descriptor = _swap(descriptor, os.open(parts[-1], guard | os.O_NONBLOCK, dir_fd=descriptor))
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit_bytes:
            return None
        with os.fdopen(descriptor, "rb") as file:
            descriptor = -1
            return file.read()
    except OSError:
        return None
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _swap(old: int, new: int) -> int:
    os.close(old)
    return new


def used_bytes(*folders: Path) -> int:
    """Disk space below the folders; every entry counts as one block at least, links are not followed."""
    total = 0
    pending = [str(folder) for folder in folders]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    total += max(status.st_blocks * 512, _BLOCK)
                    if stat.S_ISDIR(status.st_mode):
                        pending.append(entry.path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:  # nobody nests so deep but to hide what lies there
                return sys.maxsize
    return total


def empty(*folders: Path) -> bool:
    """Remove everything below the folders, which themselves stay (they may be mounted); whether that worked."""
    for folder in folders:
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                remove(Path(entry.path))
            else:
                Path(entry.path).unlink(missing_ok=True)
    return not any(any(folder.iterdir()) for folder in folders)


def remove(folder: Path) -> None:
    """Remove a folder whatever a candidate did to it."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():  # closed folders inside, or nested deeper than Python can recurse
        for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
            subprocess.run([*command, "--", str(folder)], capture_output=True, check=False)
