"""A study's runs as rows of a table, folded from their journals and grades."""

from __future__ import annotations

from haste.schema.events import CandidateDecided, ExecutionFinished
from haste.schema.value import Value
from haste.search.evolve import evolve
from haste.search.progress import best_score, iterations, iterations_to_best, kept_and_decided, milestones
from haste.search.state import RunState
from haste.store.protocol import GradedStore

from .plan import RunKey


class Row(Value):
    """What one run came to. Unknown is None."""

    arm: str
    competition: str
    domain: str
    seed: int
    finished: bool
    graded: bool
    iterations: int
    iterations_to_best: int | None
    kept: int
    decided: int
    best_score: float | None  # mean over the search folds
    higher_is_better: bool
    milestones: tuple[tuple[int, float], ...]  # (refinements proposed, kept score that was better than all before)
    normalised: float | None  # of the held-out grade; 0 is the dummy predictor, 1 the gold threshold
    medal: str | None
    above_median: bool | None
    inventory: int | None  # live skills in the inventory that was read; a cold run reads none
    skills_loaded: int
    executions: int
    recalled: int  # of the executions, those whose result another arm had already
    failed: int  # candidates that crashed, ran out of something or wrote nothing valid

    @property
    def has_medal(self) -> bool:
        return self.medal not in (None, "none")

    def reached(self, score: float) -> int | None:
        """Refinements proposed until a kept score was at least that good; None: never."""
        return next((place for place, own in self.milestones if own == score or self.better(own, score)), None)

    def better(self, one: float, other: float) -> bool:
        """Whether one search score is better than another, by the competition's metric."""
        return one > other if self.higher_is_better else one < other


def read_row(key: RunKey, store: GradedStore) -> Row:
    """Raises StoreError for a journal without a beginning."""
    state, executions, recalled, failed = RunState(), 0, 0, 0
    for entry in store.read():
        state = evolve(state, entry)
        if isinstance(entry.event, ExecutionFinished):
            executions += 1
            recalled += entry.event.recalled
        failed += isinstance(entry.event, CandidateDecided) and entry.event.reason == "failed"
    grade = next((entry.event.grade for entry in store.read_grades()), None)
    kept, decided = kept_and_decided(state)
    assert state.competition is not None, "a study's run begins with RunStarted"
    return Row(
        arm=key.arm,
        competition=state.competition.id,
        domain=state.competition.domain,
        seed=key.seed,
        finished=state.finished is not None,
        graded=grade is not None,
        iterations=iterations(state),
        iterations_to_best=iterations_to_best(state),
        kept=kept,
        decided=decided,
        best_score=best_score(state),
        higher_is_better=state.metric.gain(1.0, 0.0) > 0,
        milestones=milestones(state),
        normalised=grade.normalised if grade else None,
        medal=grade.medal.value if grade and grade.medal else None,
        above_median=grade.above_median if grade else None,
        inventory=state.skills_loaded.manifest.live if state.skills_loaded else 0,
        skills_loaded=len(state.skills),
        executions=executions,
        recalled=recalled,
        failed=failed,
    )
