"""A study's report as Markdown: the same sentences and figures as the page, without its pictures."""

from __future__ import annotations

from typing import Any

from .grid import grid
from .study_paper import PAPER
from .study_words import (
    FIGURES,
    absent,
    basis,
    bin_rows,
    executions_text,
    figure_rows,
    finding,
    limits,
    made_with,
    mean_text,
    share_text,
    taught_by,
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
            "Every competition's own figures are in `comparison.json` and `report.html`.",
            "",
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
    about = (taught_by(study), made_with(study), executions_text(comparison))
    lines = [line for told in about if told for line in (told, "")]
    lines += [f"**{one}**\n" for one in absent(study["plan"], comparison)]
    lines += [f"{level} Arms", "", *_arms(comparison), ""]
    if study["plan"]["name"] == "size":
        for head, sizes in (("Skills held", "by_inventory"), ("Skills shown", "by_skills_loaded")):
            bins = grid((head, "Runs", "Changes", "Kept"), bin_rows(comparison[sizes]))
            lines += [f"{level} By the number of {head.lower()}", "", *bins, ""]
    for one in comparison["contrasts"]:
        lines += [f"{level} {one['arm']} against {one['against']}", ""]
        lines += [*(f"- {sentence}" for sentence in finding(one)), "", f"{basis(one)}.", ""]
        lines += [*grid(FIGURES, figure_rows(one)), ""]
    return lines


def _arms(comparison: Told) -> list[str]:
    heads = ["Arm", "What", "Runs", "Medals", "Score, normalised", "Refinements to best", "Keep rate", "Skills"]
    heads += ["Failed scripts", "Executions", "Recalled"]
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
                *(f"{one[count]:,}" for count in ("failed", "executions", "recalled")),
            )
            for one in comparison["arms"]
        ],
    )
