"""A conversation: what is asked, paid and journaled, in which order, and when it is given up."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.runner.asking import Unanswered
from haste.runner.converse import converse
from haste.runner.patience import LONGEST_PAUSE_S, Abandoned, in_time
from haste.schema.config import Budget
from haste.schema.events import LearningsRecorded, RunResumed
from haste.schema.model import Bound, Fault, ModelFault, ModelReply, Role, Stage, Usage, identity

from .asking import USED, FlatPrices, Table, answer, fault, request, two_questions


def one_question():
    reply = yield request("one")
    return reply


def counted(asked):
    return answer(asked, n={"one": 1, "two": 2}[asked.messages[0].text])


def test_an_engineer_that_knows_is_not_kept_waiting():
    table = Table([])
    assert table.hold("what it knows") == "what it knows"
    assert table.hold(None) is None
    assert len(table.store.lines) == 1


def test_each_reply_is_in_the_journal_before_the_engineer_sees_it():
    table, seen = Table(counted), []

    def thinking():
        for text in ("one", "two"):
            yield request(text)
            seen.append(len(table.events("model_replied")))
        return "done"

    assert table.hold(thinking()) == "done"
    assert seen == [1, 2]
    first = table.events("model_replied")[0]
    assert first.request == identity(request("one"))
    assert ModelReply.model_validate_json(table.store.get(first.reply)).arguments == '{"n": 1}'
    assert (first.model, first.usage, first.usd) == ("openai:one", USED, 1.2)
    assert table.state.spending.usd == pytest.approx(2.4)
    assert table.state.spending.most_tokens == 2400


@pytest.mark.parametrize("killed_after", [2, 4])
def test_a_reply_that_was_paid_for_is_used_after_a_crash_and_not_asked_for_again(killed_after: int):
    table = Table(counted)
    table.hold(two_questions(), most=killed_after)
    table.append(RunResumed(code_version="0"))
    table.reread()
    assert table.hold(two_questions()) == 3
    assert [asked.messages[0].text for asked in table.main.asked] == ["one", "two"]
    assert table.state.spending.calls == 2


def one_same():
    return (yield request("same"))


def test_a_reply_is_used_once_and_in_order_and_not_after_its_answer():
    told = iter([1, 2, 3])
    table = Table(lambda asked: answer(asked, n=next(told)))

    def thinking():
        first = yield request("same")
        second = yield request("same")
        return first.arguments + second.arguments

    table.hold(thinking(), most=4)
    table.reread()
    assert table.hold(thinking()) == '{"n": 1}{"n": 2}'
    assert len(table.main.asked) == 2
    table.append(LearningsRecorded(learnings=()))
    assert table.hold(one_same()).arguments == '{"n": 3}'


@pytest.mark.parametrize("kind", [kind for kind in Fault if kind.passing])
def test_a_passing_fault_is_waited_out_and_journaled(kind: Fault):
    table = Table([fault(kind), fault(kind), answer(request("one"), n=1)])
    assert table.hold(one_question()).arguments == '{"n": 1}'
    failed = table.events("model_failed")
    assert [event.fault for event in failed] == [kind, kind]
    assert [event.pause_s for event in failed] == table.pauses
    assert 0 <= table.pauses[0] <= 1
    assert 0 <= table.pauses[1] <= 2
    assert not table.state.given_up


def test_pauses_grow_with_full_jitter_from_the_runs_seed_and_end_after_the_attempts():
    table = Table(lambda asked: fault(Fault.OVERLOADED), attempts=10)
    with pytest.raises(Unanswered) as silence:
        table.hold(one_question())
    assert silence.value.limit is None
    assert len(table.pauses) == 9
    assert all(pause <= min(LONGEST_PAUSE_S, 2.0**n) for n, pause in enumerate(table.pauses))
    assert max(table.pauses) > 5
    assert min(pause / min(LONGEST_PAUSE_S, 2.0**n) for n, pause in enumerate(table.pauses)) < 0.5
    assert table.events("model_failed")[-1].pause_s is None
    assert table.state.given_up
    again = Table(lambda asked: fault(Fault.OVERLOADED), attempts=10)
    with pytest.raises(Unanswered):
        again.hold(one_question())
    assert again.pauses == table.pauses


def test_the_providers_hint_wins_within_reason():
    table = Table([fault(Fault.RATE_LIMITED, after_s=17.5), answer(request("one"), n=1)])
    table.hold(one_question())
    assert table.pauses == [17.5]
    at_once = [fault(Fault.OVERLOADED, after_s=0.0)] * 2
    table = Table([*at_once, answer(request("one"), n=1)])
    table.hold(one_question())
    assert min(table.pauses) > 0
    table = Table([fault(Fault.RATE_LIMITED, after_s=86_400.0)])
    with pytest.raises(Unanswered):
        table.hold(one_question())
    assert table.pauses == []


@pytest.mark.parametrize("kind", [Fault.BAD_KEY, Fault.UNKNOWN_MODEL, Fault.REJECTED])
def test_what_asking_again_cannot_mend_is_not_asked_again(kind: Fault):
    table = Table([fault(kind)])
    with pytest.raises(Unanswered):
        table.hold(one_question())
    (failed,) = table.events("model_failed")
    assert (failed.fault, failed.detail, failed.pause_s) == (kind, f"{kind} it is", None)
    assert table.state.given_up


def test_the_fall_back_is_asked_where_the_first_gave_up_and_for_the_rest_of_the_conversation():
    table = Table([fault(Fault.BAD_KEY)], fallback=[answer(request("one"), n=1), answer(request("two"), n=2)])
    assert table.hold(two_questions()) == 3
    assert len(table.main.asked) == 1
    assert len(table.other.asked) == 2
    assert not table.state.given_up


def test_where_the_fall_back_fails_too_the_provider_is_given_up():
    table = Table([fault(Fault.BAD_KEY)], fallback=[fault(Fault.OVERLOADED)] * 2, attempts=2)
    with pytest.raises(Unanswered):
        table.hold(one_question())
    assert [event.model for event in table.events("model_failed")] == ["openai:one", "openai:two", "openai:two"]
    assert table.state.given_up


def test_a_context_that_is_too_long_is_the_engineers_to_shorten_and_costs_nothing():
    table = Table([fault(Fault.CONTEXT_TOO_LONG), answer(request("short"), n=1)])

    def thinking():
        reply = yield request("long")
        assert reply.stop == "context_too_long"
        return (yield request("short"))

    assert table.hold(thinking()).arguments == '{"n": 1}'
    assert table.events("model_failed") == []
    assert table.state.spending.usd == pytest.approx(1.2)
    table.reread()
    assert table.hold(thinking()).arguments == '{"n": 1}'
    assert len(table.main.asked) == 2


@pytest.mark.parametrize(
    ("budget", "limit"),
    [(Budget(max_usd=1.9), "cost_limit"), (Budget(max_tokens=1999), "token_limit"), (Budget(max_usd=0), "cost_limit")],
)
def test_a_call_that_could_break_a_cap_is_not_made(budget: Budget, limit: str):
    table = Table([], budget=budget)
    with pytest.raises(Unanswered) as silence:
        table.hold(one_question())
    assert silence.value.limit == limit
    assert table.main.asked == []


def test_a_cap_is_held_against_what_this_conversation_spent_already():
    table = Table(counted, budget=Budget(time_limit_s=None, max_usd=3.1))
    with pytest.raises(Unanswered) as silence:
        table.hold(two_questions())
    assert silence.value.limit == "cost_limit"
    assert len(table.main.asked) == 1


def test_what_may_have_been_paid_counts_against_the_cap_at_its_bound():
    table = Table(lambda asked: fault(Fault.TIMEOUT), budget=Budget(time_limit_s=None, max_usd=5.0))
    with pytest.raises(Unanswered) as silence:
        table.hold(one_question())
    assert silence.value.limit == "cost_limit"
    assert len(table.main.asked) == 2
    assert (table.state.spending.usd, table.state.spending.most_usd) == (None, 4.0)


def test_what_nobody_heard_costs_nothing():
    table = Table(lambda asked: fault(Fault.UNREACHABLE), budget=Budget(time_limit_s=None, max_usd=5.0), attempts=4)
    with pytest.raises(Unanswered) as silence:
        table.hold(one_question())
    assert silence.value.limit is None
    assert len(table.main.asked) == 4
    assert (table.state.spending.usd, table.state.spending.most_usd) == (0.0, 0.0)


def test_a_call_that_the_harness_died_in_is_held_against_the_cap():
    table = Table(counted, budget=Budget(time_limit_s=None, max_usd=3.9))
    table.hold(one_question(), most=1)
    table.append(RunResumed(code_version="0"))
    with pytest.raises(Unanswered) as silence:
        table.hold(one_question())
    assert silence.value.limit == "cost_limit"
    assert "2 of 3.9" in str(silence.value)
    assert table.main.asked == []


def test_a_model_that_proved_useless_is_left_alone_in_later_conversations():
    table = Table([fault(Fault.BAD_KEY)], fallback=counted)
    for _ in range(2):
        table.hold(two_questions())
        table.append(LearningsRecorded(learnings=()))
    assert len(table.main.asked) == 1
    table = Table([fault(Fault.REJECTED)] * 2 + [answer(request("one"), n=1)], fallback=counted)
    for _ in range(3):
        table.hold(one_question())
        table.append(LearningsRecorded(learnings=()))
    assert len(table.main.asked) == 2
    table.append(RunResumed(code_version="0"))
    table.hold(one_question())
    assert len(table.main.asked) == 3


def test_a_reply_without_usage_makes_the_cost_unknown_and_counts_at_its_bound():
    table = Table([answer(request("one")).model_copy(update={"usage": Usage()})] * 2)
    table.hold(one_question())
    assert table.state.spending.usd is None
    assert (table.state.spending.most_usd, table.state.spending.most_tokens) == (2.0, 2000)


class Dice:
    """A provider whose usage, faults and silence are drawn; what it truly charges is counted here."""

    def __init__(self, draws):
        self.draws, self.usd, self.tokens = iter(draws), 0.0, 0

    def __call__(self, asked):
        share, told, outcome = next(self.draws, (1.0, True, "reply"))
        bound = FlatPrices().bound("openai:one", asked)
        used = Usage(input=int(bound.tokens * share / 2), output=int(bound.tokens * share / 2))
        if outcome in ("reply", "timeout"):
            self.usd += (used.input + used.output) / 1000
            self.tokens += used.input + used.output
        if outcome != "reply":
            return fault(Fault.TIMEOUT if outcome == "timeout" else Fault.RATE_LIMITED)
        return answer(asked).model_copy(update={"usage": used if told else Usage()})


@settings(max_examples=60, deadline=None)
@given(
    draws=st.lists(
        st.tuples(st.floats(0, 1), st.booleans(), st.sampled_from(["reply", "reply", "timeout", "limited"])),
        max_size=30,
    ),
    cap=st.floats(0, 30),
    of_tokens=st.booleans(),
    killed=st.sets(st.integers(1, 30), max_size=3),
)
def test_no_cap_is_ever_broken_whatever_is_used_told_or_lost(draws, cap, of_tokens, killed):
    caps = {"max_tokens": int(cap * 1000)} if of_tokens else {"max_usd": cap}
    dice = Dice(draws)
    table = Table(dice, budget=Budget(time_limit_s=None, **caps), attempts=3)

    def talk():
        for n in range(30):
            yield request(f"{n}")

    for number in range(30):
        try:
            table.hold(talk(), most=3 if number in killed else None)
        except Unanswered as silence:
            if silence.limit:
                break
        table.reread()
    assert dice.usd <= (cap + 1e-9 if not of_tokens else 1e9)
    assert dice.tokens <= (caps["max_tokens"] if of_tokens else 1e9)


def test_no_pause_goes_beyond_the_runs_time():
    table = Table([fault(Fault.RATE_LIMITED, after_s=90.0)], budget=Budget(time_limit_s=100.0))
    with pytest.raises(Unanswered):  # the search must end when 30 s are left
        table.hold(one_question())
    assert table.pauses == []
    assert table.events("model_failed")[0].pause_s is None


def test_a_call_is_not_begun_where_there_is_less_time_than_calls_take():
    table = Table(counted, budget=Budget(time_limit_s=100.0), call_s=40.0)
    with pytest.raises(Unanswered) as silence:
        table.hold(two_questions())
    assert silence.value.limit == "time_limit"
    assert len(table.main.asked) == 1


def test_ctrl_c_ends_a_pause_and_the_conversation():
    table = Table([fault(Fault.OVERLOADED)])

    def stop(seconds):
        table.stopped = True

    table.context.pause = stop
    with pytest.raises(Unanswered) as silence:
        table.hold(one_question())
    assert silence.value.limit is None
    assert len(table.main.asked) == 1


def test_a_call_is_not_waited_for_after_ctrl_c_and_what_it_may_cost_is_kept_in_mind():
    never = threading.Event()
    table = Table(lambda asked: never.wait(60) or answer(asked, n=1))
    table.context.interrupted = lambda: bool(table.main.asked)
    with pytest.raises(Unanswered) as silence:
        table.hold(one_question())
    never.set()
    assert silence.value.limit is None
    (failed,) = table.events("model_failed")
    assert "interrupted" in failed.detail
    assert failed.bound == Bound(tokens=2000, usd=2.0)


def test_a_call_that_outlasts_the_runs_time_is_left_to_itself():
    never = threading.Event()

    def slow(asked):
        table.now = 99.0
        never.wait(60)
        return answer(asked, n=1)

    table = Table(slow, budget=Budget(time_limit_s=100.0))
    with pytest.raises(Unanswered) as silence:
        table.hold(one_question())
    never.set()
    assert silence.value.limit == "time_limit"
    assert table.events("model_failed")[0].fault is Fault.TIMEOUT


def test_an_error_that_is_no_fault_of_a_provider_comes_through():
    def broken(asked):
        raise LookupError(asked.stage)

    table = Table(broken)
    with pytest.raises(LookupError):
        table.hold(one_question())
    assert [entry.event.kind for entry in table.store.read()] == ["run_started", "model_asked"]


def test_each_role_is_asked_at_its_own_price():
    asked_of = []

    class Watching(FlatPrices):
        def bound(self, model, asked):
            asked_of.append(model)
            return super().bound(model, asked)

    table = Table(lambda asked: answer(asked, n=1), reflect="openai:unknown")
    table.context.models = type(table.context.models)(table, Watching())

    def thinking():
        yield request("one")
        yield request("two", Stage.REFLECT, Role.REFLECT)

    table.hold(thinking())
    assert asked_of == ["openai:one", "openai:unknown"]
    assert [event.usd for event in table.events("model_replied")] == [pytest.approx(1.2), None]


def test_in_time_hands_back_what_the_call_gives_or_raises():
    assert in_time(lambda: 3, lambda: True) == 3
    with pytest.raises(ModelFault):
        in_time(lambda: (_ for _ in ()).throw(fault(Fault.BAD_KEY)), lambda: False)
    never = threading.Event()
    with pytest.raises(Abandoned):
        in_time(lambda: never.wait(60), lambda: True)
    never.set()


def test_a_conversation_that_is_cut_off_closes_the_engineers_generator():
    closed = []

    def thinking():
        try:
            yield request("one")
        finally:
            closed.append(True)

    table = Table([fault(Fault.BAD_KEY)])
    with pytest.raises(Unanswered):
        list(converse(thinking(), table.state, table.context))
    assert closed == [True]
