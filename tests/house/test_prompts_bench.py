"""The page on benchmarks says of prompts what they are today."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_prompts", ROOT / "bench" / "prompts.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made  # dataclasses look their module up
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("name", ["affairs", "sign-names"])
def test_the_tokens_of_prompts_are_those_on_the_page(bench: ModuleType, name: str) -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8").splitlines()
    calls, replies = bench.measure(name, False)
    for row in (*calls, *replies):
        assert row in page, "`python bench/prompts.py --write` sets them anew"


def test_what_repeats_in_refinements_is_mostly_found_again() -> None:
    """The target is 70 % of the input, of what is stable by its place and of what the call before had already."""
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    shares = re.findall(r"^\| [\w-]+ \| (?:cold|warm) \| specialist \| refine, .* (\d+)% \|$", page, re.MULTILINE)
    assert len(shares) == 20
    assert min(map(int, shares)) >= 70
