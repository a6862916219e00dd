"""Whole runs whose engineer asks a model, with real processes and scripted replies; and the same from the record."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from haste.competition.load import load
from haste.executor.local import LocalExecutor
from haste.executor.plain import Plain
from haste.llm.replay import ReplayModel, UnseenRequest
from haste.llm.scripted import ScriptedModel
from haste.runner.context import Context, Models
from haste.runner.loop import drive
from haste.runner.tape import Tape, TapeExecutor
from haste.schema.config import Budget, RunConfig, SearchConfig
from haste.schema.errors import ProviderError, StoreError
from haste.schema.events import RunResumed, RunStarted
from haste.schema.execution import Job, Limits
from haste.schema.model import Fault, ModelRequest, Stage
from haste.schema.solution import Operator
from haste.store.files import FileStore
from haste.store.memory import MemoryStore

from .asking import AskingEngineer, FlatPrices, answer, fault, request
from .toys import linear, write_toy

SEARCH = SearchConfig(iterations=3, runner_up=False)


def spoken(asked: ModelRequest):
    """Each stage's reply; the second refinement says nothing that could be used, the third needs two questions."""
    text = asked.messages[0].text
    if asked.stage is Stage.CLASSIFY:
        return answer(asked, domain="text")
    if asked.stage is Stage.DRAFT:
        return answer(asked, columns=[["nothing"], ["a"], ["a", "b"]])
    if asked.stage is Stage.DEBUG:
        return answer(asked) if text.endswith(" 1") else answer(asked, columns=["a"])
    if text.startswith("refine 4,"):
        return answer(asked)
    return answer(asked, columns=["a", "b", "c"])


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Path:
    return write_toy(tmp_path_factory.mktemp("data") / "toy")


def context_of(toy: Path, folder: Path, model, tape: Tape | None = None, **changes) -> Context:
    folder.mkdir(exist_ok=True)
    rules = {"search": SEARCH, "budget": Budget(time_limit_s=None)} | changes
    config = RunConfig(competition=str(toy), folds=3, workers=2, model="openai:one", **rules)
    loaded = load(toy)
    scratch = folder / "work" / "scratch"
    executor = (
        TapeExecutor(tape) if tape else LocalExecutor(Plain(), python=Path(sys.executable), root=scratch, workers=2)
    )
    clock = {"clock": tape.now} if tape else {}
    store = FileStore(folder, **clock)
    if not list(store.read()):
        started = RunStarted(
            run_id="r", config=config, competition=loaded.competition, code_version="0", executor="plain"
        )
        store.append(started)
        if tape:
            tape.note(started)
    models = Models(model, FlatPrices())
    ticks = iter(range(10**9))
    return Context(
        config, loaded, AskingEngineer([]), executor, store, folder, tape.now if tape else lambda: float(next(ticks)),
        models=models, tape=tape, pause=lambda _s: None,
    )  # fmt: skip


def carried(context: Context):
    try:
        return drive(context)
    finally:
        context.executor.close()
        context.store.close()


@pytest.fixture(scope="module")
def recorded(toy: Path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded") / "run"
    context = context_of(toy, folder, ScriptedModel(spoken))
    return folder, carried(context)


def kinds(folder: Path) -> list[str]:
    return [entry.event.kind for entry in FileStore(folder).read()]


def test_everything_is_asked_in_its_turn_and_the_replies_become_candidates(recorded):
    folder, state = recorded
    told = kinds(folder)
    assert told[:8] == ["run_started", "competition_profiled", "model_asked", "model_replied", "competition_classified",
                        "model_asked", "model_replied", "prototypes_drafted"]  # fmt: skip
    assert state.competition.domain == state.profile.facts["domain"] == "text"
    stages = [e.event.stage for e in FileStore(folder).read() if e.event.kind == "model_replied"]
    assert stages[:2] == [Stage.CLASSIFY, Stage.DRAFT]
    assert set(stages) == set(Stage) - {Stage.INFER, Stage.PROMOTE}
    assert stages[-1] is Stage.REFLECT
    assert state.finished == "iterations"
    assert state.nodes[state.chosen.candidate].candidate.author == "asking"
    assert state.learnings == ()


def test_what_could_not_be_used_is_an_iteration_and_a_repair_an_attempt(recorded):
    folder, state = recorded
    failed = [e.event for e in FileStore(folder).read() if e.event.kind == "proposal_failed"]
    assert {(event.operator, event.reason, event.exhausted) for event in failed} == {
        (Operator.DEBUG, "no repair in it", False),
        (Operator.REFINE, "nothing that it said could be used", False),
    }
    (branch,) = state.branches.values()
    refined = [n for n in state.nodes.values() if n.candidate.operator is Operator.REFINE]
    assert branch.iterations == 3
    assert len(refined) + sum(event.operator is Operator.REFINE for event in failed) == 3
    assert state.debugs["c1"] == 2
    assert any(n.candidate.operator is Operator.DEBUG for n in state.nodes.values())


def test_drafts_of_no_use_leave_the_dummy_predictor_and_no_such_domain_the_inferred_one(toy: Path, tmp_path: Path):
    context = context_of(toy, tmp_path / "run", ScriptedModel(lambda asked: answer(asked, domain="underwater")))
    state = carried(context)
    assert state.finished == "no_valid_candidate"
    assert state.chosen.candidate is None
    failed = [e.event for e in FileStore(tmp_path / "run").read() if e.event.kind == "proposal_failed"]
    assert [event.reason for event in failed] == ["it drafted nothing that runs"]
    assert state.classified
    assert state.competition.domain == "tabular"


def test_drafts_of_no_use_do_not_keep_the_users_own_script_from_being_improved(toy: Path, tmp_path: Path):
    context = context_of(
        toy,
        tmp_path / "run",
        ScriptedModel(lambda asked: answer(asked, domain="text")),
        search=SearchConfig(iterations=0),
    )
    context.config = context.config.model_copy(
        update={"from_solution": context.store.put(linear("a", "b", "c").encode())}
    )
    state = carried(context)
    assert [node.candidate.author for node in state.nodes.values()] == ["user"]
    assert state.chosen.candidate == "c1"


def test_a_provider_that_fails_at_the_first_call_leaves_a_run_that_can_be_taken_up(toy: Path, tmp_path: Path):
    short = {"search": SearchConfig(iterations=0, runner_up=False, confirm=False)}
    context = context_of(toy, tmp_path / "run", ScriptedModel([fault(Fault.BAD_KEY)]), **short)
    state = carried(context)
    assert (state.finished, state.chosen) == ("provider", None)
    assert not (tmp_path / "run" / "submission.csv").exists()
    again = context_of(toy, tmp_path / "run", ScriptedModel(spoken), **short)
    again.store.append(RunResumed(code_version="0"))
    state = carried(again)
    assert state.finished == "iterations"
    assert (tmp_path / "run" / "submission.csv").exists()


def _tape(folder: Path) -> Tape:
    return Tape(FileStore(folder), str(folder), 5000.0)


def test_the_record_leads_to_the_same_journal_without_running_anything(recorded, toy: Path, tmp_path: Path):
    folder, _ = recorded
    tape = _tape(folder)
    context = context_of(toy, tmp_path / "again", tape.heard(ReplayModel(tape.conversation())), tape)
    state = carried(context)
    assert state.finished == "iterations"
    same_record(folder, tmp_path / "again")


def same_record(one: Path, other: Path, without: tuple[str, ...] = ()) -> None:
    """Equal events at equal times, but for the harness's own time and those of kinds `without`."""
    old, new = ([e for e in FileStore(folder).read() if e.event.kind not in without] for folder in (one, other))
    assert [e.event.kind for e in new] == [e.event.kind for e in old]
    for a, b in zip(old[1:], new[1:], strict=True):
        timed = {key: pytest.approx(value) for key, value in a.event if key == "wall_s"}
        mine = {"overhead_s": 0.0} if hasattr(a.event, "usage") else {}
        assert dict(b.event) | mine == dict(a.event) | timed | mine
    if not any(entry.event.kind == "run_resumed" for entry in FileStore(one).read()):  # breaks are left out
        assert [e.at - new[0].at for e in new] == pytest.approx([e.at - old[0].at for e in old], abs=1e-5)
    assert (one / "submission.csv").read_bytes() == (other / "submission.csv").read_bytes()


def test_another_question_than_the_recorded_ones_ends_the_replay_with_what_differs(recorded, toy: Path, tmp_path: Path):
    class Changed(AskingEngineer):
        def reflect(self, brief):
            yield request(f"reflect on {len(brief.history)} candidates, please", Stage.REFLECT)
            return ()

    folder, _ = recorded
    tape = _tape(folder)
    context = context_of(toy, tmp_path / "again", tape.heard(ReplayModel(tape.conversation())), tape)
    context.engineer = Changed([])
    with pytest.raises(UnseenRequest) as unseen:
        carried(context)
    assert "candidates, please" in str(unseen.value)
    assert kinds(tmp_path / "again")[-2:] == ["submission_chosen", "model_asked"]


def test_only_whole_runs_are_replayed(recorded, tmp_path: Path):
    folder, _ = recorded
    half = MemoryStore()
    for entry in list(FileStore(folder).read())[:-1]:
        half.append(entry.event)
    with pytest.raises(StoreError, match="did not end"):
        Tape(half, "half", 0.0)
    with pytest.raises(StoreError):
        Tape(MemoryStore(), "empty", 0.0)


def test_what_the_record_did_not_run_is_no_outcome(recorded, tmp_path: Path):
    executor = TapeExecutor(_tape(recorded[0]))
    executor.submit(Job("c1-search-0-1", {"solution.py": b""}, tmp_path, Limits()))
    (crashed,) = executor.wait()
    assert (crashed.job_id, crashed.outcome.value) == ("c1-search-0-1", "crashed")
    assert executor.wait() == ()
    executor.submit(Job("c77-search-0-1", {"solution.py": b""}, tmp_path, Limits()))
    assert executor.wait() == ()  # it may have been cancelled at a deadline
    with pytest.raises(ProviderError, match="did not execute c77"):
        executor.wait()
    executor.cancel("c77-search-0-1")
    executor.close()


def replayed(toy: Path, run: Path, again: Path, **changes):
    tape = _tape(run)
    return carried(context_of(toy, again, tape.heard(ReplayModel(tape.conversation())), tape, **changes))


def test_a_run_that_was_taken_up_after_its_provider_failed_is_replayed_with_its_end_for_the_time_being(
    toy: Path, tmp_path: Path
):
    """The provider fails in the middle of the search: a submission is made, then the search goes on."""
    calls = iter(range(10**6))

    def failing(asked):
        return fault(Fault.BAD_KEY) if next(calls) >= 4 else spoken(asked)

    context = context_of(toy, tmp_path / "run", ScriptedModel(failing))
    assert carried(context).finished == "provider"
    again = context_of(toy, tmp_path / "run", ScriptedModel(spoken))
    again.store.append(RunResumed(code_version="0"))
    assert carried(again).finished == "iterations"
    assert replayed(toy, tmp_path / "run", tmp_path / "again").finished == "iterations"
    same_record(tmp_path / "run", tmp_path / "again")


def test_faults_that_may_have_been_charged_break_the_same_cap_again(toy: Path, tmp_path: Path):
    calls = iter(range(10**6))
    capped = {"budget": Budget(time_limit_s=None, max_tokens=12_000)}

    def dropping(asked):
        return fault(Fault.CONNECTION) if next(calls) in (1, 3) else spoken(asked)

    assert carried(context_of(toy, tmp_path / "run", ScriptedModel(dropping), **capped)).finished == "token_limit"
    assert replayed(toy, tmp_path / "run", tmp_path / "again", **capped).finished == "token_limit"
    same_record(tmp_path / "run", tmp_path / "again")


def test_a_call_that_the_process_died_in_counts_in_the_replay_too(toy: Path, tmp_path: Path):
    capped = {"budget": Budget(time_limit_s=None, max_tokens=12_000)}

    class Died(BaseException):
        pass

    def dying(asked):
        if asked.stage is Stage.REFINE:
            raise Died
        return spoken(asked)

    with pytest.raises(Died):
        carried(context_of(toy, tmp_path / "run", ScriptedModel(dying), **capped))
    again = context_of(toy, tmp_path / "run", ScriptedModel(spoken), **capped)
    again.store.append(RunResumed(code_version="0"))
    whole = carried(again)
    state = replayed(toy, tmp_path / "run", tmp_path / "again", **capped)
    assert (state.finished, state.branches) == (whole.finished, whole.branches)
    assert (state.spending.usd, state.spending.most_tokens) == (whole.spending.usd, whole.spending.most_tokens)
    same_record(tmp_path / "run", tmp_path / "again", without=("run_resumed", "model_failed"))


def test_a_run_whose_provider_failed_for_good_is_not_replayed(toy: Path, tmp_path: Path):
    context = context_of(toy, tmp_path / "run", ScriptedModel([fault(Fault.BAD_KEY)]))
    carried(context)
    with pytest.raises(StoreError, match="its provider failed"):
        _tape(tmp_path / "run")
