"""From verdicts to what is written: files for the store, a decision for the ledger, learnings of a run as records."""

from __future__ import annotations

from collections.abc import Iterable

from haste.schema.competition import Direction
from haste.schema.events import (
    CandidateDecided,
    CandidateProposed,
    CompetitionClassified,
    CompetitionProfiled,
    Event,
    RunStarted,
    SubmissionChosen,
)
from haste.schema.knowledge import (
    DecisionRecord,
    ExposureRecord,
    LedgerRecord,
    ObservationRecord,
    Promotion,
    RunRecord,
    SkillManifest,
    StoreWrite,
    Verdict,
)
from haste.schema.solution import Candidate, Operator

from .inventory import Inventory
from .screening import Screening
from .skill import path_of, write_skill


def store_writes(promotion: Promotion, inventory: Inventory) -> tuple[StoreWrite, ...]:
    """The files of one promotion. `inventory` is the one it was decided on: its digests guard each write."""
    writes: list[StoreWrite] = []
    for change in promotion.changes:
        held = inventory.by_id.get(change.after.id)
        writes.append(
            StoreWrite(
                path=path_of(change.after),
                text=write_skill(change.after),
                replaces=held.path if held else None,
                expected=held.digest if held else None,
            )
        )
    return tuple(writes)


def decision(promotion: Promotion, run: str, at: float, vetoed: bool = False) -> DecisionRecord:
    """The ledger's record of a verdict; `run` names the round's stream, `at` is seconds since the epoch."""
    return DecisionRecord(
        run=run,
        at=at,
        learning=promotion.learning,
        skill=promotion.skill,
        verdict=promotion.verdict,
        counted=promotion.counted,
        by=promotion.by,
        reason=promotion.reason,
        refused=promotion.verdict is Verdict.SKIP and bool(promotion.refusals),
        vetoed=vetoed,
        status=promotion.changes[0].after.status if promotion.changes else None,
        claim=promotion.claim,
        body_digest=promotion.body_digest,
        domain=promotion.domain,
        competition=promotion.competition,
        supports=promotion.supports,
    )


def run_records(events: Iterable[Event], manifest: SkillManifest | None) -> tuple[LedgerRecord, ...]:
    """A finished run's evidence: the run itself, what became of each skill, and what each single change gained.

    Refinements and their repairs are observations: one change against a known incumbent on equal folds. So are the
    prototypes, of beginning with their approach. An ensemble changes many things at once and says nothing of any.
    """
    story, screening = _Story(), Screening()
    for event in events:
        story.take(event)
        screening.take(event)
    if story.started is None:
        return ()
    run = story.started.run_id
    listed = manifest.exposures if manifest else ()
    exposures = [
        ExposureRecord(
            run=run,
            skill=one.skill,
            revision=one.revision,
            digest=one.digest,
            state=one.state,
            mask_probability=one.mask_probability,
        )
        for one in listed
    ]
    ids = {one.name: one.skill for one in listed}
    observations = [_observation(run, candidate, decided, ids) for candidate, decided in story.changes]
    return (story.record(), *exposures, *observations, *screening.records(ids))


class _Story:
    """What a run's events come to, taken one by one."""

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        self.profiled: CompetitionProfiled | None = None
        self.chosen: SubmissionChosen | None = None
        self.candidates: dict[str, Candidate] = {}
        self.changes: list[tuple[Candidate, CandidateDecided]] = []

    def take(self, event: Event) -> None:
        match event:
            case RunStarted():
                self.started = event
            case CompetitionProfiled():
                self.profiled = event
            case CompetitionClassified() if self.started is not None:
                said = self.started.competition.model_copy(update={"domain": event.domain})
                self.started = self.started.model_copy(update={"competition": said})
            case CandidateProposed():
                self.candidates[event.candidate.id] = event.candidate
            case SubmissionChosen():
                self.chosen = event
            case CandidateDecided():
                candidate = self.candidates.get(event.candidate)
                if candidate is not None and candidate.operator in (Operator.REFINE, Operator.DEBUG):
                    self.changes.append((candidate, event))
            case _:
                pass

    def record(self) -> RunRecord:
        assert self.started is not None  # `run_records` has looked
        competition, config = self.started.competition, self.started.config
        score = self.chosen.validation_score if self.chosen else None
        upward = competition.metric.direction is Direction.MAXIMIZE
        kept = [decided.kept for _, decided in self.changes]
        best = max((number for number, one in enumerate(kept, start=1) if one), default=0)
        return RunRecord(
            run=self.started.run_id,
            competition=competition.id,
            domain=competition.domain,
            facts=self.profiled.profile.facts if self.profiled else {},
            value=None if score is None else (score if upward else -score),
            keep_rate=sum(kept) / len(kept) if kept else None,
            iterations_to_best=best if kept else None,
            engineer=config.model,
            seed=config.seed,
        )


def _observation(run: str, candidate: Candidate, decided: CandidateDecided, ids: dict[str, str]) -> ObservationRecord:
    return ObservationRecord(
        run=run,
        candidate=candidate.id,
        technique=candidate.technique,
        cites=tuple(ids[name] for name in candidate.cites if name in ids),
        gain=decided.gain,
        noise=decided.noise,
        kept=decided.kept,
    )
