"""A study's report as Markdown: the same sentences and figures as the page, without its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .study_paper import PAPER
from .study_words import (
    MEASURES,
    READINGS,
    absent,
    basis,
    effect_text,
    finding,
    limits,
    mean_text,
    range_text,
    share_text,
    verdict,
)

Told = dict[str, Any]


def study_markdown(study: Told, comparison: Told, command: str) -> str:
    plan = study["plan"]
    return "\n".join(
        [
            f"# {plan['title']}",
            "",
            plan["question"],
            "",
            f"    {command}",
            "",
            *study_body(study, comparison),
            "## What this cannot show",
            "",
            *(f"- {one}" for one in limits(plan)),
            "",
            "## The paper, for comparison",
            "",
            *(f"- {one}" for one in PAPER.get(plan["name"], ())),
            "",
        ]
    )


def study_body(study: Told, comparison: Told, level: str = "##") -> list[str]:
    """Arms, and every contrast with its sentences and figures, as lines; headings begin at `level`."""
    lines = [f"**{one}**\n" for one in absent(study["plan"], comparison)]
    lines += [f"{level} Arms", "", *arms_table(comparison), ""]
    if study["plan"]["name"] == "size":
        lines += [f"{level} By the number of skills shown", "", *bins_table(comparison), ""]
    for one in comparison["contrasts"]:
        lines += [f"{level} {one['arm']} against {one['against']}", ""]
        lines += [*(f"- {sentence}" for sentence in finding(one)), "", f"{basis(one)}.", "", *figures_table(one), ""]
    return lines


def arms_table(comparison: Told) -> list[str]:
    heads = ("Arm", "What", "Runs", "Medals", "Score, normalised", "Refinements to best", "Keep rate", "Skills")
    return grid(
        heads,
        [
            (
                one["arm"],
                one["title"],
                str(one["runs"]),
                str(one["medals"]),
                mean_text(one["normalised"], 3),
                mean_text(one["iterations_to_best"], 1),
                share_text(one["keep_rate"]),
                f"{one['skills_loaded']:.1f}",
            )
            for one in comparison["arms"]
        ],
    )


def bins_table(comparison: Told) -> list[str]:
    def name(low: int, high: int | None) -> str:
        return f"{low} and more" if high is None else str(low) if low == high else f"{low} to {high}"

    rows = [
        (name(one["low"], one["high"]), str(one["runs"]), str(one["decided"]), share_text(one["keep_rate"]))
        for one in comparison["by_skills_loaded"]
    ]
    return grid(("Skills shown", "Runs", "Changes", "Kept"), rows)


def figures_table(one: Told) -> list[str]:
    rows = [
        (measure.title, effect_text(one[key], measure), range_text(one[key], measure), READINGS[verdict(one[key])])
        for key, measure in MEASURES.items()
    ]
    return grid(("Figure", "Effect", "95 % interval", "Reading"), rows)


def grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table; bars in cells are escaped."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(heads), "|" + "---|" * len(heads), *map(line, rows)]
