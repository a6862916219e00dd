"""What a person reads at the end of a run about what it cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from haste.cli.outcome import _lines


def summary(**changes: Any) -> dict[str, Any]:
    told = {
        "stop_reason": "iterations", "wall_s": 3.0, "metric": "rmse", "validation_score": 1.0, "grade": None,
        "validation_trust": "harness", "model": "openai:x", "calls": 2, "usd": 0.25,
        "tokens": {"input": 12_000, "cached": None, "output": 900},
    }  # fmt: skip
    return told | changes


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "2 calls to openai:x, 12,000 tokens in and 900 out, 0.25 USD"),
        ({"usd": None, "calls": 1}, "1 call to openai:x, 12,000 tokens in and 900 out, cost unknown"),
        (
            {"model": "replay:openai:x"},
            "of the recorded run: 2 calls to openai:x, 12,000 tokens in and 900 out, 0.25 USD",
        ),
    ],
)
def test_calls_and_their_cost_are_told(changes: dict[str, Any], line: str, tmp_path: Path) -> None:
    assert line in _lines(summary(**changes), tmp_path)


def test_a_run_that_asked_nobody_says_nothing_of_it(tmp_path: Path) -> None:
    assert not any("tokens" in line for line in _lines(summary(calls=0, usd=0.0), tmp_path))
