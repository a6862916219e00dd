"""A campaign's report as one self-contained page. Reads the summary object only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .campaign_charts import best_chart, keep_chart, standing_chart, statuses_chart, tiers_chart, verdicts_chart
from .campaign_tables import (
    Summary,
    Table,
    competitions_table,
    cost_table,
    groups_table,
    inventory_table,
    keep_table,
    rounds_table,
    runs_table,
    shown_table,
)
from .campaign_words import (
    ENDS,
    KEEP_INTERVALS,
    begun_text,
    caution,
    graded_text,
    number_text,
    sentence,
    settings_rows,
    usd_text,
)
from .markup import Markup, Piece, facts, fold_away, interval_below, join, section, table, tag, two_lines
from .numbers import count_text, duration_text, share_text
from .page import page

Part = Callable[[Summary], Markup | None]


def campaign_page(summary: dict[str, Any]) -> str:
    """The whole page as text; works at any point of a campaign."""
    parts = [(key, title, make(summary)) for key, title, make in SECTIONS]
    links = [tag("a", title, href=f"#{key}") for key, title, made in parts if made is not None]
    return page(
        f"Campaign {summary['campaign']} · HASTE",
        _headline(summary),
        tag("nav", *links),
        *(section(key, title, made) for key, title, made in parts if made is not None),
        _footer(summary),
    )


def _headline(summary: Summary) -> Markup:
    over = summary["overall"]
    eyebrow = f"campaign · {summary['campaign']}"
    head = tag("header", tag("div", eyebrow, class_="eyebrow"), tag("h1", _title(over)), tag("p", sentence(summary)))
    return join(head, tag("div", *_cards(summary), class_="cards"), *_notices(summary))


def _title(over: Summary) -> str:
    if not over["ranked"]:
        return "No run was ranked on a leaderboard"
    return f"{count_text(over['medals'], 'medal')} in {count_text(over['ranked'], 'ranked run')}"


def _cards(summary: Summary) -> list[Markup]:
    over = summary["overall"]
    colours = [tag("span", f"{over[name]} {name}", class_=name) for name in ("gold", "silver", "bronze")]
    rate = None
    if over["medal_rate"] is not None:
        rate = f"95 % interval {share_text(over['medal_rate_low'])} to {share_text(over['medal_rate_high'])}"
    starts = [f"{one['start']} {number_text(one['iterations_to_best'], 1)}" for one in summary["by_start"]]
    kept = f"{over['kept']} of {over['decided']} decided changes"
    seen = f"{graded_text(over)}; {over['above_median']} of {over['ranked']} ranked runs above the median"
    whole = summary["in_all"]
    cost = f"{number_text(whole['tokens'], 0)} tokens, {usd_text(whole['usd'])}"
    return [
        _card(share_text(over["medal_rate"]), "medal rate", rate, *colours),
        _card(number_text(over["normalised"], 3), "mean normalised score (0 dummy, 1 gold)", seen),
        _card(number_text(over["iterations_to_best"], 1), "refinements to the best score", ", ".join(starts)),
        _card(share_text(over["keep_rate"]), "keep rate", kept),
        _card(duration_text(summary["wall_s"]), "working time", f"{duration_text(over['runs_wall_s'])} of runs", cost),
    ]


def _card(value: str, *lines: Piece) -> Markup:
    spans = [line if isinstance(line, Markup) else tag("span", line) for line in lines if line]
    return tag("div", tag("b", value), *spans, class_="card")


def _notices(summary: Summary) -> list[Markup]:
    told = [f"Not solved: {one['reference']}: {one['reason']}" for one in summary["unfit"]]
    told += [f"{row['run']} {row['outcome']}: {row['error']}" for row in summary["runs"] if row["error"]]
    notes = list(summary["notes"])
    notes += [f"Round {one['number']}: {note}" for one in summary["rounds"] for note in one["notes"]]
    if summary["finished"] != "complete":
        notes.append(f"This campaign is not whole: {ENDS[summary['finished']]}.")
    return [tag("p", text, class_="notice bad") for text in told] + [tag("p", text, class_="notice") for text in notes]


def _standing(summary: Summary) -> Markup | None:
    chart = standing_chart(summary)
    words = "Held-out scores of every run on one scale: 0 is the dummy predictor, 1 the leaderboard's gold threshold."
    return join(tag("p", words, class_="soft"), chart, _competitions(summary)) if chart else None


def _competitions(summary: Summary) -> Markup:
    """Narrow enough for a page: the domain below the competition, and the interval below the medal rate."""
    told = competitions_table(summary)
    domain, rate = told.heads.index("domain"), told.heads.index("medal rate")
    rows: list[list[Piece]] = [
        [two_lines(row[0], row[domain]), *row[domain + 1 : rate], interval_below(row[rate]), *row[rate + 1 :]]
        for row in told.rows
    ]
    heads = [told.heads[0], *told.heads[domain + 1 :]]
    return table(heads, rows, frozenset(range(1, len(heads))))


def _results(summary: Summary) -> Markup | None:
    words = (
        "Medal rates are shares of the ranked runs with 95 % Wilson intervals; a failed run is an attempt without a "
        "medal. Cold and warm runs met different competitions: their difference is not the effect of the skills."
    )
    more = caution(summary)
    return join(tag("p", words, class_="soft"), more and tag("p", more, class_="soft"), _table(groups_table(summary)))


def _refinement(summary: Summary) -> Markup | None:
    best, keep = best_chart(summary), keep_chart(summary)
    if best is None and keep is None:
        return None
    return join(
        best and tag("h3", "Refinements until the best score"),
        best,
        keep and tag("h3", "Keep rate against the size of the inventory"),
        keep,
        keep and tag("p", KEEP_INTERVALS, class_="soft"),
        *(_table(made(summary)) for made in (keep_table, shown_table) if keep),
    )


def _learned(summary: Summary) -> Markup | None:
    if not summary["rounds"]:
        return None
    chart = verdicts_chart(summary)
    words = "Between rounds every new learning gets a verdict against the inventory. Promotion is its only writer."
    return join(tag("p", words, class_="soft"), chart, _table(rounds_table(summary)))


def _inventory(summary: Summary) -> Markup | None:
    tiers, statuses = tiers_chart(summary), statuses_chart(summary)
    told = inventory_table(summary)
    if not told.rows:  # no round has ended yet
        return None
    return join(tiers and tag("h3", "By tier"), tiers, statuses and tag("h3", "By status"), statuses, _table(told))


def _cost(summary: Summary) -> Markup | None:
    words = (
        "A dash is unknown: a price that nobody knows, or a cost per medal where there was none. What was asked "
        "outside of runs, on domains and between rounds, counts in the last row."
    )
    return join(tag("p", words, class_="soft"), _table(cost_table(summary)))


def _runs(summary: Summary) -> Markup | None:
    if not summary["runs"]:
        return None
    told = runs_table(summary)
    linked: list[list[Piece]] = [
        [tag("a", row[0], href=f"runs/{row[0]}/report.html") if run["outcome"] == "finished" else row[0], *row[1:]]
        for row, run in zip(told.rows, summary["runs"], strict=True)
    ]
    return join(table(told.heads, linked, told.numeric), fold_away("settings", facts([*settings_rows(summary)])))


def _table(told: Table) -> Markup:
    return table(told.heads, told.rows, told.numeric)


SECTIONS: tuple[tuple[str, str, Part], ...] = (
    ("standing", "Where each competition came out", _standing),
    ("results", "Results", _results),
    ("refinement", "Refinement", _refinement),
    ("learned", "Learnings and verdicts", _learned),
    ("inventory", "Inventory", _inventory),
    ("cost", "Cost", _cost),
    ("runs", "Runs", _runs),
)


def _footer(summary: Summary) -> Markup:
    return tag(
        "footer", f"Begun {begun_text(summary)}. This page is made from the campaign's journal and those of its runs."
    )
