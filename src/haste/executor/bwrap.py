"""Isolation by bubblewrap: namespaces of its own for files, processes, network and IPC, without privileges.

The candidate sees a file system that was built for it: what is not there need not be forbidden. On kernels with
Landlock's scopes (6.12 or later) every candidate also enters a domain of its own, which makes it safe to let several
candidates, one after the other, fork from one warm supervisor.
"""

from __future__ import annotations

import os
import shutil
import subprocess

from haste.schema.execution import Guarantee, Limits

from . import landlock
from .cell import CellFailed
from .interpreter import Interpreter
from .isolation import MIB, SUPERVISOR, Confinement, Launch, Place, environment
from .seccomp import is_supported, seccomp_program

_TMPFS_BYTES = 256 * MIB
_WORK, _TMP, _INPUT, _SUPERVISOR = "/job/work", "/job/tmp", "/input", "/supervisor.py"


class Bubblewrap:
    name = "bwrap"

    def __init__(self, program: str | None = None) -> None:
        """`program`: the bwrap to use; None looks it up on our own PATH, which is not the candidates'."""
        found = program or shutil.which("bwrap")
        self._program = os.path.abspath(found) if found else None  # noqa: PTH100  # a link's own name is kept
        self._options = _known_options(self._program) if self._program else frozenset()
        self._abi = landlock.abi()

    def guarantees(self) -> frozenset[Guarantee]:
        return frozenset(Guarantee)

    def can_fork_warm(self) -> bool:
        return self._abi >= landlock.ABI_SCOPES and self._has_sized_tmpfs

    @property
    def _has_sized_tmpfs(self) -> bool:
        return "--size" in self._options

    def launch(self, place: Place, interpreter: Interpreter, threads: int) -> Launch:
        if self._program is None:
            raise CellFailed("there is no bwrap on the PATH")  # noqa: EM101
        arguments = [self._program, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
        arguments += ["--cap-drop", "ALL"]  # as root, a candidate could otherwise remount its inputs writable
        if "--disable-userns" in self._options:
            arguments.append("--disable-userns")
        arguments += ["--uid", "1000", "--gid", "1000", "--hostname", "candidate", "--proc", "/proc", "--dev", "/dev"]
        for shared in _shared(interpreter):  # bubblewrap's own /dev/shm would be as large as half the memory
            if self._has_sized_tmpfs:
                arguments += ["--size", str(_TMPFS_BYTES), "--tmpfs", shared]
            else:
                arguments += ["--bind", str(place.tmp), shared]
        for root in interpreter.roots:
            arguments += ["--ro-bind", str(root), str(root)]
        for where, text in interpreter.links:
            arguments += ["--symlink", text, str(where)]
        for folder in interpreter.masks.folders:
            arguments += ["--ro-bind", str(place.empty / "folder"), str(folder)]
        for file in interpreter.masks.files:
            arguments += ["--ro-bind", str(place.empty / "file"), str(file)]
        arguments += ["--ro-bind", str(SUPERVISOR), _SUPERVISOR, "--ro-bind", str(place.input), _INPUT]
        arguments += ["--bind", str(place.work), _WORK, "--bind", str(place.tmp), _TMP, "--remount-ro", "/"]
        arguments += ["--chdir", _WORK]
        blobs = {}
        if is_supported():
            arguments += ["--seccomp", "FILTER"]
            blobs["FILTER"] = seccomp_program(local_sockets=True, keep_metadata=False)
        arguments += ["--", str(interpreter.executable), "-B", _SUPERVISOR]
        return Launch(tuple(arguments), environment(interpreter, _TMP, threads), blobs, parents=2)

    def confine(self, place: Place, interpreter: Interpreter, limits: Limits) -> Confinement:  # noqa: ARG002
        domain = None
        if self._abi >= landlock.ABI_SCOPES:
            seen = [*map(str, interpreter.roots), "/proc", _INPUT]
            rules = [(path, landlock.READ) for path in seen]
            rules += [(path, landlock.READ | landlock.WRITE) for path in (_WORK, _TMP, "/dev", *_shared(interpreter))]
            domain = landlock.domain(self._abi, rules)
        wipe = _shared(interpreter) if self._has_sized_tmpfs else ()
        # Counted per user namespace since Linux 5.14, and threads count too: a brake for fork bombs only.
        return Confinement(_WORK, _INPUT, domain, wipe=wipe, process_limit=8 * limits.processes + 256)


def _shared(interpreter: Interpreter) -> tuple[str, ...]:
    """Folders that programs expect to write to. Where the interpreter lies in one, it is read-only instead."""
    used = {str(parent) for root in interpreter.roots for parent in root.parents}
    return tuple(folder for folder in ("/tmp", "/dev/shm") if folder not in used)


def _known_options(program: str) -> frozenset[str]:
    try:
        told = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(word for word in (told.stdout + told.stderr).split() if word.startswith("--"))
