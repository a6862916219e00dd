"""What no linter sees: sizes, names, and that nothing of one machine stands in the tree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "haste").rglob("*.py"))


def _bundled(path: Path) -> bool:
    return "bundled" in path.parts


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if not _bundled(p)], ids=lambda p: str(p.relative_to(ROOT / "src"))
)
def test_a_file_holds_one_idea(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 400
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module says what it is for"
    assert path.stem not in {"utils", "util", "helpers", "helper", "core", "common", "manager", "base", "misc"}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            length = (node.end_lineno or 0) - first.lineno + 1
            most = 60 if "panels" in path.parts else 50  # a panel's entrants are one list
            assert length <= most, f"{node.name} has {length} lines"


def test_the_constraints_hold_names_and_versions_only():
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.\-]+==[^\s;]+( ; .+)?", line), line


def test_the_command_line_starts_without_the_heavy_libraries():
    script = (
        "import sys, haste.cli.main\n"
        "heavy = {'numpy', 'pandas', 'sklearn', 'scipy', 'lightgbm', 'matplotlib', 'rich.live', 'pydantic_ai'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_of_one_machine_is_committed():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    home = re.compile(rb"/(work|root|home/[a-z]+)/")
    allowed = re.compile(rb"/home/(x|user|you|someone|alice|jane|bob|anna|me)/")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file() or path.suffix in {".zip", ".png"} or name.startswith("tests/"):
            continue
        for found in home.finditer(path.read_bytes()):
            line = path.read_bytes()[: found.start()].count(b"\n") + 1
            assert allowed.match(found[0]), f"{name}:{line} names {found[0].decode()}"


def test_the_grades_stream_cannot_be_folded_into_a_run():
    from pydantic import ValidationError

    from haste.schema.competition import Grade
    from haste.schema.events import EVENT, SubmissionGraded
    from tests.search.legal import MAXIMIZE

    graded = SubmissionGraded(run_id="r", competition="c", submission="sha256:0", grade=Grade(score=1, metric=MAXIMIZE))
    with pytest.raises(ValidationError):
        EVENT.validate_json(graded.model_dump_json())


def test_the_peers_table_is_what_was_measured():
    import importlib.util
    import json

    spec = importlib.util.spec_from_file_location("compare", ROOT / "bench" / "peers" / "compare.py")
    compare = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compare)
    told = json.loads((ROOT / "results" / "peers.json").read_text())
    assert compare.page(told) in (ROOT / "docs" / "benchmarks.md").read_text()


def test_the_command_line_offers_the_choices_that_the_schema_knows():
    from typing import get_args

    from haste.cli import model_options, options, run
    from haste.schema.brief import Order
    from haste.schema.config import ModelConfig, RunConfig, Start
    from haste.schema.knowledge import Loading

    assert [one.value for one in run.Loading] == [one.value for one in Loading]
    assert [one.value for one in run.Start] == [one.value for one in Start]
    assert [one.value for one in run.Order] == list(get_args(Order))
    forms = get_args(ModelConfig.model_fields["reply_mode"].annotation)
    assert [one.value for one in model_options.ReplyMode] == list(forms)
    known = get_args(RunConfig.model_fields["sandbox"].annotation)
    assert [one.value for one in options.Sandbox] == list(known)
