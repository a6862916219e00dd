"""Journals of every version there ever was must fold today."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from haste.campaign.state import fold as fold_campaign
from haste.campaign.summary import summarise
from haste.schema.campaign import CAMPAIGN_EVENT, CampaignEntry
from haste.schema.events import SCHEMA_VERSION
from haste.search.evolve import fold
from haste.store.files import FileStore
from haste.store.stream import Stream

KEPT = sorted(Path(__file__).parent.glob("journal-v*.jsonl"))
LATER = {"domain_settled"}  # kinds of events that were added without a change to any other
CAMPAIGNS = sorted(Path(__file__).parent.glob("campaign-v*.jsonl"))


def test_the_journal_of_every_version_is_kept():
    versions = range(1, SCHEMA_VERSION + 1)
    assert [path.stem for path in KEPT] == [f"journal-v{n}" for n in versions]
    assert [path.stem for path in CAMPAIGNS] == [f"campaign-v{n}" for n in versions]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_it_folds_to_what_it_was(path: Path, tmp_path: Path):
    shutil.copy(path, tmp_path / "journal.jsonl")
    state = fold(FileStore(tmp_path).read())
    assert state.finished == "interrupted"
    assert state.interrupted
    assert [note.name for note in state.skills] == ["seeds"]
    assert len(state.nodes) == 11
    assert state.chosen is not None
    assert sorted(n.candidate.id for n in state.nodes.values() if n.decision and n.decision.kept) == ["c10", "c4", "c5"]


@pytest.mark.parametrize("path", CAMPAIGNS, ids=lambda path: path.stem)
def test_a_campaign_folds_to_what_it_was(path: Path):
    entries = list(Stream(path, CampaignEntry).read())
    known = CAMPAIGN_EVENT.json_schema()["discriminator"]["mapping"]
    assert {entry.event.kind for entry in entries} == set(known) - LATER
    state = fold_campaign(entries)
    assert state.finished == "complete"
    assert [one.id for one in state.classified.competitions] == ["alpha", "gamma", "beta", "delta"]
    assert {run: ended.outcome for run, ended in state.runs.items()} == {
        "r01-alpha-s0": "finished",
        "r01-gamma-s0": "finished",
        "r02-beta-s0": "finished",
        "r02-delta-s0": "failed",
    }
    first, second = summarise(state, [], entries[0].at)["rounds"]
    assert [one["where"] for one in first["refused"]] == ["r01-alpha-s0/1"]
    assert sum(second["verdicts"].values()) == 3  # its own two, and the one that had to wait
    assert second["inventory"]["skills"] == sum(state.rounds[1].ended.inventory.tiers.values()) > 0
