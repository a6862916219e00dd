"""What an isolation is to the rest of the room: a way to start the supervisor, and a plan for each candidate."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from haste.schema.execution import Guarantee, Limits

from .interpreter import Interpreter

SUPERVISOR = Path(__file__).with_name("inside.py")
GIB = 1024**3
MIB = 1024**2
ADDRESS_SLACK = 1 * GIB  # libraries reserve address space that they never touch: 0.3 to 0.5 GiB for the usual stack


@dataclass(frozen=True)
class Place:
    """The host's folders of one worker slot: what a supervisor, and the candidates below it, may touch."""

    work: Path  # the candidate's current directory
    tmp: Path  # its HOME and TMPDIR
    input: Path  # the job's input, laid out anew for every job: its path tells nothing of what it is for
    empty: Path  # a folder holding an empty folder `folder` and an empty file `file`, to hide things with


@dataclass(frozen=True)
class Confinement:
    """What a candidate's process does to itself between fork and script. Plain data: it crosses a socket."""

    cwd: str
    input: str  # where the symbolic link `input` points
    landlock: dict[str, Any] | None = None
    seccomp: str | None = None  # a program for classic BPF, in hex
    drop_capabilities: bool = False
    wipe: tuple[str, ...] = ()  # folders that the supervisor empties after the job
    process_limit: int | None = None  # RLIMIT_NPROC, where it counts this candidate's processes only


@dataclass(frozen=True)
class Launch:
    """How to start a supervisor. Its socket's number is appended to `arguments`."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    blobs: dict[str, bytes] = field(default_factory=dict)  # word in `arguments` -> content behind a descriptor
    parents: int = 0  # processes of the sandbox itself between ours and the supervisor's


class Isolation(Protocol):
    name: str

    def guarantees(self) -> frozenset[Guarantee]: ...

    def can_fork_warm(self) -> bool:
        """Whether candidates that share a supervisor are as well kept apart as candidates that do not."""
        ...

    def launch(self, place: Place, interpreter: Interpreter, threads: int) -> Launch: ...

    def confine(self, place: Place, interpreter: Interpreter, limits: Limits) -> Confinement: ...


def environment(interpreter: Interpreter, tmp: str, threads: int) -> dict[str, str]:
    """All that a candidate finds in its environment."""
    count = str(threads)
    pools = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB", "BLIS", "RAYON")
    return {
        "PATH": interpreter.search_path,
        "HOME": tmp,
        "TMPDIR": tmp,
        "USER": "candidate",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",  # what a killed script has printed is not lost
        "LOKY_MAX_CPU_COUNT": count,
        "POLARS_MAX_THREADS": count,
        **{f"{pool}_NUM_THREADS": count for pool in pools},
    }


def rlimits(limits: Limits, process_limit: int | None) -> dict[str, int]:
    """The kernel's own limits on each single process; the watchdog sees to the tree."""
    values = {
        "RLIMIT_AS": int(limits.memory_gb * GIB) + ADDRESS_SLACK,
        "RLIMIT_CPU": max(1, int(limits.cpu_s)),
        "RLIMIT_FSIZE": int(limits.file_mb * MIB),
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 4096,
    }
    return values if process_limit is None else values | {"RLIMIT_NPROC": process_limit}
