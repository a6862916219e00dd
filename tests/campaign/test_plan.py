"""The plan of a campaign: pure, blind to grades, and a barrier between any two rounds."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import haste.schema.competition as competition_schema
from haste.campaign import plan as planning
from haste.campaign.plan import (
    Classify,
    Close,
    Finish,
    Judge,
    Pin,
    Promote,
    Record,
    Run,
    SettleDomain,
    allowance,
    plan,
    spent,
)
from haste.campaign.schedule import schedule
from haste.campaign.state import CampaignState, evolve
from haste.runner.context import Context
from haste.schema.brief import Attempt, Brief
from haste.schema.campaign import (
    CampaignConfig,
    CampaignEntry,
    CampaignEvent,
    CampaignFinished,
    CampaignStarted,
    Classified,
    CompetitionsClassified,
    DomainSettled,
    InventoryCount,
    InventoryPinned,
    LearningsJudged,
    PromotionDone,
    RoundEnded,
    RoundPlanned,
    RunAssigned,
    RunEnded,
    Spent,
)
from haste.schema.config import Budget, RunConfig, Start
from haste.schema.events import Event, SubmissionGraded
from haste.schema.knowledge import Learning, LedgerRecord, PromotionBrief, RunLearnings, Skill, SkillNote
from haste.schema.solution import Proposal
from haste.search.actions import Action
from haste.search.chance import draw
from haste.search.state import RunState
from haste.skills.evidence import Evidence
from haste.store.protocol import GradedStore, Store

from .made_up import RUN

DOMAINS = ("tabular", "text", "image")
NOTHING = InventoryCount(digest="sha256:0", tiers={}, statuses={}, ledger_runs=0)


@st.composite
def settings_of(draw_) -> tuple[CampaignConfig, tuple[Classified, ...]]:
    names = [f"c{n}" for n in range(draw_(st.integers(1, 9)))]
    known = tuple(
        Classified(
            reference=n, id=n, title=n, domain=draw_(st.sampled_from(DOMAINS)), domain_is_inferred=draw_(st.booleans())
        )
        for n in names
    )
    rules = CampaignConfig(
        competitions=tuple(names),
        seeds=tuple(range(draw_(st.integers(1, 3)))),
        seeding=draw_(st.booleans()),
        rounds=draw_(st.integers(1, 4)),
        repeats=draw_(st.integers(0, 2)),
        promote=draw_(st.booleans()),
        workers=draw_(st.integers(1, 4)),
        run=RUN.model_copy(update={"model": draw_(st.sampled_from(("builtin", "openai:one")))}),
        budget=Budget(time_limit_s=draw_(st.none() | st.floats(1, 200)), max_usd=draw_(st.none() | st.floats(0, 5))),
    )
    return rules, known


class World:
    """Answers steps from a seed; every entry is a second later than the last."""

    def __init__(self, rules: CampaignConfig, known: tuple[Classified, ...], seed: int) -> None:
        self.known, self.seed, self.seq = known, seed, 0
        self.state, self.events = CampaignState(), list[CampaignEvent]()
        self.take(CampaignStarted(campaign="c", config=rules, prefix="", code_version="0"))

    def take(self, event: CampaignEvent) -> None:
        self.seq += 1
        self.events.append(event)
        entry = CampaignEntry(seq=self.seq, at=float(self.seq), schema_version=1, event=event, check="")
        self.state = evolve(self.state, entry)

    def answer(self, step: planning.Step) -> CampaignEvent:
        match step:
            case Record():
                return step.event
            case Classify():
                return CompetitionsClassified(competitions=self.known)
            case SettleDomain():
                usd = draw(self.seed, "asked", self.seq) % 100 / 100
                return DomainSettled(
                    competition=step.competition.id,
                    domain=DOMAINS[draw(self.seed, "domain", self.seq) % 3],
                    spent=Spent(most_usd=usd),
                )
            case Pin():
                return InventoryPinned(number=step.round.number, inventory=NOTHING, expected=None)
            case Run():
                chosen = step.running[draw(self.seed, self.seq) % len(step.running)]
                failed = draw(self.seed, "fails", self.seq) % 5 == 0
                outcome: typing.Any = "failed" if failed else "finished"
                return RunEnded(
                    run=chosen.run, outcome=outcome, spent=Spent(most_usd=draw(self.seed, "usd", self.seq) % 100 / 100)
                )
            case Judge():
                told = step.round.number
                return LearningsJudged(number=told, stream="s", at=0.0, changed_since=None, judged=())
            case Promote():
                return PromotionDone(number=step.round.number)
            case Finish():
                return CampaignFinished(reason=step.reason)
            case Close():
                return RoundEnded(number=step.round.number, inventory=NOTHING)

    def run(self) -> None:
        for _ in range(2000):
            if self.state.finished:
                return
            self.take(self.answer(plan(self.state, float(self.seq))))
        raise AssertionError("it does not end")


@settings(max_examples=80, deadline=None)
@given(settings_of(), st.integers(0, 2**20))
def test_domains_are_asked_for_once_before_rounds_and_only_where_a_model_is_to_say(told, seed: int):
    rules, known = told
    world = World(rules, known, seed)
    world.run()
    kinds = [event.kind for event in world.events]
    asked = [event for event in world.events if isinstance(event, DomainSettled)]
    wanted = [one.id for one in known if one.domain_is_inferred and rules.run.model != "builtin"]
    assert [one.competition for one in asked] == wanted[: len(asked)]
    if "round_planned" in kinds:
        assert len(asked) == len(wanted)
        assert "domain_settled" not in kinds[kinds.index("round_planned") :]
    settled = {one.id: one.domain for one in known} | {one.competition: one.domain for one in asked}
    for event in world.events:
        if isinstance(event, RoundPlanned):
            assert all(one.domain == settled[one.competition] for one in event.assignments)


@settings(max_examples=80, deadline=None)
@given(settings_of(), st.integers(0, 2**20))
def test_every_campaign_ends_and_its_rounds_are_barriers(told, seed: int):
    rules, known = told
    world = World(rules, known, seed)
    world.run()
    open_round, pinned, running, met = None, None, set(), Counter()
    for event in world.events:
        match event:
            case InventoryPinned():
                assert pinned is None  # once for each round, before its first run
                pinned = event.number
            case RoundPlanned():
                assert open_round is None
                open_round = event
            case RunAssigned():
                assert open_round is not None
                assert event.run in {one.run for one in open_round.assignments}
                assert pinned == open_round.number
                running.add(event.run)
                met[event.run] += 1
                assert len(running) <= rules.workers
            case RunEnded():
                running.discard(event.run)
            case LearningsJudged() | PromotionDone():
                assert rules.promote
                assert not running
            case RoundEnded():
                assert not running
                assert open_round is not None
                assert all(one.run in world.state.runs for one in open_round.assignments)
                assert pinned == open_round.number
                open_round = pinned = None
            case CampaignFinished():
                assert open_round is None
                assert not running
    assert all(count == 1 for count in met.values())
    skipped = [one for one in world.state.runs.values() if one.outcome == "skipped"]
    if world.state.finished == "complete" and not skipped:
        assert len(met) == sum(map(len, schedule(rules, world.state.competitions)))
    if rules.budget.time_limit_s is None and rules.budget.max_usd is None:
        assert (world.state.finished, skipped) == ("complete", [])


@settings(max_examples=80, deadline=None)
@given(settings_of())
def test_a_schedule_holds_every_competition_once_with_each_seed_and_begins_with_one_per_domain(told):
    rules, known = told
    rounds = schedule(rules, known)
    cut = len(rounds) - rules.repeats
    first, repeated = [one for each in rounds[:cut] for one in each], rounds[cut:]
    assert sorted((one.competition, one.seed) for one in first) == sorted((c.id, s) for c in known for s in rules.seeds)
    assert all(len(each) == len(first) for each in repeated)
    runs = [one.run for each in rounds for one in each]
    assert len(set(runs)) == len(runs)
    cold = [one for each in rounds for one in each if one.start is Start.COLD]
    if rules.seeding:
        assert {one.domain for one in cold} == {one.domain for one in known}
        assert len(cold) == len({one.domain for one in known}) * len(rules.seeds)
        assert list(rounds[0]) == cold
    else:
        assert cold == []
    sizes = [len(each) // len(rules.seeds) for each in rounds[1 if rules.seeding else 0 : cut]]
    assert not sizes or max(sizes) - min(sizes) <= 1


@settings(max_examples=40, deadline=None)
@given(settings_of(), st.integers(0, 2**20))
def test_what_runs_may_spend_together_never_exceeds_what_the_campaign_has_left(told, seed: int):
    rules, known = told
    rules = rules.model_copy(update={"budget": Budget(time_limit_s=None, max_usd=3.0, max_tokens=1000)})
    world = World(rules, known, seed)
    while not world.state.finished:
        step = plan(world.state, 0.0)
        if isinstance(step, Record) and isinstance(step.event, RunAssigned):
            held = [world.state.budgets[one.run] for one in world.state.running]
            used = sum(one.spent.most_usd for one in world.state.runs.values())
            used += sum(one.spent.most_usd for one in world.state.domains.values())
            together = sum(one.max_usd for one in held) + step.event.budget.max_usd
            assert together <= max(0.0, 3.0 - used) + sum(one.max_usd for one in held) + 1e-9
            assert sum(one.max_tokens for one in held) + step.event.budget.max_tokens <= 1000
        world.take(world.answer(step))


def test_a_run_gets_its_own_limit_or_what_is_left_of_the_campaigns():
    own = RunConfig(competition="", budget=Budget(time_limit_s=60.0, max_usd=None))
    rules = CampaignConfig(competitions=("a",), run=own, workers=2, budget=Budget(time_limit_s=100.0, max_usd=4.0))
    state = CampaignState(config=rules, since=0.0)
    assert allowance(state, 0.0) == Budget(time_limit_s=60.0, max_usd=2.0)
    assert allowance(state, 70.0).time_limit_s == 30.0
    assert spent(state, 99.0) is None
    assert spent(state, 100.0) == "time_limit"


def test_a_free_campaign_is_not_stopped_by_a_cap_of_nothing():
    rules = CampaignConfig(competitions=("a",), run=RUN, budget=Budget(time_limit_s=None, max_usd=0.0, max_tokens=0))
    assert spent(CampaignState(config=rules, since=0.0), 0.0) is None


@pytest.mark.parametrize(
    "roots",
    [
        pytest.param((CampaignState, CampaignEvent, CampaignConfig, planning.Step), id="planning"),
        pytest.param((RunState, Event, Action), id="the search's decisions"),
        pytest.param((Brief, PromotionBrief, Attempt, Proposal), id="agents"),
        pytest.param((Evidence, Skill, Learning, LedgerRecord, RunLearnings, SkillNote), id="inventory"),
    ],
)
def test_no_type_that_anything_is_thought_or_decided_or_learned_from_can_hold_a_grade(roots: tuple[object, ...]):
    met = set[type]()
    for root in roots:
        _reach(root, met)
    assert len(met) > 5
    assert {root for root in roots if isinstance(root, type)} <= met
    forbidden = {competition_schema.Grade, competition_schema.Medal, SubmissionGraded}
    assert not met & forbidden
    fields = {name for one in met if issubclass(one, BaseModel) for name in one.model_fields}
    assert not {name for name in fields if "grade" in name or "medal" in name}
    kinds = {
        one.model_fields["kind"].default for one in met if issubclass(one, BaseModel) and "kind" in one.model_fields
    }
    assert "submission_graded" not in kinds


def test_what_runs_are_given_has_no_grades():
    """By type: a context's store is one without them."""
    assert typing.get_type_hints(Context)["store"] is Store
    assert not {name for name in dir(Store) if "grade" in name}
    assert {"append_grade", "read_grades"} <= set(dir(GradedStore))


def _reach(hint: object, met: set[type]) -> None:
    """Every class that a value of this type can hold."""
    for part in typing.get_args(hint) or ():
        _reach(part, met)
    if isinstance(hint, types.UnionType) or not isinstance(hint, type) or hint in met:
        return
    met.add(hint)
    if issubclass(hint, BaseModel):
        for field in hint.model_fields.values():
            _reach(field.annotation, met)
    elif dataclasses.is_dataclass(hint):
        for told in typing.get_type_hints(hint).values():
            _reach(told, met)
