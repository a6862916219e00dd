"""Bubblewrap is used only where our own PATH leads to it; what is chosen without it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from haste.executor import choose
from haste.executor.bwrap import Bubblewrap
from haste.executor.interpreter import ask_interpreter
from haste.executor.isolation import Place
from haste.executor.landlock import Landlock
from haste.schema.errors import SandboxUnavailable
from haste.schema.execution import Guarantee


@pytest.fixture
def hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PATH that leads nowhere."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("bwrap") is None


@pytest.mark.usefixtures("hidden")
def test_without_a_way_to_bwrap_it_does_not_work() -> None:
    first = choose.available()[0]
    assert (first.name, first.works, first.warm) == ("bwrap", False, False)
    assert first.reason == "there is no bwrap on the PATH"
    assert first.missing == tuple(Guarantee)


@pytest.mark.usefixtures("hidden")
def test_required_takes_landlock_where_there_is_no_bwrap() -> None:
    second = choose.available()[1]
    if not second.works or not {Guarantee.PRIVATE_FILES, Guarantee.NO_NETWORK} <= second.isolation.guarantees():
        pytest.skip(f"landlock is not enough here: {second.reason}")
    assert choose.choose("required").name == "landlock"
    assert choose.choose("auto").name == "landlock"


@pytest.mark.usefixtures("hidden")
@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (frozenset(), "landlock: this kernel does not offer it"),
        (frozenset({Guarantee.PRIVATE_FILES, Guarantee.WALL_LIMIT}), "landlock: it does not promise no_network"),
    ],
)
def test_required_refuses_where_landlock_is_not_enough_either(
    given: frozenset[Guarantee], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Landlock, "guarantees", lambda _: given)
    with pytest.raises(SandboxUnavailable, match=f"bwrap: there is no bwrap on the PATH; {reason}"):
        choose.choose("required")


def test_bwrap_is_started_by_its_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "bwrap"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho --size\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "bin")  # the supervisor's start has another folder and another PATH
    place = Place(*(tmp_path / name for name in ("work", "tmp", "input", "empty")))
    launch = Bubblewrap().launch(place, ask_interpreter(Path(sys.executable)), 1)
    assert launch.arguments[0] == str(program)
    assert "--size" in launch.arguments  # its options were read
