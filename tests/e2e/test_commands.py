"""The commands as a person types them: real processes, real sandbox, a toy folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from haste.cli.main import main
from haste.store.files import FileStore
from tests.runner.toys import write_toy

from .typed import haste, tree

pytestmark = pytest.mark.timeout(300)
SMALL = ["--iterations", "3", "--runner-up-iterations", "1", "--folds", "3", "--workers", "2", "--time-limit", "none"]


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Path:
    return write_toy(tmp_path_factory.mktemp("data") / "toy")


def _fresh(data: Path) -> dict[str, str]:
    """An environment whose store is as it ships: what an earlier run of a competition left is part of a run's input."""
    return {**os.environ, "XDG_DATA_HOME": str(data)}


@pytest.fixture(scope="module")
def finished(toy: Path, tmp_path_factory) -> tuple[Path, dict]:
    """One whole run with the built-in engineer."""
    out = tmp_path_factory.mktemp("runs")
    words = ["run", toy, *SMALL, "--seed", 7, "--out", out, "--json"]
    told = json.loads(haste(*words, env=_fresh(out / "data")).stdout.splitlines()[-1])
    return Path(told["submission"]).parent, told


def test_a_folder_is_solved_graded_and_explained(finished):
    folder, told = finished
    assert told["competition"] == "toy"
    assert told["validation_trust"] == "harness"
    assert told["grade"] is not None
    assert told["skills_loaded"] > 0  # the user's store begins as a copy of the starter inventory
    assert told["medal"] in ("gold", "silver", "bronze", "none")
    assert told["stop_reason"] in ("iterations", "stagnation")
    assert told["executions"] > 10
    assert told["tokens"] == {"input": 0, "cached": 0, "output": 0}
    assert {"journal.jsonl", "submission.csv", "solution", "report.html", "grades.jsonl"} <= {
        p.name for p in folder.iterdir()
    }
    assert not (folder / "work").exists()
    report = json.loads(haste("report", folder, "--json").stdout)
    assert report


def test_a_store_that_cannot_be_made_is_said_and_the_users_own_is_done_without(toy: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = haste("run", toy, "--skills", tmp_path / "file" / "skills", check=False, cwd=tmp_path)
    assert done.returncode == 5
    assert "--skills" in done.stderr
    assert not (tmp_path / "runs").exists()
    hidden = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "file")}
    done = haste("run", toy, "--memory", "lots", check=False, cwd=tmp_path, env=hidden)
    assert "goes without skills" in done.stderr


def _kill(words: list[object], runs: Path, entries: int) -> Path:
    """Begin this, and kill it when its journal has so many entries. Returns the folder of the run."""
    command = [sys.executable, "-m", "haste.cli.main", *map(str, words)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=_fresh(runs / "data"))
    journal = None
    while process.poll() is None:
        journal = journal or next(runs.glob("*/journal.jsonl"), None)
        if journal and journal.read_bytes().count(b"\n") >= entries:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert journal is not None
    return journal.parent


@pytest.mark.parametrize("kills", [(3, 40), *(pytest.param(each, marks=pytest.mark.slow) for each in ((12,), (25,)))])
def test_killed_and_resumed_a_run_ends_as_if_undisturbed(kills: tuple[int, ...], finished, toy: Path, tmp_path: Path):
    undisturbed, _ = finished
    words: list[object] = ["run", toy, *SMALL, "--seed", 7, "--out", tmp_path, "--json"]
    before: list = []
    for entries in kills:
        folder = _kill(words, tmp_path, entries)
        left = [e.event for e in FileStore(folder).read()]
        assert left[: len(before)] == before
        assert len(left) < len(list(FileStore(undisturbed).read()))
        words, before = ["resume", folder, "--json"], left
    told = json.loads(haste(*words).stdout.splitlines()[-1])
    assert tree(folder) == tree(undisturbed)
    assert (folder / "submission.csv").read_bytes() == (undisturbed / "submission.csv").read_bytes()
    after = [e.event for e in FileStore(folder).read()]
    assert after[: len(before)] == before
    ended = [(e.candidate, e.purpose, e.fold) for e in after if e.kind == "execution_finished"]
    assert len(ended) == len(set(ended))
    assert told["stop_reason"] in ("iterations", "stagnation")


@pytest.fixture(scope="module")
def again(toy: Path, tmp_path_factory) -> tuple[Path, dict, subprocess.CompletedProcess[str]]:
    """The run of `finished` once more, and what somebody was told who resumed it while it was going."""
    out = tmp_path_factory.mktemp("again")
    command = [sys.executable, "-m", "haste.cli.main", "run", toy, *SMALL, "--seed", 7, "--out", out, "--json"]
    words = list(map(str, command))
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=_fresh(out / "data"))
    journal = None
    while process.poll() is None:
        journal = journal or next(out.glob("*/journal.jsonl"), None)
        if journal and "execution_started" in journal.read_text():
            break
        time.sleep(0.02)
    refused = haste("resume", journal.parent, check=False)
    told = process.communicate(timeout=200)[0]
    assert process.returncode == 0
    return journal.parent, json.loads(told.splitlines()[-1]), refused


def test_resuming_a_run_that_is_still_going_harms_nothing(again):
    folder, told, refused = again
    assert refused.returncode == 5
    assert "another process is writing this run" in refused.stderr
    assert told["candidate"] is not None
    failed = [e for e in FileStore(folder).read() if getattr(e.event, "outcome", "ok") not in ("ok", "lost")]
    assert failed == []


def test_the_same_seed_gives_the_same_run(finished, again):
    assert tree(again[0]) == tree(finished[0])


def test_a_submission_is_graded(finished, toy: Path):
    folder, told = finished
    graded = json.loads(haste("grade", toy, folder / "submission.csv", "--json").stdout)
    assert graded["score"] == told["grade"]


FAULTS = [
    (["run", "no-such-thing"], 3, "no-such-thing"),
    (["run", "few-digit"], 3, "few-digits"),
    (["run", "TOY", "--time-limit", "soon"], 2, "30m"),
    (["run", "TOY", "--memory", "lots"], 2, "4GB"),
    (["run", "TOY", "--python", "/nowhere/python"], 2, "interpreter"),
    (["run", "TOY", "--from", "/nowhere/mine.py"], 2, "mine.py"),
    (["resume", "nowhere"], 5, "journal.jsonl"),
    (["skills", "show", "nothing"], 5, "nothing"),
    (["skills", "list", "--skills", "nowhere"], 5, "no skill store"),
    (["skills", "promote", "nowhere"], 5, "journal.jsonl"),
    (["skills", "add", "nowhere"], 5, "nowhere"),
    (["grade", "TOY", "nowhere.csv"], 4, "nowhere.csv"),
    (["grade", "TOY", "TOY/train.csv"], 4, "column"),
]


@pytest.mark.parametrize(("words", "code", "says"), FAULTS, ids=lambda value: str(value)[:40])
def test_faults_say_what_is_wrong_and_have_their_own_exit_codes(words, code, says, toy, tmp_path, monkeypatch, capfd):
    """Here and not in a process of their own, which would take a second each; other tests see real exit codes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["haste", *(word.replace("TOY", str(toy)) for word in words)])
    with pytest.raises(SystemExit) as left:
        main()
    out, err = capfd.readouterr()
    assert left.value.code == code, err
    assert says in err
    assert "Traceback" not in err
    assert out == ""


def test_a_folder_that_cannot_be_written_is_said(toy: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = haste("run", toy, "--out", tmp_path / "file" / "runs", check=False)
    assert done.returncode == 5
    assert "--out" in done.stderr


def test_the_doctor_says_what_is_missing_where_bubblewrap_is_not_there(tmp_path: Path):
    hidden = {**os.environ, "PATH": str(tmp_path)}
    done = haste("doctor", "--json", env=hidden)
    found = json.loads(done.stdout)
    assert {s["name"] for s in found["sandboxes"]} == {"bwrap", "landlock", "plain"}
    assert not next(s for s in found["sandboxes"] if s["name"] == "bwrap")["works"]
    plain = next(s for s in found["sandboxes"] if s["name"] == "plain")
    assert "no_network" in plain["missing"]


def test_competitions_are_listed_shown_checked_and_begun(toy: Path, tmp_path: Path):
    listed = json.loads(haste("competitions", "list", "--json").stdout)
    assert len(listed) >= 8
    assert {"id", "domain", "metric", "rows"} <= set(listed[0])
    shown = json.loads(haste("competitions", "show", toy, "--json").stdout)
    assert shown["metric"]["name"] == "rmse"
    assert haste("competitions", "check", toy).returncode == 0
    bare = write_toy(tmp_path / "bare")
    (bare / "competition.toml").unlink()
    path = Path(haste("competitions", "init", bare).stdout.strip())
    assert 'target = "y"' in path.read_text()
    assert haste("competitions", "init", bare, check=False).returncode == 2
    assert haste("competitions", "check", bare).returncode == 0
