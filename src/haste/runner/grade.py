"""Grading, after the run and outside its loop: the held-out answers are read here and nowhere before."""

from __future__ import annotations

from haste.competition.heldout import grade, has_answers
from haste.schema.events import GradeEntry, SubmissionGraded
from haste.search.state import RunState
from haste.store.protocol import GradedStore

from .context import Context


def grade_run(context: Context, state: RunState, graded: GradedStore) -> GradeEntry | None:
    """Grade the chosen submission into the run's grades stream, once; None where there are no held-out answers.

    `graded` is the run's own store, whose grades the context does not reach.
    """
    if state.chosen is None or not has_answers(context.loaded):
        return None
    for entry in graded.read_grades():
        if entry.event.submission == state.chosen.submission:
            return entry
    return graded.append_grade(
        SubmissionGraded(
            run_id=state.run_id,
            competition=context.loaded.competition.id,
            submission=state.chosen.submission,
            grade=grade(context.loaded, context.store.get(state.chosen.submission)),
        )
    )
