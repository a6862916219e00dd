"""Does the average of the finalists beat the best of them on the confirm split?"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from haste.competition.blend import blend
from haste.competition.blend_choice import blend_method
from haste.competition.score import fold_ids, read_submission, score_frame
from haste.schema.events import EnsembleDecided, Event
from haste.schema.solution import Candidate, Operator
from haste.search.actions import Blend
from haste.search.judge import compare
from haste.search.state import RunState

from .context import Context
from .solution import ENSEMBLE_SCRIPT


def blend_finalists(action: Blend, state: RunState, context: Context) -> Iterator[Event]:
    """Scored from the predictions the members already made there; nothing runs again."""
    method = blend_method(context.loaded.competition)
    scores = {fold: _score(action.members, method, fold, state, context) for fold in range(state.confirm_folds)}
    ahead = compare(state.metric, scores, state.nodes[action.single].scores("confirm"))
    taken = ahead.gain > 0
    yield EnsembleDecided(
        members=action.members,
        method=method,
        score=fmean(scores.values()),
        single=state.nodes[action.single].mean("confirm"),
        taken=taken,
        fold_gains=ahead.fold_gains,
        candidate=_candidate(action.members, method, state, context) if taken else None,
    )


def _score(members: tuple[str, ...], method: str, number: int, state: RunState, context: Context) -> float:
    loaded, fold = context.loaded, context.splits.confirm[number]
    ids = fold_ids(loaded, fold)
    frames = []
    for name in members:
        submission = state.nodes[name].results["confirm", number].submission
        frames.append(read_submission(loaded, ids, context.store.get(submission or "")))
    return score_frame(loaded, loaded.train.iloc[fold.valid], blend(frames, method))


def _candidate(members: tuple[str, ...], method: str, state: RunState, context: Context) -> Candidate:
    script = ENSEMBLE_SCRIPT.format(
        count=len(members), members=list(members), method=method, id_column=context.loaded.competition.id_column
    )
    made = sum(1 for node in state.nodes.values() if node.candidate.operator is Operator.ENSEMBLE)
    name = f"e{made + 1}"  # out of the row: what is averaged for the time being must not move later candidates' names
    return Candidate(
        id=name,
        operator=Operator.ENSEMBLE,
        branch=name,
        parent=None,
        code=context.store.put(script.encode()),
        title=f"{method.replace('_', ' ')} of {', '.join(members)}",
        rationale="the finalists' average beats the best of them on the confirm split",
        members=members,
    )
