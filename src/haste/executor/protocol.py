"""The seam to machines. Five verbs; every implementation passes `tests/contracts/test_executor.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from haste.schema.execution import Finished, Guarantee, Job


class Executor(Protocol):
    """Runs candidates, isolated as far as the machine allows.

    Whose fault is what: a script that fails, hangs or eats memory is the candidate's and comes back as an
    `Outcome`; a sandbox that cannot start or a worker that dies is the machine's and comes back as `LOST`; only
    misuse of this interface raises (`ExecutorError`).
    """

    name: str  # bwrap, landlock, plain, fake

    def guarantees(self) -> frozenset[Guarantee]:
        """What holds for every job here. What is missing is named to the user."""
        ...

    def submit(self, job: Job) -> None:
        """Queue a job. At most `workers` run at a time; the others wait their turn, first come first served."""
        ...

    def wait(self, timeout_s: float | None = None) -> Sequence[Finished]:
        """Block until at least one job has finished (or the time is over: then an empty sequence)."""
        ...

    def cancel(self, job_id: str) -> None:
        """Kill a job's whole process tree, or take it from the queue. Unknown or finished ids are ignored.

        A cancelled job is not reported by `wait`.
        """
        ...

    def close(self) -> None:
        """Cancel everything and give all resources back. Safe to call twice."""
        ...
