"""No isolation: limits only. For machines that offer nothing better, and for `--sandbox off`.

A candidate can read and write whatever its user can, and reach the network. Its resources are limited all the same.
"""

from __future__ import annotations

import os
import sys

import psutil

from haste.schema.execution import Guarantee, Limits

from .interpreter import Interpreter
from .isolation import SUPERVISOR, Confinement, Launch, Place, environment

_LIMITS = frozenset(
    {
        Guarantee.MEMORY_LIMIT,
        Guarantee.CPU_LIMIT,
        Guarantee.WALL_LIMIT,
        Guarantee.PROCESS_LIMIT,
        Guarantee.FILE_SIZE_LIMIT,
        Guarantee.OUTPUT_LIMIT,
    }
)


class Plain:
    name = "plain"

    def guarantees(self) -> frozenset[Guarantee]:
        # Elsewhere orphans cannot be made to come back to the supervisor.
        # A clean environment is not promised: the parent's can be read in /proc.
        return _LIMITS | {Guarantee.TREE_KILL} if sys.platform == "linux" else _LIMITS

    def can_fork_warm(self) -> bool:
        return True  # there is nothing to lose

    def launch(self, place: Place, interpreter: Interpreter, threads: int) -> Launch:
        arguments = (str(interpreter.executable), "-B", str(SUPERVISOR))
        return Launch(arguments, environment(interpreter, str(place.tmp), threads))

    def confine(self, place: Place, interpreter: Interpreter, limits: Limits) -> Confinement:  # noqa: ARG002
        return Confinement(str(place.work), str(place.input), process_limit=user_process_limit(limits))


def user_process_limit(limits: Limits) -> int | None:
    """RLIMIT_NPROC counts all threads of the user on the machine: what runs now, and room for the candidate.

    Only a brake for fork bombs; the watchdog enforces the limit itself, also for root, whom the kernel exempts.
    """
    if os.geteuid() == 0:
        return None
    threads = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        uids = process.info["uids"]
        threads += (process.info["num_threads"] or 1) if uids is not None and uids.real == os.getuid() else 0
    return threads + 8 * limits.processes + 256
