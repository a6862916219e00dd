"""Campaigns as a person types them: real processes, real runs, killed and paused for real."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from haste import __version__
from haste.campaign.state import fold
from haste.cli.campaign_file import parse, to_config
from haste.cli.campaign_report import summary_at
from haste.cli.campaign_wiring import begin_campaign, resume_campaign
from haste.cli.main import app
from haste.competition.settings import LONGEST_ID
from haste.schema.campaign import Assignment, RoundPlanned, RunAssigned
from haste.schema.config import Budget, Start
from haste.schema.errors import HasteError
from haste.schema.events import RunInterrupted
from haste.store.files import FileStore
from haste.view.campaign_live import narrate
from tests.runner.toys import write_toy

from .made_up import without_times

TINY = ["--iterations", 1, "--runner-up-iterations", 0, "--prototypes", 2, "--folds", 2, "--time-limit", "none"]
TINY += ["--sandbox", "off"]


def haste(*words: object, check: bool = True, **more) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "haste.cli.main", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    assert not check or done.returncode == 0, done.stderr
    return done


def begin(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "haste.cli.main", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def toys(folder: Path) -> list[Path]:
    """Three competitions, each with an id of its own."""
    made = []
    for seed, name in enumerate(("ant", "bee", "cow")):
        place = write_toy(folder / name, seed=seed, rows=60)
        text = (place / "competition.toml").read_text()
        (place / "competition.toml").write_text(text.replace('id = "toy"', f'id = "{name}"'))
        made.append(place)
    return made


def tables(told: dict) -> object:
    return without_times({key: value for key, value in told.items() if key not in ("campaign", "folder", "report")})


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> list[Path]:
    return toys(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def whole(places: list[Path], tmp_path_factory) -> dict:
    out = tmp_path_factory.mktemp("whole")
    return json.loads(haste("campaign", "run", *places, *TINY, "--out", out, "--json").stdout)


@pytest.fixture(scope="module")
def pair(places: list[Path], tmp_path_factory) -> dict:
    """Of two competitions only: the second round is of one run."""
    out = tmp_path_factory.mktemp("pair")
    return json.loads(haste("campaign", "run", *places[:2], *TINY, "--out", out, "--json").stdout)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("which", "rounds"), [("pair", [1, 1]), pytest.param("whole", [1, 2], marks=pytest.mark.slow)])
def test_a_campaign_ends_in_a_report(which: str, rounds: list[int], request: pytest.FixtureRequest):
    whole = request.getfixturevalue(which)
    folder = Path(whole["folder"])
    assert whole["finished"] == "complete"
    assert [one["runs"] for one in whole["rounds"]] == rounds
    assert whole["overall"]["ranked"] == sum(rounds)
    names = {path.name for path in folder.iterdir()}
    assert names == {"campaign.jsonl", "final", "report.html", "report.json", "report.md", "rounds", "runs", "skills"}
    for row in whole["runs"]:
        assert {"report.html", "submission.csv", "journal.jsonl"} <= {
            p.name for p in (folder / "runs" / row["run"]).iterdir()
        }
        assert not (folder / "runs" / row["run"] / "work").exists()
    assert json.loads((folder / "report.json").read_text())["runs"] == whole["runs"]
    assert json.loads(haste("report", folder, "--json").stdout)["overall"] == whole["overall"]
    assert "# Campaign" in haste("campaign", "report", folder, "--markdown").stdout
    journal = (folder / "campaign.jsonl").read_text()
    assert "grade" not in journal.replace("upgrade", "")
    assert "medal" not in journal
    again = haste("campaign", "resume", folder, "--json")  # nothing is left to do
    assert json.loads(again.stdout)["runs"] == whole["runs"]
    assert (folder / "campaign.jsonl").read_text() == journal


@pytest.mark.slow
@pytest.mark.timeout(1700)
def test_ctrl_c_pauses_and_nothing_half_done_is_handed_over(whole: dict, places: list[Path], tmp_path: Path):
    process = begin("campaign", "run", *places, *TINY, "--out", tmp_path, "--json")
    journal = None
    while process.poll() is None:
        journal = journal or next(tmp_path.glob("*/runs/*bee*/journal.jsonl"), None)
        if journal and "execution_started" in journal.read_text():
            break
        time.sleep(0.02)
    folder = next(tmp_path.iterdir())
    refused = haste("campaign", "resume", folder, check=False)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 130, err
    assert refused.returncode == 5
    assert "another process is writing this campaign" in refused.stderr
    assert json.loads(out)["finished"] is None
    kinds = [entry.event.kind for entry in FileStore(journal.parent).read()]
    assert "run_interrupted" not in kinds
    assert "run_finished" not in kinds
    told = json.loads(haste("campaign", "resume", folder, "--json").stdout)
    assert told["finished"] == "complete"
    assert tables(told) == tables(whole)


@pytest.mark.slow
@pytest.mark.timeout(1700)
def test_killed_at_twenty_random_moments_it_ends_with_the_same_tables(places: list[Path], whole: dict, tmp_path: Path):
    """One that ended before it was killed often enough is followed by another."""
    chance = random.Random(0)
    began = time.monotonic()
    haste("campaign", "run", *places, *TINY, "--out", tmp_path / "timed", "--json")
    usual_s = time.monotonic() - began
    kills, out = 0, tmp_path / "killed-0"
    while kills < 20:
        process = carry_on(out, places)
        try:
            _, err = process.communicate(timeout=chance.uniform(0.5, 0.5 + usual_s / 8))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
        else:
            assert process.returncode == 0, err
            out = tmp_path / f"killed-{kills}"
    for place in tmp_path.glob("killed-*"):
        _, err = carry_on(place, places).communicate()
        told = json.loads(haste("campaign", "resume", journal_in(place).parent, "--json").stdout)
        assert told["finished"] == "complete", err
        assert tables(told) == tables(whole)


def carry_on(out: Path, places: list[Path]) -> subprocess.Popen[str]:
    """Resume the campaign in `out`, or begin it where there is nothing to resume yet."""
    journal = journal_in(out)
    if journal is not None:
        return begin("campaign", "resume", journal.parent, "--json")
    return begin("campaign", "run", *places, *TINY, "--out", out, "--json")


def journal_in(out: Path) -> Path | None:
    """The journal of the campaign in `out`, once it has a beginning."""
    return next((path for path in out.glob("*/campaign.jsonl") if b"\n" in path.read_bytes()), None)


FAULTS = [
    (["campaign", "run", "no-such-thing"], 3, "no-such-thing"),
    (["campaign", "run", "few-digits", "few-digits"], 2, "the same competition twice"),
    (["campaign", "run", "nowhere.toml"], 2, "not a campaign file"),
    (["campaign", "run", "mine.toml", "few-digits"], 2, "a campaign file stands alone"),
    (["campaign", "run", "few-digits", "mine.toml"], 2, "a campaign file stands alone"),
    (["campaign", "run", "few-digits", "--time-limit", "soon"], 2, "30m"),
    (["campaign", "resume", "nowhere"], 5, "campaign.jsonl"),
    (["campaign", "report", "nowhere"], 5, "campaign.jsonl"),
]


@pytest.mark.parametrize(("words", "code", "says"), FAULTS, ids=lambda value: str(value)[:40])
def test_faults_say_what_is_wrong_before_anything_is_made(words, code, says, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fault = CliRunner().invoke(app, words).exception
    assert isinstance(fault, HasteError)
    assert fault.exit_code == code
    assert says in str(fault)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.timeout(1700)
def test_one_that_cannot_be_loaded_is_left_out_and_said(places: list[Path], tmp_path: Path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "train.csv").write_text("id,a,y\n")
    done = haste("campaign", "run", broken, places[0], *TINY, "--out", tmp_path / "out", "--json")
    told = json.loads(done.stdout)
    assert [one["reference"] for one in told["unfit"]] == [str(broken)]
    assert [row["outcome"] for row in told["runs"]] == ["finished"]


def begun(base: Path, out: str, name: str = "mine", **keys):
    """What a campaign's journal begins with, and its store."""
    config = to_config(parse({"competitions": ["few-digits"]} | keys, "here"), base, 1)
    campaign = begin_campaign(config, base / out, name)
    campaign.journal.close()
    (first,) = campaign.journal.read()
    return first.event, campaign


def test_a_files_name_may_be_anything_for_its_runs_leave_evidence_under_it(tmp_path: Path):
    started, campaign = begun(tmp_path, "out", "Über uns, Mk. 2 " + "x" * 300, skills="store")
    campaign.skills.append(f"{started.prefix}r01-{'i' * LONGEST_ID}-s{2**31}", "{}\n")


def test_no_two_campaigns_share_a_name_in_a_store_that_both_write_to(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(time, "strftime", lambda _form: "20260101-000000")  # two hands on one keyboard
    one, two = (begun(tmp_path, out, skills="store")[0] for out in ("here", "there"))
    assert one.campaign == two.campaign
    assert one.prefix != two.prefix
    assert all(each.prefix.startswith("mine-20260101-000000-") for each in (one, two))


def test_what_a_store_began_with_is_not_taken_for_a_campaigns_own(tmp_path: Path):
    first, campaign = begun(tmp_path, "here")
    assert first.prefix == ""
    campaign.skills.append("r01-few-digits-s0", "{}\n")
    second, heir = begun(tmp_path, "there", inventory=str(campaign.skills.root))
    assert heir.skills.read_ledger("r01-few-digits-s0").files != ()
    assert second.prefix != ""


def test_the_time_of_runs_that_were_cut_off_counts(tmp_path: Path):
    """Their journals tell of it: the campaign's own says nothing while runs are under way."""
    _, campaign = begun(tmp_path, "out")
    one = Assignment(
        run="r01-few-digits-s0",
        reference="few-digits",
        competition="few-digits",
        domain="image",
        seed=0,
        start=Start.COLD,
    )
    for event in (RoundPlanned(number=1, assignments=(one,)), RunAssigned(run=one.run, budget=Budget())):
        campaign.journal.append(event)
    campaign.journal.close()
    cut_off = time.time() + 600
    store = FileStore(campaign.run_folder(one.run), clock=lambda: cut_off)
    store.append(RunInterrupted())
    store.close()
    assert summary_at(campaign.folder)["wall_s"] == pytest.approx(600, abs=60)
    resume_campaign(campaign.folder).journal.close()
    assert list(campaign.journal.read())[-1].event.until == cut_off
    state = fold(campaign.journal.read())
    assert state.earlier_s == pytest.approx(600, abs=60)
    (campaign.run_folder(one.run) / "journal.jsonl").write_text("{}\n")  # the run will fail, the campaign goes on
    resume_campaign(campaign.folder).journal.close()
    assert fold(campaign.journal.read()).earlier_s == pytest.approx(600, abs=120)


def test_resumed_by_other_code_the_journal_says_so(tmp_path: Path, monkeypatch):
    started, campaign = begun(tmp_path, "out")
    for version in (None, "0.2.0+feed", "0.2.0+feed"):
        if version is not None:
            monkeypatch.setattr("haste.cli.campaign_wiring.code_version", lambda told=version: told)
        resume_campaign(campaign.folder).journal.close()
    resumed = [one.event for one in campaign.journal.read()][1:]
    assert [one.changed_from for one in resumed] == [None, started.code_version, None]
    assert resumed[1].code_version == "0.2.0+feed"
    told = narrate(resumed[1])
    assert told[-1] == f"warning  the code has changed from version {started.code_version} to 0.2.0+feed"
    assert started.code_version.startswith(__version__ + "+")
