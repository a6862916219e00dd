"""A study's report as one self-contained page. Reads plain objects; knows no journal."""

from __future__ import annotations

from typing import Any

from .markup import Markup, Piece, fold_away, interval_below, listing, section, table, tag, two_lines
from .page import page
from .study_charts import BEYOND, forest, keep_by_skills, side_by_side
from .study_paper import PAPER
from .study_words import (
    FIGURES,
    MEASURES,
    absent,
    basis,
    bin_rows,
    effect_text,
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


def study_page(study: Told, comparison: Told, command: str) -> str:
    """`study` is `study.json`, `comparison` is `comparison.json`, `command` what was typed."""
    plan = study["plan"]
    shown = [_contrast(one, plan["name"] == "start") for one in comparison["contrasts"]]
    links = [tag("a", "Arms", href="#arms")] + [
        tag("a", f"{one['arm']} against {one['against']}", href=f"#{_anchor(one)}") for one in comparison["contrasts"]
    ]
    return page(
        f"{plan['title']} · HASTE",
        tag("div", f"Study: {plan['name']}", class_="eyebrow"),
        tag("h1", plan["title"]),
        tag("p", plan["question"]),
        tag("p", told) if (told := taught_by(study)) else None,
        _notice(plan, comparison),
        tag("nav", *links, tag("a", "Limits", href="#limits"), tag("a", "Run again", href="#repeat")),
        _skills(plan, comparison),
        _arms(comparison),
        *shown,
        section("limits", "What this cannot show", listing([*limits(plan)])),
        _repeat(study, comparison, command),
    )


def _notice(plan: Told, comparison: Told) -> Markup | None:
    told = absent(plan, comparison)
    return tag("div", *(tag("div", one) for one in told), class_="notice bad") if told else None


def _skills(plan: Told, comparison: Told) -> Markup | None:
    if plan["name"] != "size":
        return None
    return section(
        "skills",
        "Keep rate against the number of skills",
        tag("div", keep_by_skills(comparison["arms"]), class_="figure"),
        tag("p", "The runs of all arms together, by how many skills their inventory held:"),
        _bins("Skills held", comparison["by_inventory"]),
        tag("p", "And by how many of them each was shown:"),
        _bins("Skills shown", comparison["by_skills_loaded"]),
    )


def _bins(head: str, sizes: list[Told]) -> Markup:
    return table([head, "Runs", "Changes", "Kept (95 % interval)"], bin_rows(sizes), frozenset({1, 2, 3}))


def _arms(comparison: Told) -> Markup:
    heads: list[Piece] = [
        "Arm", "Runs", "Medals", "Score, normalised", "Refinements to best", "Keep rate", "Skills",
        "Failed scripts", "Executions", "Recalled",
    ]  # fmt: skip
    rows: list[list[Piece]] = [
        [
            two_lines(tag("span", one["arm"], class_="score"), one["title"]), one["runs"], one["medals"],
            *map(interval_below, (mean_text(one["normalised"], 3), mean_text(one["iterations_to_best"], 1))),
            interval_below(share_text(one["keep_rate"])), f"{one['skills_loaded']:.1f}",
            one["failed"], one["executions"], one["recalled"],
        ]
        for one in comparison["arms"]
    ]  # fmt: skip
    words = tag("p", "Below a figure stands its 95 % interval.", class_="soft")
    return section("arms", "Arms", words, table(heads, rows, frozenset(range(1, len(heads)))))


def _contrast(one: Told, starts: bool) -> Markup:
    side, picture = side_by_side(one) if starts else Markup(""), forest(one)
    beyond = " A filled arrow: the estimate itself lies beyond the picture." if BEYOND in picture.html else ""
    return section(
        _anchor(one),
        f"{one['arm']} against {one['against']}",
        *(tag("p", sentence) for sentence in finding(one)),
        tag("p", f"{basis(one)}.", class_="soft small"),
        tag(
            "div",
            picture,
            tag("div", f"Right of the line is in favour of {one['arm']}.{beyond}", class_="legend"),
            class_="figure wide",
        ),
        tag("h3", "Refinements until the best score") if side.html else None,
        tag("div", side, class_="figure") if side.html else None,
        fold_away("All figures", table(FIGURES, figure_rows(one)), _parts(one)),
    )


def _parts(one: Told) -> Markup:
    """Every competition's own numbers, so that none hides in a mean."""
    heads: list[Piece] = ["Competition", "Domain", "Pairs"]
    heads += [f"{what}, {side}" for what in ("To best", "Kept") for side in (one["arm"], one["against"])]
    rows: list[list[Piece]] = [
        [
            part["name"], part["domain"], part["pairs"],
            _number(part["iterations_to_best_arm"]), _number(part["iterations_to_best_against"]),
            _percent(part["keep_rate_arm"]), _percent(part["keep_rate_against"]),
            effect_text(part["score_difference"], MEASURES["score_difference"]),
        ]
        for part in one["by_competition"]
    ]  # fmt: skip
    return table([*heads, "Score"], rows, frozenset(range(2, 8)))


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.1f}"


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.0f} %"


def _repeat(study: Told, comparison: Told, command: str) -> Markup:
    dials = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sorted(study["run"]["search"].items()))
    told = executions_text(comparison)
    return section(
        "repeat",
        "Run again",
        tag("pre", command, class_="command"),
        tag("p", made_with(study)),
        tag("p", f"All dials: {dials}.", class_="soft small"),
        tag("p", told) if told else None,
        tag("h3", "The paper, for comparison"),
        listing([*PAPER.get(study["plan"]["name"], ())]),
    )


def _anchor(one: Told) -> str:
    return "contrast-" + "".join(c if c.isalnum() else "-" for c in one["name"])
