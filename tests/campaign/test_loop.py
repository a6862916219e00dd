"""A campaign from its beginning to its end, and cut off wherever it can be."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path

import pytest

import haste.store.inventory as inventory_module
from haste.campaign import barrier
from haste.campaign.parts import Verdicts, Word, by_counting
from haste.campaign.state import fold
from haste.runner.skill_store import read_store
from haste.schema.campaign import (
    CampaignFinished,
    InventoryPinned,
    LearningsJudged,
    RoundEnded,
    RoundPlanned,
    RunEnded,
    Spent,
)
from haste.schema.config import Budget
from haste.schema.knowledge import StoreWrite
from haste.store.inventory import SkillFiles
from haste.store.stream import Stream
from haste.view.campaign_markdown import markdown
from haste.view.campaign_page import campaign_page
from tests.skills.making import skill
from tests.skills.making import text_file as as_text

from .made_up import RUN, Made, config


class Killed(BaseException):
    """Stands for kill -9: nothing may catch it."""


@pytest.fixture(scope="module", autouse=True)
def _no_waiting_for_the_disk():
    """A machine that loses its power is not what is tried here."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(os, "fsync", lambda _file: None)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Made:
    made = Made(tmp_path_factory.mktemp("whole") / "made-up", config(rounds=2))
    assert made.drive().finished == "complete"
    return made


def test_one_competition_per_domain_goes_first_and_cold_and_the_rest_learn_from_it(whole: Made):
    planned = [one.event for one in whole.entries() if isinstance(one.event, RoundPlanned)]
    assert [[one.competition for one in each.assignments] for each in planned] == [
        ["alpha", "gamma"],
        ["beta", "delta", "eps"],
        ["zeta", "eta"],
    ]
    assert [{one.start.value for one in each.assignments} for each in planned] == [{"cold"}, {"warm"}, {"warm"}]
    counts = [one.event.inventory for one in whole.entries() if isinstance(one.event, RoundEnded)]
    assert counts[0].tiers == {"competition": 4}
    assert sum(counts[-1].tiers.values()) > 0
    assert counts[-1].tiers.keys() & {"domain", "global"}  # enough competitions supported the claims by then
    scores = {row["competition"]: row["validation_score"] for row in whole.summary()["runs"]}
    assert scores["alpha"] == 0.5
    assert scores["beta"] == 4.5  # it saw the four skills of round 1
    assert scores["beta"] == scores["eps"]


def test_every_run_leaves_its_evidence_once(whole: Made):
    reading = read_store(whole.skills)
    assert set(reading.shelf.evidence.runs) == {row["run"] for row in whole.summary()["runs"]}
    assert reading.pending == ()
    assert reading.problems == ()


def test_two_campaigns_leave_their_evidence_in_one_store_beside_each_other(tmp_path: Path):
    rules, store = config(competitions=("alpha", "beta")), tmp_path / "store"
    made = [Made(tmp_path / name / "made-up", rules, store=store, prefix=f"{name}-") for name in ("one", "two")]
    for one in made:
        assert one.drive().finished == "complete"
    reading = read_store(made[0].skills)
    runs = [row["run"] for one in made for row in one.summary()["runs"]]
    assert len(set(runs)) == 4
    assert set(reading.shelf.evidence.runs) == set(runs)
    assert len(reading.learned) == 8
    assert {one.learning for one in reading.shelf.evidence.decisions if one.learning} == {o.id for o in reading.learned}


ASKING = RUN.model_copy(update={"model": "openai:one"})
WORDS = {
    "alpha": Word("text", spent=Spent(usd=0.25, tokens=10, most_usd=0.25, most_tokens=10)),
    "beta": Word(None, "the model gives no answer", Spent(usd=None, tokens=None, most_usd=0.5, most_tokens=20)),
}


def test_the_orchestrators_word_decides_on_rounds_and_no_run_asks_again(tmp_path: Path):
    rules = config(competitions=("gamma", "alpha", "beta", "delta"), run=ASKING, budget=Budget(max_usd=9.0))
    made = Made(tmp_path / "made-up", rules)
    made.words = WORDS
    assert made.drive().finished == "complete"
    assert [name for name, _ in made.asked] == ["alpha", "beta"]
    records = [asking.record.relative_to(made.folder) for _, asking in made.asked]
    assert records == [Path("domains/alpha"), Path("domains/beta")]
    assert [asking.config.budget.max_usd for _, asking in made.asked] == [4.5, (9 - 0.25) / 2]  # a worker's share
    planned = [one.event for one in made.entries() if isinstance(one.event, RoundPlanned)]
    assert [[one.run for one in each.assignments] for each in planned] == [
        ["r01-gamma-s0", "r01-beta-s0"],  # alpha would have been the first of the tables by its looks
        ["r02-alpha-s0", "r02-delta-s0"],
    ]
    assert made.told == {
        "r01-gamma-s0": "text",
        "r01-beta-s0": "tabular",
        "r02-alpha-s0": "text",
        "r02-delta-s0": "tabular",
    }
    told = made.summary()
    assert {one["competition"]: one["domain"] for one in told["competitions"]}["alpha"] == "text"
    assert told["domains"] == {"asked": 2, "tokens": None, "usd": None}
    assert told["notes"] == ["The domain of beta is tabular, as inferred from its data: the model gives no answer"]
    assert "| domains | – | – | – | – | – |" in markdown(told)


def test_the_builtin_engineer_is_asked_for_no_domain(tmp_path: Path):
    made = Made(tmp_path / "made-up", config(competitions=("alpha", "gamma")))
    made.words = WORDS
    made.drive()
    assert made.asked == []
    assert set(made.told.values()) == {None}
    assert "domain_settled" not in {one.event.kind for one in made.entries()}
    assert "| domains |" not in markdown(made.summary())


def test_what_asking_for_domains_costs_counts_against_the_campaigns_cap(tmp_path: Path):
    rules = config(competitions=("alpha", "beta"), run=ASKING, budget=Budget(time_limit_s=None, max_usd=0.7))
    made = Made(tmp_path / "made-up", rules)
    made.words = WORDS
    assert made.drive().finished == "cost_limit"
    assert made.driven == []


def test_killed_while_domains_are_asked_for_each_is_journaled_once(tmp_path: Path):
    made = Made(tmp_path / "made-up", config(competitions=("alpha", "beta"), run=ASKING))
    made.words = WORDS

    def die(_entry):
        raise Killed

    for _ in range(3):  # after each entry, the words on both domains among them
        campaign = made.campaign()
        campaign.watch = die
        with pytest.raises(Killed):
            made.drive(campaign)
    assert made.drive().finished == "complete"
    assert [name for name, _ in made.asked] == ["alpha", "beta"]


def test_what_changed_in_between_is_said_and_the_campaign_goes_on(tmp_path: Path):
    made = Made(tmp_path / "made-up", config(competitions=("alpha", "beta")))

    def cut_off(code: str):
        made.code = code
        campaign = made.campaign()
        campaign.interrupted = lambda: True
        made.drive(campaign)

    cut_off("0")
    cut_off("0")
    assert made.summary()["notes"] == []
    cut_off("1")
    made.code = "2"
    assert made.drive().finished == "complete"
    (note,) = made.summary()["notes"]
    assert "begun by version 0 of the code and resumed by 1, then 2" in note
    assert note in markdown(made.summary())
    assert note in campaign_page(made.summary())


def test_killed_at_every_position_of_its_journal_it_ends_as_if_undisturbed(tmp_path: Path):
    """The folder as it is after each entry is what a kill at that moment leaves behind."""
    whole = Made(tmp_path / "whole" / "made-up", config(competitions=("alpha", "gamma", "beta", "delta")))
    whole.drive()
    made = Made(tmp_path / "original" / "made-up", whole.rules)
    campaign, copies = made.campaign(), list[Path]()

    def keep(entry):
        copies.append(shutil.copytree(made.folder, tmp_path / f"at{entry.seq}" / "made-up"))

    campaign.watch = keep
    made.drive(campaign)
    assert len(copies) == len(whole.entries()) - 1
    for copy in copies:
        left = Made(copy, whole.rules)
        assert left.drive().finished == "complete"
        assert left.tables() == whole.tables(), copy
        assert left.store_texts() == whole.store_texts(), copy


def test_killed_at_every_write_of_a_barrier_it_ends_with_the_same_store(whole: Made, tmp_path: Path, monkeypatch):
    """Each replaced file, each removed one, each ledger line and each entry of the journal."""
    base = _before_judgement(2, whole, tmp_path / "base")
    position = 0
    while True:
        position += 1
        left = Made(shutil.copytree(base, tmp_path / f"at{position}" / "made-up"), whole.rules)
        with monkeypatch.context() as patches:
            campaign = left.campaign()
            _die(patches, position)
            try:
                left.drive(campaign)
                break
            except Killed:
                pass
        assert left.drive().finished == "complete"
        assert left.store_texts() == whole.store_texts(), position
        assert left.tables() == whole.tables(), position
    assert position > 15


def _before_judgement(number: int, whole: Made, copy: Path) -> Path:
    """The campaign's folder when every run of a round has ended and nothing was judged yet."""
    made = Made(copy.with_name("original") / "made-up", whole.rules)
    campaign = made.campaign()

    def keep(entry):
        runs = [one for one in whole.summary()["runs"] if one["round"] <= number]
        if isinstance(entry.event, RunEnded) and len(fold(made.entries()).runs) == len(runs):
            shutil.copytree(made.folder, copy)

    campaign.watch = keep
    made.drive(campaign)
    return copy


def _die(patches: pytest.MonkeyPatch, position: int) -> None:
    """Be killed before the nth write to disk of the thread that holds the campaign; after the barrier no more."""
    seen, armed = 0, True

    def dying(deed):
        def counted(*words, **more):
            nonlocal seen
            seen += armed
            if armed and seen == position:
                raise Killed
            return deed(*words, **more)

        return counted

    for owner, name in (
        (inventory_module, "replace_text"),
        (inventory_module, "sync_folder"),
        (inventory_module.SkillFiles, "append"),
        (barrier.shutil, "copytree"),
    ):
        patches.setattr(owner, name, dying(getattr(owner, name)))
    append, counted = Stream.append, dying(Stream.append)

    def appending(stream, event):
        nonlocal armed
        if stream.path.name != "campaign.jsonl":
            return append(stream, event)
        entry = counted(stream, event)
        armed = armed and not isinstance(event, RoundEnded)
        return entry

    patches.setattr(Stream, "append", appending)


def test_what_promotion_changed_lies_between_each_rounds_copy_and_the_next_the_last_one_after_the_end(whole: Made):
    pinned = [one.event.inventory.digest for one in whole.entries() if isinstance(one.event, InventoryPinned)]
    left = [one.event.inventory.digest for one in whole.entries() if isinstance(one.event, RoundEnded)]
    copies = [*(whole.folder / "rounds" / f"{number:02d}" / "skills" for number in (1, 2, 3))]
    copies.append(whole.folder / "final" / "skills")
    assert pinned[1:] == left[:-1]
    assert [read_store(SkillFiles(copy)).shelf.inventory.digest for copy in copies] == [*pinned, left[-1]]
    assert len(set(pinned)) == 3


@pytest.mark.parametrize("deed", ["copytree", "replace", "append"])
def test_killed_while_the_last_state_is_copied_the_copy_is_made_whole(deed: str, tmp_path: Path, monkeypatch):
    made = Made(tmp_path / "made-up", config(competitions=("alpha", "beta")))
    campaign = made.campaign()
    tree, replace, append = shutil.copytree, Path.replace, Stream.append

    def half(source, place, *words, **more):
        if Path(place).parent.name != "final":
            return tree(source, place, *words, **more)
        place.mkdir()
        raise Killed

    def renamed(path, place):
        if path.parent.name == "final":
            raise Killed
        return replace(path, place)

    def appended(stream, event):
        if isinstance(event, CampaignFinished):
            raise Killed
        return append(stream, event)

    with monkeypatch.context() as patches:
        owner, other = {
            "copytree": (barrier.shutil, half),
            "replace": (Path, renamed),
            "append": (Stream, appended),
        }[deed]
        patches.setattr(owner, deed, other)
        with pytest.raises(Killed):
            made.drive(campaign)
    assert made.drive().finished == "complete"
    assert [path.name for path in (made.folder / "final").iterdir()] == ["skills"]
    copied = Made(made.folder, made.rules, store=made.folder / "final" / "skills")
    assert copied.store_texts() == made.store_texts()


def test_a_paused_campaign_goes_on(whole: Made, tmp_path: Path):
    made = Made(tmp_path / "made-up", whole.rules)
    campaign = made.campaign()
    campaign.interrupted = lambda: any(isinstance(one.event, RunEnded) for one in made.entries())
    assert made.drive(campaign).finished is None
    assert made.drive().finished == "complete"
    assert made.tables() == whole.tables()


def test_grades_decide_nothing(whole: Made, tmp_path: Path):
    """Absurd grades, and the very same decisions and inventory."""
    made = Made(tmp_path / "made-up", whole.rules, grade=-1e9)
    made.drive()

    def decided(one: Made):
        ended = [e.event for e in one.entries() if isinstance(e.event, RunEnded)]
        ends = {event.run: event.model_copy(update={"wall_s": 0.0}) for event in ended}
        rest = [e.event for e in one.entries() if e.event.kind not in ("run_ended", "run_assigned")]
        return rest, ends

    assert decided(made) == decided(whole)
    assert made.store_texts() == whole.store_texts()
    assert made.summary()["overall"]["medals"] == 0
    assert whole.summary()["overall"]["medals"] == 7


def test_a_competition_that_cannot_be_loaded_is_said_and_done_without(tmp_path: Path):
    made = Made(tmp_path / "made-up", config(competitions=("alpha", "broken", "beta")))
    assert made.drive().finished == "complete"
    told = made.summary()
    assert [one["reference"] for one in told["unfit"]] == ["broken"]
    assert "has no rows" in told["unfit"][0]["reason"]
    assert [row["competition"] for row in told["runs"]] == ["alpha", "beta"]


def test_a_run_that_fails_ends_neither_its_round_nor_the_campaign(tmp_path: Path, monkeypatch):
    made = Made(tmp_path / "made-up", config())
    opened = made._open

    def failing(told, folder):
        if told.competition == "gamma":
            raise ValueError("planned")
        return opened(told, folder)

    monkeypatch.setattr(made, "_open", failing)
    assert made.drive().finished == "complete"
    rows = {row["competition"]: row for row in made.summary()["runs"]}
    assert rows["gamma"]["outcome"] == "failed"
    assert rows["gamma"]["error"] == "ValueError: planned"
    assert [name for name, row in rows.items() if row["outcome"] != "finished"] == ["gamma"]
    over = made.summary()["overall"]
    assert (over["medals"], over["ranked"]) == (6, 7)


def test_an_inventory_that_somebody_changes_is_noticed_and_the_rounds_runs_do_not_see_it(tmp_path: Path):
    made = Made(tmp_path / "made-up", config())
    campaign = made.campaign()
    meddled = []

    def meddle(entry):
        if isinstance(entry.event, InventoryPinned) and entry.event.number == 2:
            file = as_text(skill("from-elsewhere"))
            made.skills.write([StoreWrite(file.path, file.text)])
            meddled.append(entry)

    campaign.watch = meddle
    state = made.drive(campaign)
    assert len(meddled) == 1
    judged = [one.event for one in made.entries() if isinstance(one.event, LearningsJudged)]
    assert judged[0].changed_since is None
    assert judged[1].changed_since == meddled[0].event.inventory.digest
    assert "during this round" in made.summary()["rounds"][1]["notes"][0]
    assert {row["validation_score"] for row in made.summary()["runs"] if row["start"] == "warm"} == {4.5}
    assert "from-elsewhere" in read_store(made.skills).shelf.inventory.by_name
    assert state.finished == "complete"


def test_what_the_store_no_longer_takes_is_said_and_waits(tmp_path: Path):
    made = Made(tmp_path / "made-up", config(competitions=("alpha", "beta")))
    campaign = made.campaign()

    def meddle(entry):
        if isinstance(entry.event, LearningsJudged) and entry.event.number == 1:
            write = entry.event.judged[0].writes[0]
            made.skills.write([StoreWrite(write.path, write.text.replace("name:", "name:  "))])

    campaign.watch = meddle
    assert made.drive(campaign).finished == "complete"
    first, second = made.summary()["rounds"]
    assert [one["where"] for one in first["refused"]] == ["r01-alpha-s0/1"]
    assert second["learnings"] == 2
    assert sum(second["verdicts"].values()) == 3  # its own two, and the one that had to wait


def test_without_promotion_the_store_stays_as_it_was(tmp_path: Path):
    made = Made(tmp_path / "made-up", config(promote=False))
    before = made.store_texts()
    assert made.drive().finished == "complete"
    assert made.store_texts() == before
    assert all(one["verdicts"] is None for one in made.summary()["rounds"])


def test_the_journal_folds_to_what_drive_returned(whole: Made):
    assert fold(whole.entries()).finished == "complete"


def test_what_judging_costs_is_journaled_and_counts_against_the_campaigns_cap(tmp_path: Path):
    rules = config(competitions=("alpha", "beta"), budget=Budget(time_limit_s=None, max_usd=1.0))
    made = Made(tmp_path / "made-up", rules)
    campaign = made.campaign()
    asked = []

    def dear(reading, asking):
        asked.append(asking)
        told = by_counting(reading, asking)
        return Verdicts(told.settled, Spent(usd=1.5, tokens=10, most_usd=1.5, most_tokens=10))

    campaign.backends = dataclasses.replace(campaign.backends, settle=dear)
    assert made.drive(campaign).finished == "cost_limit"
    assert asked[0].config.budget.max_usd == 0.5  # one worker's half of what was left
    assert asked[0].record == made.folder / "rounds" / "01" / "conversations"
    told = made.summary()
    assert told["promotion"] == {"tokens": 10, "usd": 1.5}
    assert [one["number"] for one in told["rounds"]] == [1]
