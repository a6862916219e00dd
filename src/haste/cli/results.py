"""`docs/results.md`: hand-written prose (`docs/results.in.md`) with the figures of `results/` set into it.

A line of the form `{{study FOLDER}}` becomes the arms, findings and figures of `results/FOLDER`, `{{paper}}` the table
that sets them beside the paper's, and `{{promotion}}` those of `results/promotion`; within a line, `{{FOLDER key.key}}`
is a figure of that folder with its interval, and `{{FOLDER key.key as percent}}` a share. What was not run yet is said
so. Lines `{{claim ...}}` say what must hold for the prose to be true (`results_claims`). `python -m haste.cli.docs`
writes the page and names the claims that do not hold.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from .results_claims import disagreements, figure, stored, without_claims
from .results_promotion import promotion

PROSE = Path("docs/results.in.md")
RESULTS = Path("results")
NOT_RUN = "*not run yet*"
HEAD = "<!-- Generated from docs/results.in.md and results/ by `python -m haste.cli.docs`; edit those. -->\n"
_LINE = re.compile(r"^\{\{(paper|study|promotion) ?([\w-]*)\}\}$", re.MULTILINE)
_VALUE = re.compile(r"\{\{([\w-]+) ([^{}]+)\}\}")
PERCENT = " as percent"

Told = dict[str, Any]


def page(prose: Path = PROSE, results: Path = RESULTS) -> str:
    """The whole page. Raises ConfigError where the prose asks for a figure that a summary does not hold."""

    def whole(found: re.Match[str]) -> str:
        if found[1] == "promotion":
            return promotion(results / "promotion")
        return _paper(results) if found[1] == "paper" else _study(results / found[2])

    text = _LINE.sub(whole, without_claims(prose.read_text(encoding="utf-8")))
    return HEAD + _VALUE.sub(lambda found: _figure(results / found[1], found[2]), text)


def untrue(prose: Path = PROSE, results: Path = RESULTS) -> list[str]:
    """What the prose claims and the stored figures do not say. Raises ConfigError for what cannot be understood."""
    return list(disagreements(prose, results))


def read(folder: Path, name: str) -> Told | None:
    path = folder / name
    if not path.is_file():
        return None
    told: Told = json.loads(path.read_text(encoding="utf-8"))
    return told


def _study(folder: Path) -> str:
    from haste.view.study_markdown import study_body
    from haste.view.study_words import limits

    study, comparison, summary = (read(folder, f"{name}.json") for name in ("study", "comparison", "summary"))
    if study is None or comparison is None or summary is None:
        return NOT_RUN
    seeds, competitions = len(summary["seeds"]), len(summary["competitions"])
    return "\n".join(
        [
            f"{study['plan']['question']} {competitions} competitions, {seeds} seeds, {summary['runs']} runs:",
            "",
            f"    {summary['command']} --publish {folder.as_posix()}",
            "",
            *study_body(study, comparison, "###"),
            "What this cannot show:",
            "",
            *(f"- {one}" for one in limits(study["plan"])),
        ]
    )


def _paper(results: Path) -> str:
    from haste.view.grid import grid

    start, size, loading = (read(results / name, "summary.json") for name in ("warm-start", "keep-rate", "loading"))
    rows = [
        (
            "Refinements to the best score, warm against cold",
            "52 % fewer",
            _one(start, "iterations_to_best_reduction", "than a textbook start"),
            _one(start, "uninformed.iterations_to_best_reduction", "than an uninformed one"),
        ),
        (
            "Keep rate with few and with many skills",
            "42 % (0 to 15), 85 % (50 and more)",
            _sized(size, "0-15", "with 0 to 15"),
            _sized(size, "50-", "with 50 and more"),
        ),
        (
            "Keep rate, cold and warm",
            "–",
            _one(start, "keep_rate_cold", "cold, textbook"),
            _one(start, "keep_rate_warm", "warm"),
        ),
        (
            "Runs with a medal: tiered, flat, no skills",
            "8/8, 5/8, 5/8",
            ", ".join(_medals(loading, arm) for arm in ("tiered", "flat", "none")),
            "",
        ),
        (
            "Runs with a medal: cold, then warm",
            "40.9 %, then 77.3 % (warm second attempts at what had failed)",
            _one(start, "contrasts.two-tries.medal_difference", "by a second attempt that is cold as well"),
            _one(start, "contrasts.retry.medal_difference", "by one that is warm than by one that is cold"),
        ),
    ]
    return "\n".join(grid(("Figure", "The paper", "Here", ""), rows))


def _one(summary: Told | None, path: str, words: str) -> str:
    """A figure and its interval, in the words of the reports."""
    from haste.schema.errors import ConfigError
    from haste.view.study_words import MEASURES, effect_text, range_text, share_text

    if summary is None:
        return NOT_RUN
    try:
        value, ends = figure(summary, path)
    except ConfigError:  # this study was run without that part
        return f"not told {words}"
    low, high = ends or (None, None)
    interval = {"value": value, "low": low, "high": high}
    measure = MEASURES.get(path.rpartition(".")[2])
    if measure is None:
        return f"{share_text(interval)} {words}"
    return f"{effect_text(interval, measure)} ({range_text(interval, measure)}) {words}"


def _sized(summary: Told | None, size: str, words: str) -> str:
    """A keep rate with what it rests on, by the sizes that the paper tells."""
    from haste.view.numbers import count_text

    bins = "keep_rate_by_papers_sizes"
    told = _one(summary, f"{bins}.{size}", words)
    sizes = (summary or {}).get(bins, {})
    if size not in sizes:
        return told
    runs, decided = count_text(sizes[f"{size}_runs"], "run"), count_text(sizes[f"{size}_decided"], "decided change")
    return f"{told} ({runs}, {decided})"


def _medals(summary: Told | None, arm: str) -> str:
    if summary is None:
        return NOT_RUN
    found = summary["arms"].get(arm)
    return "–" if found is None else f"{found['medals']}/{found['runs']}"


def _figure(folder: Path, path: str) -> str:
    """A figure as it is stored, with three digits or as per cent, and its interval."""
    told = stored(folder)
    if told is None:
        return NOT_RUN
    value, interval = figure(told, path.removesuffix(PERCENT))
    if not isinstance(value, float):
        return str(len(value) if isinstance(value, list) else value)

    def text(number: float) -> str:
        return f"{100 * number:.0f} %" if path.endswith(PERCENT) else f"{number:.3g}"

    return text(value) if interval is None else f"{text(value)} ({text(interval[0])} to {text(interval[1])})"
