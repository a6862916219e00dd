"""The search as a whole: it ends, it can be resumed anywhere, it keeps its limits and its incumbents honest."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from haste.schema.config import Budget, RunConfig, SearchConfig, Start
from haste.schema.events import EVENT, ExecutionFinished, ExecutionStarted, RunResumed
from haste.schema.execution import Outcome
from haste.schema.knowledge import Loading
from haste.schema.solution import Operator
from haste.search.evolve import fold
from haste.store.memory import MemoryStore

from .legal import World, drive, note

CONFIG = RunConfig(competition="toy", search=SearchConfig(iterations=6, runner_up_iterations=3))
NO_LIMIT = CONFIG.model_copy(update={"budget": Budget(time_limit_s=None)})


def _tree(state):
    return [
        (n.candidate, n.decision, {k: (r.outcome, r.score) for k, r in n.results.items()}) for n in state.nodes.values()
    ]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.floats(0, 1))
def test_a_run_cut_anywhere_and_resumed_gives_the_same_tree_and_repeats_nothing(seed, cut):
    whole = MemoryStore()
    undisturbed = drive(whole, World(seed), NO_LIMIT)
    at = 1 + int(cut * (len(whole.lines) - 1))
    store, world = MemoryStore(), World(seed)
    drive(store, world, NO_LIMIT, stop=lambda n: n >= at)
    if not fold(store.read()).finished:
        store.append(RunResumed(code_version="0"))
    again = drive(store, world, NO_LIMIT)
    assert _tree(again) == _tree(undisturbed)
    assert again.chosen == undisturbed.chosen
    assert len(world.executed) == len(set(world.executed))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.floats(0, 1), loading=st.sampled_from(Loading))
def test_a_warm_start_chooses_its_skills_once_and_searches_like_a_cold_one(seed, cut, loading):
    # Nothing is lost here: a cut costs an attempt, and whether an attempt is lost is drawn by its number.
    cold = drive(MemoryStore(), World(seed, lost=0.0), NO_LIMIT)
    warm = NO_LIMIT.model_copy(update={"start": Start.WARM, "loading": loading})
    store = MemoryStore()
    drive(store, World(seed, lost=0.0), warm, stop=lambda n: n >= 1 + int(cut * 30))
    if not fold(store.read()).finished:
        store.append(RunResumed(code_version="0"))
    state = drive(store, World(seed, lost=0.0), warm)
    kinds = [entry.event.kind for entry in store.read() if entry.event.kind != "run_resumed"]
    chosen = [] if loading is Loading.NONE else ["skills_loaded"]
    assert kinds[:3] == ["run_started", "competition_profiled", *chosen, "prototypes_drafted"][:3]
    assert kinds.count("skills_loaded") == len(chosen)
    assert state.skills == ((note(),) if chosen else ())
    assert _tree(state) == _tree(cold)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), crash=st.sampled_from([0.0, 0.3, 0.9, 1.0]))
def test_limits_hold_whatever_happens(seed, crash):
    store = MemoryStore()
    state = drive(store, World(seed, crash=crash), NO_LIMIT)
    assert state.finished
    rules = NO_LIMIT.search
    for branch in state.branches.values():
        refinements = [
            n
            for n in state.nodes.values()
            if n.candidate.operator is Operator.REFINE and n.candidate.branch == branch.root
        ]
        assert len(refinements) <= branch.limit
    assert all(count <= rules.debug_attempts for count in state.debugs.values())
    assert sum(n.candidate.operator is Operator.DEBUG for n in state.nodes.values()) <= sum(state.debugs.values())
    if crash == 1.0:
        assert state.chosen is not None
        assert state.chosen.candidate is None
        assert state.finished == "no_valid_candidate"
    if crash == 0.0:
        assert state.chosen is not None
        assert state.chosen.candidate is not None


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_only_a_candidate_that_beat_the_incumbent_beyond_noise_is_kept(seed):
    state = drive(MemoryStore(), World(seed), NO_LIMIT)
    for node in state.nodes.values():
        decision = node.decision
        if decision is None or decision.reason == "unscored_incumbent":
            continue
        if decision.kept:
            assert decision.gain is not None
            assert decision.gain > 0
            assert decision.noise is not None
            assert decision.gain > decision.noise * 0.9  # t quantile of 0.8 with 4 degrees is 0.94
            assert len(decision.fold_gains) == state.search_folds
        elif decision.reason == "behind_early":
            assert max(decision.fold_gains) < 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_lost_execution_is_tried_again_and_never_held_against_the_candidate(seed):
    state = drive(MemoryStore(), World(seed, crash=0.0, lost=0.3), NO_LIMIT)
    for node in state.nodes.values():
        for result in node.results.values():
            if result.outcome is Outcome.LOST:
                assert result.attempts == NO_LIMIT.search.lost_attempts
            elif result.outcome is not None:
                assert result.outcome is Outcome.OK


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_any_prefix_of_a_journal_folds_and_entries_survive_json(seed):
    store = MemoryStore()
    drive(store, World(seed), NO_LIMIT)
    entries = list(store.read())
    for length in range(len(entries)):
        fold(entries[:length])
    for entry in entries:
        assert EVENT.validate_json(EVENT.dump_json(entry.event)) == entry.event


def test_the_time_limit_ends_the_search_and_something_is_delivered():
    clock = iter(range(0, 10**9, 7))
    store = MemoryStore(clock=lambda: float(next(clock)))
    config = CONFIG.model_copy(update={"budget": Budget(time_limit_s=300)})
    state = drive(store, World(3, crash=0.0), config)
    assert state.finished == "time_limit"
    assert state.chosen is not None
    assert state.chosen.candidate is not None


def test_the_time_between_a_kill_and_its_resume_costs_no_budget():
    times = iter([0.0, 10.0, 1000.0, 1010.0])
    store = MemoryStore(clock=lambda: next(times))
    drive(store, World(0), CONFIG, stop=lambda n: n >= 2)
    store.append(RunResumed(code_version="0"))
    state = fold(store.read())
    assert state.elapsed_s(1005.0) == 15.0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_escalation_reaches_further_after_two_misses_and_returns_after_a_keep(seed):
    scales = {}
    search = SearchConfig(iterations=20, runner_up_iterations=15)
    state = drive(
        MemoryStore(),
        World(seed, crash=0.0, lost=0.0, exhaust=0.0),
        NO_LIMIT.model_copy(update={"search": search}),
    )
    for node in state.nodes.values():
        if node.candidate.operator is Operator.REFINE:
            scales.setdefault(node.candidate.branch, []).append((node.candidate.scale.value, node.decision.kept))
    for line in scales.values():
        misses = 0
        for scale, kept in line:
            assert scale == ("tweak", "structural", "approach")[misses // 2 % 3]
            misses = 0 if kept else misses + 1
            assert misses <= search.stagnation_after


@settings(max_examples=30, deadline=None)
@given(
    seconds=st.sampled_from([2.0, 20.0, 60.0, 140.0, 180.0, 300.0, 440.0]),
    workers=st.integers(1, 4),
    slow=st.booleans(),
)
def test_no_batch_of_executions_outlasts_the_limit(seconds, workers, slow):
    """Executions queue up behind few workers; the deadline of their batch is what holds the limit."""
    limit, now = 1800.0, [0.0]
    config = CONFIG.model_copy(update={"workers": workers, "budget": Budget(time_limit_s=limit)})

    class Clocked(World):
        def _execute(self, action):
            free, within = [now[0]] * workers, now[0] + (action.within_s if action.within_s is not None else 1e9)
            began = {}
            for work in action.works:
                yield ExecutionStarted(
                    candidate=work.candidate, purpose=work.purpose, fold=work.fold, attempt=work.attempt
                )
                takes = seconds * (3 if slow and work.purpose == "confirm" else 1.25 if work.purpose == "final" else 1)
                at = free.index(min(free))
                ends = free[at] = free[at] + min(takes, action.wall_s or 1e9)
                began[work] = (ends, takes <= (action.wall_s or 1e9))
            for work, (ends, well) in sorted(began.items(), key=lambda item: item[1][0]):
                if ends > within:
                    break
                now[0] = ends
                yield ExecutionFinished(
                    candidate=work.candidate,
                    purpose=work.purpose,
                    fold=work.fold,
                    attempt=work.attempt,
                    outcome=Outcome.OK if well else Outcome.TIMED_OUT,
                    score=self._chance("score", work.candidate, work.fold)
                    if well and work.purpose != "final"
                    else None,
                    submission="sha256:0" if well else None,
                    wall_s=min(takes, action.wall_s or 1e9),
                )
            if any(ends > within for ends, _ in began.values()):
                now[0] = within

    store = MemoryStore(clock=lambda: now[0])
    state = drive(store, Clocked(5, crash=0.0, lost=0.0), config, clock=lambda: now[0])
    assert state.finished
    assert now[0] <= limit + 1
    assert state.chosen is not None
    if seconds * 1.25 <= limit * 0.25:
        assert state.chosen.candidate is not None


def test_a_cut_at_every_entry_leaves_no_execution_of_a_batch_undone():
    """A crash beside a fold that a kill cut off: the fold is run all the same, as it would have been."""
    for seed in (1, 5, 8):
        whole = MemoryStore()
        undisturbed = drive(whole, World(seed, lost=0.0, crash=0.4), NO_LIMIT)
        for at in range(1, len(whole.lines)):
            store, world = MemoryStore(), World(seed, lost=0.0, crash=0.4)
            drive(store, world, NO_LIMIT, stop=lambda n, at=at: n >= at)
            if not fold(store.read()).finished:
                store.append(RunResumed(code_version="0"))
            assert _tree(drive(store, world, NO_LIMIT)) == _tree(undisturbed), (seed, at)
