"""Where a script's input lies, and what it is called there, is the same for every job."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from haste.executor import zygote
from haste.executor.scratch import link_tree, prepare_slot
from haste.schema.execution import Job, Outcome

from .bench import INPUTS, LIMITS, REAL, isolation, lay_inputs, local

LOOK = """
import glob, os
print(os.readlink("input"), os.path.realpath("input"), os.path.realpath("input/train.csv"))
print(sorted(os.listdir("input")), open("input/train.csv").read())
open("submission.csv", "w").write(open("/proc/self/mountinfo").read())
"""


@pytest.mark.parametrize("name", REAL)
def test_no_script_learns_its_inputs_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote, "PRELOAD", zygote.FRESH_PRELOAD)
    kind, _, path = name.partition("-")
    executor = local(isolation(kind), tmp_path, warm=path == "warm")
    seen = set()
    for view in ("views/validation-view", "views/final-view", "elsewhere/final-view"):
        lay_inputs(tmp_path / view)
        executor.submit(Job(view, {"solution.py": LOOK.encode()}, tmp_path / view, LIMITS))
        (done,) = executor.wait(60)
        assert done.outcome is Outcome.OK, done
        assert b"-view" not in done.outputs["submission.csv"]
        assert b"proc" in done.outputs["submission.csv"]
        seen.add(done.stdout)
    executor.close()
    (said,) = seen
    assert str(sorted(INPUTS)) in said
    assert "-view" not in said
    if kind == "bwrap":
        assert said.startswith("/input /input /input/train.csv\n")


def test_an_input_is_linked_with_its_folders_and_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "view"
    (source / "images" / "deep").mkdir(parents=True)
    (source / "images" / "deep" / "a.png").write_bytes(b"a")
    (source / "same.png").symlink_to("images/deep/a.png")
    (source / "same").symlink_to("images")
    *_, linked = prepare_slot(tmp_path / "slot")
    link_tree(source, linked)
    assert (linked / "same.png").read_bytes() == b"a"
    assert (linked / "same").is_symlink()
    assert (linked / "images/deep/a.png").samefile(source / "images/deep/a.png")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    *_, copied = prepare_slot(tmp_path / "other")
    link_tree(source, copied)
    assert (copied / "same.png").is_symlink()
    assert (copied / "same").is_symlink()
    assert (copied / "images/deep/a.png").read_bytes() == b"a"
    assert not (copied / "images/deep/a.png").samefile(source / "images/deep/a.png")
