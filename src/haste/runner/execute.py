"""Running candidates side by side and scoring what they wrote. A candidate's failure is data, never an exception."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from haste.competition.score import read_submission, score_fold
from haste.schema.competition import Trust
from haste.schema.errors import SubmissionError
from haste.schema.events import Event, ExecutionFinished, ExecutionStarted
from haste.schema.execution import Finished, Job, Limits, Outcome
from haste.schema.solution import BlobRef
from haste.search.actions import Execute, Work
from haste.search.state import RunState

from .context import Context
from .disk import write_whole
from .rows import expected_ids
from .solution import solution_files
from .views import view_of

POLL_S = 0.2  # how soon Ctrl-C is noticed while candidates run


def execute(action: Execute, state: RunState, context: Context) -> Iterator[Event]:
    """Start all, then report each as it ends; cancel what is left at the deadline, or at Ctrl-C.

    After Ctrl-C a final fit is let through as long as there is no other to hand over.
    """
    deadline = None if action.within_s is None else context.clock() + action.within_s
    at_hand = any(node.final is not None for node in state.nodes.values())
    must_end = action.works[0].purpose == "final" and not at_hand
    pending: dict[str, Work] = {}
    limits = _limits(context.config.limits, action.wall_s)
    for work in action.works:
        yield ExecutionStarted(candidate=work.candidate, purpose=work.purpose, fold=work.fold, attempt=work.attempt)
        job = _job(work, state, context, limits)
        pending[job.id] = work
        context.executor.submit(job)
    while pending:
        for finished in context.executor.wait(POLL_S):
            yield _report(pending.pop(finished.job_id), finished, context)
        over = deadline is not None and context.clock() >= deadline
        if over or (context.interrupted() and not must_end):
            for name in pending:
                context.executor.cancel(name)
            return


def _limits(limits: Limits, wall_s: float | None) -> Limits:
    """The candidate's own limits, or what the run's budget leaves, whichever is less."""
    return limits if wall_s is None else limits.model_copy(update={"wall_s": min(limits.wall_s, wall_s)})


def _job(work: Work, state: RunState, context: Context, limits: Limits) -> Job:
    files = solution_files(state.nodes[work.candidate].candidate, state, context)
    name = f"{work.candidate}-{work.purpose}-{work.fold}-{work.attempt}"
    return Job(name, files, view_of(context, work.purpose, work.fold), limits, seed=context.config.seed)


def _report(work: Work, finished: Finished, context: Context) -> ExecutionFinished:
    """Score a finished execution; the harness reads predictions, never what a script prints."""
    outcome, score, detail = finished.outcome, None, finished.detail
    submission = finished.outputs.get("submission.csv")
    if outcome is Outcome.OK:
        try:
            score = _score(work, finished, context)
        except SubmissionError as fault:
            outcome, detail = Outcome.INVALID_SUBMISSION, str(fault)
    first = context.folder / "submission.csv"
    if work.purpose == "final" and outcome is Outcome.OK and submission and not first.exists():
        write_whole(first, submission)  # a valid one from here on, whatever happens
    return ExecutionFinished(
        candidate=work.candidate,
        purpose=work.purpose,
        fold=work.fold,
        attempt=work.attempt,
        outcome=outcome,
        score=score,
        detail=detail,
        wall_s=finished.wall_s,
        overhead_s=finished.overhead_s,
        peak_memory_gb=finished.peak_memory_gb,
        submission=_keep(context, submission),
        diagnostics=_keep(context, finished.outputs.get("diagnostics.json")),
        stdout=_keep(context, finished.stdout.encode()),
        stderr=_keep(context, finished.stderr.encode()),
        recalled=finished.recalled,
    )


def _score(work: Work, finished: Finished, context: Context) -> float | None:
    """By our own metric on the held-out rows; for a final fit only the form is checked. Raises SubmissionError."""
    content = finished.outputs.get("submission.csv")
    if content is None:
        msg = "the script ended without writing submission.csv"
        raise SubmissionError(msg)
    if context.loaded.competition.validation.trust is Trust.REPORTED and work.purpose == "search":
        read_submission(context.loaded, expected_ids(context.loaded, None), content)
        return _reported(finished.outputs.get("validation.json"))
    fold = context.fold(work.purpose, work.fold)
    if fold is not None:
        return score_fold(context.loaded, fold, content)
    read_submission(context.loaded, expected_ids(context.loaded, None), content)
    return None


def _reported(content: bytes | None) -> float:
    """What the script says of itself, where rows cannot be split (`trust = "reported"`)."""
    try:
        score = float(json.loads(content or b"")["score"])
    except (ValueError, KeyError, TypeError) as fault:
        msg = 'this competition is validated by its scripts: write validation.json with {"score": number}'
        raise SubmissionError(msg) from fault
    if not math.isfinite(score):
        msg = "validation.json holds a score that is not finite"
        raise SubmissionError(msg)
    return score


def _keep(context: Context, content: bytes | None) -> BlobRef | None:
    return context.store.put(content) if content else None
