"""A run's events as evidence, and verdicts as records."""

from __future__ import annotations

import pytest

from haste.schema.competition import Competition, Direction, Kind, Metric, PredictionNeed, Scheme, Validation
from haste.schema.config import RunConfig
from haste.schema.events import CandidateDecided, CandidateProposed, Event, RunStarted, SubmissionChosen
from haste.schema.knowledge import Loading, SkillScope
from haste.schema.solution import Candidate, Operator
from haste.skills.evidence import fold, votes
from haste.skills.inventory import load_inventory
from haste.skills.leaks import competition_terms
from haste.skills.ledger import read_records, write_records
from haste.skills.promote import Shelf, promote_learning
from haste.skills.select import Request, select, withholding
from haste.skills.writing import decision, run_records

from .making import domain_skill, file, inventory, learning

BLOB = "sha256:" + "0" * 64


def competition(direction: Direction = Direction.MINIMIZE) -> Competition:
    return Competition(
        id="alpha-one",
        title="Alpha",
        description="",
        domain="tabular",
        kind=Kind.REGRESSION,
        metric=Metric(name="rmse", direction=direction, needs=PredictionNeed.VALUE),
        targets=("y",),
        id_column="id",
        submission_columns=("y",),
        train="train.csv",
        test="test.csv",
        sample_submission="sample_submission.csv",
        validation=Validation(scheme=Scheme.KFOLD, folds=5),
    )


def proposed(
    name: str, operator: Operator, technique: str | None = None, cites: tuple[str, ...] = ()
) -> CandidateProposed:
    return CandidateProposed(
        candidate=Candidate(
            id=name,
            operator=operator,
            branch="c1",
            parent=None,
            code=BLOB,
            title=name,
            rationale="",
            technique=technique,
            cites=cites,
        )
    )


def decided(name: str, gain: float | None, kept: bool) -> CandidateDecided:
    return CandidateDecided(
        candidate=name,
        branch="c1",
        kept=kept,
        reason="beats_noise" if kept else "worse",
        against="c1",
        gain=gain,
        noise=None if gain is None else 0.5,
    )


EVENTS: list[Event] = [
    RunStarted(
        run_id="run-1",
        config=RunConfig(competition="alpha-one", seed=3),
        competition=competition(),
        code_version="1",
        executor="fake",
    ),
    proposed("c1", Operator.DRAFT, "trees"),
    decided("c1", None, True),
    proposed("c2", Operator.REFINE, "te", cites=("te", "unknown")),
    decided("c2", 1.5, True),
    proposed("c3", Operator.REFINE, "lags"),
    decided("c3", None, False),
    proposed("c4", Operator.ENSEMBLE),
    decided("c4", 9.0, True),
    SubmissionChosen(candidate="c2", submission=BLOB, validation_score=2.5, search_score=2.4),
]


def test_a_run_leaves_its_exposures_and_single_changes() -> None:
    te = domain_skill("te", technique="te", claim="any/te/+")
    store = inventory(te, domain_skill("words", "text"))
    request = Request(SkillScope(domain="tabular", competition="alpha-one"), Loading.TIERED, 1, withhold=withholding(0))
    records = run_records(EVENTS, select(store, request).manifest)
    assert [record.kind for record in records] == ["run", "exposure", "observation", "observation"]
    first, exposure, good, failed = records
    assert (first.run, first.domain, first.value, first.keep_rate, first.iterations_to_best, first.seed) == (  # type: ignore[union-attr]
        "run-1",
        "tabular",
        -2.5,  # an error: less is better
        0.5,
        1,
        3,
    )
    assert (exposure.skill, exposure.state, exposure.digest) == (te.id, "loaded", store.by_id[te.id].digest)  # type: ignore[union-attr]
    assert (good.technique, good.gain, good.noise, good.cites) == ("te", 1.5, 0.5, (te.id,))  # type: ignore[union-attr]
    assert (failed.technique, failed.gain) == ("lags", None)  # type: ignore[union-attr]
    read, problems = read_records([file("ledger/run-1.jsonl", write_records(records))])
    assert problems == ()
    assert set(map(str, read)) == set(map(str, records))
    assert [vote.gain for vote in votes(te, fold(read))] == [3.0]


def test_a_run_that_never_started_leaves_nothing() -> None:
    assert run_records([], None) == ()


def test_a_score_that_is_to_be_large_keeps_its_sign() -> None:
    begun = EVENTS[0].model_copy(update={"competition": competition(Direction.MAXIMIZE)})
    assert run_records([begun, *EVENTS[1:]], None)[0].value == 2.5  # type: ignore[union-attr]


@pytest.mark.parametrize("vetoed", [False, True])
def test_a_verdict_is_recorded_with_the_rules_own_answer(vetoed: bool) -> None:
    found = promote_learning(learning(), Shelf(load_inventory([])))
    record = decision(found, "round-1", 12.0, vetoed=vetoed)
    assert (record.learning, record.verdict, record.counted, record.vetoed, record.at) == (
        "r1/1",
        found.verdict,
        found.counted,
        vetoed,
        12.0,
    )
    assert record.reason == found.reason


def test_a_competitions_terms_are_its_names_columns_and_files() -> None:
    terms = competition_terms(competition(), scores=(0.5,))
    assert (terms.competition, terms.title, terms.scores) == ("alpha-one", "Alpha", (0.5,))
    assert terms.columns == ("y", "id")
    assert terms.files == ("train.csv", "test.csv", "sample_submission.csv")
