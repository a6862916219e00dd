"""The progress of a run as one picture: every candidate's score over working time, and the best kept so far."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from haste.schema.competition import Direction
from haste.schema.events import CandidateDecided, ExecutionFinished, ScreenDecided
from haste.schema.solution import Operator
from haste.search.evolve import repair_root
from haste.search.state import Node, RunState

from .markup import Markup, Piece, join, tag
from .narration import one_line
from .numbers import duration_text, score_text
from .story import Story

WIDTH, HEIGHT = 900.0, 320.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 16.0, 14.0, 34.0
STANDS_OUT = 6.0  # a score this many interquartile ranges below the lower quartile is drawn at the edge
Fate = Literal["prototype", "kept", "reverted", "failed", "open", "ensemble"]
FATES: dict[Fate, str] = {
    "prototype": "prototype",
    "kept": "kept",
    "reverted": "reverted",
    "failed": "failed",
    "open": "not decided",
    "ensemble": "ensemble",
}


@dataclass(frozen=True)
class Point:
    candidate: str
    title: str
    at_s: float
    score: float | None  # None: it has none
    fate: Fate
    whole: bool  # scored on every search fold


def fate(node: Node, state: RunState) -> Fate:
    """What became of a candidate, in one word."""
    if node.candidate.operator is Operator.ENSEMBLE:
        return "ensemble"
    if node.failure is not None and not (node.decision is not None and node.decision.kept):
        return "failed"
    if node.decision is not None:
        return "kept" if node.decision.kept else "reverted"
    return "prototype" if repair_root(state, node.candidate.id) in state.prototypes else "open"


def points(story: Story) -> list[Point]:
    """One per candidate that ran in the search, at the moment its last search execution ended."""
    ended: dict[str, float] = {}
    for moment in story.moments:
        event = moment.entry.event
        if isinstance(event, ExecutionFinished) and event.purpose == "search":
            ended[event.candidate] = moment.worked_s
    state = story.state
    made = []
    for name, at_s in ended.items():
        node = state.nodes[name]
        whole = len(node.scores()) == state.search_folds
        made.append(Point(name, node.candidate.title, at_s, node.mean(), fate(node, state), whole))
    return sorted(made, key=lambda p: p.at_s)


def best_line(story: Story) -> list[tuple[float, float]]:
    """(working seconds, score) at each moment the best kept search score rose."""
    ran = {p.candidate: p for p in points(story) if p.whole}
    stood: dict[str, float] = {}  # candidate -> when it was kept, or won the screen
    for moment in story.moments:
        event = moment.entry.event
        if isinstance(event, CandidateDecided) and event.kept:
            stood[event.candidate] = moment.worked_s
        elif isinstance(event, ScreenDecided):
            stood |= {name: moment.worked_s for name in (event.winner, event.runner_up) if name}
    line = list[tuple[float, float]]()
    for at_s, name in sorted((max(stood[name], ran[name].at_s), name) for name in stood if name in ran):
        score = ran[name].score
        if score is not None and (not line or story.state.better(score, line[-1][1])):
            line.append((at_s, score))
    return line


def progress_chart(story: Story) -> Markup:
    """The picture with its legend, or nothing where no candidate was scored."""
    shown = points(story)
    scores = [p.score for p in shown if p.score is not None]
    if not scores:
        return Markup("")
    state = story.state
    frame = _Frame(*_range(scores, state.metric.direction), max(story.wall_s, 1e-9))
    pieces: list[Piece] = [*_grid(frame)]
    line = best_line(story)
    if line:
        pieces.append(_steps(line, frame))
    pieces += [_mark(point, frame) for point in shown]
    label = f"{state.metric.name} of every candidate over the run's working time"
    picture = tag("svg", *pieces, view_box=f"0 0 {WIDTH:.0f} {HEIGHT:.0f}", role="img", aria_label=label)
    return tag("div", picture, _legend({p.fate for p in shown}), class_="figure")


@dataclass(frozen=True)
class _Frame:
    low: float  # score at the bottom edge
    high: float
    wall_s: float

    def x(self, at_s: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, at_s / self.wall_s)

    def y(self, score: float) -> float:
        share = (min(max(score, self.low), self.high) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _range(scores: list[float], direction: Direction) -> tuple[float, float]:
    """The scores' range with some air. Far worse ones than the rest are left to the edge, or they would flatten it."""
    ordered = sorted(scores)
    low, high = ordered[0], ordered[-1]
    quarter = max(1, len(ordered) // 4)
    first, third = ordered[quarter - 1], ordered[-quarter]
    reach = STANDS_OUT * (third - first)
    if reach > 0 and direction is Direction.MAXIMIZE:
        low = max(low, first - reach)
    elif reach > 0:
        high = min(high, third + reach)
    air = (high - low) * 0.08 or max(abs(high) * 0.01, 1e-6)
    return low - air, high + air


def _grid(frame: _Frame) -> list[Markup]:
    made = []
    for value in _ticks(frame.low, frame.high):
        y = frame.y(value)
        made.append(tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"))
        made.append(tag("text", score_text(value), x=LEFT - 8, y=y + 4, text_anchor="end"))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        anchor = "start" if share == 0 else "end" if share == 1 else "middle"
        at_s = frame.wall_s * share
        made.append(tag("text", duration_text(at_s), x=frame.x(at_s), y=HEIGHT - 10, text_anchor=anchor))
    return made


def _ticks(low: float, high: float) -> list[float]:
    """Four or so round numbers between."""
    step = 10 ** math.floor(math.log10((high - low) / 3))
    step = next(step * k for k in (1, 2, 5, 10) if (high - low) / (step * k) <= 5)
    first = math.ceil(low / step)
    return [round(n * step, 12) for n in range(first, math.floor(high / step) + 1)]


def _steps(line: list[tuple[float, float]], frame: _Frame) -> Markup:
    path = f"M{frame.x(line[0][0]):.1f} {frame.y(line[0][1]):.1f}"
    for at_s, score in line[1:]:
        path += f"H{frame.x(at_s):.1f}V{frame.y(score):.1f}"
    return tag("path", d=path + f"H{WIDTH - RIGHT:.1f}", class_="best")


def _mark(point: Point, frame: _Frame) -> Markup:
    score = "no score" if point.score is None else score_text(point.score) + ("" if point.whole else ", not all folds")
    told = tag("title", f"{point.candidate} {one_line(point.title)}: {score}, {FATES[point.fate]}")
    x = frame.x(point.at_s)
    y = HEIGHT - BOTTOM if point.score is None else frame.y(point.score)
    return tag("g", told, _shape(point.fate, x, y), class_=None if point.whole else "part")


def _shape(fate: Fate, x: float, y: float) -> Markup:
    if fate == "failed":
        return tag("path", d=f"M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8", class_="failed")
    if fate == "prototype":
        return tag("rect", x=x - 4.5, y=y - 4.5, width=9.0, height=9.0, class_="prototype")
    return tag("circle", cx=x, cy=y, r=5.0, class_=fate)


def _legend(fates: set[Fate]) -> Markup:
    entries = [
        tag("span", tag("svg", _shape(name, 7, 7), view_box="0 0 14 14", aria_hidden="true"), word)
        for name, word in FATES.items()
        if name in fates
    ]
    line = tag("svg", tag("path", d="M0 7H14", class_="best"), view_box="0 0 14 14", aria_hidden="true")
    return tag("div", *entries, join(tag("span", line, "best kept so far")), class_="legend")
