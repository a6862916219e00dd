"""The orchestrator's word on domains, as it is really asked for: one question to a model, in a record of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from haste.campaign.loop import drive
from haste.campaign.parts import Asking
from haste.cli.campaign_file import parse, to_config
from haste.cli.campaign_report import summary_at
from haste.cli.campaign_talks import word
from haste.cli.campaign_wiring import begin_campaign, resume_campaign
from haste.cli.models_wiring import ListPrices
from haste.llm.prices import load as prices
from haste.llm.scripted import ScriptedModel, filled
from haste.runner.context import Models
from haste.schema.config import Budget, ModelConfig, RunConfig
from haste.schema.events import CompetitionClassified, ModelReplied
from haste.schema.model import Fault, ModelFault, ModelReply, ModelRequest, Stage, Usage
from haste.store.files import FileStore

from .fake_machine import fake_machine, toys

MODEL = "openai:one"
PRICES = {"as_of": "2026-01-01", "source": "made up", "models": {MODEL: {"input": 1000.0, "output": 1000.0}}}
USED = Usage(input=90, output=10)  # a tenth of a dollar
DOLLAR = 0.1


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """One that states its domain, two that do not."""
    made = toys(tmp_path / "data", "ant", "bee", "cow")
    text = Path(made[0], "competition.toml").read_text()
    Path(made[0], "competition.toml").write_text(text + 'domain = "tabular"\n')
    return made


@pytest.fixture
def machine():
    with fake_machine() as made:
        yield made


class Orchestrator:
    """What it says about domains, one after the other; about all else it has nothing of use."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *said: ModelReply | ModelFault | str) -> None:
        self.left = list(said)
        self.model = ScriptedModel(self._speak)
        for wiring in ("wiring", "models_wiring"):
            monkeypatch.setattr(
                f"haste.cli.{wiring}.make_models",
                lambda config, tape: Models(self.model, ListPrices(prices(config.models.prices))),
            )

    def _speak(self, asked: ModelRequest) -> ModelReply | ModelFault:
        if asked.stage is not Stage.CLASSIFY:
            return ModelReply(text="I had rather not.", model=MODEL, usage=USED)
        said = self.left.pop(0)
        return (
            filled(asked, {"reason": "it shows", "domain": said}, usage=USED, model=MODEL)
            if isinstance(said, str)
            else said
        )

    @property
    def asked(self) -> int:
        return sum(one.stage is Stage.CLASSIFY for one in self.model.asked)


def config_of(place: str, **budget: float) -> RunConfig:
    return RunConfig(
        competition=place, model=MODEL, models=ModelConfig(prices=PRICES, attempts=1), budget=Budget(**budget)
    )


def ask(place: str, record: Path, **budget: float):
    config = config_of(place)
    return word(config, Asking(config_of("", **budget), record, lambda _seconds: None, lambda: False))


def test_the_word_is_paid_once_however_often_it_is_asked_for(places, machine, monkeypatch, tmp_path: Path):
    first = Orchestrator(monkeypatch, "text")
    told = ask(places[1], tmp_path / "record")
    assert (told.domain, told.note) == ("text", "")
    assert told.spent.usd == pytest.approx(DOLLAR)
    assert told.spent.tokens == 100
    assert not (tmp_path / "record" / "work").exists()
    again = Orchestrator(monkeypatch)
    assert ask(places[1], tmp_path / "record", time_limit_s=5.0, max_usd=0.0) == told  # whatever is left by then
    assert (first.asked, again.asked) == (1, 0)


def test_a_word_that_is_none_is_a_note_and_costs_what_it_cost(places, machine, monkeypatch, tmp_path: Path):
    silent = ModelReply(text="Hm.", model=MODEL, usage=USED)
    orchestrator = Orchestrator(monkeypatch, silent, "underwater", silent)
    told = ask(places[1], tmp_path / "record")
    assert told.domain is None
    assert told.note
    assert told.spent.usd == pytest.approx(3 * DOLLAR)
    assert orchestrator.asked == 3


def test_a_model_that_gives_no_answer_and_a_cap_are_notes(places, machine, monkeypatch, tmp_path: Path):
    Orchestrator(monkeypatch, ModelFault(Fault.BAD_KEY, "no such key", model=MODEL))
    assert ask(places[1], tmp_path / "faulty").note == "the model gives no answer"
    poor = Orchestrator(monkeypatch)
    told = ask(places[1], tmp_path / "poor", max_usd=0.01)
    assert (told.domain, poor.asked, told.spent.usd) == (None, 0, 0.0)
    assert "max-usd" in told.note


def test_what_was_spent_before_a_kill_counts_against_the_cap(places, machine, monkeypatch, tmp_path: Path):
    """The first answer was of no use, and the process died before it could ask again."""
    Orchestrator(monkeypatch, ModelReply(text="Hm.", model=MODEL, usage=USED))
    with pytest.raises(IndexError):
        ask(places[1], tmp_path / "record")
    record = FileStore(tmp_path / "record")
    bound = next(e.event.bound.usd for e in record.read() if isinstance(e.event, ModelReplied))
    after = Orchestrator(monkeypatch, "text")
    assert "max-usd" in ask(places[1], tmp_path / "record", max_usd=1.05 * bound).note  # enough for one call
    assert after.asked == 0


def test_what_cannot_be_looked_at_is_not_asked_about(places, machine, monkeypatch, tmp_path: Path):
    orchestrator = Orchestrator(monkeypatch)
    Path(places[1], "train.csv").unlink()
    told = ask(places[1], tmp_path / "record")
    assert told.domain is None
    assert "cannot be looked at" in told.note
    assert orchestrator.asked == 0


def test_a_whole_campaign_asks_once_for_each_and_its_runs_know(places, machine, monkeypatch, tmp_path: Path):
    """Killed after every entry until all domains are settled."""
    monkeypatch.setattr(os, "fsync", lambda _file: None)
    for settling in ("campaign_wiring._with_prices", "wiring.settle_models"):  # keys are not looked for
        monkeypatch.setattr(f"haste.cli.{settling}", lambda config: config)
    orchestrator = Orchestrator(monkeypatch, "text", ModelFault(Fault.BAD_KEY, "no such key", model=MODEL))
    tables = {
        "competitions": places,
        "workers": 1,
        "run": {"model": MODEL, "time_limit": "none", "folds": 2, "sandbox": "off"},
        "models": {"prices": PRICES, "attempts": 1},
    }
    campaign = begin_campaign(to_config(parse(tables, "here"), tmp_path, 1), tmp_path / "out", "asked")

    class Killed(BaseException):
        pass

    def die(_entry):
        raise Killed

    for _ in range(3):
        campaign.watch = die
        with pytest.raises(Killed):
            drive(campaign)
        campaign.journal.close()
        campaign = resume_campaign(campaign.folder)
    assert drive(campaign).finished == "complete"
    campaign.journal.close()
    told = summary_at(campaign.folder)
    assert orchestrator.asked == 2
    assert [(one["competition"], one["domain"]) for one in told["competitions"]] == [
        ("ant", "tabular"),
        ("bee", "text"),
        ("cow", "tabular"),
    ]
    assert told["domains"]["asked"] == 2
    assert told["domains"]["usd"] == pytest.approx(DOLLAR)
    assert ["cow" in note and "no answer" in note for note in told["notes"]] == [True]
    assert [[row["run"] for row in told["runs"] if row["round"] == n] for n in (1, 2)] == [
        ["r01-ant-s0", "r01-bee-s0"],
        ["r02-cow-s0"],
    ]
    assert {row["outcome"] for row in told["runs"]} == {"finished"}
    for row in told["runs"]:
        events = [entry.event for entry in FileStore(campaign.folder / "runs" / row["run"]).read()]
        said = [event.domain for event in events if isinstance(event, CompetitionClassified)]
        assert said == ([] if row["competition"] == "ant" else [row["domain"]])
        assert not any(isinstance(event, ModelReplied) and event.stage is Stage.CLASSIFY for event in events)
    assert json.loads(json.dumps(told)) == told
