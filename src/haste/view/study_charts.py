"""The pictures of a study: effects with intervals by competition, iterations side by side, keep rate against skills."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .markup import Markup, Piece, join, tag
from .study_paper import KEEP_RATES
from .study_words import MEASURES, Measure, effect_text, range_text

Told = dict[str, Any]
WIDTH = 900.0
LABEL, GAP = 170.0, 26.0
ROW, TOP, BOTTOM = 21.0, 30.0, 26.0
FOREST = ("iterations_to_best_reduction", "keep_rate_difference", "score_difference")
BEYOND = "mark beyond"  # the class of an estimate that lies outside
LEAST = {"iterations_to_best_reduction": 0.2, "keep_rate_difference": 0.1, "score_difference": 0.02}


@dataclass(frozen=True)
class Scale:
    """A horizontal axis from `low` to `high` between two places of the picture."""

    low: float
    high: float
    left: float
    right: float

    def x(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + (self.right - self.left) * share

    def ticks(self, most: int = 4) -> list[float]:
        """A few round numbers between the ends."""
        step = 10 ** math.floor(math.log10((self.high - self.low) / most))
        step = next(step * k for k in (1, 2, 5, 10) if (self.high - self.low) / (step * k) <= most)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(n * step, 12) for n in range(first, last + 1)]


def forest(contrast: Told) -> Markup:
    """Effects by domain and competition with their intervals, the whole at the foot; right of zero is in favour."""
    rows: list[tuple[str, Told, str]] = []
    for domain in contrast["by_domain"]:
        rows.append((domain["name"], domain, "domain"))
        rows += [(one["name"], one, "") for one in contrast["by_competition"] if one["domain"] == domain["name"]]
    rows.append(("all competitions", contrast, "total"))
    height = TOP + ROW * len(rows) + BOTTOM
    pieces: list[Piece] = [
        tag("text", name, x=LABEL if kind else LABEL - 8, y=_y(at) + 4, text_anchor="end", class_=kind or None)
        for at, (name, _, kind) in enumerate(rows)
    ]
    width = (WIDTH - LABEL - GAP * len(FOREST)) / len(FOREST)
    for number, key in enumerate(FOREST):
        left = LABEL + GAP + number * (width + GAP)
        scale = Scale(*_reach([part[key] for _, part, _ in rows], LEAST[key]), left, left + width)
        pieces += _panel(scale, MEASURES[key], [(part[key], name, kind) for name, part, kind in rows], height)
    label = f"Effects of {contrast['arm']} against {contrast['against']} with 95 % intervals, by competition"
    return tag("svg", *pieces, view_box=f"0 0 {WIDTH:.0f} {height:.0f}", role="img", aria_label=label)


def _panel(scale: Scale, measure: Measure, rows: Sequence[tuple[Told, str, str]], height: float) -> list[Piece]:
    foot = height - BOTTOM
    pieces: list[Piece] = [tag("text", measure.title, x=scale.left, y=14.0, class_="title")]
    for value in scale.ticks():
        x = scale.x(value)
        kind = "zero" if value == 0 else "grid"
        pieces.append(tag("line", x1=x, x2=x, y1=TOP - 6, y2=foot, class_=kind))
        pieces.append(tag("text", _tick(value, measure), x=x, y=foot + 16, text_anchor="middle"))
    for at, (interval, name, kind) in enumerate(rows):
        if interval["value"] is None:
            continue
        told = f"{name}: {effect_text(interval, measure)}; 95 % interval {range_text(interval, measure)}"
        pieces.append(tag("g", tag("title", told), *_effect(interval, scale, _y(at), kind), class_=kind or "one"))
    return pieces


def _effect(interval: Told, scale: Scale, y: float, kind: str) -> list[Markup]:
    """A line from end to end of the interval and a mark on the estimate.

    Where the interval leaves the picture there is an arrowhead at the edge, where the estimate does, a filled one.
    """
    made: list[Markup] = []
    value, low, high = interval["value"], interval["low"], interval["high"]
    if low is not None and high is not None:
        made.append(tag("line", x1=scale.x(low), x2=scale.x(high), y1=y, y2=y, class_="span"))
        if low < scale.low <= value:
            made.append(tag("path", d=f"M{scale.left + 5:.1f} {y - 4:.1f}l-5 4l5 4", class_="span"))
        if high > scale.high >= value:
            made.append(tag("path", d=f"M{scale.right - 5:.1f} {y - 4:.1f}l5 4l-5 4", class_="span"))
    x = scale.x(value)
    if not scale.low <= value <= scale.high:
        inwards = 9 if value < scale.low else -9
        made.append(tag("path", d=f"M{x:.1f} {y:.1f}l{inwards}-5v10z", class_=BEYOND))
    else:
        diamond = f"M{x - 7:.1f} {y:.1f}l7-6l7 6l-7 6z"
        made.append(
            tag("path", d=diamond, class_="mark")
            if kind == "total"
            else tag("circle", cx=x, cy=y, r=4.0, class_="mark")
        )
    return made


def _reach(intervals: Sequence[Told], least: float) -> tuple[float, float]:
    """A range around zero that holds the whole's interval and the estimates; long tails and far outliers are cut."""
    values = sorted(abs(one["value"]) for one in intervals if one["value"] is not None)
    inner = min(values[-1], 2.5 * values[math.ceil(0.8 * len(values)) - 1]) if values else 0.0
    total = intervals[-1]
    ends = [abs(total[name]) for name in ("value", "low", "high") if total[name] is not None]
    reach = 1.15 * max([least, inner, *ends])
    lows = [one[name] for one in intervals for name in ("value", "low") if one[name] is not None]
    highs = [one[name] for one in intervals for name in ("value", "high") if one[name] is not None]
    low, high = max(-reach, min([0.0, *lows]) - 0.1 * reach), min(reach, max([0.0, *highs]) + 0.1 * reach)
    return min(low, -0.25 * reach), max(high, 0.25 * reach)


def _tick(value: float, measure: Measure) -> str:
    text = measure.number(abs(value)).removesuffix(" points").removesuffix(" point")
    return text if value == 0 else f"{'+' if value > 0 else '−'}{text}"


def side_by_side(contrast: Told) -> Markup:
    """Refinements until the best score, both arms, one line per competition."""
    rows = [
        (one["name"], one["iterations_to_best_arm"], one["iterations_to_best_against"])
        for one in contrast["by_competition"]
        if one["iterations_to_best_arm"] is not None and one["iterations_to_best_against"] is not None
    ]
    if not rows:
        return Markup("")
    rows.append(
        (
            "all competitions",
            contrast["iterations_to_best_arm"]["value"],
            contrast["iterations_to_best_against"]["value"],
        )
    )
    height = TOP + ROW * len(rows) + BOTTOM
    most = max(1.0, *(max(one, other) for _, one, other in rows))
    scale = Scale(0.0, most * 1.05, LABEL + GAP, WIDTH - 20)
    pieces: list[Piece] = []
    for value in scale.ticks(8):
        x = scale.x(value)
        pieces.append(tag("line", x1=x, x2=x, y1=TOP - 6, y2=height - BOTTOM, class_="grid"))
        pieces.append(tag("text", f"{value:g}", x=x, y=height - BOTTOM + 16, text_anchor="middle"))
    for at, (name, one, other) in enumerate(rows):
        y, kind = _y(at), "total" if at == len(rows) - 1 else None
        told = f"{name}: {contrast['arm']} {one:.1f}, {contrast['against']} {other:.1f}"
        line = tag("line", x1=scale.x(one), x2=scale.x(other), y1=y, y2=y, class_="span")
        marks = (_dot(scale.x(other), y, "cold"), _dot(scale.x(one), y, "warm"))
        pieces.append(tag("text", name, x=LABEL, y=y + 4, text_anchor="end", class_=kind))
        pieces.append(tag("g", tag("title", told), line, *marks))
    label = f"Refinements until the best score, {contrast['arm']} and {contrast['against']}, by competition"
    picture = tag("svg", *pieces, view_box=f"0 0 {WIDTH:.0f} {height:.0f}", role="img", aria_label=label)
    return join(picture, legend(("warm", contrast["arm"]), ("cold", contrast["against"])))


def keep_by_skills(arms: Sequence[Told]) -> Markup:
    """Keep rate of each arm against how many skills its inventories held, and the paper's two figures."""
    shown = [arm for arm in arms if arm["keep_rate"]["value"] is not None and arm["inventory"] is not None]
    if not shown:
        return Markup("")
    height, left, right, foot = 320.0, 66.0, WIDTH - 20, 320.0 - 44
    most = max(60.0, *(arm["inventory"] * 1.1 for arm in shown))
    scale = Scale(0.0, most, left, right)

    def y(share: float) -> float:
        return foot - (foot - 14.0) * min(1.0, max(0.0, share))

    pieces: list[Piece] = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        pieces.append(tag("line", x1=left, x2=right, y1=y(share), y2=y(share), class_="grid"))
        pieces.append(tag("text", f"{100 * share:.0f} %", x=left - 8, y=y(share) + 4, text_anchor="end"))
    for value in scale.ticks(8):
        pieces.append(tag("text", f"{value:g}", x=scale.x(value), y=foot + 17, text_anchor="middle"))
    pieces.append(tag("text", "skills in the inventory, on average", x=right, y=foot + 36, text_anchor="end"))
    pieces += [_reference(scale, y, *one) for one in KEEP_RATES]
    path = sorted((arm["inventory"], arm["keep_rate"]["value"]) for arm in shown)
    pieces.append(tag("path", d="M" + "L".join(f"{scale.x(a):.1f} {y(b):.1f}" for a, b in path), class_="best"))
    pieces += [_arm_mark(arm, scale, y) for arm in shown]
    label = "Share of changes that were kept, against the number of skills in the inventory, with the paper's figures"
    picture = tag("svg", *pieces, view_box=f"0 0 {WIDTH:.0f} {height:.0f}", role="img", aria_label=label)
    return join(picture, legend(("warm", "this study, with 95 % intervals"), ("reference", "the paper's figures")))


def _reference(scale: Scale, y: Callable[[float], float], low: int, high: int | None, share: float) -> Markup:
    x1, x2 = scale.x(low), scale.right if high is None else scale.x(high)
    told = f"{100 * share:.0f} % with {low} " + ("skills or more" if high is None else f"to {high} skills")
    line = tag("line", x1=x1, x2=x2, y1=y(share), y2=y(share), class_="reference")
    return tag("g", tag("title", f"The paper: {told}"), line, tag("text", told, x=x1 + 4, y=y(share) - 7))


def _arm_mark(arm: Told, scale: Scale, y: Callable[[float], float]) -> Markup:
    rate, x = arm["keep_rate"], scale.x(arm["inventory"])
    told = (
        f"{arm['arm']}: {100 * rate['value']:.1f} % of changes kept, {arm['inventory']:.1f} skills in the inventory, "
        f"{arm['skills_loaded']:.1f} shown"
    )
    made: list[Piece] = [tag("title", told)]
    if rate["low"] is not None:
        made.append(tag("line", x1=x, x2=x, y1=y(rate["low"]), y2=y(rate["high"]), class_="span"))
    return tag("g", *made, _dot(x, y(rate["value"]), "warm"), tag("text", arm["arm"], x=x + 7, y=y(rate["value"]) - 8))


def _dot(x: float, y: float, kind: str) -> Markup:
    return tag("circle", cx=x, cy=y, r=4.5, class_=kind)


def legend(*entries: tuple[str, str]) -> Markup:
    def sign(kind: str) -> Markup:
        return tag("line", x1=0, x2=14, y1=7, y2=7, class_=kind) if kind == "reference" else _dot(7, 7, kind)

    told = (
        tag("span", tag("svg", sign(kind), view_box="0 0 14 14", aria_hidden="true"), word) for kind, word in entries
    )
    return tag("div", *told, class_="legend")


def _y(row: int) -> float:
    return TOP + ROW * (row + 0.5)
