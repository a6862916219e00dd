"""A campaign that a model thinks for, killed for real while it asks for domains and while it solves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from haste.schema.model import Stage
from haste.store.files import FileStore
from tests.campaign.test_campaign_commands import toys

from .answering import answering

TINY = ["--iterations", 0, "--runner-up-iterations", 0, "--prototypes", 1, "--folds", 2, "--time-limit", "none"]
TINY += ["--sandbox", "off", "--workers", 1, "--no-promote", "--json"]


def begin(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "haste.cli.main", "campaign", *map(str, words)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OPENAI_API_KEY": "sk-planted"},
    )


def replies(folder: Path) -> list[Stage]:
    return [entry.event.stage for entry in FileStore(folder).read() if entry.event.kind == "model_replied"]


def kill_once_replied(process: subprocess.Popen[str], out: Path, pattern: str) -> None:
    while process.poll() is None and not any(replies(path.parent) for path in out.glob(pattern)):
        time.sleep(0.005)
    assert process.poll() is None
    process.kill()
    process.communicate()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_twice_no_domain_is_asked_for_or_paid_twice(tmp_path: Path):
    places, out = toys(tmp_path / "data")[:2], tmp_path / "out"
    with answering() as server:
        model = ["--model", "openai:x", "--base-url", server.url]
        kill_once_replied(begin("run", *places, *model, *TINY, "--out", out), out, "*/domains/*/journal.jsonl")
        (folder,) = out.iterdir()
        kill_once_replied(begin("resume", folder), out, "*/runs/*/journal.jsonl")
        process = begin("resume", folder, "--json")
        printed, said = process.communicate(timeout=600)
        assert process.returncode == 0, said
    told = json.loads(printed)
    assert told["finished"] == "complete"
    assert [row["outcome"] for row in told["runs"]] == ["finished", "finished"]
    assert sum("classify" in form for form in server.forms) == 2
    assert told["domains"] == {"asked": 2, "tokens": 6400, "usd": None}  # there is no price
    for place in folder.glob("domains/*"):
        assert replies(place) == [Stage.CLASSIFY]
        assert not (place / "work").exists()
    for row in told["runs"]:
        assert Stage.CLASSIFY not in replies(folder / "runs" / row["run"])
    assert not any("domain of" in note for note in told["notes"])
