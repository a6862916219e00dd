"""Several processes with one skill store, and processes that are killed in the middle of a write."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haste.schema.errors import StoreError
from haste.schema.knowledge import StoreWrite
from haste.store import inventory as inventory_module
from haste.store.inventory import LEDGER, UNFINISHED, VERSION_FILE, SkillFiles, StoreBusy, begin
from haste.store.inventory_files import digest_of

PATH = "global/advice/SKILL.md"
FIRST = StoreWrite(PATH, "first\n")
MOVED = StoreWrite("domain/text/wider/SKILL.md", "wider\n", PATH, digest_of("first\n"))
NEW = StoreWrite("global/new/SKILL.md", "new\n")
KILLED = 9


@pytest.fixture
def store(tmp_path: Path) -> SkillFiles:
    made = SkillFiles(tmp_path / "skills", lock_wait_s=5)
    made.create()
    made.write([FIRST])
    return made


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != ".lock"}


def in_processes(count: int, work: Callable[..., None], *arguments: Any) -> list[Any]:
    """What each of `count` processes put into the queue, all begun at once."""
    context = multiprocessing.get_context("spawn")
    barrier, said = context.Barrier(count), context.Queue()
    workers = [context.Process(target=work, args=(barrier, said, number, *arguments)) for number in range(count)]
    for worker in workers:
        worker.start()
    found = [said.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    return found


def _begin(barrier: Any, said: Any, _number: int, root: Path, starter: Path) -> None:
    barrier.wait(60)
    try:
        made = begin(root, starter)
        said.put((len(made.read().files), len(made.read_ledger().files)))
    except StoreError as fault:
        said.put(str(fault))


def test_processes_that_begin_a_store_at_once_all_get_the_whole_of_it(store: SkillFiles, tmp_path: Path) -> None:
    store.write([StoreWrite(f"global/advice-{number}/SKILL.md", "x\n") for number in range(40)])
    for number in range(20):
        store.append(f"run-{number}", "line\n")
    assert in_processes(3, _begin, tmp_path / "mine", store.root) == [(41, 20)] * 3
    assert SkillFiles(tmp_path / "mine").read_ledger() == store.read_ledger()  # each line once


def test_a_store_that_is_being_begun_is_waited_for_and_not_taken_for_an_empty_one(
    store: SkillFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory_module, "BEGIN_WAIT_S", 0.05)
    other = SkillFiles(tmp_path / "mine")
    with other.lock(), pytest.raises(StoreBusy):
        begin(tmp_path / "mine", store.root)
    assert len(begin(tmp_path / "mine", store.root).read().files) == 1


def test_a_beginning_that_was_cut_off_is_made_whole(store: SkillFiles, tmp_path: Path) -> None:
    store.write([NEW])
    store.append("run-1", "line\n")
    mine = tmp_path / "mine"
    (mine / "global/advice").mkdir(parents=True)
    (mine / PATH).write_text("first\n")
    (mine / LEDGER).mkdir()
    assert begin(mine, store.root).read() == store.read()
    assert SkillFiles(mine).read_ledger() == store.read_ledger()
    assert (mine / VERSION_FILE).exists()


def _write_one(barrier: Any, said: Any, number: int, root: Path) -> None:
    place = ("global", "domain/text", "domain/tabular")[number]
    barrier.wait(60)
    try:
        SkillFiles(root).settle([StoreWrite(f"{place}/same/SKILL.md", "x\n")], f"run-{number}", "line\n")
        said.put("written")
    except StoreError as fault:
        said.put(fault.message)


def test_a_name_goes_to_one_of_those_who_write_it_at_once(store: SkillFiles) -> None:
    said = in_processes(3, _write_one, store.root)
    assert said.count("written") == 1
    assert sum("is taken by" in one for one in said) == 2
    assert len(list(store.root.rglob("same"))) == len(store.read_ledger().files) == 1


@pytest.mark.parametrize("place", ["global", "domain/image", "competition/cats", "retired/global", "retired/domain/x"])
def test_a_name_is_taken_wherever_it_is_used(store: SkillFiles, place: str) -> None:
    store.write([StoreWrite(f"{place}/used/SKILL.md", "x\n")])
    before = snapshot(store.root)
    with pytest.raises(StoreError, match=f"taken by {place}/used/SKILL.md|already"):
        store.write([StoreWrite("global/used/SKILL.md", "y\n")])
    with pytest.raises(StoreError, match=r"taken|already"):
        store.write([StoreWrite("domain/text/used/SKILL.md", "y\n", PATH, digest_of("first\n"))])
    assert snapshot(store.root) == before


def test_a_skill_moves_without_being_in_its_own_way(store: SkillFiles) -> None:
    store.write([StoreWrite("retired/global/advice/SKILL.md", "old\n", PATH, digest_of("first\n"))])
    store.write([StoreWrite(PATH, "back\n", "retired/global/advice/SKILL.md", digest_of("old\n"))])
    assert [file.path for file in store.read().files] == [PATH]


def _killed(root: Path, where: str) -> None:
    """Settle one round, and be killed before `where` is done."""

    def die(*_: Any) -> None:
        os._exit(KILLED)

    setattr(SkillFiles if where == "_put" else inventory_module, where, die)
    if where == "sync_folder":  # of the first text's removal: it is in place, the second is not
        inventory_module.replace_text = lambda path, text: path.write_text(text)
    SkillFiles(root).settle([MOVED, NEW], "round-1", "decided\n")


@pytest.mark.parametrize("where", ["_put", "sync_folder", "_add"])
def test_what_a_killed_process_had_begun_is_finished_by_the_next_one(store: SkillFiles, where: str) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=_killed, args=(store.root, where))
    worker.start()
    worker.join()
    assert worker.exitcode == KILLED
    assert "decided" not in "".join(file.text for file in store.read_ledger().files)
    with SkillFiles(store.root).lock():
        pass
    assert {file.path: file.text for file in store.read().files} == {MOVED.path: "wider\n", NEW.path: "new\n"}
    assert [file.text for file in store.read_ledger().files] == ["decided\n"]
    before = snapshot(store.root)
    assert UNFINISHED not in before
    with SkillFiles(store.root).lock():
        pass
    assert snapshot(store.root) == before


def test_what_a_person_changed_since_a_kill_is_left_and_the_store_goes_on(store: SkillFiles) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=_killed, args=(store.root, "_add"))
    worker.start()
    worker.join()
    (store.root / NEW.path).write_text("a person's edit\n")
    store.append("run-1", "line\n")
    store.write([StoreWrite("global/more/SKILL.md", "more\n")])
    assert (store.root / NEW.path).read_text() == "a person's edit\n"
    assert [file.text for file in store.read_ledger().files if file.text] == ["line\n"]
    assert not (store.root / UNFINISHED).exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"writes":[],"run":"../x","lines":"x"}',
        '{"writes":[{"path":"../x/SKILL.md","text":"y"}],"run":"run-1","lines":"x"}',
        '{"writes":[{"path":"global/x/SKILL.md","text":"y","replaces":"/etc/passwd"}],"run":"run-1","lines":"x"}',
    ],
)
def test_a_strange_unfinished_file_does_no_harm(store: SkillFiles, text: str) -> None:
    (store.root / UNFINISHED).write_text(text)
    store.write([NEW])
    assert [file.path for file in store.read().files] == [PATH, NEW.path]
    assert store.read_ledger().files == ()
    assert not (store.root / UNFINISHED).exists()


def test_a_record_that_cannot_be_written_keeps_its_texts_out(store: SkillFiles, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (store.root / LEDGER).rmdir()
    (store.root / LEDGER).symlink_to(tmp_path / "elsewhere")
    before = snapshot(store.root)
    with pytest.raises(StoreError, match="link"):
        store.settle([NEW], "round-1", "decided\n")
    (store.root / LEDGER).unlink()
    (store.root / LEDGER / "round-1.jsonl").mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot write to the ledger"):
        store.settle([NEW], "round-1", "decided\n")
    (store.root / LEDGER / "round-1.jsonl").rmdir()
    os.mkfifo(store.root / LEDGER / "round-1.jsonl")
    with pytest.raises(StoreError, match="not a regular file"):
        store.settle([NEW], "round-1", "decided\n")
    assert snapshot(store.root) == before
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_full_disk_is_told_and_what_was_begun_is_finished_later(
    store: SkillFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(inventory_module, "_add", full)
        with pytest.raises(StoreError, match="No space left"):
            store.settle([NEW], "round-1", "decided\n")
    store.write([StoreWrite("global/more/SKILL.md", "more\n")])
    assert [file.text for file in store.read_ledger().files] == ["decided\n"]
    assert (store.root / NEW.path).read_text() == "new\n"
