"""A campaign on its page and on a terminal: in words, and in the colours of a run's."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from haste.view.campaign_live import CampaignView
from haste.view.campaign_page import campaign_page
from tests.campaign.made_up import Made, config


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    told = Made(tmp_path_factory.mktemp("told") / "made-up", config(competitions=("alpha", "gamma")))
    told.drive()
    return told


def test_settings_are_told_in_words(made: Made):
    summary = made.summary()
    summary["settings"] |= {"time_limit_s": None, "promote": True, "seeds": [0, 3]}
    page = campaign_page(summary)
    told = {name: page.split(f"<dt>{name}</dt><dd>")[1].split("</dd>")[0] for name in ("seeds", "time limit of a run")}
    assert told == {"seeds": "0, 3", "time limit of a run": "none"}
    for word in ("None", "True", "time_limit_s", "[0"):
        assert word not in page


def test_on_a_terminal_lines_are_coloured_as_those_of_a_run(made: Made):
    out = io.StringIO()
    view = CampaignView(Console(file=out, width=100, force_terminal=True, color_system="standard", no_color=False))
    view.recall(made.entries()[:1])
    assert out.getvalue() == "\x1b[36mcampaign\x1b[0m made-up: 2 competitions\n"
