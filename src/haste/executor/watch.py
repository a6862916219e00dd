"""The watchdog over one candidate's whole process tree.

The kernel's limits hold for single processes (and some not for root), so memory, processor time, processes and disk of
the tree are measured from outside, a few times a second. It decides which limit was passed; killing is not its job.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from haste.schema.execution import Limits

from .inside import descendants
from .isolation import GIB, MIB
from .scratch import used_bytes

POLL_S = 0.05
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")
_DISK_POLL_S = 0.5


@dataclass(frozen=True)
class Passed:
    """A limit that was passed: which one, and the sentence for the user."""

    limit: str  # wall, cpu, memory, processes, scratch
    detail: str


class Watchdog:
    def __init__(self, supervisor: int, limits: Limits, folders: tuple[Path, ...]) -> None:
        """`supervisor`: everything below this process is the candidate's."""
        self._supervisor, self._limits, self._folders = supervisor, limits, folders
        self._begun = time.monotonic()
        self._next_disk = self._begun + _DISK_POLL_S
        self._cpu_before = _ended_children_s(supervisor)
        self.peak_bytes = 0
        self._seen: dict[int, bytes] = {}

    def check(self) -> Passed | None:
        """Measure once. The first limit that was passed, if any."""
        limits, now = self._limits, time.monotonic()
        if now - self._begun > limits.wall_s:
            return Passed("wall", f"wall-clock limit of {limits.wall_s:g} s")
        tree = descendants(self._supervisor) if sys.platform == "linux" else _descendants_elsewhere(self._supervisor)
        self._seen.update((pid, _birth(pid)) for pid in tree if pid not in self._seen)
        if len(tree) > limits.processes:
            return Passed("processes", f"more than {limits.processes} processes")
        memory = sum(map(_resident_bytes, tree))
        if memory > limits.memory_gb * GIB:
            memory = sum(map(_own_bytes, tree))
        self.peak_bytes = max(self.peak_bytes, memory)
        if memory > limits.memory_gb * GIB:
            return Passed("memory", f"memory limit of {limits.memory_gb:g} GB")
        if self.cpu_s(tree) > limits.cpu_s:
            return Passed("cpu", f"processor-time limit of {limits.cpu_s:g} s")
        if now >= self._next_disk:
            used = used_bytes(*self._folders)
            taken = time.monotonic() - now
            self._next_disk = now + max(_DISK_POLL_S, 10 * taken)
            if used > limits.scratch_mb * MIB:
                return Passed("scratch", f"scratch limit of {limits.scratch_mb:g} MB")
        return None

    def kill_survivors(self) -> None:
        """A last look at processes that were once in the tree, in case one of them got rid of its supervisor."""
        for pid, birth in self._seen.items():
            if birth and _birth(pid) == birth:  # else the number belongs to somebody else by now
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)

    def cpu_s(self, tree: list[int]) -> float:
        ended = _ended_children_s(self._supervisor) - self._cpu_before
        return ended + sum(sum(_times(pid)) for pid in tree)


def _birth(pid: int) -> bytes:
    """When a process began, in the kernel's ticks; tells it from a later one with the same number."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19]
    except (OSError, IndexError):
        return b""


def _times(pid: int) -> tuple[float, float]:
    """Seconds of processor time: of the process itself, and of its children that have ended."""
    try:
        if sys.platform != "linux":
            times = psutil.Process(pid).cpu_times()
            return times.user + times.system, times.children_user + times.children_system
        words = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (OSError, psutil.Error):
        return 0.0, 0.0
    user, system, ended_user, ended_system = (int(word) / _TICK for word in words[11:15])
    return user + system, ended_user + ended_system


def _ended_children_s(pid: int) -> float:
    return _times(pid)[1]


def _resident_bytes(pid: int) -> int:
    try:
        if sys.platform != "linux":
            return int(psutil.Process(pid).memory_info().rss)
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE
    except (OSError, psutil.Error, IndexError):
        return 0


def _own_bytes(pid: int) -> int:
    """Like the above, with pages shared among processes divided among them: exact for forks, but slow to ask."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return _resident_bytes(pid)


def _descendants_elsewhere(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []
