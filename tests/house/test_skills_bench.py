"""What the page on skills tells of speed is what was measured, and meets what was asked for."""

import importlib.util
import json
from pathlib import Path

from haste.schema.knowledge import Loading

ROOT = Path(__file__).resolve().parents[2]
TOLD = json.loads((ROOT / "results" / "skills-bench.json").read_text(encoding="utf-8"))
SIZES = {row["skills"]: row for row in TOLD["sizes"]}


def test_the_table_of_speed_is_what_was_measured():
    spec = importlib.util.spec_from_file_location("skills_bench", ROOT / "bench" / "skills.py")
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    assert bench.page(TOLD) in (ROOT / "docs" / "skills.md").read_text(encoding="utf-8")
    assert list(SIZES) == [159, 2000, 50_000]


def test_selecting_and_loading_were_as_quick_as_asked_for():
    select = SIZES[2000]["select_ms"]
    assert set(select) == {policy.value for policy in Loading}
    assert {policy: spread["median"] for policy, spread in select.items() if spread["median"] >= 10} == {}
    assert SIZES[2000]["load_s"]["median"] < 1
    assert SIZES[50_000]["load_s"]["median"] < 20
