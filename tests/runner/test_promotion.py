"""Between runs and rounds: evidence once, learnings pending, verdicts written with their reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from haste.runner.promotion import Settled, Writer, settle_round
from haste.runner.skill_store import leave_evidence, leave_learnings, read_store, with_run
from haste.schema.config import RunConfig
from haste.schema.errors import StoreError
from haste.schema.events import CandidateDecided, CandidateProposed, Event, LearningsRecorded, RunStarted
from haste.schema.knowledge import Verdict
from haste.schema.solution import Candidate, Operator
from haste.skills.promote import promote_round
from haste.store.inventory import SkillFiles
from tests.search.legal import competition
from tests.skills.making import learning


def run(name: str, place: str, gain: float = 3.0, techniques: tuple[str, ...] = ("average",)) -> tuple[Event, ...]:
    """A run of competition `place` whose changes each gained `gain` units of noise."""
    made = competition().model_copy(update={"id": place, "title": place})
    events: list[Event] = [
        RunStarted(
            run_id=name, config=RunConfig(competition=place), competition=made, code_version="0", executor="fake"
        )
    ]
    told = []
    for number, technique in enumerate(techniques, 2):
        candidate = Candidate(
            id=f"c{number}",
            operator=Operator.REFINE,
            branch="c1",
            parent="c1",
            code="sha256:0",
            title=technique,
            rationale="",
            technique=technique,
        )
        events += [
            CandidateProposed(candidate=candidate),
            CandidateDecided(
                candidate=candidate.id,
                branch="c1",
                kept=gain > 0,
                reason="beats_noise",
                against="c1",
                gain=gain * 0.1,
                noise=0.1,
            ),
        ]
        told.append(
            learning(
                name,
                id=f"{name}/{number - 1}",
                competition=place,
                technique=technique,
                claim=f"any/{technique}/+",
                statement=f"It pays to {technique} what was trained on other folds of the rows.",
                supports=(candidate.id,),
                gain=gain,
            )
        )
    return (*events, LearningsRecorded(learnings=tuple(told)))


@pytest.fixture
def files(tmp_path: Path) -> SkillFiles:
    made = SkillFiles(tmp_path / "skills")
    made.create()
    return made


def leave(files: SkillFiles, *runs: tuple[Event, ...]) -> None:
    for events in runs:
        leave_evidence(files, events)
        leave_learnings(files, events)


def round_of(files: SkillFiles, ask=lambda _: True, name: str = "round-1") -> list[Settled]:
    return list(settle_round(read_store(files), Writer(files, name, 1.0), ask))


def test_evidence_is_left_once(files: SkillFiles):
    leave_evidence(files, run("r1", "alpha"))
    first = files.read_ledger().files
    leave_evidence(files, run("r1", "alpha"))
    assert files.read_ledger().files == first
    evidence = read_store(files).shelf.evidence
    assert set(evidence.runs) == {"r1"}
    assert evidence.by_candidate["r1/c2"].gain == pytest.approx(0.3)


def test_learnings_wait_until_they_are_decided_on(files: SkillFiles):
    leave(files, run("r1", "alpha"))
    assert [one.id for one in read_store(files).pending] == ["r1/1"]
    (settled,) = round_of(files)
    assert settled.promotion.verdict is Verdict.COMPETITION
    reading = read_store(files)
    assert reading.pending == ()
    assert [one.competition for one in reading.shelf.inventory.skills] == ["alpha"]
    (decided,) = reading.shelf.evidence.decisions
    assert (decided.verdict, decided.reason, decided.run) == ("competition", settled.promotion.reason, "round-1")
    leave(files, run("r1", "alpha"))
    assert round_of(files, name="round-2") == []


def test_the_competitions_names_are_remembered_for_later_rounds(files: SkillFiles):
    leave(files, run("r1", "alpha"))
    round_of(files)
    terms = read_store(files).shelf.terms["alpha"]
    assert set(terms.columns) >= {"y", "id"}


def test_a_round_step_by_step_is_the_round_at_once(files: SkillFiles):
    leave(files, *(run(f"r{n}", place, techniques=("average", "scale")) for n, place in enumerate("abcde")))
    reading = read_store(files)
    at_once, shelf = promote_round(reading.pending, reading.shelf)
    assert len(at_once) > 8
    assert tuple(one.promotion for one in round_of(files)) == at_once
    assert read_store(files).shelf.inventory.skills == shelf.inventory.skills
    assert any(one.tier == "domain" for one in shelf.inventory.skills)


def test_without_a_writer_nothing_is_written_and_the_verdicts_are_the_same(files: SkillFiles, tmp_path: Path):
    runs = [run("r1", "alpha"), run("r2", "beta")]
    reading = read_store(files)
    for events in runs:
        reading = with_run(reading, events)
    before = sorted(path for path in files.root.rglob("*") if path.is_file())
    dry = [one.promotion for one in settle_round(reading, None)]
    assert sorted(path for path in files.root.rglob("*") if path.is_file()) == before
    leave(files, *runs)
    assert [one.promotion for one in round_of(files)] == dry


def test_a_veto_is_recorded_and_bars_the_claim(files: SkillFiles):
    leave(files, run("r1", "alpha"))
    (settled,) = round_of(files, ask=lambda _: False)
    assert settled.vetoed
    assert read_store(files).shelf.inventory.skills == ()
    leave(files, run("r2", "beta"))
    (again,) = round_of(files, name="round-2")
    assert again.promotion.verdict is Verdict.SKIP
    assert "vetoed before" in again.promotion.reason
    assert [one.by for one in read_store(files).shelf.evidence.decisions] == ["person", "counting"]


class Killed(BaseException):
    """What a kill is to everything that handles errors."""


def die(*_: object) -> None:
    raise Killed


def test_a_round_that_was_killed_between_a_skill_and_its_decision_is_carried_through(files: SkillFiles, monkeypatch):
    leave(files, run("r1", "alpha"))
    with monkeypatch.context() as patch:
        patch.setattr("haste.store.inventory._add", die)
        with pytest.raises(Killed):
            round_of(files)
    (written,) = read_store(files).shelf.inventory.skills
    with files.lock():
        pass
    assert round_of(files, name="round-2") == []
    reading = read_store(files)
    assert reading.shelf.inventory.skills == (written,)
    assert [(one.verdict, one.skill, one.run) for one in reading.shelf.evidence.decisions] == [
        ("competition", written.id, "round-1")
    ]


@pytest.mark.parametrize("places", ["a", "abcd"])
def test_a_skill_without_its_decision_is_decided_on_as_it_is(files: SkillFiles, places: str):
    """As a merge of two branches, or an older version that was killed, may leave it."""
    leave(files, *(run(f"r{n}", place) for n, place in enumerate(places)))
    round_of(files)
    before = read_store(files)
    assert (len(places) == 1) == (before.shelf.inventory.skills[0].tier == "competition")
    (files.root / "ledger" / "round-1.jsonl").unlink()
    again = round_of(files, name="round-2")
    own = next(one for one in again if one.promotion.learning == "r0/1")
    assert own.promotion.changes == ()
    assert own.promotion.skill == before.shelf.inventory.skills[0].id
    assert "in the store already" in own.promotion.reason
    assert read_store(files).shelf.inventory.skills == before.shelf.inventory.skills
    assert read_store(files).pending == ()


def test_a_learning_that_somebody_else_decides_on_meanwhile_is_not_decided_on_twice(files: SkillFiles):
    leave(files, run("r1", "alpha", techniques=("average", "scale")))
    seen = files.ledger_sizes()
    slow = settle_round(read_store(files), Writer(files, "round-1", 1.0, seen))
    quick = settle_round(read_store(files), Writer(files, "round-2", 1.0, seen), ask=lambda _: False)
    next(slow)
    with pytest.raises(StoreError, match="meanwhile") as raised:
        next(quick)
    assert raised.value.where == "r1/1"
    next(slow)
    evidence = read_store(files).shelf.evidence
    assert [(one.run, one.learning, one.vetoed) for one in evidence.decisions] == [
        ("round-1", "r1/1", False),
        ("round-1", "r1/2", False),
    ]


@pytest.mark.parametrize("version", ["²", "9" * 5000, "2", "x"])
def test_a_strange_schema_sets_one_skill_aside(files: SkillFiles, version: str):
    leave(files, run("r1", "alpha", techniques=("average", "scale")))
    round_of(files)
    first, second = (files.root / held.path for held in read_store(files).shelf.inventory.held)
    first.write_text(first.read_text().replace('haste-schema: "1"', f'haste-schema: "{version}"'))
    reading = read_store(files)
    assert [files.root / held.path for held in reading.shelf.inventory.held] == [second]
    (problem,) = reading.problems
    assert (files.root / problem.where, problem.code) == (first, "form")
    assert ("newer version" in problem.reason) is (version == "2")


def test_a_ledger_without_line_breaks_is_too_large_and_not_torn(files: SkillFiles):
    leave_evidence(files, run("r1", "alpha"))
    (files.root / "ledger" / "r2.jsonl").write_text("x" * (2 * 1024 * 1024))
    reading = read_store(files)
    assert [(one.where, one.code, one.line) for one in reading.problems] == [("ledger/r2.jsonl", "too_large", 1)]
    assert "too large" in reading.problems[0].reason
    assert set(reading.shelf.evidence.runs) == {"r1"}


def test_stopping_leaves_the_rest_waiting(files: SkillFiles):
    leave(files, run("r1", "alpha", techniques=("average", "scale", "shift")))
    answers = iter([True, None])
    assert len(round_of(files, ask=lambda _: next(answers))) == 1
    assert [one.id for one in read_store(files).pending] == ["r1/2", "r1/3"]


def test_what_is_no_learning_is_set_aside(files: SkillFiles):
    leave(files, run("r1", "alpha"))
    (files.root / "learnings" / "bad.json").write_text("{}")
    reading = read_store(files)
    assert [(one.where, one.code) for one in reading.problems] == [("learnings/bad.json", "learnings")]
    assert len(reading.pending) == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('"kept": 1', '"kept": "much"', None, "learnings.1.kept"),
        ('"kept": 1', '"kept": 1,,', None, "line"),
        ('"run": "r1"', '"ran": "r1"', 1, "run"),
        ('"run": "r1"', '"run": ' + "[" * 100_000, 1, "the file"),
    ],
)
def test_faults_in_what_a_run_learned_are_told_with_their_line(
    old: str, new: str, line: int | None, says: str, tmp_path: Path
):
    files = SkillFiles(tmp_path)
    leave_learnings(files, run("r1", "alpha", techniques=("average", "blend")))
    path = tmp_path / "learnings" / "r1.json"
    before, found, after = path.read_text().rpartition(old)  # the second learning's
    assert found
    path.write_text(before + new + after)
    (problem,) = read_store(files).problems
    assert (problem.where, problem.code) == ("learnings/r1.json", "learnings")
    assert says in problem.reason
    assert problem.line == (line or before.count("\n") + 1)
