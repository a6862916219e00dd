"""`haste competitions init --model`: what a model writes is tried on the folder before it stands there."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from haste.cli.main import app
from haste.cli.models_wiring import ListPrices
from haste.competition import trial
from haste.competition.load import load
from haste.llm.prices import load as shipped_prices
from haste.llm.scripted import ScriptedModel, filled
from haste.runner.context import Models
from haste.schema.errors import CompetitionError, HasteError
from haste.schema.model import Fault, ModelFault, ModelReply, ModelRequest, Usage
from haste.store.files import FileStore

from ..competition.folders import tabular

GOOD = 'metric = "log_loss"\ndrop = "b"\n\n[validation]\nfolds = 4\n'
NO_COLUMN = 'target = "z"\n'


def scripted(monkeypatch: pytest.MonkeyPatch, *texts: str | ModelFault) -> ScriptedModel:
    """A model that writes these settings, one after the other, in place of any provider's."""
    left = list(texts)

    def answer(request: ModelRequest) -> ModelReply | ModelFault:
        text = left.pop(0)
        if isinstance(text, ModelFault):
            return text
        return filled(request, {"reason": "stated", "toml": text}, usage=Usage(input=900, output=90))

    model = ScriptedModel(answer)
    monkeypatch.setattr("haste.cli.models_wiring.settle_models", lambda config: config)
    monkeypatch.setattr(
        "haste.cli.models_wiring.make_models", lambda config, tape: Models(model, ListPrices(shipped_prices()))
    )
    return model


def init(folder: Path, *options: str, model: str = "scripted:model") -> tuple[str, str]:
    """The text written, and what was said on the way."""
    done = CliRunner().invoke(app, ["competitions", "init", str(folder), "--model", model, *options])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return (folder / "competition.toml").read_text(), done.stderr


def test_what_works_is_written_with_what_was_inferred_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    model = scripted(monkeypatch, GOOD)
    text, said = init(tabular(tmp_path))
    assert text.endswith(GOOD)
    assert "init --model scripted:model` and tried" in text
    assert "# target: " in text
    assert tomllib.loads(text)["metric"] == "log_loss"
    competition = load(tmp_path).competition
    assert (competition.metric.name, competition.validation.folds) == ("log_loss", 4)
    assert "1 calls to scripted:model" in said
    assert len(model.asked) == 1
    asked = model.asked[0].messages[0].text
    assert "train.csv" in asked
    assert str(tmp_path) not in asked


def test_what_was_said_is_recorded_and_not_paid_for_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    scripted(monkeypatch, GOOD)
    init(tabular(tmp_path))
    entries = list(FileStore(tmp_path / ".conversation").read())
    assert [entry.event.kind for entry in entries] == ["model_asked", "model_replied"]
    (tmp_path / "competition.toml").unlink()
    model = scripted(monkeypatch)
    _, said = init(tmp_path)  # what is recorded is no data of the folder: the same is asked
    assert model.asked == []
    assert "0 calls" in said


def test_a_fault_is_sent_back_once_with_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    model = scripted(monkeypatch, NO_COLUMN, GOOD)
    text, _ = init(tabular(tmp_path))
    assert text.endswith(GOOD)
    _, second = model.asked
    assert NO_COLUMN.strip() in second.messages[0].text
    assert "'z'" in second.messages[0].text
    assert str(tmp_path) not in second.messages[0].text


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ((NO_COLUMN, NO_COLUMN), "what the model wrote does not work: "),
        (('answers = "train.csv"\n',) * 2, "`answers` is not to be stated here"),
        (('train = "../x.csv"\n',) * 2, "what the model wrote does not work: "),
        (("no toml",) * 3, "no usable answer: that is not TOML"),
        ((ModelFault(Fault.BAD_KEY, "wrong key", model="scripted:model"),), "the model gives no answer"),
    ],
)
def test_what_does_not_work_is_told_and_the_rules_decide(texts, why, tmp_path, monkeypatch):
    scripted(monkeypatch, *texts)
    text, said = init(tabular(tmp_path))
    assert why in said
    assert said.strip().endswith("; going by rules alone")
    assert text == by_rules(tmp_path)


def by_rules(folder: Path) -> str:
    (folder / "competition.toml").unlink()
    return init(folder, model="builtin")[0]


def test_the_cap_is_hard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    model = scripted(monkeypatch)
    text, said = init(tabular(tmp_path), "--max-tokens", "1")
    assert model.asked == []
    assert "--max-tokens could be passed" in said
    assert text == by_rules(tmp_path)


def test_a_folder_that_rules_cannot_read_may_be_read_by_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tabular(tmp_path)
    (folder / "train.csv").rename(folder / "observations.csv")
    with pytest.raises(HasteError):
        load(folder)
    model = scripted(monkeypatch, 'train = "observations.csv"\n')
    init(folder)
    assert len(load(folder).train) == 60
    assert "plain inference fails" in model.asked[0].messages[0].text


def test_where_neither_can_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tabular(tmp_path)
    (folder / "train.csv").unlink()
    scripted(monkeypatch, NO_COLUMN, NO_COLUMN)
    with pytest.raises(CompetitionError):
        init(folder)
    assert not (folder / "competition.toml").exists()


def test_without_a_model_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    model = scripted(monkeypatch)
    text, said = init(tabular(tmp_path), model="builtin")
    assert said == ""
    assert model.asked == []
    assert not (tmp_path / ".conversation").exists()
    assert tomllib.loads(text)["target"] == ["y"] or tomllib.loads(text)["target"] == "y"


@pytest.mark.parametrize("before", [None, 'metric = "roc_auc"\n'], ids=["new", "over another"])
def test_what_is_on_trial_stands_nowhere(before, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Killed at any moment of the trial, nothing unverified is left behind."""
    scripted(monkeypatch, NO_COLUMN, GOOD)
    folder, during = tabular(tmp_path), []
    if before is not None:
        (folder / "competition.toml").write_text(before)
    whole = trial.load

    def watched(*words):
        during.append({path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()})
        return whole(*words)

    monkeypatch.setattr(trial, "load", watched)
    as_it_was = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert init(folder, "--force")[0].endswith(GOOD)
    assert len(during) >= 4
    assert all(one == as_it_was for one in during)
