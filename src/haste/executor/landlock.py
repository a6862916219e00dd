"""Isolation by Landlock and seccomp: rules that a process puts on itself, for machines without user namespaces.

Landlock says which files may be read and written; seccomp closes the network. There is no second view of the machine:
the existence of a path can still be found out, and so can the numbers of other processes, but neither contents nor
listings. Numbers are from the kernel's `linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from haste.schema.execution import Guarantee, Limits

from .interpreter import Interpreter
from .isolation import SUPERVISOR, Confinement, Launch, Place, environment
from .plain import user_process_limit
from .seccomp import is_supported, seccomp_program

ABI_TRUNCATE, ABI_NET, ABI_SCOPES = 3, 4, 6
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
READ = EXECUTE | READ_FILE | READ_DIR
WRITE = WRITE_FILE | 0x7FF0  # and remove, make, refer, truncate: bits 4 to 14
WRITE &= ~(1 << 6 | 1 << 11)  # but no device nodes
_ALL_FS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}  # from ABI 5 on: 0xFFFF
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_FACTS = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/self", "/sys/devices/system/cpu", "/sys/fs/cgroup")


def abi() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None)
    libc.syscall.restype = ctypes.c_long
    return max(0, int(libc.syscall(444, None, ctypes.c_size_t(0), 1)))


def domain(version: int, rules: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """A domain that denies all that this version can deny but for `rules`: (path, what is allowed below it)."""
    return {
        "fs": _ALL_FS.get(version, 0xFFFF),
        "net": 0b11 if version >= ABI_NET else 0,  # bind and connect by TCP
        "scoped": 0b11 if version >= ABI_SCOPES else 0,  # abstract sockets and signals
        "size": 24 if version >= ABI_SCOPES else 16 if version >= ABI_NET else 8,  # of struct landlock_ruleset_attr
        "rules": list(rules),
    }


class Landlock:
    name = "landlock"

    def __init__(self, version: int | None = None) -> None:
        """`version`: an older Landlock to pretend; None uses the kernel's."""
        self._abi = abi() if version is None else version

    def guarantees(self) -> frozenset[Guarantee]:
        if self._abi < 1 or not is_supported():
            return frozenset()
        missing = {Guarantee.PRIVATE_PROCESSES}  # they are out of reach, but their numbers can be probed
        if self._abi < ABI_TRUNCATE:
            missing.add(Guarantee.READ_ONLY_INPUT)
        return frozenset(Guarantee) - missing

    def can_fork_warm(self) -> bool:
        return self._abi >= ABI_SCOPES

    def launch(self, place: Place, interpreter: Interpreter, threads: int) -> Launch:
        arguments = (str(interpreter.executable), "-B", str(SUPERVISOR))
        serial = {"JOBLIB_MULTIPROCESSING": "0"}  # its semaphores need the machine's /dev/shm, which is closed
        return Launch(arguments, environment(interpreter, str(place.tmp), threads) | serial)

    def confine(self, place: Place, interpreter: Interpreter, limits: Limits) -> Confinement:
        rules = [*_stack_rules(interpreter), (str(place.input), READ), *((path, READ) for path in _FACTS)]
        rules += [(path, READ_FILE | WRITE_FILE | 1 << 15) for path in _DEVICES]
        rules += [(str(path), READ | WRITE) for path in (place.work, place.tmp)]
        return Confinement(
            cwd=str(place.work),
            input=str(place.input),
            landlock=domain(self._abi, rules),
            seccomp=seccomp_program(local_sockets=False, keep_metadata=True).hex(),
            drop_capabilities=os.geteuid() == 0,
            process_limit=user_process_limit(limits),
        )


@lru_cache(maxsize=4)
def _stack_rules(interpreter: Interpreter) -> tuple[tuple[str, int], ...]:
    """System, interpreter and packages may be read, but for what is masked."""
    hidden = interpreter.masks.paths
    listed = [(str(root), READ_DIR) for root in interpreter.roots]
    return (*listed, *((str(path), READ) for root in interpreter.roots for path in _around(root, hidden)))


def _around(root: Path, hidden: frozenset[Path]) -> Iterator[Path]:
    """The largest parts of `root` that hold nothing hidden. Links are left out: a rule would follow them."""
    on_the_way = {parent for path in hidden for parent in path.parents}
    pending = [root]
    while pending:
        path = pending.pop()
        if path in on_the_way:
            pending += [child for child in sorted(path.iterdir()) if not child.is_symlink()]
        elif path not in hidden:
            yield path
