"""Executors without a machine: one driven by a plain function, and one that loses jobs, for tests of whoever waits."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from haste.schema.errors import ExecutorError
from haste.schema.execution import Finished, Guarantee, Job, Outcome

from .protocol import Executor
from .scratch import check_job


class FakeExecutor:
    """Answers each job with `run(job)`, first come first served, at the moment somebody waits."""

    name = "fake"

    def __init__(self, run: Callable[[Job], Finished], guarantees: frozenset[Guarantee] = frozenset(Guarantee)) -> None:
        self._run, self._guarantees = run, guarantees
        self._queue: deque[Job] = deque()
        self._closed = False

    def guarantees(self) -> frozenset[Guarantee]:
        return self._guarantees

    def submit(self, job: Job) -> None:
        check_job(job)
        if self._closed:
            message = "this executor is closed"
            raise ExecutorError(message)
        if any(queued.id == job.id for queued in self._queue):
            message = "a job of this id is on its way already"
            raise ExecutorError(message, where=f"job {job.id}")
        self._queue.append(job)

    def wait(self, timeout_s: float | None = None) -> Sequence[Finished]:  # noqa: ARG002  # it never takes any time
        return [self._run(self._queue.popleft())] if self._queue else []

    def cancel(self, job_id: str) -> None:
        self._queue = deque(job for job in self._queue if job.id != job_id)

    def close(self) -> None:
        self._closed = True
        self._queue.clear()


class LosingExecutor:
    """Another executor, of which a share of results is lost. Which ones follows from the seed, the job and the try."""

    def __init__(self, inner: Executor, share: float, seed: int = 0) -> None:
        self._inner, self._share, self._seed = inner, share, seed
        self.name = inner.name
        self._tries: Counter[str] = Counter()

    def guarantees(self) -> frozenset[Guarantee]:
        return self._inner.guarantees()

    def submit(self, job: Job) -> None:
        self._inner.submit(job)

    def wait(self, timeout_s: float | None = None) -> Sequence[Finished]:
        return [self._perhaps_lost(finished) for finished in self._inner.wait(timeout_s)]

    def cancel(self, job_id: str) -> None:
        self._inner.cancel(job_id)

    def close(self) -> None:
        self._inner.close()

    def _perhaps_lost(self, finished: Finished) -> Finished:
        self._tries[finished.job_id] += 1
        draw = random.Random(f"{self._seed} {finished.job_id} {self._tries[finished.job_id]}").random()
        if draw >= self._share:
            return finished
        return replace(finished, outcome=Outcome.LOST, detail="lost on purpose", exit_code=None, outputs={})
