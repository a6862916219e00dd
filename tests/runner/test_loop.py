"""Whole runs on a real folder, real processes and a real journal; only the thinking is listed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from haste.competition.load import load
from haste.executor.fake import LosingExecutor
from haste.executor.local import LocalExecutor
from haste.executor.plain import Plain
from haste.runner.context import Context
from haste.runner.grade import grade_run
from haste.runner.loop import drive
from haste.schema.config import RunConfig, SearchConfig
from haste.schema.events import RunResumed, RunStarted
from haste.schema.execution import Outcome
from haste.search.evolve import MOST_ATTEMPTS
from haste.store.files import FileStore

from .toys import ListedEngineer, linear, write_toy

CRASH = "raise RuntimeError('planned')\n"
SILENT = "print('nothing written')\n"


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "toy")


def _context(toy: Path, folder: Path, engineer: ListedEngineer, executor=None, config=None, **search) -> Context:
    folder.mkdir(exist_ok=True)
    config = config or RunConfig(
        competition=str(toy),
        folds=3,
        workers=2,
        search=SearchConfig(**{"iterations": 4, "runner_up_iterations": 1, **search}),
    )
    loaded = load(toy)
    executor = executor or LocalExecutor(
        Plain(), python=Path(sys.executable), root=folder / "work" / "scratch", workers=2
    )
    store = FileStore(folder)
    if not list(store.read()):
        store.append(
            RunStarted(run_id="r", config=config, competition=loaded.competition, code_version="0", executor="plain")
        )
    return Context(config, loaded, engineer, executor, store, folder, time.time)


def close(context: Context) -> None:
    context.executor.close()
    context.store.close()


def test_a_run_keeps_what_helps_reverts_what_hurts_and_delivers_a_submission_that_its_solution_reproduces(
    toy: Path, tmp_path: Path
):
    engineer = ListedEngineer(
        [linear("a"), linear("b"), linear("c")], [linear("c"), linear("a", "b"), linear("a", "b", "c")]
    )
    context = _context(toy, tmp_path / "run", engineer, runner_up=False)
    state = drive(context)
    assert state.finished == "stagnation"
    assert state.screen.winner == "c1"
    assert [n.decision.kept for n in state.nodes.values() if n.decision] == [False, True, True]
    delivered = state.nodes[state.chosen.candidate]
    assert delivered.candidate.title == "refinement 2"
    grade = grade_run(context, state, context.store).event.grade
    close(context)
    assert 0.25 < grade.score < 0.4
    assert grade.medal is not None
    submitted = (tmp_path / "run" / "submission.csv").read_bytes()
    beside = tmp_path / "run" / "solution"
    (beside / "input").symlink_to(toy, target_is_directory=True)
    import subprocess

    subprocess.run([sys.executable, "solution.py"], cwd=beside, check=True)
    assert (beside / "submission.csv").read_bytes() == submitted
    assert (beside / "requirements.txt").read_text().splitlines()[0].startswith("numpy==")


def test_an_ensemble_is_delivered_as_a_solution_that_stands_alone(toy: Path, tmp_path: Path):
    noisy = linear("a", "b", "c").replace(
        'sample["y"] = ', 'sample["y"] = {} * np.random.default_rng({}).normal(size=len(test)) + '
    )
    drafts = [noisy.format(0.5, seed) for seed in (1, 2, 3)]
    context = _context(toy, tmp_path / "run", ListedEngineer(drafts), iterations=0, runner_up_iterations=0, finalists=2)
    state = drive(context)
    close(context)
    assert state.ensemble is not None
    assert state.ensemble.taken
    beside = tmp_path / "run" / "solution"
    assert {p.name for p in (beside / "members").iterdir()} == {f"{name}.py" for name in state.ensemble.members}
    (beside / "input").symlink_to(toy, target_is_directory=True)
    import subprocess

    subprocess.run([sys.executable, "solution.py"], cwd=beside, check=True)
    pd.testing.assert_frame_equal(
        pd.read_csv(beside / "submission.csv"), pd.read_csv(tmp_path / "run" / "submission.csv")
    )


def test_crashes_are_repaired_and_silence_is_an_invalid_submission(toy: Path, tmp_path: Path):
    engineer = ListedEngineer([CRASH, SILENT, linear("a")], repair=linear("a", "b"))
    context = _context(toy, tmp_path / "run", engineer)
    state = drive(context)
    close(context)
    outcomes = [n.failure.outcome if n.failure else None for n in state.nodes.values()]
    assert outcomes[:3] == [Outcome.CRASHED, Outcome.INVALID_SUBMISSION, None]
    repairs = [brief.failure for asked, brief in engineer.briefs if asked == "debug"]
    assert "planned" in repairs[0].stderr
    assert "submission.csv" in repairs[1].detail
    assert state.chosen.candidate is not None


def test_when_nothing_runs_the_dummy_predictor_is_submitted_and_said(toy: Path, tmp_path: Path):
    context = _context(toy, tmp_path / "run", ListedEngineer([CRASH] * 3))
    state = drive(context)
    assert state.finished == "no_valid_candidate"
    assert state.chosen.candidate is None
    table = pd.read_csv(tmp_path / "run" / "submission.csv")
    assert table["y"].nunique() == 1
    assert grade_run(context, state, context.store).event.grade.score > 2
    close(context)


def test_lost_executions_change_nothing_but_the_number_of_attempts(toy: Path, tmp_path: Path):
    drafts, refinements = [linear("a"), linear("b"), linear("c")], [linear("a", "b"), linear("a", "b", "c")]
    trees = []
    for name, lossy in (("quiet", False), ("lossy", True)):
        folder = tmp_path / name
        inner = LocalExecutor(Plain(), python=Path(sys.executable), root=folder / "scratch", workers=2)
        executor = LosingExecutor(inner, 0.2, seed=5) if lossy else inner
        context = _context(toy, folder, ListedEngineer(drafts, refinements), executor, lost_attempts=10)
        state = drive(context)
        close(context)
        trees.append(
            [(n.candidate, n.decision, n.scores(), n.scores("confirm"), n.final) for n in state.nodes.values()]
        )
        lost = sum(r.lost for n in state.nodes.values() for r in n.results.values())
        assert (lost > 0) == lossy
    assert trees[0] == trees[1]


class Died(BaseException):
    """Stands for the end of the whole process."""


class DeadlyExecutor(LocalExecutor):
    """The harness dies of the second prototype, as soon as that is under way."""

    deadly = False

    def submit(self, job):
        super().submit(job)
        self.deadly |= job.id.startswith("c2-")

    def wait(self, timeout_s=None):
        if self.deadly:
            raise Died
        return super().wait(timeout_s)


def test_what_the_harness_dies_of_is_given_up_and_takes_nothing_of_its_batch_with_it(toy: Path, tmp_path: Path):
    drafts = [linear("a"), linear("b"), linear("c")]
    config = RunConfig(competition=str(toy), folds=2, workers=1, search=SearchConfig(iterations=0))
    state, deaths = None, 0
    while state is None:
        executor = DeadlyExecutor(Plain(), python=Path(sys.executable), root=tmp_path / "scratch")
        context = _context(toy, tmp_path / "run", ListedEngineer(drafts), executor, config)
        if deaths:
            context.store.append(RunResumed(code_version="0"))
        try:
            state = drive(context)
        except Died:
            deaths += 1
        close(context)
    first = {name: state.nodes[name].results["search", 0] for name in ("c1", "c2", "c3")}
    assert {name: result.outcome for name, result in first.items()} == {
        "c1": Outcome.OK,
        "c2": Outcome.LOST,
        "c3": Outcome.OK,
    }
    assert [result.attempts for result in first.values()] == [2, MOST_ATTEMPTS, 2]
    assert deaths == MOST_ATTEMPTS
    assert state.chosen.candidate is not None


def test_grades_are_in_a_stream_of_their_own(toy: Path, tmp_path: Path):
    context = _context(toy, tmp_path / "run", ListedEngineer([linear("a", "b", "c")]), iterations=0)
    state = drive(context)
    grade_run(context, state, context.store)
    journal = (tmp_path / "run" / "journal.jsonl").read_text()
    assert "submission_graded" not in journal
    assert "normalised" not in journal
    assert len(list(context.store.read_grades())) == 1
    grade_run(context, state, context.store)  # graded once, however often it is asked for
    assert len(list(context.store.read_grades())) == 1
    close(context)
