"""A worker slot: where jobs run one after the other, each in a fresh supervisor or forked from a warm one.

A warm supervisor has imported the usual packages before it forks, which takes a candidate's start from two seconds to
a tenth. It is given up after anything unusual (a limit, something left behind) and after a number of jobs; when
it fails, the job runs in a fresh one. The candidate cannot tell which it was.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from haste.schema.execution import Finished, Job, Outcome

from .cell import Cell, CellFailed, Run
from .interpreter import Interpreter
from .isolation import GIB, MIB, Isolation, Place
from .outcome import judge
from .scratch import empty, free_bytes, prepare_slot, read_outputs

# Import only: a parallel region of OpenMP before the fork would hang its children.
PRELOAD = (
    "numpy", "pandas", "scipy.sparse", "scipy.stats", "scipy.optimize", "sklearn", "sklearn.linear_model",
    "sklearn.ensemble", "sklearn.pipeline", "sklearn.compose", "sklearn.preprocessing", "sklearn.impute",
    "sklearn.feature_extraction.text", "sklearn.svm", "sklearn.neighbors", "sklearn.naive_bayes",
    "sklearn.decomposition", "sklearn.model_selection", "sklearn.metrics", "lightgbm", "PIL.Image",
)  # fmt: skip
FRESH_PRELOAD = ("numpy",)  # so that its generator can be seeded in both kinds alike
_JOBS_PER_ZYGOTE = 100
_FULL_DISK = 1 * MIB  # less free space than this, and a crash says nothing about the script
_ZYGOTE_FAILURES = 2  # in a row, before a slot stops trying


@dataclass(frozen=True)
class SlotFolders:
    """Where a slot lives on disk."""

    folder: Path
    empty: Path


class Slot:
    def __init__(self, isolation: Isolation, interpreter: Interpreter, folders: SlotFolders, *, warm: bool) -> None:
        self._isolation, self._interpreter, self._folders = isolation, interpreter, folders
        self._warm = warm and isolation.can_fork_warm()
        self._generation = 0
        self._place = self._new_place()
        self._zygote: Cell | None = None
        self._failures = 0

    def run(self, job: Job, cancelled: Callable[[], bool]) -> Finished | None:
        """Run a job to its end; None if it was cancelled in the meantime."""
        begun = time.monotonic()
        try:
            run = self._run_warm(job, cancelled) if self._warm else self._run_fresh(job, cancelled)
            if run is None:
                return None
            outputs = read_outputs(self._place.work, job.outputs, job.limits.file_mb * MIB)
            free = free_bytes(self._place.work)
        except CellFailed as error:
            wall_s = time.monotonic() - begun
            return Finished(job.id, Outcome.LOST, str(error), wall_s=wall_s, overhead_s=wall_s)
        finally:
            self._clean()
        outcome, detail, exit_code = judge(run.end, run.stderr)
        if outcome is Outcome.CRASHED and run.end.passed is None and free < _FULL_DISK:
            outcome, detail = Outcome.LOST, f"the disk is full: {free} bytes left for scratch files ({detail})"
        wall_s = time.monotonic() - begun
        return Finished(
            job_id=job.id,
            outcome=outcome,
            detail=detail,
            exit_code=exit_code,
            wall_s=wall_s,
            # The script's time runs from its first line to the end of its process, as its supervisor sees it. So the
            # start of a fresh interpreter is overhead; the script's own imports never are, warm or fresh.
            overhead_s=max(0.0, wall_s - run.script_s),
            peak_memory_gb=run.peak_bytes / GIB if run.peak_bytes else None,
            stdout=run.stdout,
            stderr=run.stderr,
            outputs=outputs,
        )

    def close(self) -> None:
        self._drop_zygote()

    def _run_fresh(self, job: Job, cancelled: Callable[[], bool]) -> Run | None:
        cell = Cell(self._isolation, self._place, self._interpreter, job.limits.threads)
        try:
            cell.start(FRESH_PRELOAD)
            return cell.run(job, cancelled)
        finally:
            cell.kill()

    def _run_warm(self, job: Job, cancelled: Callable[[], bool]) -> Run | None:
        try:
            cell = self._ready_zygote(job)
            run = cell.run(job, cancelled)
        except CellFailed:
            self._drop_zygote()
            self._failures += 1
            self._warm = self._failures < _ZYGOTE_FAILURES
            self._clean()
            return self._run_fresh(job, cancelled)
        self._failures = 0
        if run is None or not run.reusable or cell.jobs_done >= _JOBS_PER_ZYGOTE:
            self._drop_zygote()
        return run

    def _ready_zygote(self, job: Job) -> Cell:
        cell = self._zygote
        if cell is not None and not (cell.is_alive and cell.threads == job.limits.threads):
            self._drop_zygote()
        if self._zygote is None:
            self._zygote = Cell(self._isolation, self._place, self._interpreter, job.limits.threads)
            self._zygote.start(PRELOAD)
        return self._zygote

    def _drop_zygote(self) -> None:
        cell, self._zygote = self._zygote, None
        if cell is not None:
            cell.kill()

    def _new_place(self) -> Place:
        return Place(*prepare_slot(self._folders.folder / str(self._generation)), self._folders.empty)

    def _clean(self) -> None:
        """Leave nothing of a job to the next one; where something cannot be removed, move on to new folders."""
        try:
            clean = empty(self._place.work, self._place.tmp, self._place.input)
        except OSError:
            clean = False
        if not clean:
            self._drop_zygote()
            self._generation += 1
            self._place = self._new_place()
        else:
            for folder in (self._place.work, self._place.tmp):
                os.chmod(folder, 0o700)  # noqa: PTH101  # the candidate owned it
