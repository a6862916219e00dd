"""A campaign's summary and its three forms: figures by hand, unknown as a dash, text that cannot break the page."""

from __future__ import annotations

import io
import json
import math
import re
import xml.etree.ElementTree as Xml
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from haste.view.campaign_charts import standing_chart
from haste.view.campaign_live import CampaignView
from haste.view.campaign_markdown import markdown
from haste.view.campaign_page import campaign_page
from haste.view.campaign_tables import competitions_table, cost_table, keep_table, shown_table
from haste.view.campaign_words import begun_text, medals_text, settings_rows
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


def kept_bin(runs) -> dict[str, Any]:
    """What is told of the runs without a skill."""
    return summarise(CampaignState(config=config(), since=0.0), runs, 0.0)["keep_rate_by_inventory"][0]


def test_keep_rates_are_as_sure_as_their_competitions_are_many():
    names = ("a", "b", "c", "d", "e", "f")
    one = [row(competition=name, kept=kept, decided=10) for kept, name in enumerate(names)]
    told, often = kept_bin(one), kept_bin([run for run in one for _ in range(20)])
    assert (told["kept"], told["decided"]) == (15, 60)
    assert told["keep_rate_low"] < 0.15 < 0.25 < 0.35 < told["keep_rate_high"]
    assert [often[key] for key in ("keep_rate_low", "keep_rate_high")] == pytest.approx(
        [told[key] for key in ("keep_rate_low", "keep_rate_high")]
    )  # the same over and over says nothing new
    few = kept_bin([run for run in one[:4] for _ in range(20)])
    assert (few["keep_rate"], few["keep_rate_low"], few["keep_rate_high"]) == (0.15, None, None)


def test_a_keep_rate_without_an_interval_is_told_and_drawn_without_one():
    few = story([row(), row(competition="beta", kept=2)])
    assert [one[-1] for one in keep_table(few).rows if one[1] == "2"] == ["37.5 %"]
    many = story([row(competition=f"c{n}", kept=n % 4, decided=4) for n in range(6)])
    for told, count in ((few, 0), (many, 1)):
        page = campaign_page(told)
        assert page.count('class="whisker"') == count
        for form in (page, markdown(told)):
            assert "whole competitions are drawn again" in form
            assert "None" not in form


def test_a_mean_score_says_that_failed_runs_are_not_in_it(made: Made):
    lost = row(outcome="failed", medal=None, above_median=None, normalised=None)
    for form in (campaign_page, markdown):
        told = form(story([row(), row(competition="beta"), lost]))
        assert "on the held-out answers of 2 runs, without the 1 that failed, which the medal rate counts" in told
        assert "that failed, which" not in form(story([row()]))


def test_settings_and_the_beginning_are_in_every_form(made: Made):
    summary = made.summary()
    rows = settings_rows(summary)
    assert len(rows) == len(summary["settings"])
    for form in (campaign_page(summary), markdown(summary)):
        assert begun_text(summary) in form
        assert all(name in form and value in form for name, value in rows)


def test_an_empty_store_has_its_table_in_every_form(made: Made):
    summary = made.summary()
    for one in summary["rounds"]:
        for key in ("inventory", "inventory_before"):
            counts = one[key]
            counts |= {"skills": 0, "tiers": dict.fromkeys(counts["tiers"], 0)}
            counts |= {"statuses": dict.fromkeys(counts["statuses"], 0)}
    page, text = campaign_page(summary), markdown(summary)
    assert "| after round | global |" in text
    assert ">after round</th>" in page
    assert "live skills by tier" not in page


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


def story(rows) -> dict[str, Any]:
    """A summary of some runs of whatever competitions they are of."""
    names = sorted({one["competition"] for one in rows})
    known = [Classified(reference=name, id=name, title=name, domain="tabular") for name in names]
    told = {"title": "x", "seed": 0, "run": "r", "error": "", "rank": None, "teams": None, "grade": 0.5}
    told |= {"validation_score": 0.5, "stop_reason": "iterations", "keep_rate": 0.25}
    state = promoted(Spent(tokens=600, usd=1.5))
    state = replace(state, classified=CompetitionsClassified(competitions=tuple(known)))
    return summarise(state, [told | one for one in rows], 0.0)


def test_every_competition_has_its_medal_rate_its_cost_and_its_time():
    runs = [row(medal="gold", above_median=True), row(), row(competition="beta", medal=None, usd=None)]
    told = competitions_table(story(runs))
    assert dict(zip(told.heads, told.rows[0], strict=True)) == {
        "competition": "alpha",
        "domain": "tabular",
        "runs": "2",
        **{"gold": "1", "silver": "0", "bronze": "0"},
        "medal rate": "50 % (9.45 % to 90.5 %)",
        "above median": "1",
        "normalised": "0.500",
        "to best": "2.0",
        "keep rate": "25 %",
        **{"tokens": "200", "cost": "$1.00", "time": "20 s"},
    }
    unknown = dict(zip(told.heads, told.rows[1], strict=True))
    assert [unknown[name] for name in ("gold", "medal rate", "cost", "tokens")] == ["–", "–", "–", "100"]
    assert "<td>alpha<div" in campaign_page(story(runs))


def test_runs_of_one_competition_are_said_to_be_alike_and_to_narrow_the_intervals():
    words = "as independent, but up to 2 of them are of one competition (its seeds and repeats)"
    twice, once = story([row(), row()]), story([row(), row(competition="beta")])
    unranked = story([row(medal=None), row(medal=None)])
    for made in (campaign_page, markdown):
        assert words in made(twice)
        assert all("as independent" not in made(one) for one in (once, unranked))


def test_the_last_row_of_the_cost_holds_what_was_asked_outside_of_runs():
    told = cost_table(story([row(medal="gold"), row()]))
    assert told.rows[0] == ["all runs", "200", "200", "$1.00", "$1.00", "20 s"]
    assert told.rows[-2] == ["promotion", "600", "–", "$1.50", "–", "–"]
    assert told.rows[-1] == ["in all", "800", "800", "$2.50", "$2.50", "–"]


def test_keep_rates_stand_against_the_inventory_first_and_what_was_shown_second():
    told = story([row(inventory=60, skills_loaded=8), row()])
    assert [one[0] for one in keep_table(told).rows if one[1] == "1"] == ["0", "50 and more"]
    assert [one[0] for one in shown_table(told).rows if one[1] == "1"] == ["0", "1 to 15"]
    page, text = campaign_page(told), markdown(told)
    assert text.index("Keep rate against inventory size") < text.index("Keep rate against skills shown")
    assert ">live skills in the inventory</text>" in page
    assert ">50 and more (1 run)</text>" in page
    assert ">1 to 15 (1 run)</text>" not in page


def test_scores_beyond_the_picture_are_arrows_with_the_farthest_in_numbers():
    far = [row(normalised=-3.4), row(normalised=-0.9), row(normalised=0.4), row(competition="beta", normalised=2.2)]
    chart = standing_chart(story(far)).html
    arrows = re.findall(r'<path d="M([\d.]+) [\d.]+l(-?10)', chart)
    assert sorted(arrows[:3]) == [("190.0", "10"), ("190.0", "10"), ("880.0", "-10")]
    assert ">-3.4</text>" in chart
    assert ">2.2</text>" in chart
    assert ">-0.9</text>" not in chart
    assert "beyond the picture" in chart
    near = standing_chart(story([row(normalised=-0.5), row(normalised=1.6)])).html
    assert "<path" not in near
    assert "beyond the picture" not in near


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
    assert "| alpha | tabular | 1 | 1 | 0 | 0 | 100 % (20.7 % to 100 %) | 1 | 0.900 |" in text
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
