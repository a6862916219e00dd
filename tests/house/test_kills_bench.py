"""What the page on benchmarks tells of a campaign that is killed again and again is what was found."""

import json
from pathlib import Path

from haste.competition.catalogue import bundled

ROOT = Path(__file__).resolve().parents[2]
TOLD = json.loads((ROOT / "results" / "campaign-kills.json").read_text(encoding="utf-8"))
KILLS = 20  # asked for, over all bundled competitions


def test_a_campaign_over_everything_was_killed_often_and_came_to_the_same():
    assert TOLD["equal"] is True
    assert TOLD["differences"] == []
    assert TOLD["kills_while_running"] >= KILLS
    assert TOLD["competitions"] == [one.id for one in bundled()]


def test_the_page_tells_what_was_found():
    page = " ".join((ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8").split())
    assert f"`{TOLD['command']}`" in page
    assert (
        f"Undisturbed it took {TOLD['undisturbed_s']:.0f} s ({TOLD['executions']} executions); killed "
        f"{TOLD['kills_while_running']} times with SIGKILL, {TOLD['killed_s']:.0f} s, with "
        f"{TOLD['executions_begun_again']} executions begun again."
    ) in page
