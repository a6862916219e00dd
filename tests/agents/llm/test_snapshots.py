"""Prompts as they go out. After a meant change: `python -m tests.agents.llm.shown`, and read the difference."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from .shown import FOLDER, snapshots

CASES = snapshots()


@pytest.mark.parametrize("name", sorted(CASES))
def test_prompts_read_as_reviewed(name: str) -> None:
    path = FOLDER / name
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    after = CASES[name]()
    diff = "\n".join(unified_diff(before.splitlines(), after.splitlines(), "reviewed", "now", lineterm="", n=2))
    assert before == after, f"{name} differs; `python -m tests.agents.llm.shown` takes the new text\n{diff}"


def test_no_snapshot_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(CASES)
