"""Skills in a run: chosen once, from the journal on a resume, by scope, and never the withheld ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from haste.runner.context import Context
from haste.runner.loop import drive
from haste.runner.skill_store import leave_evidence, read_store
from haste.runner.skills import load_skills
from haste.schema.config import RunConfig, Start
from haste.schema.events import CompetitionProfiled, RunStarted, SkillsLoaded
from haste.schema.knowledge import ExposureRecord, LedgerRecord, Loading, RunRecord, Skill, Status, StoreWrite
from haste.search.actions import LoadSkills
from haste.search.evolve import evolve
from haste.search.state import RunState
from haste.skills.absence import absence_effect
from haste.skills.evidence import fold as fold_ledger
from haste.skills.promote import Shelf
from haste.skills.skill import text_file
from haste.skills.thresholds import DEFAULTS
from haste.store.inventory import SkillFiles
from haste.store.memory import MemoryStore
from tests.search.legal import competition, profile
from tests.skills.making import competition_skill, domain_skill, inventory, results, skill

from .test_loop import _context, close
from .toys import ListedEngineer, linear, write_toy

HERE = competition_skill("own", competition="toy")
ELSEWHERE = competition_skill("foreign", competition="beta-two")
STORE = (skill("wide"), domain_skill("tables"), domain_skill("pictures", domain="image"), HERE, ELSEWHERE)


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "toy")


def _unread() -> Shelf:
    raise AssertionError("the store was read")


def _warm(toy: Path, folder: Path, engineer: ListedEngineer, **changes) -> Context:
    """A context whose journal begins with a warm configuration."""
    context = _context(toy, folder, engineer)
    started = next(context.store.read()).event
    assert isinstance(started, RunStarted)
    context.store.close()
    (folder / "journal.jsonl").unlink()
    settings = {"start": Start.WARM, "loading": Loading.TIERED, "withhold": 0.0, **changes}
    context = _context(toy, folder, engineer, config=started.config.model_copy(update=settings))
    context.skills = lambda: Shelf(inventory(*STORE))
    return context


def _names(engineer: ListedEngineer) -> set[tuple[str, ...]]:
    return {tuple(note.name for note in brief.skills) for _, brief in engineer.briefs}


def test_what_was_chosen_is_pinned_and_a_resumed_run_reads_the_journal_not_the_store(toy: Path, tmp_path: Path):
    engineer = ListedEngineer([linear("a")], [linear("a", "b")])
    context = _warm(toy, tmp_path / "run", engineer)
    seen: list[int] = []

    def stop(entry, _state):
        seen.append(entry.seq)
        if entry.event.kind == "screen_decided":
            raise KeyboardInterrupt

    context.watch = stop
    with pytest.raises(KeyboardInterrupt):
        drive(context)
    close(context)
    later = ListedEngineer([linear("a")], [linear("a", "b")])
    context = _context(toy, tmp_path / "run", later)
    context.skills = _unread
    state = drive(context)
    close(context)
    assert state.finished
    assert [name for name, _ in engineer.briefs] == ["draft"]
    assert {name for name, _ in later.briefs} >= {"refine", "reflect"}
    assert _names(engineer) == _names(later) == {("wide", "tables", "own")}
    loaded = [entry.event for entry in context.store.read() if isinstance(entry.event, SkillsLoaded)]
    assert len(loaded) == 1
    assert loaded[0].manifest.inventory == inventory(*STORE).digest


@pytest.mark.parametrize("changes", [{"start": Start.COLD}, {"loading": Loading.NONE}])
def test_a_cold_start_never_looks_at_the_store(changes, toy: Path, tmp_path: Path):
    engineer = ListedEngineer([linear("a")])
    context = _warm(toy, tmp_path / "run", engineer, **changes)
    context.skills = _unread
    drive(context)
    close(context)
    assert _names(engineer) == {()}
    assert not any(isinstance(entry.event, SkillsLoaded) for entry in context.store.read())


def chosen(shelf: Shelf, **changes) -> SkillsLoaded:
    """What a run of the competition "toy", domain tabular, chooses."""
    settings = {"start": Start.WARM, "loading": Loading.TIERED, "withhold": 0.0, **changes}
    config = RunConfig(competition="toy").model_copy(update=settings)
    store, state = MemoryStore(), RunState()
    begun = RunStarted(run_id="r", config=config, competition=competition(), code_version="0", executor="fake")
    for event in (begun, CompetitionProfiled(profile=profile(), search_folds=5, confirm_folds=0)):
        state = evolve(state, store.append(event))
    context = Context(config, None, None, None, store, Path(), float, skills=lambda: shelf)  # type: ignore[arg-type]
    (event,) = load_skills(LoadSkills(), state, context)
    assert isinstance(event, SkillsLoaded)
    return event


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, {"wide", "tables", "own"}),
        ({"competition_tier": False}, {"wide", "tables"}),
        ({"loading": Loading.TIERED_RANKED}, {"wide", "tables", "own"}),
        ({"loading": Loading.FLAT}, {"wide", "tables", "pictures", "own", "foreign"}),
        ({"loading": Loading.FLAT, "competition_tier": False}, {"wide", "tables", "pictures"}),
    ],
)
def test_the_competition_tier_is_for_re_runs_of_that_competition(changes, names):
    assert {note.name for note in chosen(Shelf(inventory(*STORE)), **changes).notes} == names


def test_what_is_withheld_at_random_is_in_the_manifest_and_not_in_the_notes():
    store: list[Skill] = [skill(f"advice-{number}") for number in range(60)]
    event = chosen(Shelf(inventory(*store)), withhold=0.5)
    masked = {one.name for one in event.manifest.exposures if one.state == "masked"}
    shown = {note.name for note in event.notes}
    assert 15 < len(masked) < 45
    assert shown.isdisjoint(masked)
    assert shown | masked == {one.name for one in store}
    again = chosen(Shelf(inventory(*store)), withhold=0.5)
    assert again == event
    assert chosen(Shelf(inventory(*store)), withhold=0.5, seed=1).notes != event.notes


def test_runs_that_follow_each_other_withhold_different_skills_and_a_resumed_one_keeps_its_own(
    toy: Path, tmp_path: Path
):
    files = SkillFiles(tmp_path / "skills")
    files.create()
    files.write([StoreWrite(text.path, text.text) for text in (text_file(skill(f"advice-{n}")) for n in range(40))])
    masked: list[set[str]] = []
    for name in ("first", "second", "third"):
        context = _warm(toy, tmp_path / name, ListedEngineer([linear("a")], [linear("a", "b")]), withhold=0.5)
        context.skills = lambda: read_store(files).shelf
        if name == "third":

            def stop(entry, _state):
                if entry.event.kind == "screen_decided":
                    raise KeyboardInterrupt

            context.watch = stop
            with pytest.raises(KeyboardInterrupt):
                drive(context)
            close(context)
            before = masked_in(context)
            context = _context(toy, tmp_path / name, ListedEngineer([linear("a")], [linear("a", "b")]))
            context.skills = _unread
        drive(context)
        close(context)
        masked.append(masked_in(context))
        events = [entry.event for entry in context.store.read()]
        # Every toy run has the same name, and a ledger one run per name.
        leave_evidence(files, [e.model_copy(update={"run_id": name}) if e.kind == "run_started" else e for e in events])
    assert before == masked[2]
    assert len({frozenset(one) for one in masked}) == 3
    assert all(5 < len(one) < 35 for one in masked)


def masked_in(context: Context) -> set[str]:
    (loaded,) = (entry.event for entry in context.store.read() if isinstance(entry.event, SkillsLoaded))
    return {one.name for one in loaded.manifest.exposures if one.state == "masked"}


def test_what_a_skill_does_against_its_absence_becomes_known_with_one_seed():
    store = inventory(*(skill(f"advice-{number}", status=Status.CANDIDATE) for number in range(4)))
    records: list[LedgerRecord] = []
    for number in range(30):
        manifest = chosen(Shelf(store, fold_ledger(records)), withhold=0.15).manifest
        assert manifest.earlier == number
        name = f"run-{number}"
        records.append(RunRecord(run=name, competition="toy", domain="tabular", value=number % 3))
        records += [
            ExposureRecord(
                run=name,
                skill=one.skill,
                revision=one.revision,
                digest=one.digest,
                state=one.state,
                mask_probability=one.mask_probability,
            )
            for one in manifest.exposures
        ]
    evidence = fold_ledger(records)
    assert None not in [absence_effect(one, evidence).gain for one in store.skills]


def test_runs_of_other_competitions_change_nothing_of_what_is_withheld():
    store = inventory(*(skill(f"advice-{number}") for number in range(30)))
    others = fold_ledger(results("average", {"beta-two": 2.0, "gamma-three": 3.0}))
    assert chosen(Shelf(store, others), withhold=0.5).notes == chosen(Shelf(store), withhold=0.5).notes


def test_notes_carry_the_measured_effect_and_what_is_to_be_expected():
    gains = results("wide", {"beta-two": 2.0, "gamma-three": 3.0, "delta-four": 4.0})
    records = [one.model_copy(update={"kept": one.gain > 1.0}) if one.kind == "observation" else one for one in gains]
    notes = {note.name: note for note in chosen(Shelf(inventory(*STORE), fold_ledger(records))).notes}
    assert notes["wide"].expected == pytest.approx(9.0 / 4)
    assert notes["wide"].chance == pytest.approx((2.0 + DEFAULTS.prior_kept) / 4)
    assert notes["tables"].expected is notes["tables"].chance is None
    effect = notes["wide"].effect
    assert effect is not None
    assert effect.gain == pytest.approx(3.0)
    assert notes["tables"].effect is None


@pytest.mark.parametrize("policy", [Loading.RETRIEVAL, Loading.RANDOM])
def test_a_ranked_policy_can_be_held_to_the_size_of_the_tiered_context(policy: Loading):
    others = [domain_skill(f"picture-{number}", domain="image") for number in range(20)]
    shelf = Shelf(inventory(*STORE, *others))
    changes = {"loading": policy, "competition_tier": False}

    def size(event: SkillsLoaded) -> int:
        return sum(one.tokens for one in event.manifest.exposures if one.state == "loaded")

    tiered = size(chosen(shelf, competition_tier=False))
    alike, usual = chosen(shelf, **changes, as_tiered=1.0), chosen(shelf, **changes)
    assert alike.manifest.token_budget == tiered
    assert 0 < size(alike) <= tiered < size(usual)
    assert chosen(shelf, **changes, as_tiered=0.5).manifest.token_budget == tiered // 2
