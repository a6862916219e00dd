"""What the views say of models: sums that keep the unknown unknown, faults, failed proposals, and time."""

from __future__ import annotations

from typing import Any

import pytest

from haste.schema.config import Budget, ModelConfig
from haste.schema.events import (
    CompetitionClassified,
    LearningsRecorded,
    ModelAsked,
    ModelFailed,
    ModelReplied,
    ProposalFailed,
    RunResumed,
)
from haste.schema.model import Bound, Fault, Role, Stage, Usage
from haste.schema.solution import Operator, Scale
from haste.search import actions
from haste.view.closing import command
from haste.view.narration import narrate
from haste.view.panel import panel
from haste.view.report import render, report_json
from haste.view.spending import by_part, in_short, replies, spent_in, usd_text
from haste.view.story import read_story
from haste.view.summary import summarise

from .told_run import GOOD, Player, Script, competition

STAGES = {actions.Draft: Stage.DRAFT, actions.Refine: Stage.REFINE, actions.Reflect: Stage.REFLECT}
USED = Usage(input=1000, cached=750, output=100, reasoning=20)


def replied(stage: Stage = Stage.REFINE, **changes: Any) -> ModelReplied:
    role = Role.REFLECT if stage is Stage.REFLECT else Role.SPECIALIST
    values: dict[str, Any] = {
        "request": "sha256:1", "reply": "sha256:2", "role": role, "stage": stage, "model": "openai:one",
        "usage": USED, "usd": 0.01, "wall_s": 3.0, "overhead_s": 0.01, "bound": Bound(tokens=4000, usd=1.0),
    }  # fmt: skip
    return ModelReplied(**{**values, **changes})


def asked_for(stage: Stage) -> ModelAsked:
    one = replied(stage)
    return ModelAsked(
        request=one.request, role=one.role, stage=stage, model=one.model, bound=Bound(tokens=4000, usd=1.0)
    )


def failed(**changes: Any) -> ModelFailed:
    values: dict[str, Any] = {
        "request": "sha256:1", "role": Role.SPECIALIST, "stage": Stage.REFINE, "model": "openai:one",
        "fault": Fault.RATE_LIMITED, "detail": "<b>slow down</b>", "pause_s": 4.0, "wall_s": 1.0,
    }  # fmt: skip
    return ModelFailed(**{**values, **changes})


class AskingPlayer(Player):
    """Its engineer asks once before each answer; the second refinement comes to nothing."""

    def __init__(self, usage: Usage = USED, usd: float | None = 0.01) -> None:
        super().__init__(Script(dict(GOOD)), competition(inferred=("domain: tabular",)))
        self.usage, self.usd, self.asked = usage, usd, 0
        self.config = self.config.model_copy(
            update={"model": "openai:one", "budget": Budget(time_limit_s=600.0, max_usd=5.0)}
        )

    def perform(self, action: actions.Action, state: Any) -> Any:
        if isinstance(action, actions.Classify):
            yield CompetitionClassified(domain="text")
            return
        if type(action) in STAGES:
            self.asked += 1
            if self.asked == 2:
                self.now += 1.0
                yield failed()
                self.now += 4.0
            self.now += 3.0
            yield replied(STAGES[type(action)], usage=self.usage, usd=self.usd)
        if isinstance(action, actions.Refine) and self.asked == 3:
            yield ProposalFailed(
                operator=Operator.REFINE, branch=action.branch, scale=Scale.TWEAK, reason="no <script> in it"
            )
            return
        yield from super().perform(action, state)


def summary(player: Player) -> dict[str, Any]:
    return summarise(player.store.read(), player.store.read_grades())


def page(player: Player) -> str:
    return render(read_story(player.store.read(), player.store.read_grades()), player.store)


@pytest.fixture(scope="module")
def asking() -> AskingPlayer:
    player = AskingPlayer()
    player.begin().play()
    return player


def test_tokens_and_money_are_summed_from_the_events(asking: AskingPlayer) -> None:
    told, calls = summary(asking), asking.asked
    assert told["calls"] == calls > 5
    assert told["tokens"] == {"input": 1000 * calls, "cached": 750 * calls, "output": 100 * calls}
    assert told["usd"] == pytest.approx(0.01 * calls)
    assert told["domain"] == "text"


def test_one_unknown_makes_a_sum_unknown_and_nothing_else() -> None:
    player = AskingPlayer(usage=Usage(input=10, output=5), usd=None)
    told = summary(player.begin().play())
    assert told["tokens"] == {"input": 10 * player.asked, "cached": None, "output": 5 * player.asked}
    assert told["usd"] is None
    assert "tokens in and" in (in_short(player_story := read_story(player.store.read(), ())) or "")
    assert (in_short(player_story) or "").endswith(" –")


def test_a_call_that_may_have_been_charged_makes_the_cost_unknown_and_is_told() -> None:
    resumed, under_way = RunResumed(code_version="0"), asked_for(Stage.DRAFT)
    for lost in ([failed(bound=Bound(tokens=4000, usd=1.0))], [under_way, resumed], [under_way, resumed, under_way]):
        player = AskingPlayer().begin()
        for event in (under_way, replied(Stage.DRAFT), *lost):
            player.store.append(event)
        story = read_story(player.store.read(), ())
        assert (spent_in(story).lost, spent_in(story).usd, spent_in(story).known_usd) == (1, None, 0.01)
        assert (in_short(story) or "").endswith(
            "at least 0.01 USD, and 1 call without a reply that may have been charged"
        )
        assert sum(part.lost for part in by_part(story).values()) == 1
    player = AskingPlayer().begin()
    for event in (under_way, failed(), under_way, replied(Stage.DRAFT), resumed):
        player.store.append(event)
    assert spent_in(read_story(player.store.read(), ())).usd == 0.01


def test_waiting_for_a_model_is_not_the_harnesss_own_time(asking: AskingPlayer) -> None:
    story = read_story(asking.store.read(), ())
    assert story.models_s == pytest.approx(3.0 * asking.asked + 1.0 + 4.0)
    assert story.overhead_s == pytest.approx(story.wall_s - story.candidates_s - story.models_s)


def test_the_page_tells_calls_by_role_and_stage_faults_and_failed_proposals(asking: AskingPlayer) -> None:
    text = page(asking)
    assert 'id="models"' in text
    assert "<td>specialist</td><td>refine</td>" in text
    assert "<td>reflect</td><td>reflect</td>" in text
    assert "75 %" in text
    assert "1 call brought no reply: rate limited 1" in text
    assert "asked again after 4.0 s" in text
    assert "proposals that came to nothing: 1" in text
    assert "no &lt;script&gt; in it" in text
    assert "<b>slow down" not in text
    assert "5 USD" in text
    assert "10 ms" in text


def test_a_run_that_asks_nobody_has_no_such_part() -> None:
    player = Player(Script(dict(GOOD))).begin().play()
    assert 'id="models"' not in page(player)
    assert "no model was asked" in page(player)
    told = report_json(player.store)["models"]
    assert (told["total"]["calls"], told["total"]["usd"], told["faults"]) == (0, 0.0, [])


def test_the_report_as_an_object_has_the_same(asking: AskingPlayer) -> None:
    told = report_json(asking.store)
    parts = {(part["role"], part["stage"]): part["calls"] for part in told["models"]["parts"]}
    assert list(parts) == [("specialist", "draft"), ("specialist", "refine"), ("reflect", "reflect")]
    assert sum(parts.values()) == told["models"]["total"]["calls"] == asking.asked
    assert told["models"]["faults"][0]["fault"] == "rate_limited"
    assert [event["reason"] for event in told["failed_proposals"]] == ["no <script> in it"]


def test_parts_come_in_the_order_in_which_they_first_asked(asking: AskingPlayer) -> None:
    story = read_story(asking.store.read(), ())
    assert sum(sums.calls for sums in by_part(story).values()) == len(replies(story))


def test_lines_tell_of_faults_and_the_domain(asking: AskingPlayer) -> None:
    state = asking.state
    assert narrate(failed(), state, state) == ["model    openai:one (refine): <b>slow down</b>; asked again in 4.0 s"]
    assert narrate(failed(pause_s=None), state, state)[0].endswith("; given up")
    assert narrate(CompetitionClassified(domain="text"), state, state) == ["domain   text"]
    unusable = CompetitionClassified(domain="text", reason="no JSON\nin it")
    assert narrate(unusable, state, state) == ["domain   text (as inferred: no JSON in it)"]
    assert narrate(LearningsRecorded(learnings=()), state, state) == []
    nothing = LearningsRecorded(learnings=(), reason="no JSON in it")
    assert narrate(nothing, state, state) == ["learned  nothing: no JSON in it"]


def test_the_panel_shows_what_was_spent_of_what_may_be(asking: AskingPlayer) -> None:
    shown = [str(row) for row in panel(asking.state, asking.now, [], "", ()).renderables]
    assert any(f"{asking.asked} calls, 0.{asking.asked:02d} USD, of 5 at most" in row for row in shown)


def test_a_run_whose_provider_failed_before_anything_could_be_submitted_says_so() -> None:
    player = AskingPlayer().begin().play(stop_after=3)
    player.append(failed(pause_s=None))
    player.play()
    assert player.state.finished == "provider"
    assert "provider failed before there was anything to submit" in page(player)
    assert summary(player)["submission"] is None
    assert summary(player)["stop_reason"] == "provider"


def test_the_command_asks_for_the_same_models_again(asking: AskingPlayer) -> None:
    config = asking.config.model_copy(
        update={
            "models": ModelConfig(
                base_url="http://localhost:1/v1", reflect="openai:two", reply_mode="native", timeout_s=900.0,
                max_output_tokens=6000,
            )
        }
    )  # fmt: skip
    told = command(config)
    for words in ("--model openai:one", "--base-url http://localhost:1/v1", "--reflect-model openai:two",
                  "--reply-mode native", "--call-timeout 900.0", "--max-output-tokens 6000",
                  "--max-usd 5.0"):  # fmt: skip
        assert words in told
    assert command(config.model_copy(update={"replay": "runs/old"})) == "haste run churn --model replay:runs/old"


def test_money_is_told_in_cents_or_as_finely_as_it_needs() -> None:
    assert [usd_text(usd) for usd in (None, 0.0, 0.0004, 0.031, 1.2345, 12.0)] == [
        "–", "0.00 USD", "0.0004 USD", "0.031 USD", "1.23 USD", "12.00 USD",
    ]  # fmt: skip
