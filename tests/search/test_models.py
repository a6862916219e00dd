"""What models do to the search: they are asked in order, paid once, never beyond a cap, and may fail for good."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.schema.config import Budget, ModelConfig, RunConfig, SearchConfig, Start
from haste.schema.events import EVENT, Entry, ModelAsked, ModelFailed, ModelReplied, RunResumed, SearchEnded
from haste.schema.knowledge import Loading
from haste.schema.model import Bound, Fault, Role, Stage, Usage
from haste.schema.solution import Operator
from haste.search.actions import Classify, Draft, Finish, Reflect
from haste.search.budget import search_left_s, told_left_s
from haste.search.decide import decide
from haste.search.evolve import evolve, fold
from haste.search.spending import Spending, limit_of
from haste.store.memory import MemoryStore

from .legal import AskingWorld, drive

SEARCH = SearchConfig(iterations=6, runner_up_iterations=3)
CONFIG = RunConfig(competition="toy", model="m:m", search=SEARCH, budget=Budget(time_limit_s=None))


def _tree(state):
    return [
        (n.candidate, n.decision, {k: (r.outcome, r.score) for k, r in n.results.items()}) for n in state.nodes.values()
    ]


def _search(state):
    """The search alone: no confirmation, no fit, no ensemble."""
    return [
        (n.candidate, n.decision, n.scores())
        for n in state.nodes.values()
        if n.candidate.operator is not Operator.ENSEMBLE
    ]


def _replied(store: MemoryStore) -> list[str]:
    return [entry.event.request for entry in store.read() if isinstance(entry.event, ModelReplied)]


def _resume(store: MemoryStore) -> None:
    if fold(store.read()).finished in (None, "provider"):
        store.append(RunResumed(code_version="0"))


def test_a_cut_at_every_entry_gives_the_same_tree_and_no_call_is_paid_twice():
    config = CONFIG.model_copy(update={"search": SearchConfig(iterations=3, runner_up_iterations=1)})
    whole = MemoryStore()
    undisturbed = drive(whole, AskingWorld(4, lost=0.0, crash=0.3), config)
    assert "proposal_failed" in "".join(whole.lines)
    for at in range(1, len(whole.lines)):
        store, world = MemoryStore(), AskingWorld(4, lost=0.0, crash=0.3)
        drive(store, world, config, stop=lambda n, at=at: n >= at)
        _resume(store)
        again = drive(store, world, config)
        assert _tree(again) == _tree(undisturbed), at
        assert _replied(store) == _replied(whole), at
        lost = Entry.model_validate_json(whole.lines[at - 1]).event
        cut_off = lost.bound.usd if isinstance(lost, ModelAsked) else 0.0
        assert again.spending.most_usd == pytest.approx(undisturbed.spending.most_usd + cut_off)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    cap=st.floats(0, 15),
    of_tokens=st.booleans(),
    cut=st.floats(0, 1),
)
def test_no_cap_is_broken_and_what_is_best_so_far_is_delivered(seed, cap, of_tokens, cut):
    caps = {"max_tokens": int(1000 * cap)} if of_tokens else {"max_usd": cap}
    config = CONFIG.model_copy(update={"budget": Budget(time_limit_s=None, **caps)})
    store, world = MemoryStore(), AskingWorld(seed)
    drive(store, world, config, stop=lambda n: n >= 1 + int(cut * 100))
    _resume(store)
    state = drive(store, world, config)
    assert world.usd <= (1e9 if of_tokens else cap + 1e-9)
    assert world.tokens <= (caps["max_tokens"] if of_tokens else 1e9)
    assert state.chosen is not None
    assert state.learnings == ()
    assert state.finished in ("token_limit" if of_tokens else "cost_limit", "iterations", "stagnation",
                              "no_valid_candidate")  # fmt: skip
    if state.finished == "cost_limit":
        assert (state.chosen.candidate is None) == (not any(n.final for n in state.nodes.values()))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), at=st.integers(1, 40), again=st.integers(0, 10))
def test_a_run_whose_provider_failed_is_taken_up_where_it_stood(seed, at, again):
    config = CONFIG.model_copy(update={"search": SEARCH.model_copy(update={"ensemble": False})})
    whole = MemoryStore()
    undisturbed = drive(whole, AskingWorld(seed, lost=0.0), config)
    store = MemoryStore()
    state = drive(store, AskingWorld(seed, lost=0.0, broken=lambda n: n >= at), config)
    if at <= len(_replied(whole)):
        assert state.finished == "provider"
        if state.chosen is not None:
            assert state.chosen.candidate is not None
        else:
            assert not any(node.final for node in state.nodes.values())
        assert state.learnings is None
        _resume(store)
        drive(store, AskingWorld(seed, lost=0.0, broken=lambda n: n > again), config)
    _resume(store)
    state = drive(store, AskingWorld(seed, lost=0.0), config)
    assert state.finished == undisturbed.finished
    assert _search(state) == _search(undisturbed)
    assert state.chosen == undisturbed.chosen
    assert _replied(store) == _replied(whole)


def test_the_first_call_fails_and_there_is_nothing_to_hand_over_until_the_run_is_resumed():
    store = MemoryStore()
    state = drive(store, AskingWorld(1, broken=lambda n: True), CONFIG)
    assert state.finished == "provider"
    assert state.chosen is None
    _resume(store)
    state = drive(store, AskingWorld(1), CONFIG)
    assert state.finished in ("iterations", "stagnation")
    assert state.chosen.candidate is not None


def test_where_only_the_reflection_failed_it_is_all_that_is_made_up_for():
    whole = MemoryStore()
    drive(whole, AskingWorld(1), CONFIG)
    count = len(_replied(whole))
    stages = [e.event.stage for e in whole.read() if isinstance(e.event, ModelReplied)]
    first = stages.index(Stage.REFLECT) + 1
    store = MemoryStore()
    broken = drive(store, AskingWorld(1, broken=lambda n: n >= first), CONFIG)
    assert (broken.finished, broken.search_ended) == ("provider", "iterations")
    chosen = broken.chosen
    assert chosen is not None
    _resume(store)
    world = AskingWorld(1)
    state = drive(store, world, CONFIG)
    assert world.calls == count - first + 1
    assert state.chosen == chosen
    assert state.finished == "iterations"
    assert world.executed == []


def test_the_domain_is_asked_for_once_before_skills_and_only_where_nobody_stated_it():
    config = CONFIG.model_copy(update={"start": Start.WARM, "loading": Loading.TIERED})
    store = MemoryStore()
    state = drive(store, AskingWorld(2), config)
    kinds = [e.event.kind for e in store.read() if not e.event.kind.startswith("model_")]
    assert kinds[:5] == ["run_started", "competition_profiled", "competition_classified", "skills_loaded",
                         "prototypes_drafted"]  # fmt: skip
    assert kinds.count("competition_classified") == 1
    assert state.competition.domain == "text"
    assert state.profile.facts["domain"] == "text"
    cold = MemoryStore()
    profiled = drive(cold, AskingWorld(2), CONFIG, stop=lambda n: n >= 2)
    assert isinstance(decide(profiled, 0.0), Classify)
    stated = profiled.competition.model_copy(update={"inferred": ("metric: accuracy, the usual one",)})
    assert isinstance(decide(replace(profiled, competition=stated), 0.0), Draft)
    built_in = profiled.config.model_copy(update={"model": "builtin"})
    assert isinstance(decide(replace(profiled, config=built_in), 0.0), Draft)


def test_an_unusable_proposal_is_an_iteration_and_an_unusable_repair_is_an_attempt():
    world = AskingWorld(3, crash=0.6)
    world.unusable = 0.5
    store = MemoryStore()
    state = drive(store, world, CONFIG)
    failed = [e.event for e in store.read() if e.event.kind == "proposal_failed"]
    assert {event.operator for event in failed} == {Operator.REFINE, Operator.DEBUG}
    for branch in state.branches.values():
        proposed = sum(
            n.candidate.operator is Operator.REFINE and n.candidate.branch == branch.root for n in state.nodes.values()
        )
        unusable = sum(e.operator is Operator.REFINE and e.branch == branch.root and not e.exhausted for e in failed)
        assert branch.iterations == proposed + unusable
    repairs = sum(n.candidate.operator is Operator.DEBUG for n in state.nodes.values())
    assert sum(state.debugs.values()) == repairs + sum(e.operator is Operator.DEBUG for e in failed)
    assert max(state.debugs.values()) == 2


def replied(**changes) -> ModelReplied:
    values = {
        "request": "sha256:1", "reply": "sha256:2", "role": Role.SPECIALIST, "stage": Stage.DRAFT, "model": "m:m",
        "usage": Usage(input=100, output=50), "usd": 0.5, "wall_s": 2.0, "overhead_s": 0.0,
        "bound": Bound(tokens=400, usd=2.0),
    }  # fmt: skip
    return ModelReplied(**{**values, **changes})


def failed(**changes) -> ModelFailed:
    values = {
        "request": "sha256:1", "role": Role.SPECIALIST, "stage": Stage.DRAFT, "model": "m:m",
        "fault": Fault.TIMEOUT, "detail": "", "pause_s": 1.0, "bound": Bound(tokens=400, usd=2.0),
    }  # fmt: skip
    return ModelFailed(**{**values, **changes})


def test_spending_knows_what_is_known_and_holds_the_rest_at_its_bound():
    spent = Spending().after(replied())
    assert (spent.calls, spent.usd, spent.most_usd, spent.most_tokens, spent.usual_s) == (1, 0.5, 0.5, 150, 2.0)
    assert replace(spent.after(failed(bound=None)), silence=spent.silence) == spent
    spent = spent.after(failed())
    assert (spent.usd, spent.most_usd, spent.most_tokens) == (None, 2.5, 550)
    spent = spent.after(replied(usd=None))
    assert (spent.usd, spent.most_usd, spent.most_tokens) == (None, 4.5, 700)
    spent = spent.after(replied(usd=None, bound=Bound(tokens=1, usd=None), usage=Usage(input=1)))
    assert (spent.most_usd, spent.most_tokens) == (float("inf"), 701)
    assert limit_of(Budget(max_usd=1000.0), spent, Bound(tokens=1, usd=0.1)) == "cost_limit"
    assert limit_of(Budget(), spent, Bound(tokens=10**9, usd=None)) is None
    assert limit_of(Budget(max_tokens=702), spent, Bound(tokens=1, usd=None)) is None
    assert limit_of(Budget(max_tokens=701), spent, Bound(tokens=1, usd=None)) == "token_limit"
    assert limit_of(Budget(max_usd=5.0), Spending(), Bound(tokens=1, usd=None)) == "cost_limit"


def asked(**changes) -> ModelAsked:
    values = {
        "request": "sha256:1", "role": Role.SPECIALIST, "stage": Stage.DRAFT, "model": "m:m",
        "bound": Bound(tokens=400, usd=2.0),
    }  # fmt: skip
    return ModelAsked(**{**values, **changes})


def test_a_call_that_is_under_way_counts_at_its_bound_and_one_that_was_cut_off_for_good():
    spent = Spending().after(asked())
    assert (spent.usd, spent.most_usd, spent.most_tokens) == (0.0, 2.0, 400)
    ended = spent.after(replied())
    assert (ended.usd, ended.most_usd, ended.most_tokens) == (0.5, 0.5, 150)
    for cut_off in (spent.taken_up(), replace(spent.after(asked()), asked=None)):
        assert (cut_off.usd, cut_off.most_usd, cut_off.most_tokens) == (None, 2.0, 400)
    assert ended.taken_up() == replace(ended, silence={})


@pytest.mark.parametrize(
    ("events", "silent"),
    [
        ([failed(pause_s=None)], False),
        ([failed(), failed(), failed(pause_s=None)], False),
        ([failed(pause_s=None), failed(), failed(pause_s=None)], True),
        ([failed(pause_s=None), asked(), replied(model="m:exact-name"), failed(pause_s=None)], False),
        ([failed(pause_s=None), failed(pause_s=None, model="m:other")], False),
        ([failed(fault=Fault.BAD_KEY, pause_s=None)], True),
        ([failed(fault=Fault.UNKNOWN_MODEL, pause_s=None)], True),
        ([failed(fault=Fault.REJECTED, pause_s=None)], False),
    ],
)
def test_who_was_given_up_twice_in_a_row_or_knows_nobody_is_left_alone_until_a_resume(events, silent):
    spent = Spending()
    for event in events:
        spent = spent.after(event)
    assert spent.leaves_alone("m:m") is silent
    assert not spent.taken_up().leaves_alone("m:m")


def test_a_provider_is_given_up_only_where_the_last_to_ask_failed_for_good():
    config = CONFIG.model_copy(update={"models": ModelConfig(fallback="m:other")})
    store = MemoryStore()
    state = drive(store, AskingWorld(1), config, stop=lambda n: n >= 2)

    def after(*events):
        now = state
        for event in events:
            now = evolve(now, store.append(event))
        return now

    assert not after(failed()).given_up
    assert not after(failed(pause_s=None)).given_up
    assert after(failed(pause_s=None), failed(pause_s=None, model="m:other")).given_up
    assert not after(failed(pause_s=None, model="m:other"), replied()).given_up
    assert not after(failed(pause_s=None, model="m:other"), RunResumed(code_version="0")).given_up


def test_a_call_that_outlasts_the_time_ends_the_search_and_gives_no_provider_up():
    store = MemoryStore()
    state = drive(store, AskingWorld(1), CONFIG, stop=lambda n: '"screen_decided"' in store.lines[-1])
    state = evolve(state, store.append(failed(pause_s=None)))
    assert state.given_up
    state = evolve(state, store.append(SearchEnded(reason="time_limit")))
    assert not state.given_up
    state = drive(store, AskingWorld(1), CONFIG)
    assert state.finished == "time_limit"
    assert state.learnings is not None


def test_reflection_comes_last_and_not_where_nobody_answers():
    store = MemoryStore()
    drive(store, AskingWorld(1), CONFIG, stop=lambda n: '"submission_chosen"' in store.lines[-1])
    state = fold(store.read())
    assert isinstance(decide(state, 0.0), Reflect)
    state = evolve(state, store.append(failed(pause_s=None)))
    assert decide(state, 0.0) == Finish("provider")


def test_the_new_events_survive_json():
    for event in (asked(), replied(), failed()):
        assert EVENT.validate_json(EVENT.dump_json(event)) == event


def test_time_is_kept_back_for_the_reflection_and_what_is_told_of_it_does_not_depend_on_replies():
    config = CONFIG.model_copy(update={"budget": Budget(time_limit_s=1000.0)})
    store = MemoryStore()
    before = drive(store, AskingWorld(1), config, stop=lambda n: n >= 2)
    after = evolve(before, store.append(replied(wall_s=50.0)))
    now = after.at
    assert search_left_s(before, now) == 700.0 - before.elapsed_s(now)  # what is kept back before the screen
    assert search_left_s(after, now) == search_left_s(before, now) - 100.0
    assert told_left_s(after) == told_left_s(before) == 700.0 - before.acted_s
    resumed = evolve(after, store.append(RunResumed(code_version="0")))
    assert told_left_s(resumed) == told_left_s(before)
