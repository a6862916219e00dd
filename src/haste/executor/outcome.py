"""From what was seen of a candidate's end to its outcome, in one pure function."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from haste.schema.execution import Outcome

from .watch import Passed

_MEMORY = re.compile(r"MemoryError\b|std::bad_alloc|bad allocation|Cannot allocate memory|can't allocate memory")
_OF_LIMIT = {"wall": Outcome.TIMED_OUT, "cpu": Outcome.TIMED_OUT, "memory": Outcome.OUT_OF_MEMORY}
_DETAIL_CHARACTERS = 300


@dataclass(frozen=True)
class End:
    """How a candidate's main process ended."""

    status: int  # as `wait` gives it
    passed: Passed | None = None  # the limit for which it was killed
    kernel_out_of_memory: bool = False  # the kernel killed something for want of memory in the meantime
    cpu_over: bool = False  # the tree had used up its processor time


def judge(end: End, stderr: str) -> tuple[Outcome, str, int | None]:
    """Outcome, one line of detail, exit code (None where a signal ended it)."""
    if end.passed is not None:
        return _OF_LIMIT.get(end.passed.limit, Outcome.CRASHED), f"stopped: {end.passed.detail}", None
    number = end.status & 0x7F
    code = end.status >> 8
    if number == 0 and code == 0:
        return Outcome.OK, "", 0
    if number == signal.SIGXCPU or (number == signal.SIGKILL and end.cpu_over):
        return Outcome.TIMED_OUT, "stopped: processor-time limit", None
    if number == signal.SIGKILL and end.kernel_out_of_memory:
        return Outcome.OUT_OF_MEMORY, "killed by the kernel for want of memory", None
    said = last_words(stderr)
    if number:
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        detail, exit_code = f"killed by {name}" + (f": {said}" if said else ""), None
    else:
        detail, exit_code = said or f"exit code {code}", code
    is_memory = _MEMORY.search(said) or (number == signal.SIGABRT and _MEMORY.search(stderr[-2000:]))
    return Outcome.OUT_OF_MEMORY if is_memory else Outcome.CRASHED, detail[:_DETAIL_CHARACTERS], exit_code


def last_words(stderr: str) -> str:
    """The exception's own line of the last traceback, or else the last line that says anything."""
    _, found, after = stderr.rpartition("Traceback (most recent call last):")
    lines = [line.rstrip() for line in (after if found else stderr).splitlines() if line.strip()]
    if found:
        for line in lines:
            if not line.startswith((" ", "\t")):
                return line
    return lines[-1].strip() if lines else ""
