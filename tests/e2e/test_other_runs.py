"""Runs that begin or end in another way: cold, from a script of one's own, stopped, out of time, with nothing valid."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from haste.search.evolve import fold
from haste.store.files import FileStore
from tests.runner.toys import linear, write_toy

from .typed import haste, tree

pytestmark = pytest.mark.timeout(300)
# The length of these runs says nothing, and each worker imports everything that scripts usually need.
TINY = ["--iterations", "1", "--runner-up-iterations", "1", "--folds", "2", "--workers", "1", "--time-limit", "none"]
LONG = ["--folds", "2", "--workers", "1", "--time-limit", "none"]


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Path:
    return write_toy(tmp_path_factory.mktemp("data") / "toy")


def test_a_cold_start_is_a_warm_one_with_an_empty_store_and_leaves_its_evidence_too(toy: Path, tmp_path: Path):
    told = {}
    for start, store in (("warm", "empty"), ("cold", "skills")):
        words = [
            *TINY,
            "--prototypes",
            2,
            "--seed",
            7,
            "--start",
            start,
            "--skills",
            tmp_path / store,
            "--out",
            tmp_path / start,
            "--json",
        ]
        told[start] = json.loads(haste("run", toy, *words).stdout.splitlines()[-1])
    warm, cold = told["warm"], told["cold"]
    assert tree(Path(cold["submission"]).parent) == tree(Path(warm["submission"]).parent)
    assert (warm["start"], warm["loading"], warm["skills_loaded"]) == ("warm", "tiered", 0)
    assert (cold["start"], cold["skills_loaded"]) == ("cold", 0)
    left = json.loads(haste("skills", "stats", "--skills", tmp_path / "skills", "--json").stdout)
    assert (left["runs"], left["competitions"]) == (1, 1)
    assert left["measured_changes"] > 0
    kinds = [[e.event.kind for e in FileStore(Path(one["submission"]).parent).read()] for one in (warm, cold)]
    assert (kinds[0].count("skills_loaded"), kinds[1].count("skills_loaded")) == (1, 0)


def test_ctrl_c_ends_with_the_best_so_far(toy: Path, tmp_path: Path):
    command = [sys.executable, "-m", "haste.cli.main", "run", toy, *LONG, "--out", tmp_path, "--json"]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None:
        journal = next(tmp_path.glob("*/journal.jsonl"), None)
        if journal and "screen_decided" in journal.read_text():
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=100)
    told = json.loads(out.splitlines()[-1])
    assert process.returncode == 130
    assert told["stop_reason"] == "interrupted"
    assert Path(told["submission"]).read_text().startswith("id,y")
    assert told["grade"] is not None
    assert "Ctrl-C" in err


def test_a_time_limit_is_kept_and_something_valid_comes_out(toy: Path, tmp_path: Path):
    script = tmp_path / "slow.py"
    script.write_text("import time\ntime.sleep(3)\n" + linear("a"))
    more = ["--from", script, "--prototypes", 1, "--workers", 1, "--time-limit", "40s", "--sandbox", "off"]
    told = json.loads(haste("run", toy, *more, "--out", tmp_path, "--json").stdout.splitlines()[-1])
    assert told["grade"] is not None
    assert told["candidate"] is not None
    entries = list(FileStore(Path(told["submission"]).parent).read())
    assert entries[-1].at - entries[0].at < 40 + 3  # what is left over is one kill and the reflection


def test_ones_own_script_is_scored_and_begun_from(toy: Path, tmp_path: Path):
    script = tmp_path / "mine.py"
    script.write_text(linear("a", "b", "c") + "print('hello from the script')\n")
    scored = json.loads(haste("score", toy, script, "--folds", 3, "--workers", 1, "--json").stdout)
    assert [fold["outcome"] for fold in scored["folds"]] == ["ok"] * 3
    assert 0.2 < scored["score"] < 0.4
    assert "hello from the script" in scored["folds"][0]["stdout"]
    words = [*TINY, "--from", script, "--prototypes", 2, "--out", tmp_path]
    told = json.loads(haste("run", toy, *words, "--json").stdout.splitlines()[-1])
    state = fold(FileStore(Path(told["submission"]).parent).read())
    assert state.nodes["c1"].candidate.author == "user"
    assert state.nodes["c1"].mean() is not None


def test_a_run_in_which_nothing_was_valid_says_so_with_its_exit_code(toy: Path, tmp_path: Path):
    script = tmp_path / "mine.py"
    script.write_text("raise SystemExit('nothing')\n")
    words = ["--from", script, "--prototypes", 1, "--workers", 1, "--out", tmp_path, "--json"]
    done = haste("run", toy, *words, check=False)
    assert done.returncode == 8
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["stop_reason"] == "no_valid_candidate"
    assert Path(told["submission"]).exists()


def test_a_script_cannot_tell_validation_from_the_real_thing_by_where_its_input_lies(toy: Path, tmp_path: Path):
    script = tmp_path / "mine.py"
    look = "import os\nprint(os.path.realpath('input'), os.path.islink('input') and os.readlink('input'))\n"
    look += "print(open('/proc/self/mountinfo').read())\n"
    script.write_text(look + linear("a"))
    for sandbox in ("auto", "off"):
        words = ["--sandbox", sandbox, "--folds", 2, "--workers", 1, "--json"]
        scored = json.loads(haste("score", toy, script, *words).stdout)
        for fold_told in scored["folds"]:
            place = fold_told["stdout"].splitlines()[0].rpartition("/inputs/")[2]
            assert not any(word in place for word in ("search", "confirm", "final", "fold")), place


def test_a_changed_competition_is_not_resumed(toy: Path, tmp_path: Path):
    copy = write_toy(tmp_path / "copy")
    process = subprocess.Popen(
        [sys.executable, "-m", "haste.cli.main", "run", str(copy), "--out", str(tmp_path / "runs"), "--json"],
        stdout=subprocess.DEVNULL,
    )
    while process.poll() is None and not list(tmp_path.glob("runs/*/journal.jsonl")):
        time.sleep(0.02)
    process.kill()
    process.wait()
    train = copy / "train.csv"
    train.write_text(train.read_text().replace("r0001", "r9999"))
    run = next(tmp_path.glob("runs/*"))
    done = haste("resume", run, check=False)
    assert done.returncode == 3
    assert "train.csv" in done.stderr
