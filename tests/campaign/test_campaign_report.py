"""A campaign's summary and its three forms: figures by hand, unknown as a dash, text that cannot break the page."""

from __future__ import annotations

import io
import json
import math
import xml.etree.ElementTree as Xml
from pathlib import Path

import pytest
from rich.console import Console

from haste.campaign.rows import read_row
from haste.campaign.state import CampaignState, Round
from haste.campaign.summary import summarise
from haste.schema.campaign import (
    Assignment,
    CampaignStarted,
    Classified,
    CompetitionsClassified,
    LearningsJudged,
    RunEnded,
    Spent,
)
from haste.schema.config import RunConfig, Start
from haste.schema.events import Event, SkillsLoaded
from haste.skills.interval import wilson
from haste.store.files import FileStore
from haste.view.campaign_live import CampaignView
from haste.view.campaign_markdown import markdown
from haste.view.campaign_page import campaign_page
from haste.view.campaign_words import medals_text
from tests.search import legal

from . import made_up
from .made_up import Made, config


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    told = Made(tmp_path_factory.mktemp("told") / "made-up", config(competitions=("alpha", "gamma", "beta", "broken")))
    told.drive()
    return told


def row(**fields):
    base = {"outcome": "finished", "medal": "none", "above_median": False, "normalised": 0.5, "iterations": 4}
    base |= {"iterations_to_best": 2, "kept": 1, "decided": 4, "tokens": 100, "usd": 0.5, "wall_s": 10.0}
    base |= {"learnings": 2, "skills_loaded": 0, "inventory": 0, "start": "cold", "round": 1}
    return base | {"competition": "alpha", "domain": "tabular"} | fields


def group(rows, *boards):
    """The figures of some runs; `boards` are the competitions that the journal knows to have a leaderboard."""
    known = [
        Classified(reference=n, id=n, title=n, domain="tabular", leaderboard=n in boards) for n in ("alpha", "beta")
    ]
    begun = CompetitionsClassified(competitions=known)
    return summarise(CampaignState(config=config(), since=0.0, classified=begun), rows, 0.0)["overall"]


def promoted(spent: Spent) -> CampaignState:
    """A campaign whose only promotion cost so much."""
    judged = LearningsJudged(number=1, stream="round-1", at=0.0, changed_since=None, judged=(), spent=spent)
    return CampaignState(config=config(), since=0.0, rounds=(Round(1, (), judged=judged),))


def test_wilsons_interval():
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)  # as statsmodels' proportion_confint gives it
    assert wilson(0, 10)[0] == pytest.approx(0)
    assert wilson(10, 10)[1] == pytest.approx(1)
    assert wilson(0, 0) is None
    assert math.isclose(wilson(5, 10, 0.9)[0] + wilson(5, 10, 0.9)[1], 1.0)


def test_figures_by_hand():
    rows = [row(medal="gold", above_median=True, normalised=1.1), row(medal="bronze", above_median=True), row()]
    rows.append(row(outcome="failed", medal=None, above_median=None, normalised=None, tokens=0, usd=0.0))
    rows.append(row(outcome="skipped", medal=None, normalised=None))
    told = group(rows)
    assert (told["medals"], told["ranked"], told["gold"], told["silver"], told["bronze"]) == (2, 4, 1, 0, 1)
    assert told["medal_rate"] == 0.5
    assert told["above_median"] == 2
    assert told["normalised"] == pytest.approx(0.7)
    assert (told["kept"], told["decided"], told["keep_rate"]) == (4, 16, 0.25)
    assert (told["tokens"], told["tokens_per_medal"], told["usd_per_medal"]) == (300, 150, 0.75)
    assert told["runs_wall_s"] == 30


def test_what_is_unknown_is_none_and_never_nothing():
    told = group([row(tokens=None, usd=None, medal="gold"), row()])
    assert (told["tokens"], told["usd"], told["tokens_per_medal"], told["usd_per_medal"]) == (None, None, None, None)
    assert group([row()])["usd_per_medal"] is None  # no medal to divide by
    assert group([row(medal=None)])["medal_rate"] is None  # no leaderboard
    assert group([])["keep_rate"] is None
    assert medals_text(group([])) == "no run was ranked on a leaderboard"


def test_whether_a_failed_run_was_ranked_is_told_by_its_competitions_leaderboard():
    lost = row(outcome="failed", medal=None, competition="beta")
    assert group([row(), lost])["ranked"] == 1  # no leaderboard is known of
    assert group([row(), lost], "beta")["ranked"] == 2  # by the journal
    assert group([row(), lost, row(competition="beta", medal="gold")])["ranked"] == 3  # by another run's grade
    assert group([lost])["medal_rate"] is None
    assert group([lost], "beta")["medal_rate"] == 0.0
    assert group([row(medal=None, competition="beta")], "beta")["ranked"] == 0  # not graded yet


def test_keep_rates_are_pooled_by_skills_in_the_inventory_and_by_skills_shown():
    sizes = ((0, 0, 0), (40, 15, 1), (70, 16, 4), (70, None, 1), (None, 80, 3))
    rows = [row(inventory=held, skills_loaded=shown, kept=kept) for held, shown, kept in sizes]
    told = summarise(CampaignState(config=config(), since=0.0), rows, 0.0)
    assert [one["kept"] for one in told["keep_rate_by_skills"]] == [0, 1, 4, 3]
    assert [one["kept"] for one in told["keep_rate_by_inventory"]] == [0, 0, 1, 5]
    assert told["keep_rate_by_skills"][2]["keep_rate"] == 1.0


def test_a_row_tells_the_inventory_that_its_run_read(tmp_path: Path):
    def told(name: str, config: RunConfig, *events: Event) -> tuple[int | None, int | None]:
        store = FileStore(tmp_path / name)
        for event in (legal.started(config), *events):
            store.append(event)
        one = Assignment(run=name, reference="c", competition="c", domain="tabular", seed=0, start=config.start)
        found = read_row(one, 1, None, store)
        store.close()
        return found["inventory"], found["skills_loaded"]

    loaded = SkillsLoaded(manifest=legal.manifest().model_copy(update={"live": 7}), notes=(legal.note(),))
    assert told("cold", RunConfig(competition="c", start=Start.COLD)) == (0, 0)
    assert told("warm", made_up.RUN, loaded) == (7, 1)
    assert told("waiting", made_up.RUN) == (None, None)


def test_what_was_asked_outside_of_runs_counts_for_the_whole_cost_of_a_medal(made: Made):
    summary = made.summary()
    whole = summary["in_all"]
    assert (
        whole["tokens"] == summary["overall"]["tokens"] + summary["promotion"]["tokens"] + summary["domains"]["tokens"]
    )
    assert whole["tokens_per_medal"] == whole["tokens"] / 3
    told = summarise(promoted(Spent(tokens=600, usd=1.5)), [row(medal="gold"), row(medal="gold"), row()], 0.0)["in_all"]
    assert (told["tokens"], told["usd"], told["tokens_per_medal"], told["usd_per_medal"]) == (900, 3.0, 450, 1.5)
    unknown = summarise(promoted(Spent(tokens=600, usd=None)), [row(medal="gold")], 0.0)["in_all"]
    assert (unknown["tokens_per_medal"], unknown["usd"], unknown["usd_per_medal"]) == (700, None, None)


def test_the_page_is_whole_and_asks_for_nothing_outside_itself(made: Made):
    summary = made.summary()
    page = campaign_page(summary)
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    for name in ("standing", "results", "refinement", "learned", "inventory", "cost", "runs"):
        assert f'id="{name}"' in page
    assert page.count("<svg") > 8
    for picture in page.split("<svg")[1:]:
        Xml.fromstring("<svg" + picture.split("</svg>")[0] + "</svg>")
    assert "has no rows" in page
    assert "NaN" not in page
    assert "None" not in page


def test_the_three_forms_say_the_same(made: Made):
    summary = made.summary()
    text = markdown(summary)
    assert "medals 3 of 3 runs: 100 %" in text
    assert "| alpha | tabular | 1 | 1 | 0 | 0 | 1 | 0.900 |" in text
    assert "| r02-beta-s0 | warm | – | 4.5 | 0.9 | gold | 0.900 |" in text
    assert "without `broken`" in text
    assert json.loads(json.dumps(summary)) == summary


def test_names_cannot_break_the_page_or_the_tables(made: Made):
    summary = made.summary()
    summary["unfit"] = [{"reference": "<b>|x", "reason": "a <script>alert(1)</script>"}]
    summary["competitions"][0]["competition"] = "<i>|&"
    page, text = campaign_page(summary), markdown(summary)
    assert "<script" not in page
    assert "&lt;i&gt;|&amp;" in page
    assert "<i>\\|&" in text


def test_a_campaign_that_has_only_begun_is_reported_too(tmp_path: Path):
    told = Made(tmp_path / "made-up", config())
    campaign = told.campaign()
    campaign.interrupted = lambda: True
    assert told.drive(campaign).finished is None
    summary = told.summary()
    assert "not whole" in campaign_page(summary)
    assert "it has not ended yet" in markdown(summary)


def test_off_a_terminal_the_view_is_a_few_plain_lines(made: Made):
    out = io.StringIO()
    view = CampaignView(Console(file=out, width=80))
    entries = made.entries()
    with view:
        view.recall(entries[:1])
        for entry in entries[1:]:
            view.watch(entry)
    lines = out.getvalue().splitlines()
    assert isinstance(entries[0].event, CampaignStarted)
    assert lines[0] == "campaign made-up: 4 competitions"
    assert "warning  goes on without broken: broken: has no rows" in lines
    assert lines[-1] == "finished complete"
    assert sum(line.startswith("done ") for line in lines) == sum(isinstance(e.event, RunEnded) for e in entries)
    assert not any("grade" in line or "gold" in line for line in lines)


def test_the_panel_shows_the_runs_that_are_under_way(made: Made):
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True)
    view = CampaignView(console)
    entries = made.entries()
    upto = next(at for at, entry in enumerate(entries) if isinstance(entry.event, RunEnded))
    with view:
        for entry in entries[:upto]:
            view.watch(entry)
        console.print(view._render())
    assert "0 of 2 planned runs ended" in out.getvalue()
    assert "r01-alpha-s0" in out.getvalue()
