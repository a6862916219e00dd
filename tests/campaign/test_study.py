"""Studies from their first run to a comparison, and cut off wherever they can be."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from haste.campaign.study import learned
from haste.campaign.study.carry import Stopped, Study, Untaught
from haste.campaign.study.learned import teachers_of
from haste.campaign.study.plan import RunKey, StudyConfig, short_name
from haste.campaign.study.starter import make_starter
from haste.cli import starter
from haste.cli.ablate import _config
from haste.cli.skills_wiring import STARTER
from haste.cli.study_outcome import study_at, write_outcome
from haste.cli.study_wiring import StudyBench, opened
from haste.schema.errors import ConfigError, HasteError, StoreError
from haste.schema.events import RunStarted, SkillsLoaded
from haste.store.files import FileStore
from haste.store.stream import Stream

from .fake_machine import FakeMachine, fake_machine, toys

SMALL = {"folds": 2, "sandbox": "auto", "search": {"iterations": 4, "runner_up_iterations": 1}}


IDS = ("alpha", "beta", "gamma", "delta")
COLD = ("uninformed", "textbook")


# What a kill leaves open the system would close; here the collector does, and would warn.
LEFT_OPEN = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


class Killed(BaseException):
    """Stands for kill -9: nothing may catch it."""


class LeavingBench(StudyBench):
    """Leaves everything lying about, as a killed process does; only what the system takes back is given back."""

    def clear(self, context) -> None:
        context.store.close()


@pytest.fixture(scope="module")
def machine() -> Iterator[FakeMachine]:
    with fake_machine() as made:
        yield made


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> list[str]:
    return toys(tmp_path_factory.mktemp("data"), *IDS)


@pytest.fixture(scope="module")
def config(names, machine) -> StudyConfig:
    return _config("start", names, range(1), SMALL)


@pytest.fixture(scope="module")
def whole(config, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("whole") / "study"
    carry(config, root)
    return root


def carry(config: StudyConfig, root: Path, bench: type[StudyBench] = StudyBench, workers: int = 1, **more) -> Study:
    with opened(root, config):
        study = Study(config, root, bench(root), **more)
        study.carry(workers)
        write_outcome(study)
    return study


def told(root: Path) -> dict[str, str]:
    return {name: (root / name).read_text() for name in ("comparison.json", "summary.json", "rows.csv", "report.md")}


def test_every_planned_run_ends_and_cold_ones_teach_the_warm_ones(whole: Path, config: StudyConfig, names):
    study = study_at(whole)
    rows = study.rows()
    assert {(row.arm, row.competition, row.seed) for row in rows} == {
        (arm.name, name, 0) for arm in config.plan.arms for name in IDS
    }
    assert all(row.normalised is not None for row in rows)
    assert {row.arm for row in rows if row.skills_loaded} == {"warm"}
    assert any(row.recalled for row in rows)
    assert not study.comparison().missing
    kinds = [entry.event.kind for entry in study.bench.store(RunKey("warm", names[0], 0)).read()]
    assert kinds.count("skills_loaded") == 1


def test_no_run_is_taught_by_its_own_competition(whole: Path, config: StudyConfig):
    """By what the journals say was loaded, and by the ledgers that it came from."""
    study = study_at(whole)
    warm = [key for key in study.planned() if config.plan.arm(key.arm).warm]
    assert warm
    for key in warm:
        own = config.data[key.competition].id
        teachers = teachers_of(config, key.competition, key.seed, None)
        assert key.competition not in teachers
        shelf = study.library.shelf(teachers)
        assert {run.competition for run in shelf.evidence.runs.values()} == set(IDS) - {own}
        events = [entry.event for entry in study.bench.store(key).read()]
        manifest = next(event.manifest for event in events if isinstance(event, SkillsLoaded))
        assert not manifest.scope.competition_tier
        loaded = {one.skill for one in manifest.exposures if one.state == "loaded"}
        assert all(own not in skill.discovered_in for skill in shelf.inventory.skills if skill.id in loaded)


@LEFT_OPEN
def test_killed_again_and_again_it_comes_to_the_same(whole: Path, config, tmp_path: Path):
    assert _carry_with_kills(config, tmp_path / "study", 41, torn=True) > 10
    assert told(tmp_path / "study") == told(whole)


@LEFT_OPEN
@pytest.mark.slow
@pytest.mark.parametrize("entries", range(3, 14))
def test_killed_at_nearly_every_position_it_comes_to_the_same(entries: int, whole: Path, config, tmp_path: Path):
    """With one worker a run gets on by three: that it was taken up, and that an execution was begun and has ended.

    With fewer no execution ever ends, and after so many deaths it is given up, which changes what comes of the run.
    """
    _carry_with_kills(config, tmp_path / "study", entries, torn=entries % 2 == 0)
    assert told(tmp_path / "study") == told(whole)


def _carry_with_kills(config: StudyConfig, root: Path, entries: int, torn: bool) -> int:
    """Begin it again after each kill; each leaves so many more entries, and a part of one. Returns how many it took."""
    kills = 0
    while True:
        left = [entries + torn]
        with pytest.MonkeyPatch.context() as patches:
            append = Stream.append

            def dying(self, event, append=append, left=left):
                entry = append(self, event)
                left[0] -= 1
                if left[0] <= 0:
                    if torn:
                        self.path.write_bytes(self.path.read_bytes()[:-3])
                    raise Killed
                return entry

            patches.setattr(Stream, "append", dying)
            try:
                carry(config, root, LeavingBench)
            except Killed:
                kills += 1
                gc.collect()
            else:
                return kills


def only(whole: Path, root: Path, *arms: str, inventories: bool = False) -> Path:
    """A copy in which only these arms have been run."""
    shutil.copytree(whole, root)
    for run in (root / "runs").iterdir():
        if not run.name.startswith(tuple(f"{arm}-{name}" for arm in arms for name in IDS)):
            shutil.rmtree(run)
    if not inventories:
        shutil.rmtree(root / "inventories")
    return root


def test_killed_while_an_inventory_is_learned_it_is_learned_anew(whole: Path, config, tmp_path: Path, monkeypatch):
    root = only(whole, tmp_path / "study", *COLD)
    settle = learned.settle_round

    def dying(*words, **more):
        yield next(iter(settle(*words, **more)))
        raise Killed

    with monkeypatch.context() as patches:
        patches.setattr(learned, "settle_round", dying)
        with pytest.raises(Killed):
            carry(config, root)
    assert list((root / "inventories").glob("*/skills"))
    assert not list((root / "inventories").glob("*/taught-by.json"))
    carry(config, root)
    assert told(root) == told(whole)


def test_asked_to_stop_it_stops_soon_and_goes_on_later(whole: Path, config, tmp_path: Path):
    root, asked, ended = only(whole, tmp_path / "study", *COLD, inventories=True), [60], []

    def interrupted() -> bool:
        asked[0] -= 1
        return asked[0] < 0

    with pytest.raises(Stopped):
        carry(config, root, interrupted=interrupted, tell=ended.append, workers=2)
    assert 0 < len(ended) < 16
    carry(config, root, workers=2)
    assert told(root) == told(whole)


def test_a_finished_study_runs_nothing_again(whole: Path, config, machine: FakeMachine):
    before, ran = told(whole), len(machine.ran)
    carry(config, whole)
    assert (told(whole), len(machine.ran)) == (before, ran)


def test_a_run_that_fails_is_named_and_the_others_go_on(whole: Path, config, names, tmp_path: Path, monkeypatch):
    broken = RunKey("textbook", names[1], 0)

    class Failing(StudyBench):
        def begin(self, key, run, recollection):
            if key == broken:
                msg = "a fault of our own"
                raise RuntimeError(msg)
            return super().begin(key, run, recollection)

    faults, root = {}, only(whole, tmp_path / "study", "uninformed")
    study = carry(config, root, Failing, tell_fault=lambda key, fault: faults.update({key: fault}))
    assert faults.pop(broken) == "RuntimeError: a fault of our own"
    # beta's own warm runs do not need it; the others' inventories would be other ones without it
    others = [name for name in names if name != names[1]]
    assert set(faults) == {RunKey("warm", name, 0) for name in others}
    assert all("textbook-beta" in fault and Untaught.__name__ in fault for fault in faults.values())
    comparison = study.comparison()
    assert {(one.arm, one.competition) for one in comparison.missing} == {
        ("textbook", "beta"),
        *(("warm", name) for name in ("alpha", "gamma", "delta")),
    }
    by_name = {one.name: one for one in comparison.contrasts}
    assert (by_name["uninformed"].pairs, by_name["uninformed"].unpaired) == (1, 3)
    assert "textbook" not in by_name
    page = (root / "report.html").read_text()
    assert "a fault of our own" in page
    assert "warm against textbook cannot be told" in page
    carry(config, root)  # the fault is mended
    ended = [[row.model_copy(update={"recalled": 0}) for row in study_at(one).rows()] for one in (root, whole)]
    assert ended[0] == ended[1]
    assert not list((root / "runs").glob("*.fault.txt"))


def test_a_run_that_was_not_graded_yet_has_not_ended(whole: Path, config, tmp_path: Path):
    root = tmp_path / "study"
    shutil.copytree(whole, root)
    key = study_at(root).planned()[0]
    grades = root / "runs" / key.run_id / "grades.jsonl"
    grades.unlink()
    entries = len(list(FileStore(grades.parent).read()))
    assert len(study_at(root).rows()) == 15
    carry(config, root)
    assert told(root) == told(whole)
    assert len(list(FileStore(grades.parent).read())) == entries


def test_folders_of_ones_own_have_safe_names_for_their_runs(whole: Path, names):
    runs = {path.name for path in (whole / "runs").iterdir()}
    assert f"warm-{short_name(names[0])}-s0" in runs
    started = next(FileStore(whole / "runs" / f"warm-{short_name(names[0])}-s0").read()).event
    assert isinstance(started, RunStarted)
    assert started.run_id == f"warm-{short_name(names[0])}-s0"
    assert short_name("few-digits") == "few-digits"
    hostile = [
        "/a/../b",
        "/x/my data (final)!",
        "/y/my data (final)!",
        "/z/" + "long" * 80,
        "/数据",
        "C:\\d",
        "/",
        "/..",
    ]
    made = [short_name(name) for name in hostile]
    assert len(set(made)) == len(made)
    for name in made:
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert 0 < len(name) < 80


def test_a_folder_belongs_to_one_study_and_one_process(whole: Path, config, names):
    other = config.model_copy(update={"seeds": (0, 1)})
    with pytest.raises(ConfigError, match="another study lies here, with other seeds"), opened(whole, other):
        pass
    with opened(whole, config), pytest.raises(StoreError, match="another process"), opened(whole, config):
        pass
    with opened(whole, config):
        pass


def test_data_that_changed_is_another_study(whole: Path, tmp_path: Path, machine):
    own = toys(tmp_path, "alpha", "beta")
    config = _config("start", own, range(1), SMALL)
    with opened(tmp_path / "study", config):
        pass
    train = Path(own[0]) / "train.csv"
    train.write_text(train.read_text().replace("r0001,", "r9999,"))
    changed = _config("start", own, range(1), SMALL)
    with pytest.raises(ConfigError, match="with other data"), opened(tmp_path / "study", changed):
        pass


@pytest.mark.parametrize(
    ("study", "competitions", "said"),
    [
        ("stort", ["few-digits", "warm-sea"], "did you mean start"),
        ("start", ["few-digits", "warm-see"], "did you mean warm-sea"),
        ("start", ["few-digits", "few-digits"], "named twice: few-digits"),
        ("start", ["few-digits"], "no others to learn from"),
        ("start", ["few-digits", "/nowhere"], "neither a bundled competition nor a folder"),
    ],
)
def test_what_cannot_be_studied_is_said_before_the_first_run(study: str, competitions: list[str], said: str):
    with pytest.raises(HasteError) as caught:
        _config(study, competitions, range(1), SMALL)
    assert said in str(caught.value)


def test_who_only_teaches_is_run_cold_and_nothing_is_measured_there(whole: Path, names, tmp_path: Path):
    measured, teacher = names[:3], names[3]
    config = _config("start", measured, range(1), SMALL, [teacher])
    assert (config.measured, config.only_teach) == (tuple(sorted(measured)), (teacher,))
    assert {key.competition for group in config.keys(warm=False) for key in group} == set(names)
    assert {key.competition for group in config.keys(warm=True) for key in group} == set(measured)
    shutil.copytree(whole, tmp_path / "study")  # the same inventories, since the same competitions teach
    (tmp_path / "study" / "study.json").unlink()
    study = carry(config, tmp_path / "study")
    comparison = study.comparison()
    assert {(one.runs, one.competitions) for one in comparison.arms} == {(3, 3)}
    assert {(one.pairs, one.unpaired) for one in comparison.contrasts} == {(3, 0)}
    assert comparison.missing == ()
    text = (tmp_path / "study" / "report.md").read_text()
    assert f"What {Path(teacher).name} taught was learned too; nothing was measured there." in text
    assert f"--only-teach {teacher}" in text
    assert str(config.measured[0]) in text
    with pytest.raises(ConfigError, match="nothing is taught"):
        _config("pipeline", measured, range(1), SMALL, [teacher])
    with pytest.raises(ConfigError, match="named twice"):
        _config("start", measured, range(1), SMALL, [measured[0]])


def test_a_store_kept_of_a_study_leaves_the_packages_starter_alone(whole: Path, tmp_path: Path, monkeypatch, capsys):
    package, wrote = Path(starter.__file__).parents[1], []

    def make(folder: Path, *rest):
        wrote.append(folder)
        return 0 if folder.is_relative_to(package) else make_starter(folder, *rest)

    monkeypatch.setattr("haste.campaign.study.starter.make_starter", make)
    starter.main(whole, tmp_path / "store")
    assert [folder.is_relative_to(package) for folder in wrote] == [False]
    assert list((tmp_path / "store").rglob("*.jsonl"))
    assert str(tmp_path / "store") in capsys.readouterr().out
    starter.main(whole)
    assert wrote[1] == package / STARTER


def test_two_competitions_with_one_id_are_refused(tmp_path: Path, names):
    (twin,) = toys(tmp_path / "elsewhere", "alpha")
    with pytest.raises(ConfigError, match="the id 'alpha'"):
        _config("start", [names[0], twin], range(1), SMALL)
    with pytest.raises(ConfigError, match="named twice"):
        _config("start", [names[0], f"{names[0]}/../alpha"], range(1), SMALL)


def test_the_summary_holds_what_is_asked_of_it(whole: Path):
    summary = json.loads((whole / "summary.json").read_text())
    figures = ("iterations_to_best_reduction", "keep_rate_cold", "keep_rate_warm", "score_difference")
    for part in (summary, summary["uninformed"]):
        for name in figures:
            assert name in part
            interval = part[f"{name}_interval"]
            assert interval is None or (len(interval) == 2 and interval[0] <= part[name] <= interval[1])
        assert part["pairs"] == 4
    assert (summary["competitions"], summary["only_teach"]) == (sorted(IDS), [])
    assert (summary["seeds"], summary["engineer"]) == ([0], "builtin")
    assert summary["command"].startswith("haste ablate start ")
    assert summary["command"].endswith("--seeds 1 --iterations 4 --runner-up-iterations 1 --folds 2")
