"""A campaign on its page and on a terminal: in words, and in the colours of a run's."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from haste.schema.campaign import RunAssigned
from haste.view.campaign_live import CampaignView
from haste.view.campaign_page import campaign_page
from tests.campaign.made_up import Made, config

from .told_run import good_run


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


@pytest.mark.parametrize("width", [52, 100])
def test_on_a_narrow_terminal_names_of_runs_are_cut_and_figures_are_not(made: Made, width: int):
    out, run = io.StringIO(), good_run()
    view = CampaignView(Console(file=out, width=width), clock=lambda: run.now)
    for entry in made.entries():
        if isinstance(entry.event, RunAssigned):
            view.watch(entry)
            view.watch_run(entry.event.run, entry, run.state)
            break
    view._console.print(view._render())
    row = out.getvalue().splitlines()[-1]
    assert row.startswith("r01-alpha-s0" if width == 100 else "r01-")
    for figure in ("finished", "6/6", "0.86083 roc_auc", "27 s"):
        assert figure in row
