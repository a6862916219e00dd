"""`haste ablate` as a person types it: stopped, killed, begun twice, begun again. Real processes, real scripts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.campaign.fake_machine import toys

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SMALL = ["--seeds", "1", "--iterations", "2", "--runner-up-iterations", "0", "--folds", "2", "--workers", "2"]


def command(out: Path, names: list[str], *more: str) -> list[str]:
    return [sys.executable, "-m", "haste.cli.main", "ablate", "start", *names, *SMALL, "--out", str(out), *more]


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> list[str]:
    return toys(tmp_path_factory.mktemp("data"), "alpha", "beta")


@pytest.fixture(scope="module")
def whole(names, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("studies") / "whole"
    done = subprocess.run(command(out, names, "--json"), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == json.loads((out / "summary.json").read_text())
    return out


def _entries(out: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in out.glob("runs/*/journal.jsonl"))


def _stop_at(process: subprocess.Popen, out: Path, entries: int, number: int) -> None:
    while process.poll() is None and _entries(out) < entries:
        time.sleep(0.01)
    process.send_signal(number)


def _compared(out: Path) -> dict:
    return json.loads((out / "comparison.json").read_text())


def test_killed_at_many_moments_and_begun_again_it_gives_the_same_comparison(whole: Path, names, tmp_path: Path):
    out, kills = tmp_path / "study", 0
    for entries in range(7, _entries(whole), 29):
        process = subprocess.Popen(command(out, names), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _stop_at(process, out, entries, signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    assert kills > 5
    subprocess.run(command(out, names), capture_output=True, check=True)
    assert _compared(out) == _compared(whole)


def test_ctrl_c_stops_soon_and_the_same_command_goes_on(whole: Path, names, tmp_path: Path):
    out = tmp_path / "study"
    process = subprocess.Popen(command(out, names), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    _stop_at(process, out, 40, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert "Traceback" not in said
    assert not (out / "comparison.json").exists()
    subprocess.run(command(out, names), capture_output=True, check=True)
    assert _compared(out) == _compared(whole)


def test_a_second_process_on_the_same_folder_is_refused(names, tmp_path: Path):
    out = tmp_path / "study"
    first = subprocess.Popen(command(out, names), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (out / "study.json").is_file():
        time.sleep(0.01)
    second = subprocess.run(command(out, names), capture_output=True, text=True, check=False)
    first.kill()
    first.wait()
    assert second.returncode == 5
    assert "another process is carrying out this study" in second.stderr


def test_the_report_is_made_anew_at_any_time(whole: Path):
    (whole / "report.html").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "haste.cli.main", "report", str(whole)], capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == whole / "report.html"
    assert "<svg" in (whole / "report.html").read_text()
