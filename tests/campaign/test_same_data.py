"""One data set under two ids is one competition: it must not be counted as two that agree."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from haste.campaign.domains import classify
from haste.campaign.plan import Classify
from haste.campaign.state import CampaignState
from haste.cli.campaign_file import parse, to_config
from haste.cli.campaign_report import summary_at
from haste.cli.campaign_wiring import begin_campaign
from haste.cli.study_wiring import study_data
from haste.competition.digests import data_digest
from haste.competition.load import load
from haste.schema.errors import ConfigError
from haste.view.campaign_live import narrate
from haste.view.campaign_markdown import markdown

from .fake_machine import toys


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """Two competitions, and the first once more: with another id and metric, its rows in another order."""
    ant, bee = toys(tmp_path, "ant", "bee")
    copy = shutil.copytree(ant, tmp_path / "copy")
    (copy / "competition.toml").write_text('id = "copy"\nmetric = "mae"\nkind = "regression"\n')
    head, *rows = (copy / "train.csv").read_text().splitlines()
    (copy / "train.csv").write_text("\n".join([head, *reversed(rows)]) + "\n")
    return [ant, bee, str(copy)]


def test_a_campaign_goes_on_without_the_second_and_says_so(places: list[str], tmp_path: Path):
    config = to_config(parse({"competitions": places}, "here"), tmp_path, 1)
    campaign = begin_campaign(config, tmp_path / "out", "mine")
    (told,) = classify(Classify(), CampaignState(config=config), campaign)
    campaign.journal.append(told)
    campaign.journal.close()
    assert [one.id for one in told.competitions] == ["ant", "bee"]
    (unfit,) = told.unfit
    assert unfit.reference == places[2]
    assert f"its data are those of {places[0]}" in unfit.reason
    assert any(line.startswith(f"warning  goes on without {places[2]}: its data are") for line in narrate(told))
    assert unfit.reason in markdown(summary_at(campaign.folder))


def test_a_study_refuses_it(places: list[str]):
    assert [one.id for one in study_data(places[:2]).values()] == ["ant", "bee"]
    with pytest.raises(ConfigError, match="are one data set") as fault:
        study_data(places)
    assert fault.value.where == places[2]
    assert places[0] in str(fault.value)


CHANGES = {
    "a value": ("train.csv", lambda text: text.replace("r0003,", "r0003,-", 1).replace("--", "", 1)),
    "a row": ("train.csv", lambda text: "\n".join(text.splitlines()[:-1]) + "\n"),
    "a further file": ("extra.csv", lambda _text: "key,value\n1,2\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_other_data_are_others(change: str, places: list[str], tmp_path: Path):
    other = shutil.copytree(places[0], tmp_path / "other")
    name, made = CHANGES[change]
    text = (other / name).read_text() if (other / name).exists() else ""
    (other / name).write_text(made(text))
    assert data_digest(load(other)) != data_digest(load(Path(places[0])))


def test_another_target_is_another_problem(places: list[str], tmp_path: Path):
    other = shutil.copytree(places[0], tmp_path / "other")
    for name in ("test.csv", "sample_submission.csv"):
        lines = (other / name).read_text().splitlines()
        head = {"id,a,b,c": "id,y,b,c", "id,y": "id,a"}[lines[0]]
        (other / name).write_text("\n".join([head, *lines[1:]]) + "\n")
    assert data_digest(load(other)) != data_digest(load(Path(places[0])))
