"""What is recalled is what would come out again, and nothing else is recalled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from haste.campaign.recollection import Recollection, executed
from haste.campaign.study.carry import Study
from haste.cli.ablate import _config
from haste.cli.study_outcome import write_outcome
from haste.cli.study_wiring import StudyBench, opened, recollected
from haste.executor.recall import RecallingExecutor
from haste.runner.views import view_name
from haste.schema.competition import Competition, Trust
from haste.schema.config import RunConfig
from haste.schema.errors import ConfigError
from haste.schema.events import (
    CandidateProposed,
    CompetitionProfiled,
    ExecutionFinished,
    PrototypesDrafted,
    RunStarted,
)
from haste.schema.execution import Finished, Job, Limits, Outcome
from haste.schema.profile import Resources
from haste.schema.solution import Candidate, Operator
from haste.store.files import blob_ref
from haste.store.memory import MemoryStore
from tests.search.legal import competition, profile

from .fake_machine import fake_machine, toys

SCRIPT, OTHER = b"print(1)", b"print(2)"
CONFIG = RunConfig(competition="c", seed=3, folds=5)


def candidate(name: str, code: bytes, members: tuple[str, ...] = ()) -> Candidate:
    told = {"branch": name, "parent": None, "title": name, "rationale": "", "code": blob_ref(code)}
    return Candidate(id=name, operator=Operator.ENSEMBLE if members else Operator.DRAFT, members=members, **told)


def finished(store: MemoryStore, name: str, outcome: Outcome = Outcome.OK, fold: int = 0, **more) -> ExecutionFinished:
    return ExecutionFinished(
        candidate=name,
        purpose="search",
        fold=fold,
        attempt=1,
        outcome=outcome,
        score=0.5 if outcome is Outcome.OK else None,
        wall_s=2.0,
        submission=store.put(b"id,y\n1,2\n"),
        stdout=store.put(b"told"),
        stderr=store.put(b"warned"),
        **more,
    )


def begun(config: RunConfig = CONFIG, where: Competition | None = None, *, libraries: str = "2.4") -> MemoryStore:
    store, made = MemoryStore(), where or competition()
    store.append(RunStarted(run_id="r", config=config, competition=made, code_version="0", executor="fake"))
    store.append(profiled(libraries))
    return store


def profiled(libraries: str = "2.4", folds: int = 5) -> CompetitionProfiled:
    has = Resources(cores=2, memory_gb=8, packages={"numpy": libraries}, python="3.11")
    told = profile().model_copy(update={"resources": has})
    return CompetitionProfiled(profile=told, search_folds=folds, confirm_folds=3)


def run(
    outcome: Outcome = Outcome.OK, config: RunConfig = CONFIG, members: tuple[str, ...] = (), libraries: str = "2.4"
) -> MemoryStore:
    """A journal with one execution of SCRIPT on the first fold."""
    store = begun(config, libraries=libraries)
    store.append(PrototypesDrafted(candidates=(candidate("c2", SCRIPT, members),)))
    store.append(finished(store, "c2", outcome, detail="" if outcome is Outcome.OK else "why"))
    return store


def job(code: bytes = SCRIPT, seed: int = 3, fold: int = 0, purpose: str = "search", **files: bytes) -> Job:
    return Job("j", {"solution.py": code, **files}, Path("/x") / view_name(seed, purpose, fold), Limits())


def recalled(store: MemoryStore, asked: Job, config: RunConfig = CONFIG, where=None) -> Finished | None:
    memory = Recollection()
    memory.learn(store)
    return memory.of(begun(config, where))(asked)


def test_the_same_script_on_the_same_rows_is_known():
    found = recalled(run(), job())
    assert found is not None
    assert (found.outcome, found.wall_s, found.stdout, found.stderr) == (Outcome.OK, 2.0, "told", "warned")
    assert found.outputs == {"submission.csv": b"id,y\n1,2\n"}


@pytest.mark.parametrize(
    "asked",
    [
        job(OTHER),
        job(fold=1),
        job(purpose="confirm"),
        job(purpose="final"),
        job(seed=4),
        job(**{"members/c1.py": b"print(3)"}),
    ],
    ids=["script", "fold", "confirm", "final", "view of another seed", "more files"],
)
def test_another_script_or_other_rows_are_not(asked: Job):
    assert recalled(run(), asked) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 4},
        {"folds": 4},
        {"folds": None},
        {"python": "/usr/bin/python3"},
        {"limits": Limits(memory_gb=2)},
        {"limits": Limits(wall_s=10)},
        {"limits": Limits(threads=2)},
    ],
    ids=str,
)
def test_nor_is_anything_of_runs_on_other_terms(changes: dict):
    other = CONFIG.model_copy(update=changes)
    assert recalled(run(), job(), other) is None
    assert recalled(run(config=other), job(), CONFIG) is None


def test_what_arms_differ_in_does_not_matter():
    for changes in ({"order": "textbook"}, {"start": "warm"}, {"loading": "flat"}, {"search": {"iterations": 1}}):
        other = RunConfig.model_validate(CONFIG.model_dump() | changes)
        assert recalled(run(config=other), job()) is not None


def test_other_libraries_tell_nothing():
    memory = Recollection()
    memory.learn(run(libraries="2.4"))
    assert memory.of(begun(libraries="2.4"))(job()) is not None
    assert memory.of(begun(libraries="2.5"))(job()) is None


def test_before_the_profile_nothing_is_known_and_nothing_wrong_is_remembered():
    """The machine is asked what it has by a script as well, and no fold is made by then."""
    memory, store = Recollection(), MemoryStore()
    memory.learn(run())
    store.append(next(iter(begun().read())).event)
    recall = memory.of(store)
    assert recall(job()) is None
    store.append(profiled())
    assert recall(job()) is not None


def test_what_was_run_what_is_shared_and_what_came_from_elsewhere_is_counted():
    own, sharing, elsewhere = run(), begun(), begun()
    for store, name in ((sharing, SCRIPT), (elsewhere, OTHER), (elsewhere, OTHER)):
        store.append(PrototypesDrafted(candidates=(candidate("c2", name),)))
        store.append(finished(store, "c2", recalled=True))
    own.append(finished(own, "c2", Outcome.TIMED_OUT, fold=1))
    told = executed([elsewhere, own, sharing])
    assert (told.executions, told.shared, told.from_elsewhere) == (5, 1, 2)


def test_other_data_are_another_competition():
    changed = competition().model_copy(update={"digests": {"train.csv": "sha256:1"}})
    assert recalled(run(), job(), where=changed) is None


def test_reported_scores_are_never_recalled():
    told = competition().model_copy(
        update={"validation": competition().validation.model_copy(update={"trust": Trust.REPORTED})}
    )
    assert recalled(run(), job(), where=told) is None


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.LOST])
def test_what_hung_on_the_moment_is_run_again(outcome: Outcome):
    assert recalled(run(outcome), job()) is None


def test_a_crash_is_known_and_what_wrote_nonsense_ran_well():
    crash = recalled(run(Outcome.CRASHED), job())
    assert (crash.outcome, crash.detail) == (Outcome.CRASHED, "why")
    nonsense = recalled(run(Outcome.INVALID_SUBMISSION), job())  # the harness will look at it again
    assert (nonsense.outcome, nonsense.detail) == (Outcome.OK, "")


def test_an_average_of_candidates_is_run_again():
    assert recalled(run(members=("c1",)), job()) is None


def test_a_candidate_without_its_proposal_is_not_known():
    store = MemoryStore()
    store.append(finished(store, "c2"))
    assert recalled(store, job()) is None
    store.append(CandidateProposed(candidate=candidate("c2", SCRIPT)))
    store.append(finished(store, "c2"))
    assert recalled(store, job()) is None  # nothing says on what terms


class Counting:
    """An executor that is asked only for what is not known."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.cancelled: list[str] = []

    def guarantees(self):
        return frozenset()

    def submit(self, job: Job) -> None:
        self.asked.append(job.id)

    def wait(self, timeout_s=None):
        return [Finished(self.asked.pop(0), Outcome.OK)] if self.asked else []

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)

    def close(self) -> None: ...


def test_what_is_known_is_marked_and_keeps_its_askers_name():
    inner = Counting()
    executor = RecallingExecutor(
        inner, lambda job: Finished("elsewhere", Outcome.OK, stdout="old") if job.id.startswith("known") else None
    )
    for name in ("known-1", "new-1", "known-2"):
        executor.submit(Job(name, {"solution.py": SCRIPT}, Path("/"), Limits()))
    executor.cancel("known-2")
    assert inner.asked == ["new-1"]
    first, second = executor.wait(), executor.wait()
    assert [(one.job_id, one.recalled, one.stdout) for one in first] == [("known-1", True, "old")]
    assert [(one.job_id, one.recalled) for one in second] == [("new-1", False)]
    assert list(executor.wait(0.01)) == []


def _rows(config, root: Path, recall: tuple[Path, ...] = ()):
    with opened(root, config):
        study = Study(config, root, StudyBench(root), recollection=recollected(recall, config))
        study.carry(1)
        return [row.model_dump() for row in study.rows()], write_outcome(study)["comparison"]


def _apart_from_recalled(value):
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if key not in ("recalled", "executed")}
        return {key: _apart_from_recalled(one) for key, one in kept.items()}
    return [_apart_from_recalled(one) for one in value] if isinstance(value, list | tuple) else value


def test_arms_that_share_executions_come_to_what_they_come_to_alone(tmp_path: Path):
    """On a machine whose scripts' results follow from script and rows."""
    common = {"folds": 2, "sandbox": "auto", "search": {"iterations": 3, "runner_up_iterations": 1}}
    with fake_machine() as machine:
        names = toys(tmp_path / "data", "alpha", "beta")
        shared = _config("start", names, range(1), common)
        told = _rows(shared, tmp_path / "shared")
        ran = len(machine.ran)
        alone = _rows(shared.model_copy(update={"share_executions": False}), tmp_path / "alone")
    assert _apart_from_recalled(told) == _apart_from_recalled(alone)
    assert sum(row["recalled"] for row in told[0]) == len(machine.ran) - 2 * ran > 0
    assert not any(row["recalled"] for row in alone[0])
    counted = told[1]["executed"]
    assert counted["executions"] - counted["shared"] == ran
    assert (counted["from_elsewhere"], counted["studies"]) == (0, [])
    assert alone[1]["executed"]["shared"] == 0


def test_what_another_study_executed_is_not_executed_again(tmp_path: Path):
    common = {"folds": 2, "sandbox": "auto", "search": {"iterations": 3, "runner_up_iterations": 1}}
    with fake_machine() as machine:
        names = toys(tmp_path / "data", "alpha", "beta")
        config = _config("start", names, range(2), common)
        first = _rows(config, tmp_path / "first")
        ran = len(machine.ran)
        half = _rows(
            _config("loading", names[:1], range(1), common, names[1:]), tmp_path / "other", (tmp_path / "first",)
        )
        other = len(machine.ran) - ran
        again = _rows(config, tmp_path / "again", (tmp_path / "other", tmp_path / "first"))
    assert _apart_from_recalled(again) == _apart_from_recalled(first)
    assert len(machine.ran) - ran - other == 0
    assert all(row["recalled"] == row["executions"] for row in again[0])
    assert sum(row["recalled"] for row in half[0]) > 0
    counted, source = half[1]["executed"], first[1]["executed"]
    assert counted["executions"] - counted["shared"] - counted["from_elsewhere"] == other
    assert counted["from_elsewhere"] > 0
    (study,) = counted["studies"]
    known = sum(row["executions"] for row in first[0] if row["seed"] == 0)
    assert study == {"study": "start", "code_version": config.code_version, "executions": known, "taken_over": 0}
    counted = again[1]["executed"]
    assert counted["from_elsewhere"] == counted["executions"] == source["executions"]
    assert [one["study"] for one in counted["studies"]] == ["start", "loading"]
    assert counted["studies"][1]["taken_over"] > 0  # which that one had from the first
    folder = tmp_path / "again"
    assert json.loads((folder / "summary.json").read_text())["executed"] == counted
    said = f"0 run in this study, 0 shared between its runs, {source['executions']:,} taken over from other studies"
    for name in ("report.md", "report.html"):
        text = (folder / name).read_text()
        assert said in text
        assert config.code_version in text
        assert str(tmp_path / "first") not in text
    with opened(folder, config):  # begun again without them, it still says so
        told = Study(config, folder, StudyBench(folder))
        told.carry(1)
        assert told.comparison().executed.model_dump(mode="json") == counted


def test_only_another_study_is_recalled(tmp_path: Path):
    config = _config("start", ["few-digits", "affairs"], range(1), {"folds": 2, "sandbox": "auto", "search": {}})
    with pytest.raises(ConfigError, match="no study is here"):
        recollected([tmp_path], config)
    with opened(tmp_path / "study", config):
        pass
    assert len(recollected([tmp_path / "study"], config)) == 0
    with pytest.raises(ConfigError, match="--no-share-executions"):
        recollected([tmp_path / "study"], config.model_copy(update={"share_executions": False}))


@pytest.mark.slow
def test_real_scripts_share_without_a_difference(tmp_path: Path):
    """The same, with real scripts in a real sandbox on a bundled series and a bundled table."""
    common = {"folds": None, "sandbox": "auto", "search": {"iterations": 4, "runner_up_iterations": 1}}
    shared = _config("start", ["factory-turnover", "disease-progression"], range(2), common)
    told = _rows(shared, tmp_path / "shared")
    alone = _rows(shared.model_copy(update={"share_executions": False}), tmp_path / "alone")
    assert _apart_from_recalled(told) == _apart_from_recalled(alone)
    assert sum(row["recalled"] for row in told[0]) > 0
