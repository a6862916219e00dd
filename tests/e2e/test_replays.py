"""Recorded runs with real answers are gone through again, offline, and come to the same decisions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from haste.schema.events import Event, RunStarted
from haste.store.files import FileStore

RECORDS = sorted((Path(__file__).parents[1] / "replays").glob("*.tar.xz"))
QUICK = "sign-names-warm"
DECISIONS = (
    "screen_decided",
    "candidate_decided",
    "branch_ended",
    "ensemble_decided",
    "submission_chosen",
    "learnings_recorded",
)


def cases() -> Iterator[Any]:
    for record in RECORDS:
        name = record.name.removesuffix(".tar.xz")
        yield pytest.param(record, id=name, marks=() if name == QUICK else pytest.mark.slow)


def unpack(record: Path, folder: Path) -> None:
    """File by file: `extractall` asks for a filter in newer Pythons, and knows none in older ones."""
    with tarfile.open(record) as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            path = folder / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())


def events(folder: Path) -> list[Event]:
    return [entry.event for entry in FileStore(folder).read()]


def decisions(told: list[Event]) -> list[dict[str, Any]]:
    return [event.model_dump(exclude={"learnings": {"__all__": {"id"}}}) for event in told if event.kind in DECISIONS]


def test_there_are_records_of_every_kind_of_data() -> None:
    first = {record.name.rpartition("-")[0] for record in RECORDS}
    assert {"sign-names", "clinic-visits", "few-digits", "factory-turnover"} <= first


@pytest.mark.parametrize("record", list(cases()))
def test_a_record_is_gone_through_again(record: Path, tmp_path: Path) -> None:
    unpack(record, tmp_path)
    recorded = events(tmp_path / record.name.removesuffix(".tar.xz"))
    begun = recorded[0]
    assert isinstance(begun, RunStarted)
    command = [
        sys.executable,
        "-m",
        "haste.cli.main",
        "run",
        begun.competition.id,
        "--json",
        "--out",
        tmp_path / "runs",
    ]
    model = ["--model", f"replay:{tmp_path / record.name.removesuffix('.tar.xz')}"]
    done = subprocess.run(
        [*map(str, command), *model],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"HASTE_OFFLINE": "1"},
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    (folder,) = (tmp_path / "runs").iterdir()
    assert decisions(events(folder)) == decisions(recorded)
    assert summary["calls"] == sum(event.kind == "model_replied" for event in recorded)
    assert summary["medal"] is not None
