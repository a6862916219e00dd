"""Running a candidate: the limits, the job handed to an executor, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from .value import Value


class Outcome(StrEnum):
    OK = "ok"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    INVALID_SUBMISSION = "invalid_submission"
    LOST = "lost"  # the machine's failure, never the candidate's; retried


class Limits(Value):
    wall_s: float = 600.0
    cpu_s: float = 1200.0
    memory_gb: float = 4.0  # of the whole process tree
    processes: int = 64
    file_mb: float = 512.0  # any one file
    scratch_mb: float = 2048.0  # all files together
    output_kb: float = 256.0  # kept of stdout and of stderr; what is longer is cut in its middle
    threads: int = 1


class Guarantee(StrEnum):
    """What an executor may promise about a candidate. Missing ones are named by every run and by the doctor."""

    NO_NETWORK = "no_network"
    READ_ONLY_INPUT = "read_only_input"
    PRIVATE_FILES = "private_files"  # no sight of labels, journal, other candidates, home
    MASKED_DATASETS = "masked_datasets"  # package data files that hold answers are hidden
    CLEAN_ENVIRONMENT = "clean_environment"
    MEMORY_LIMIT = "memory_limit"
    CPU_LIMIT = "cpu_limit"
    WALL_LIMIT = "wall_limit"
    PROCESS_LIMIT = "process_limit"
    FILE_SIZE_LIMIT = "file_size_limit"
    OUTPUT_LIMIT = "output_limit"
    TREE_KILL = "tree_kill"  # every descendant dies at the end
    PRIVATE_PROCESSES = "private_processes"  # other processes are neither visible nor reachable


@dataclass(frozen=True)
class Job:
    """One execution to be: `files` are laid into a fresh working folder beside `input/`, then `solution.py` runs.

    `input_dir` is shown read-only as `input/`. `outputs` are read back if the script wrote them.
    """

    id: str
    files: Mapping[str, bytes]  # relative path -> content; has "solution.py"
    input_dir: Path
    limits: Limits
    seed: int = 0
    outputs: tuple[str, ...] = ("submission.csv", "diagnostics.json", "validation.json")


@dataclass(frozen=True)
class Finished:
    """What an executor says of a job. `INVALID_SUBMISSION` is not its to say; `LOST` is."""

    job_id: str
    outcome: Outcome
    detail: str = ""  # one line: the exception's last line, or which limit
    exit_code: int | None = None
    wall_s: float = 0.0
    overhead_s: float = 0.0  # of wall_s, the part outside the candidate's own script; unknown parts count as overhead
    peak_memory_gb: float | None = None
    stdout: str = ""
    stderr: str = ""
    outputs: Mapping[str, bytes] = field(default_factory=dict)
    recalled: bool = False  # not run now: an earlier result of the same files on the same input
