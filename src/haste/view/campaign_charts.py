"""A campaign's pictures as inline SVG: where each competition came out, what was learned, how the inventory grew.

Pure: the summary object in, markup out. Colours are classes of `report.css`, so that they follow light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .campaign_words import medal_text, number_text, rate_text
from .markup import Markup, Piece, tag
from .numbers import bin_text, count_text, share_text
from .study_charts import Scale

Summary = dict[str, Any]
WIDTH = 900.0
LOWEST, HIGHEST = -0.5, 1.6  # of normalised scores; those beyond are arrows at the edge
MEDAL_STYLES = {"gold": "m-gold", "silver": "m-silver", "bronze": "m-bronze", "none": "m-none"}
TIERS = {"competition": "s-first", "domain": "s-second", "global": "s-third"}
VERDICTS = {
    "skip": "s-idle",
    "competition": "s-first",
    "domain": "s-second",
    "global": "s-third",
    "conflict": "s-fail",
}
STATUSES = {"candidate": "s-first", "active": "s-third", "contested": "s-second", "retired": "s-idle"}


def standing_chart(summary: Summary) -> Markup | None:
    """Each competition a line from the dummy predictor to gold, each graded run a mark on it."""
    shown = [
        (one, [row for row in summary["runs"] if row["competition"] == one["competition"] and _has(row, "normalised")])
        for one in summary["competitions"]
    ]
    shown = [(one, rows) for one, rows in shown if rows]
    if not shown:
        return None
    values: list[float] = [row["normalised"] for _, rows in shown for row in rows]
    low, high = max(LOWEST, min(0.0, *values)) - 0.05, min(HIGHEST, max(1.05, *values)) + 0.05
    top, step = 26.0, 26.0
    scale = Scale(low, high, 190.0, WIDTH - 20.0)
    bottom = top + step * len(shown)
    pieces: list[Piece] = []
    for value, name in ((0.0, "dummy"), (0.5, "0.5"), (1.0, "gold")):
        x, style = scale.x(value), "goal" if value == 1 else "grid"
        pieces.append(tag("line", x1=x, x2=x, y1=top - 6, y2=bottom, class_=style))
        pieces.append(tag("text", name, x=x, y=top - 12, text_anchor="middle"))
    for at, (one, rows) in enumerate(shown):
        y = top + step * (at + 0.5)
        pieces.append(tag("text", one["competition"], x=scale.left - 12, y=y + 4, text_anchor="end"))
        pieces.append(tag("line", x1=scale.left, x2=scale.right, y1=y, y2=y, class_="grid"))
        pieces += [_mark(scale, y, row) for row in rows]
        pieces += _farthest(scale, y, [row["normalised"] for row in rows])
    words = {"gold": "gold", "silver": "silver", "bronze": "bronze", "none": "no medal"}
    legend = [_key(_dot(7.0, 7.0, style), words[name]) for name, style in MEDAL_STYLES.items()]
    legend.append(_key(tag("circle", cx=7.0, cy=7.0, r=5.0, class_="m-none cold"), "hollow: cold start"))
    if any(_beyond(scale, value) for value in values):
        legend.append(_key(_arrow(2.0, 7.0, -1, "m-none"), "beyond the picture; the number is the farthest"))
    return _figure(pieces, bottom + 8, "normalised held-out score of every run by competition", legend)


def best_chart(summary: Summary) -> Markup | None:
    """Refinements until the best score: each run a mark, each start a row, with its mean."""
    starts = [
        (start, rows)
        for start in ("cold", "warm")
        if (rows := [row for row in summary["runs"] if row["start"] == start and _has(row, "iterations_to_best")])
    ]
    if not starts:
        return None
    most: int = max(1, *(row["iterations_to_best"] for _, rows in starts for row in rows))
    left, right, top, step = 90.0, 30.0, 12.0, 58.0
    bottom = top + step * len(starts)

    def x(value: float) -> float:
        return left + (WIDTH - left - right) * value / most

    pieces: list[Piece] = []
    for value in sorted({0, most // 2, most}):
        pieces.append(tag("line", x1=x(value), x2=x(value), y1=top, y2=bottom, class_="grid"))
        pieces.append(tag("text", str(value), x=x(value), y=bottom + 18, text_anchor="middle"))
    for at, (start, rows) in enumerate(starts):
        y = top + step * (at + 0.5)
        mean = sum(row["iterations_to_best"] for row in rows) / len(rows)
        pieces.append(tag("text", start, x=left - 14, y=y + 4, text_anchor="end"))
        met: dict[int, int] = {}
        for row in rows:
            place = row["iterations_to_best"]
            met[place] = met.get(place, 0) + 1
            told = tag("title", f"{row['run']}: best after {place} of {row['iterations']} refinements")
            lifted = y + 18 - 7.0 * met[place]
            pieces.append(tag("g", told, tag("circle", cx=x(place), cy=lifted, r=4.5, class_=f"mark {start}")))
        pieces.append(tag("line", x1=x(mean), x2=x(mean), y1=y - 22, y2=y + 22, class_="mean"))
        anchor = "end" if mean > 0.9 * most else "start"
        told_at = x(mean) + (-6 if anchor == "end" else 6)
        pieces.append(tag("text", f"mean {number_text(mean, 1)}", x=told_at, y=y - 14, text_anchor=anchor))
    return _figure(pieces, bottom + 26, "refinements until the best score, cold and warm starts", [])


def keep_chart(summary: Summary) -> Markup | None:
    """Keep rate of the runs by how many live skills their inventory held, with 95 % intervals."""
    bins = [one for one in summary["keep_rate_by_inventory"] if one["decided"]]
    if not bins:
        return None
    left, right, top, height = 60.0, 20.0, 14.0, 200.0
    slot = (WIDTH - left - right) / len(bins)

    def y(share: float) -> float:
        return top + height * (1 - share)

    pieces: list[Piece] = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        pieces.append(tag("line", x1=left, x2=WIDTH - right, y1=y(share), y2=y(share), class_="grid"))
        pieces.append(tag("text", share_text(share), x=left - 8, y=y(share) + 4, text_anchor="end"))
    for at, one in enumerate(bins):
        middle = left + slot * (at + 0.5)
        known = one["keep_rate_low"] is not None  # it has an interval
        told = tag("title", f"{one['kept']} of {one['decided']} changes kept, {rate_text(one, 'keep_rate')}")
        ends = {"y1": y(one["keep_rate_low"]), "y2": y(one["keep_rate_high"])} if known else {}
        bar = tag("line", x1=middle, x2=middle, **ends, class_="whisker") if known else None
        pieces.append(tag("g", told, bar, tag("circle", cx=middle, cy=y(one["keep_rate"]), r=6.0, class_="mark warm")))
        name = f"{bin_text(one['low'], one['high'])} ({count_text(one['runs'], 'run')})"
        pieces.append(tag("text", name, x=middle, y=top + height + 20, text_anchor="middle"))
    axis = "live skills in the inventory"
    pieces.append(tag("text", axis, x=WIDTH - right, y=top + height + 42, text_anchor="end"))
    return _figure(pieces, top + height + 50, f"keep rate against the number of {axis}", [])


def verdicts_chart(summary: Summary) -> Markup | None:
    rounds = [one for one in summary["rounds"] if one["verdicts"] and sum(one["verdicts"].values())]
    names = [f"round {one['number']}" for one in rounds]
    return _columns(names, [one["verdicts"] for one in rounds], VERDICTS, "verdicts on learnings by round")


def tiers_chart(summary: Summary) -> Markup | None:
    return _inventory(summary, "tiers", TIERS, "live skills by tier after each round")


def statuses_chart(summary: Summary) -> Markup | None:
    return _inventory(summary, "statuses", STATUSES, "skills by status after each round")


def _inventory(summary: Summary, key: str, styles: dict[str, str], label: str) -> Markup | None:
    first = summary["rounds"][:1]
    begun = [("before", one["inventory_before"][key]) for one in first if one["inventory_before"]]
    after = [(f"round {one['number']}", one["inventory"][key]) for one in summary["rounds"] if one["inventory"]]
    told = begun + after
    return _columns([name for name, _ in told], [counts for _, counts in told], styles, label)


def _columns(
    names: Sequence[str], counts: Sequence[dict[str, int]], styles: dict[str, str], label: str
) -> Markup | None:
    """Stacked columns with their totals; None where there is nothing in any of them."""
    highest = max((sum(one.values()) for one in counts), default=0)
    if not highest:
        return None
    left, right, top, height = 20.0, 20.0, 24.0, 180.0
    slot = (WIDTH - left - right) / len(names)
    wide = min(90.0, slot * 0.6)
    pieces: list[Piece] = [tag("line", x1=left, x2=WIDTH - right, y1=top + height, y2=top + height, class_="grid")]
    for at, (name, one) in enumerate(zip(names, counts, strict=True)):
        middle, base = left + slot * (at + 0.5), top + height
        for part, style in styles.items():
            tall = height * one.get(part, 0) / highest
            if tall:
                base -= tall
                told = tag("title", f"{name}: {one[part]} {part}")
                box = tag("rect", x=middle - wide / 2, y=base, width=wide, height=tall, class_=style)
                pieces.append(tag("g", told, box))
        pieces.append(tag("text", str(sum(one.values())), x=middle, y=base - 7, text_anchor="middle"))
        pieces.append(tag("text", name, x=middle, y=top + height + 18, text_anchor="middle"))
    shown = [part for part in styles if any(one.get(part) for one in counts)]
    boxes = [_key(tag("rect", x=2.0, y=2.0, width=10.0, height=10.0, class_=styles[part]), part) for part in shown]
    return _figure(pieces, top + height + 28, label, boxes)


def _mark(scale: Scale, y: float, row: Summary) -> Markup:
    value = row["normalised"]
    told = tag("title", f"{row['run']}: {number_text(value, 3)}, {medal_text(row)}, {row['start']} start")
    style = MEDAL_STYLES.get(row["medal"] or "none", "m-none") + (" cold" if row["start"] == "cold" else "")
    x, beyond = scale.x(value), _beyond(scale, value)
    return tag("g", told, _arrow(x, y, beyond, style) if beyond else _dot(x, y, style))


def _farthest(scale: Scale, y: float, values: Sequence[float]) -> list[Markup]:
    """How far it goes beyond an edge, in a number beside the arrows there."""
    ends = [(min(values), -1, "start"), (max(values), 1, "end")]
    return [
        tag("text", number_text(value, 1), x=scale.x(value) - 16 * side, y=y + 4, text_anchor=anchor)
        for value, side, anchor in ends
        if _beyond(scale, value) == side
    ]


def _beyond(scale: Scale, value: float) -> int:
    """-1 left of the picture, 1 right of it, 0 in it."""
    return (value > scale.high) - (value < scale.low)


def _arrow(x: float, y: float, side: int, style: str) -> Markup:
    return tag("path", d=f"M{x:.1f} {y:.1f}l{-10 * side}-6v12z", class_=style)


def _dot(x: float, y: float, style: str) -> Markup:
    return tag("circle", cx=x, cy=y, r=6.0, class_=style)


def _key(shape: Markup, word: str) -> Markup:
    return tag("span", tag("svg", shape, view_box="0 0 14 14", aria_hidden="true"), word)


def _figure(pieces: list[Piece], height: float, label: str, legend: list[Markup]) -> Markup:
    picture = tag("svg", *pieces, view_box=f"0 0 {WIDTH:.0f} {height:.0f}", role="img", aria_label=label)
    return tag("div", picture, tag("div", *legend, class_="legend") if legend else None, class_="figure")


def _has(row: Summary, key: str) -> bool:
    return row[key] is not None
