"""Every bundled competition, solved with seed 0 as a person would: `make test-slow`, about a quarter of an hour."""

from __future__ import annotations

import json

import pytest

from haste.competition.catalogue import bundled

from .typed import haste

MEDALS: dict[str, str] = {}
IDS = [entry.id for entry in bundled()]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("competition", IDS)
def test_it_gets_a_valid_submission(competition: str, tmp_path):
    done = haste("run", competition, "--seed", 0, "--time-limit", "60s", "--out", tmp_path, "--json")
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["grade"] is not None
    assert told["candidate"] is not None, "the dummy predictor stood in"
    MEDALS[competition] = told["medal"]


@pytest.mark.slow
def test_at_least_half_of_them_get_a_medal():
    if len(MEDALS) < len(IDS):
        pytest.skip("the runs before this test were not all made")
    assert sum(medal != "none" for medal in MEDALS.values()) >= len(IDS) / 2, MEDALS
