"""`haste skills` as several processes at once, and what a command says besides doing it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from haste.cli import skills_wiring
from haste.cli.main import app
from haste.schema.errors import StoreError
from haste.store.inventory import UNFINISHED, SkillFiles, StoreBusy
from tests.cli.test_skills_commands import FOREIGN, finished, haste, listed
from tests.cli.test_skills_commands import store as store


def at_once(commands: Sequence[Sequence[object]], **environment: str) -> list[tuple[int, str, str]]:
    """The exit code and what was said by `haste` commands that run at the same time."""
    program = [sys.executable, "-m", "haste.cli.main"]
    begun = [
        subprocess.Popen(
            [*program, *map(str, words)],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in commands
    ]
    return [(one.returncode, said, fault) for one in begun for said, fault in [one.communicate(timeout=120)]]


def decisions(store: Path) -> list[dict]:
    lines = "".join(path.read_text() for path in sorted((store / "ledger").glob("*.jsonl"))).splitlines()
    return [one for one in map(json.loads, lines) if one["kind"] == "decision"]


def test_first_commands_at_once_all_see_the_whole_starter(tmp_path: Path):
    done = at_once([("skills", "stats", "--json")] * 2, XDG_DATA_HOME=str(tmp_path))
    assert [(code, fault) for code, _, fault in done] == [(0, "")] * 2
    assert len({said for _, said, _ in done}) == 1
    assert json.loads(done[0][1])["skills"] > 50


def test_a_run_never_goes_without_skills_because_another_makes_the_store(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("haste.store.inventory.BEGIN_WAIT_S", 0.05)
    with SkillFiles(skills_wiring.user_skills()).lock(), pytest.raises(StoreBusy, match="another process"):
        skills_wiring.skills_for_run(None)
    assert skills_wiring.skills_for_run(None) == str(skills_wiring.user_skills())


def test_a_name_is_added_once_whoever_adds_it_at_once(store: Path, tmp_path: Path):
    (tmp_path / "SKILL.md").write_text(FOREIGN)
    places = (["global"], ["domain", "--domain", "text"], ["domain", "--domain", "image"])
    done = at_once([["skills", "add", tmp_path / "SKILL.md", "--skills", store, "--tier", *place] for place in places])
    assert sorted(code for code, _, _ in done) == [0, 5, 5]
    assert sum("start-simple is taken by" in fault for _, _, fault in done) == 2
    assert len(list(store.rglob("start-simple"))) == 1
    assert [one["verdict"] for one in decisions(store)].count("skip") == 2
    haste("skills", "lint", store=store)


@pytest.mark.slow
def test_a_skill_is_retired_once(store: Path):
    done = at_once([["skills", "retire", "wide", "--skills", store]] * 2)
    assert sorted(code for code, _, _ in done) == [0, 5]
    assert "wide is retired" in "".join(fault for _, _, fault in done)
    assert len(decisions(store)) == 1


@pytest.mark.slow
def test_rounds_at_once_decide_on_each_learning_once(store: Path, tmp_path: Path):
    runs = [finished(tmp_path, f"r{number}", place) for number, place in enumerate(("alpha", "beta", "gamma"))]
    done = at_once([["skills", "promote", *runs, "--auto", "--skills", store]] * 2)
    assert [code for code, _, _ in done] == [0, 0], done
    learnings = [one["learning"] for one in decisions(store) if one["learning"]]
    assert sorted(learnings) == ["r0/1", "r1/1", "r2/1"]
    assert sum("nothing was waiting" in said for _, said, _ in done) == 1
    haste("skills", "lint", store=store)


def test_a_verdict_by_another_while_a_person_thinks_is_told(store: Path, tmp_path: Path):
    haste("skills", "promote", finished(tmp_path, "r1", "alpha"), store=store)
    program = [sys.executable, "-m", "haste.cli.main", "skills", "review", "--skills", str(store)]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as person:
        assert person.stdout is not None
        while "| #" not in person.stdout.readline():  # the question is put
            assert person.poll() is None
        haste("skills", "promote", "--auto", store=store)
        _, fault = person.communicate("n\n", timeout=60)
    assert person.returncode == 5
    assert "meanwhile" in fault
    assert [one["vetoed"] for one in decisions(store)] == [False]


def test_nothing_is_added_that_cannot_be_recorded(store: Path, tmp_path: Path):
    (tmp_path / "SKILL.md").write_text(FOREIGN)
    (store / "ledger").rename(tmp_path / "ledger")
    (store / "ledger").symlink_to(tmp_path / "ledger")
    with pytest.raises(StoreError, match="link"):
        haste("skills", "add", tmp_path / "SKILL.md", store=store)
    assert not list(store.rglob("start-simple"))
    assert not (store / UNFINISHED).exists()
    done = CliRunner().invoke(app, ["skills", "lint", "--json", "--skills", str(store)])
    assert [(one["where"], one["code"]) for one in json.loads(done.stdout)] == [("ledger", "symlink")]
    assert (
        "problem(s) in the skill store, the first: ledger:"
        in CliRunner().invoke(app, ["skills", "list", "--skills", str(store)]).stderr
    )


@pytest.mark.parametrize("command", ["add", "retire", "promote"])
def test_what_a_kill_left_half_done_is_whole_after_the_next_command(
    command: str, store: Path, tmp_path: Path, monkeypatch
):
    (tmp_path / "SKILL.md").write_text(FOREIGN)
    words = {
        "add": ("add", tmp_path / "SKILL.md"),
        "retire": ("retire", "wide", "--reason", "does harm"),
        "promote": ("promote", finished(tmp_path, "r1", "alpha"), "--auto"),
    }[command]

    class Killed(BaseException):
        pass

    def die(file: object, lines: str) -> None:
        raise Killed

    if command == "promote":
        haste("skills", "promote", words[1], store=store)
    with monkeypatch.context() as patch:
        patch.setattr("haste.store.inventory._add", die)
        if command == "promote":
            words = ("promote", "--auto")
        with pytest.raises(Killed):
            haste("skills", *words, store=store)
    names = set(listed(store))
    assert decisions(store) == []
    assert haste("skills", "promote", "--auto", store=store) == "nothing was waiting\n"
    assert set(listed(store)) == names
    (decided,) = decisions(store)
    assert decided["reason"]
    assert haste("skills", "promote", "--auto", store=store) == "nothing was waiting\n"
    assert decisions(store) == [decided]
    haste("skills", "lint", store=store)


def test_add_says_what_it_left_out(store: Path, tmp_path: Path):
    (tmp_path / "mine" / "scripts").mkdir(parents=True)
    (tmp_path / "mine" / "SKILL.md").write_text(FOREIGN)
    for name in ("scripts/x.sh", "notes.md", "odd\n.txt"):
        (tmp_path / "mine" / name).write_text("x")
    done = CliRunner().invoke(app, ["skills", "add", str(tmp_path / "mine"), "--skills", str(store)])
    assert done.exit_code == 0
    assert (
        "left out, because a skill here is its SKILL.md alone: 'notes.md', 'odd\\n.txt', 'scripts/x.sh'" in done.stderr
    )
    assert [path.name for path in (store / "global" / "start-simple").iterdir()] == ["SKILL.md"]


def test_commands_that_change_a_store_speak_json(store: Path, tmp_path: Path):
    (tmp_path / "mine" / "scripts").mkdir(parents=True)
    (tmp_path / "mine" / "SKILL.md").write_text(FOREIGN)
    (tmp_path / "mine" / "scripts" / "x.sh").write_text("x")
    added = json.loads(haste("skills", "add", tmp_path / "mine", "--json", store=store))
    assert added == {
        "name": "start-simple",
        "id": added["id"],
        "tier": "global",
        "status": "candidate",
        "path": "global/start-simple/SKILL.md",
        "left_out": ["scripts/x.sh"],
    }
    copied = json.loads(haste("skills", "export", "--to", tmp_path / "flat", "--json", store=store))
    assert sorted(copied["written"]) == ["own", "start-simple", "tables", "wide"]
    retired = json.loads(haste("skills", "retire", "wide", "--reason", "does harm", "--json", store=store))
    assert (retired["name"], retired["status"], retired["reason"]) == ("wide", "retired", "does harm")
    assert json.loads(haste("skills", "export", "--to", tmp_path / "flat", "--json", store=store))["removed"] == [
        "wide"
    ]
    assert not (tmp_path / "flat" / "wide").exists()
    runs = [finished(tmp_path, name, place) for name, place in (("r1", "alpha"), ("r2", "beta"))]
    haste("skills", "promote", *runs, store=store)
    program = [sys.executable, "-m", "haste.cli.main", "skills", "review", "--json", "--skills", str(store)]
    done = subprocess.run(program, input="n\nq\n", capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert "let it happen?" in done.stderr
    assert [(one["learning"], one["vetoed"]) for one in told["settled"]] == [("r1/1", True)]
    assert (told["vetoed"], told["let_happen"], told["waiting"]) == (1, 0, 1)


def test_export_leaves_what_it_did_not_write(store: Path, tmp_path: Path):
    (tmp_path / "flat" / "mine").mkdir(parents=True)
    (tmp_path / "flat" / "mine" / "SKILL.md").write_text(FOREIGN)
    haste("skills", "export", "--to", tmp_path / "flat", store=store)
    haste("skills", "retire", "wide", store=store)
    assert "removed, as no longer live under this name: wide" in haste(
        "skills", "export", "--to", tmp_path / "flat", store=store
    )
    assert (tmp_path / "flat" / "mine" / "SKILL.md").read_text() == FOREIGN
    (tmp_path / "flat" / "own" / "SKILL.md").write_text(FOREIGN)
    with pytest.raises(StoreError, match="did not write"):
        haste("skills", "export", "--to", tmp_path / "flat", store=store)
    assert (tmp_path / "flat" / "own" / "SKILL.md").read_text() == FOREIGN
