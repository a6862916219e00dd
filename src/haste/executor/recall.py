"""Not running again what was run before: equal files on equal input give an equal result.

For studies, whose arms share most of their scripts. Where results come from is the caller's to know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from haste.schema.errors import ExecutorError
from haste.schema.execution import Finished, Guarantee, Job

from .protocol import Executor
from .scratch import check_job


class RecallingExecutor:
    """Another executor, asked only for what `recall` does not know. What it answers is marked as recalled."""

    def __init__(self, inner: Executor, recall: Callable[[Job], Finished | None]) -> None:
        self._inner, self._recall = inner, recall
        self.name = inner.name
        self._known: list[Finished] = []
        self._closed = False

    def guarantees(self) -> frozenset[Guarantee]:
        return self._inner.guarantees()

    def submit(self, job: Job) -> None:
        check_job(job)
        found = self._recall(job)
        if found is None:
            self._inner.submit(job)
            return
        if self._closed:
            message = "this executor is closed"
            raise ExecutorError(message)
        if any(known.job_id == job.id for known in self._known):
            message = "a job of this id is on its way already"
            raise ExecutorError(message, where=f"job {job.id}")
        self._known.append(replace(found, job_id=job.id, recalled=True))

    def wait(self, timeout_s: float | None = None) -> Sequence[Finished]:
        known, self._known = self._known, []
        return known or self._inner.wait(timeout_s)

    def cancel(self, job_id: str) -> None:
        self._known = [finished for finished in self._known if finished.job_id != job_id]
        self._inner.cancel(job_id)

    def close(self) -> None:
        self._known, self._closed = [], True
        self._inner.close()
