"""The tables of a campaign's report as text, for whichever form it takes. Reads the summary object only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .campaign_words import medal_text, number_text, rate_text, usd_text
from .numbers import UNKNOWN, bin_text, duration_text, score_text, share_text

Summary = dict[str, Any]
KEPT = "Keep rate against inventory size"


@dataclass(frozen=True)
class Table:
    heads: list[str]
    rows: list[list[str]]
    numeric: frozenset[int]  # columns that are set right


def groups_table(summary: Summary) -> Table:
    """The figures of all runs, by start and by domain."""
    groups = [("all", summary["overall"])]
    groups += [(one["start"], one) for one in summary["by_start"]]
    groups += [(one["domain"], one) for one in summary["by_domain"]]
    heads = ["", "medals", "gold", "silver", "bronze", "above median", "medal rate", "normalised"]
    heads += ["to best", "keep rate"]
    rows = [
        [
            name,
            f"{one['medals']} of {one['ranked']}",
            *(str(one[medal]) for medal in ("gold", "silver", "bronze", "above_median")),
            rate_text(one),
            number_text(one["normalised"], 3),
            number_text(one["iterations_to_best"], 1),
            share_text(one["keep_rate"]),
        ]
        for name, one in groups
    ]
    return Table(heads, rows, frozenset(range(1, len(heads))))


def competitions_table(summary: Summary) -> Table:
    """One row per competition, over its seeds and rounds."""
    heads = ["competition", "domain", "runs", "gold", "silver", "bronze", "medal rate", "above median", "normalised"]
    heads += ["to best", "keep rate", "tokens", "cost", "time"]
    rows = [
        [
            one["competition"],
            one["domain"],
            str(one["runs"]),
            *(_medals(one, name) for name in ("gold", "silver", "bronze")),
            rate_text(one),
            _medals(one, "above_median"),
            number_text(one["normalised"], 3),
            number_text(one["iterations_to_best"], 1),
            share_text(one["keep_rate"]),
            number_text(one["tokens"], 0),
            usd_text(one["usd"]),
            duration_text(one["runs_wall_s"]),
        ]
        for one in summary["competitions"]
    ]
    return Table(heads, rows, frozenset(range(2, len(heads))))


def runs_table(summary: Summary) -> Table:
    heads = ["run", "start", "skills", "validation", "grade", "medal", "normalised", "refinements", "to best"]
    heads += ["kept", "time"]
    rows = [
        [
            row["run"],
            row["start"],
            _count(row["skills_loaded"]),
            score_text(row["validation_score"]),
            score_text(row["grade"]),
            medal_text(row),
            number_text(row["normalised"], 3),
            _count(row["iterations"]),
            _count(row["iterations_to_best"]),
            f"{row['kept']} of {row['decided']}",
            duration_text(row["wall_s"]),
        ]
        for row in summary["runs"]
    ]
    return Table(heads, rows, frozenset({2, 3, 4, 6, 7, 8, 9, 10}))


def rounds_table(summary: Summary) -> Table:
    """What was learned between rounds, and what became of it."""
    heads = ["round", "runs", "learnings", "skip", "competition", "domain", "global", "conflict", "raised"]
    heads += ["status moved", "live skills"]
    rows = [
        [
            str(one["number"]),
            str(one["runs"]),
            str(one["learnings"]),
            *(_verdict(one, name) for name in ("skip", "competition", "domain", "global", "conflict")),
            str(one["raised"]),
            str(one["moved"]),
            _count(one["inventory"] and one["inventory"]["skills"]),
        ]
        for one in summary["rounds"]
    ]
    return Table(heads, rows, frozenset(range(len(heads))))


def inventory_table(summary: Summary) -> Table:
    """The store after each round, by tier and by status."""
    tiers, statuses = ("global", "domain", "competition"), ("candidate", "active", "contested", "retired")
    heads = ["after round", *tiers, *statuses]
    rows = [
        [
            str(one["number"]),
            *(str(one["inventory"]["tiers"][name]) for name in tiers),
            *(str(one["inventory"]["statuses"][name]) for name in statuses),
        ]
        for one in summary["rounds"]
        if one["inventory"]
    ]
    return Table(heads, rows, frozenset(range(len(heads))))


def keep_table(summary: Summary) -> Table:
    """By live skills in the inventory that a run read, whether it was shown them or not."""
    return _binned("skills in the inventory", summary["keep_rate_by_inventory"])


def shown_table(summary: Summary) -> Table:
    return _binned("skills shown", summary["keep_rate_by_skills"])


def _binned(head: str, bins: list[Summary]) -> Table:
    rows = [
        [
            bin_text(one["low"], one["high"]),
            str(one["runs"]),
            str(one["kept"]),
            str(one["decided"]),
            rate_text(one, "keep_rate"),
        ]
        for one in bins
    ]
    return Table([head, "runs", "kept", "decided", "keep rate"], rows, frozenset({1, 2, 3, 4}))


def cost_table(summary: Summary) -> Table:
    """Time and money of all runs, of cold and warm ones, of what was asked outside of them, and of all together."""
    outside = [("domains", summary["domains"])] if summary["domains"]["asked"] else []
    groups = [
        ("all runs", summary["overall"]),
        *((f"{one['start']} runs", one) for one in summary["by_start"]),
        *outside,
        ("promotion", summary["promotion"]),
        ("in all", summary["in_all"]),
    ]
    heads = ["", "tokens", "tokens per medal", "cost", "cost per medal", "time of the runs"]
    rows = [
        [
            name,
            number_text(one["tokens"], 0),
            number_text(one.get("tokens_per_medal"), 0),
            usd_text(one["usd"]),
            usd_text(one.get("usd_per_medal")),
            duration_text(one.get("runs_wall_s")),
        ]
        for name, one in groups
    ]
    return Table(heads, rows, frozenset(range(1, len(heads))))


TABLES: tuple[tuple[str, Callable[[Summary], Table]], ...] = (
    ("Results", groups_table),
    ("Competitions", competitions_table),
    ("Learnings and verdicts", rounds_table),
    ("Inventory", inventory_table),
    (KEPT, keep_table),
    ("Keep rate against skills shown", shown_table),
    ("Cost", cost_table),
    ("Runs", runs_table),
)


def _count(value: int | None) -> str:
    return UNKNOWN if value is None else str(value)


def _medals(one: Summary, name: str) -> str:
    return str(one[name]) if one["ranked"] else UNKNOWN


def _verdict(one: Summary, name: str) -> str:
    return UNKNOWN if one["verdicts"] is None else str(one["verdicts"][name])
