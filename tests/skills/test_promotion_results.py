"""The stored measurement of the built-in judge and the page that tells it say the same, and what must be nought is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.main import get_command

from haste.cli.main import app
from haste.cli.skills_evaluate import figures, in_words, typed
from haste.cli.wiring import built_in_judge
from haste.runner.promotion_set import judge_set, labelled_set
from haste.skills.labelled import SPLITS
from haste.skills.promotion_quality import MUST_BE_ZERO

ROOT = Path(__file__).parents[2]
STORED = json.loads((ROOT / "results" / "promotion" / "builtin.json").read_text())
PAGE = (ROOT / "docs" / "promotion-set.md").read_text(encoding="utf-8")
VERDICTS = ("skip", "competition", "domain", "global", "conflict")
SHOWN = [
    *("macro_f1", "cost", "too_high", "conflict_recall", "false_conflicts"),
    *("duplicate_recall", "copy_recall", "paraphrase_recall", *MUST_BE_ZERO),
    *(f"{of}_{verdict}" for verdict in VERDICTS for of in ("precision", "recall")),
]


def table() -> str:
    """What stands between the page's marks; print it to mend the page."""
    rows = ["| figure | dev | test |", "|---|---|---|"]
    for name in SHOWN:
        cells = []
        for split in SPLITS:
            one = STORED["splits"][split]["figures"][name]
            cells.append(in_words(one["value"], one["low"], one["high"]))
        rows.append(f"| {name.replace('_', ' ')} | {cells[0]} | {cells[1]} |")
    return "\n".join(rows)


def test_the_page_shows_the_stored_figures() -> None:
    assert PAGE.partition("<!-- builtin -->\n")[2].partition("\n<!-- /builtin -->")[0] == table()


def test_the_page_and_the_stored_figures_name_the_command_that_makes_them() -> None:
    assert STORED["command"] == "haste skills evaluate-promotion --json"
    assert f"`{STORED['command']}`" in PAGE
    command = get_command(app).commands["skills"].commands["evaluate-promotion"]  # type: ignore[attr-defined]
    assert typed(command.make_context("", ["--json"])) == STORED["command"]
    told = typed(command.make_context("", ["--json", "--replay", "my skills", "--split", "dev"]))
    assert told == "haste skills evaluate-promotion --split dev --replay 'my skills' --json"


def test_no_figure_is_shown_as_certain() -> None:
    for split in SPLITS:
        for name, one in STORED["splits"][split]["figures"].items():
            assert one["low"] is None or one["low"] < one["high"], name


def test_the_page_counts_the_set_as_it_is() -> None:
    among = labelled_set()
    counts = {split: Counter(one.kind for one in among.of(split)) for split in SPLITS}
    for kind in counts["dev"]:
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{kind}`"))
        assert f"| {counts['dev'][kind]} | {counts['test'][kind]} |" in line
    sizes = [len(among.of(split)) for split in SPLITS]
    assert f"{sum(sizes)} learnings of 24 made-up competitions, {sizes[0]} in `dev` and {sizes[1]} in `test`" in PAGE


def test_nothing_passed_that_must_not() -> None:
    for split in SPLITS:
        assert all(STORED["splits"][split]["figures"][name]["value"] == 0 for name in MUST_BE_ZERO)


@pytest.mark.slow
def test_the_stored_figures_are_those_of_today() -> None:
    among = labelled_set()
    for split in SPLITS:
        assert figures(tuple(judge_set(among, split, built_in_judge()))) == STORED["splits"][split]
