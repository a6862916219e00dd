"""Candidates on this machine: a queue in front of a few worker slots.

One thread per slot, because somebody has to watch each running candidate; nothing outside this module sees them.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psutil

from haste.schema.errors import ExecutorError
from haste.schema.execution import Finished, Guarantee, Job, Outcome

from .interpreter import ask_interpreter
from .isolation import Isolation
from .scratch import check_job, prepare_empty, remove
from .zygote import Slot, SlotFolders


class LocalExecutor:
    def __init__(self, isolation: Isolation, *, python: Path, root: Path, workers: int = 1, warm: bool = True) -> None:
        """`python` runs the candidates; `root` is where this executor makes a folder of its own, which `close` removes.

        `warm`: fork candidates from a supervisor that has imported the usual packages, where the isolation allows it.
        Raises ExecutorError if the interpreter does not run.
        """
        self.name = isolation.name
        self._isolation = isolation
        interpreter = ask_interpreter(python)
        self._folder = _own_folder(root.resolve())
        empty = prepare_empty(self._folder / "empty")
        self._changed = threading.Condition()
        self._queue: deque[Job] = deque()
        self._running: dict[str, bool] = {}  # job id -> whether it was cancelled
        self._finished: list[Finished] = []
        self._closed = False
        slots = [
            Slot(isolation, interpreter, SlotFolders(self._folder / f"slot{number}", empty), warm=warm)
            for number in range(workers)
        ]
        self._threads = [threading.Thread(target=self._work, args=(slot,), daemon=True) for slot in slots]
        for thread in self._threads:
            thread.start()

    def guarantees(self) -> frozenset[Guarantee]:
        return self._isolation.guarantees()

    def submit(self, job: Job) -> None:
        check_job(job)
        with self._changed:
            if self._closed:
                message = "this executor is closed"
                raise ExecutorError(message)
            if job.id in self._running or any(queued.id == job.id for queued in self._queue):
                message = "a job of this id is on its way already"
                raise ExecutorError(message, where=f"job {job.id}")
            self._queue.append(replace(job, input_dir=job.input_dir.resolve()))
            self._changed.notify_all()

    def wait(self, timeout_s: float | None = None) -> Sequence[Finished]:
        with self._changed:
            # An executor with nothing to do would wait for ever.
            self._changed.wait_for(lambda: self._finished or not (self._queue or self._running), timeout_s)
            finished, self._finished = self._finished, []
            return finished

    def cancel(self, job_id: str) -> None:
        with self._changed:
            self._queue = deque(job for job in self._queue if job.id != job_id)
            self._finished = [done for done in self._finished if done.job_id != job_id]
            if job_id in self._running:
                self._running[job_id] = True
                self._changed.wait_for(lambda: job_id not in self._running)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._running.update(dict.fromkeys(self._running, True))
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        with self._changed:
            self._finished.clear()
        remove(self._folder)

    def _work(self, slot: Slot) -> None:
        try:
            while (job := self._next_job()) is not None:
                try:
                    finished = slot.run(job, lambda: self._running[job.id])  # called within this turn only
                except Exception as error:  # our own fault or the disk's: the run must hear of it, not hang
                    finished = Finished(job.id, Outcome.LOST, f"{type(error).__name__}: {error}")
                with self._changed:
                    was_cancelled = self._running.pop(job.id)
                    if finished is not None and not was_cancelled:
                        self._finished.append(finished)
                    self._changed.notify_all()
        finally:
            slot.close()

    def _next_job(self) -> Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            if self._closed:
                return None
            job = self._queue.popleft()
            self._running[job.id] = False
            return job


def _own_folder(root: Path) -> Path:
    """A new folder below `root` that names our process; those of processes that are no more are removed."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in root.iterdir():
        named = re.fullmatch(r"(\d+)-\w+", folder.name)
        if named and not psutil.pid_exists(int(named[1])):
            remove(folder)
    return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=root))
