"""Runs that a model thinks for, as a person types them; the model is a server on this machine."""

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
from haste.search.evolve import fold
from haste.store.files import FileStore
from tests.runner.toys import write_toy

from .answering import Answering, answering

pytestmark = pytest.mark.timeout(400)
KEY = "sk-planted-0123456789abcdef"
SMALL = ["--iterations", "2", "--runner-up-iterations", "1", "--folds", "3", "--workers", "2", "--time-limit", "none"]
PRICES = '[models."openai:x"]\ninput = 1000.0\noutput = 4000.0\ncached = 100.0\n'


def haste(*words: object, key: str = KEY) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "haste.cli.main", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"OPENAI_API_KEY": key}
    )


def run(toy: Path, server: Answering, out: Path, *more: object) -> subprocess.CompletedProcess[str]:
    model = ["--model", "openai:x", "--base-url", server.url]
    return haste("run", toy, *model, *SMALL, "--start", "cold", "--out", out, "--json", *more)


def last(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def events(folder: Path) -> list:
    return [entry.event for entry in FileStore(folder).read()]


TIMES = {"wall_s", "overhead_s", "peak_memory_gb", "stdout", "stderr", "attempt"}


def told(folder: Path, without: set[str] = TIMES) -> list[str]:
    """The journal without times, names of the run and resumptions: every decision, every question, every score."""
    kept = []
    for event in events(folder):
        if event.kind in ("run_started", "run_resumed"):
            continue
        kept.append(event.model_dump(exclude=without))
    return sorted({str(one).replace(folder.name, "RUN") for one in kept})  # what a kill cut off was begun twice


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Path:
    return write_toy(tmp_path_factory.mktemp("data") / "toy")


@pytest.fixture(scope="module")
def finished(toy: Path, tmp_path_factory) -> tuple[Path, dict, Answering, str]:
    """One whole run, priced, with its own learnings."""
    out = tmp_path_factory.mktemp("runs")
    (out / "prices.toml").write_text(PRICES)
    with answering() as server:
        done = run(toy, server, out, "--prices", out / "prices.toml", "--max-usd", 10_000)
    assert done.returncode == 0, done.stderr
    summary = last(done)
    return Path(summary["submission"]).parent, summary, server, done.stdout + done.stderr


def test_a_model_solves_a_folder_and_its_cost_is_told(finished):
    folder, summary, server, _ = finished
    calls = len(server.requests)
    assert summary["model"] == "openai:x"
    assert summary["grade"] is not None
    assert summary["calls"] == calls >= 6
    assert summary["tokens"] == {"input": 3000 * calls, "cached": 2000 * calls, "output": 200 * calls}
    assert summary["usd"] == pytest.approx(calls * (1000 * 1000 + 2000 * 100 + 200 * 4000) / 1e6)
    assert summary["learnings"] == 2
    kinds = [event.kind for event in events(folder)]
    begun = ["run_started", "competition_profiled", "model_asked", "model_replied", "competition_classified"]
    assert kinds[:6] == [*begun, "model_asked"]
    state = fold(FileStore(folder).read())
    assert {node.candidate.author for node in state.nodes.values() if not node.candidate.members} == {"llm"}
    assert 'id="models"' in (folder / "report.html").read_text()


def test_the_key_is_sent_to_the_server_and_is_nowhere_else(finished):
    folder, _, server, printed = finished
    assert set(server.keys) == {f"Bearer {KEY}"}
    assert KEY not in printed
    seen = 0
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert KEY.encode() not in content, path
            seen += b"PYTHONHASHSEED" in content  # a script's own look at its environment
    assert seen > 0
    assert all(KEY not in json.dumps(request) for request in server.requests)


def test_a_record_is_a_cassette_for_the_same_decisions_offline(finished, toy: Path, tmp_path: Path):
    folder, summary, server, _ = finished
    before = len(server.requests)
    done = haste("run", toy, "--model", f"replay:{folder}", "--out", tmp_path, "--json", key="")
    again = last(done)
    assert done.returncode == 0
    assert len(server.requests) == before
    assert told(Path(again["submission"]).parent) == told(folder)
    assert again["model"] == "replay:openai:x"
    assert (again["grade"], again["usd"]) == (summary["grade"], summary["usd"])
    assert (folder / "submission.csv").read_bytes() == Path(again["submission"]).read_bytes()
    other = write_toy(tmp_path / "other", seed=1)
    refused = haste("run", other, "--model", f"replay:{folder}", "--out", tmp_path, key="")
    assert refused.returncode == 3
    assert "train.csv" in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize("kill_at", [4, 26])
def test_killed_and_resumed_nothing_is_asked_or_paid_twice(kill_at: int, finished, toy: Path, tmp_path: Path):
    whole, _, _, _ = finished
    with answering() as server:
        (tmp_path / "prices.toml").write_text(PRICES)
        words = ["run", toy, "--model", "openai:x", "--base-url", server.url, *SMALL, "--start", "cold", "--out",
                 tmp_path, "--json", "--prices", tmp_path / "prices.toml"]  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "haste.cli.main", *map(str, words)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"OPENAI_API_KEY": KEY},
        )  # fmt: skip
        journal = None
        while process.poll() is None:
            journal = journal or next(tmp_path.glob("*/journal.jsonl"), None)
            if journal and journal.read_bytes().count(b"\n") >= kill_at:
                break
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert journal is not None
        before = len([e for e in events(journal.parent) if e.kind == "model_replied"])
        in_flight = len(server.requests) - before
        done = haste("resume", journal.parent, "--json")
    assert done.returncode == 0, done.stderr
    timed = TIMES | {"request", "bound"}  # a question says how long the incumbent took
    assert told(journal.parent, timed) == told(whole, timed)
    replied = [e.request for e in events(journal.parent) if e.kind == "model_replied"]
    assert in_flight <= 1
    assert len(server.requests) == len(replied) + in_flight


def test_a_wrong_key_stops_at_once_and_resume_goes_on_with_the_right_one(toy: Path, tmp_path: Path):
    refusal = 401, {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}
    with answering() as server:
        server.spoil = lambda n: refusal if server.keys[-1] != "Bearer right" else None
        done = run(toy, server, tmp_path, "--iterations", 0, "--folds", 2, "--workers", 1)
        assert done.returncode == 7
        fault = json.loads(done.stderr.splitlines()[-1])["error"]
        assert fault["kind"] == "provider"
        assert "bad key" in fault["message"]
        assert "haste resume" in fault["hint"]
        assert KEY not in done.stderr
        assert len(server.requests) == 1
        folder = next(tmp_path.glob("toy-*"))
        assert not (folder / "submission.csv").exists()
        assert KEY not in (folder / "journal.jsonl").read_text()
        resumed = haste("resume", folder, "--json", key="right")
    assert resumed.returncode == 0, resumed.stderr
    assert last(resumed)["stop_reason"] in ("iterations", "stagnation")
    assert next(e.reason for e in events(folder) if e.kind == "run_finished") == "provider"


@pytest.mark.slow
def test_a_provider_that_fails_in_the_middle_leaves_the_best_so_far_and_can_be_taken_up(toy: Path, tmp_path: Path):
    broken = 404, {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}}
    with answering() as server:
        server.spoil = lambda n: broken if n == 3 else None
        done = run(toy, server, tmp_path)
        summary = last(done)
        assert done.returncode == 0
        assert summary["stop_reason"] == "provider"
        assert summary["candidate"] is not None
        assert summary["grade"] is not None
        folder = Path(summary["submission"]).parent
        again = last(haste("resume", folder, "--json"))
    assert again["stop_reason"] in ("iterations", "stagnation")
    assert again["iterations"] == 3
    assert again["learnings"] == 2


@pytest.mark.slow
def test_a_passing_fault_is_waited_out(toy: Path, tmp_path: Path):
    busy = 429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}
    with answering() as server:
        server.spoil = lambda n: busy if n in (2, 4) else None
        summary = last(run(toy, server, tmp_path))
    folder = Path(summary["submission"]).parent
    assert [e.fault.value for e in events(folder) if e.kind == "model_failed"] == ["rate_limited"] * 2
    assert summary["stop_reason"] in ("iterations", "stagnation")
    faults = json.loads(haste("report", folder, "--json").stdout)["models"]["faults"]
    assert len(faults) == 2


@pytest.mark.slow
def test_tokens_are_limited_hard_and_the_best_so_far_is_delivered(toy: Path, tmp_path: Path):
    with answering() as server:
        server.sent = 9000
        summary = last(run(toy, server, tmp_path, "--max-tokens", 48_000))
    assert summary["stop_reason"] == "token_limit"
    assert summary["tokens"]["input"] + summary["tokens"]["output"] <= 48_000
    # A second refinement could have come to more than is left; reflecting could not.
    assert [form.split("_")[0] for form in server.forms] == ["classify", "propose", "propose", "record"]
    assert summary["grade"] is not None


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--model", "openai:x", "--max-usd", "1"], 2, "--prices"),
        (["--model", "nobody:x"], 2, "nobody"),
        (["--model", "replay:nowhere"], 5, "journal.jsonl"),
        (["--model", "replay:"], 2, "replay"),
        (["--reflect-model", "openai:x"], 2, "--model"),
        (["--model", "openai:x", "--prices", "nowhere.toml"], 2, "nowhere.toml"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_asked_is_said_before_anything_begins(words, code, says, toy, tmp_path, monkeypatch, capfd):
    """Here and not in a process of their own, which would take a second each; other tests see real exit codes."""
    url = ["--base-url", "http://127.0.0.1:9/v1"] if "openai:x" in words and "--reflect-model" not in words else []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(sys, "argv", ["haste", "run", str(toy), *words, *url, "--out", str(tmp_path / "runs")])
    with pytest.raises(SystemExit) as left:
        main()
    err = capfd.readouterr().err
    assert left.value.code == code, err
    assert says in err
    assert "Traceback" not in err
    assert not (tmp_path / "runs").exists()


def test_a_hosted_model_without_a_key_is_refused_at_once(toy: Path, tmp_path: Path):
    done = haste("run", toy, "--model", "anthropic:some", "--out", tmp_path / "runs")
    assert done.returncode == 2
    assert "ANTHROPIC_API_KEY" in done.stderr
