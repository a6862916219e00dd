"""The skill store on disk: hostile files, two writers, torn lines, newer stores."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from haste.schema.errors import StoreError
from haste.schema.knowledge import StoreWrite
from haste.store.inventory import LEARNINGS, LEDGER, VERSION_FILE, Contents, SkillFiles, begin
from haste.store.inventory_files import LIMIT, digest_of

PATH = "global/advice/SKILL.md"


@pytest.fixture
def store(tmp_path: Path) -> SkillFiles:
    made = SkillFiles(tmp_path / "skills", lock_wait_s=5)
    made.create()
    made.write([StoreWrite(PATH, "first\n")])
    return made


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != ".lock"}


def test_written_texts_are_read_in_order(store: SkillFiles) -> None:
    store.write(
        [StoreWrite("domain/text/other/SKILL.md", "ümlaut\n"), StoreWrite("retired/global/gone/SKILL.md", "x\n")]
    )
    found = store.read()
    assert [(file.path, file.text) for file in found.files] == [
        (PATH, "first\n"),
        ("domain/text/other/SKILL.md", "ümlaut\n"),
        ("retired/global/gone/SKILL.md", "x\n"),
    ]
    assert found.problems == ()
    assert "merge=union" in (store.root / ".gitattributes").read_text()


def test_a_missing_store_is_empty(tmp_path: Path) -> None:
    nowhere = SkillFiles(tmp_path / "nowhere")
    assert nowhere.read().files == nowhere.read_ledger().files == ()
    assert nowhere.read().problems == ()


def test_hostile_files_are_set_aside_and_the_rest_is_read(store: SkillFiles, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "SKILL.md").write_text("stolen")
    root = store.root

    def folder(path: str) -> Path:
        (root / path).mkdir(parents=True)
        return root / path

    with (folder("global/huge") / "SKILL.md").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    (folder("global/linked") / "SKILL.md").symlink_to(secret / "SKILL.md")
    (root / "global/linked-folder").symlink_to(secret)
    (root / "domain/linked-domain").symlink_to(tmp_path)
    (folder("global/binary") / "SKILL.md").write_bytes(b"line\n\xff\xfe")
    os.mkfifo(folder("global/pipe") / "SKILL.md")
    (folder("global/script") / "SKILL.md").write_text("x")
    (root / "global/script/run.sh").write_text("x")
    (folder("global/deep/deeper") / "SKILL.md").write_text("x")
    folder("global/empty")
    (root / "global/stray.txt").write_text("x")
    (folder("global/folder") / "SKILL.md").mkdir()
    found = store.read()
    assert [file.path for file in found.files] == [PATH]
    assert "stolen" not in "".join(file.text for file in found.files)
    problems = {problem.where: problem.code for problem in found.problems}
    assert problems == {
        "domain/linked-domain": "symlink",
        "global/binary/SKILL.md": "encoding",
        "global/deep": "stray",
        "global/empty": "missing",
        "global/folder/SKILL.md": "not_a_file",
        "global/huge/SKILL.md": "too_large",
        "global/linked/SKILL.md": "symlink",
        "global/linked-folder": "symlink",
        "global/pipe/SKILL.md": "not_a_file",
        "global/script": "stray",
        "global/stray.txt": "stray",
    }
    assert all(problem.reason for problem in found.problems)


def test_folders_where_no_skill_is_looked_for_are_told(store: SkillFiles, tmp_path: Path) -> None:
    for path in ("tabular/one", "retired/two", "retired/tabular/three", "ledger", "conversations", ".git/hooks"):
        (store.root / path).mkdir(parents=True, exist_ok=True)
        (store.root / path / "SKILL.md").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    (store.root / "skills").symlink_to(tmp_path / "elsewhere")
    (store.root / "README.md").write_text("what this store is for")
    found = store.read()
    assert [file.path for file in found.files] == [PATH]
    assert {problem.where: problem.code for problem in found.problems} == {
        "tabular": "stray",
        "skills": "stray",
        "retired/two": "stray",
        "retired/tabular": "stray",
    }


@pytest.mark.parametrize(("name", "suffix"), [(LEDGER, ".jsonl"), (LEARNINGS, ".json")])
def test_what_lies_in_the_ledger_or_learnings_and_is_not_read_is_told(
    store: SkillFiles, tmp_path: Path, name: str, suffix: str
) -> None:
    folder = store.root / name
    (folder / "inner").mkdir(parents=True)
    (folder / f"folder{suffix}").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    for file in (f"run-1{suffix}", "notes.txt", ".gitkeep"):
        (folder / file).write_text("{}\n")
    found = store.read_ledger() if name == LEDGER else store.read_learnings()
    assert [file.path for file in found.files] == [f"{name}/run-1{suffix}"]
    assert {(one.where, one.code) for one in found.problems} == {
        (f"{name}/{file}", "stray") for file in (f"folder{suffix}", "inner", "linked", "notes.txt")
    }
    assert store.read_ledger("run-1").problems == ()


def test_a_file_that_is_no_text_is_told_with_its_line(store: SkillFiles) -> None:
    (store.root / PATH).write_bytes(b"---\nname: x\xff\n---\n")
    (problem,) = store.read().problems
    assert (problem.where, problem.code, problem.line) == (PATH, "encoding", 2)


@pytest.mark.parametrize("name", [LEDGER, LEARNINGS])
def test_a_ledger_or_learnings_that_lie_elsewhere_are_told_and_not_read(
    store: SkillFiles, tmp_path: Path, name: str
) -> None:
    def read() -> Contents:
        return store.read_ledger() if name == LEDGER else store.read_learnings()

    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "run-1.jsonl").write_text("line\n")
    (tmp_path / "elsewhere" / "run-1.json").write_text("{}\n")
    if (store.root / name).exists():
        (store.root / name).rmdir()
    assert read() == Contents((), ())
    (store.root / name).symlink_to(tmp_path / "elsewhere")
    assert (read().files, [(one.where, one.code) for one in read().problems]) == ((), [(name, "symlink")])
    (store.root / name).unlink()
    (store.root / name).write_text("no folder")
    assert (read().files, [(one.where, one.code) for one in read().problems]) == ((), [(name, "stray")])


def test_a_ledger_of_100_megabytes_is_too_large(store: SkillFiles) -> None:
    store.append("run-1", "line\n")
    with (store.root / LEDGER / "run-2.jsonl").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    found = store.read_ledger()
    assert [file.path for file in found.files] == ["ledger/run-1.jsonl"]
    assert [(problem.where, problem.code) for problem in found.problems] == [("ledger/run-2.jsonl", "too_large")]


@pytest.mark.parametrize(
    "path",
    [
        "../outside/SKILL.md",
        "global/../../outside/SKILL.md",
        "/etc/SKILL.md",
        "global//SKILL.md",
        "global/./SKILL.md",
        "global/Up/SKILL.md",
        "global/..%2f/SKILL.md",
        "global/a\\b/SKILL.md",
        "global/nul\0/SKILL.md",
        "linked/advice/SKILL.md",
    ],
)
def test_paths_out_of_the_store_are_refused(store: SkillFiles, tmp_path: Path, path: str) -> None:
    (tmp_path / "outside").mkdir()
    (store.root / "linked").symlink_to(tmp_path / "outside")
    before = snapshot(tmp_path)
    with pytest.raises(StoreError):
        store.write([StoreWrite("global/fine/SKILL.md", "x"), StoreWrite(path, "x")])
    with pytest.raises(StoreError):
        store.write([StoreWrite("global/fine/SKILL.md", "x", replaces=path, expected=digest_of("x"))])
    assert snapshot(tmp_path) == before


def test_writing_over_a_changed_text_is_refused_and_loses_nothing(store: SkillFiles) -> None:
    (store.root / PATH).write_text("a person's edit\n")
    before = snapshot(store.root)
    with pytest.raises(StoreError, match="changed since it was read"):
        store.write([StoreWrite("global/new/SKILL.md", "x"), StoreWrite(PATH, "second", PATH, digest_of("first\n"))])
    with pytest.raises(StoreError, match="already"):
        store.write([StoreWrite(PATH, "second")])
    with pytest.raises(StoreError, match="longer"):
        store.write([StoreWrite("global/new/SKILL.md", "x" * (LIMIT + 1))])
    assert snapshot(store.root) == before
    store.write([StoreWrite(PATH, "second\n", PATH, digest_of("a person's edit\n"))])
    assert (store.root / PATH).read_text() == "second\n"


def test_a_move_leaves_no_copy_behind(store: SkillFiles) -> None:
    store.write([StoreWrite("domain/text/advice/SKILL.md", "wider\n", PATH, digest_of("first\n"))])
    assert [file.path for file in store.read().files] == ["domain/text/advice/SKILL.md"]
    assert not (store.root / "global/advice").exists()
    assert store.read().problems == ()


def test_a_failed_write_leaves_the_old_text(store: SkillFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(store.root)

    def broken(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="No space"):
        store.write([StoreWrite(PATH, "second", PATH, digest_of("first\n"))])
    assert snapshot(store.root) == before


def _count_up(root: Path, times: int) -> None:
    store, path = SkillFiles(root), "global/counter/SKILL.md"
    done = 0
    while done < times:
        text = (root / path).read_text()
        try:
            store.write([StoreWrite(path, f"{int(text) + 1}\n", path, digest_of(text))])
        except StoreError:
            continue  # another was quicker: read anew
        done += 1


def test_two_writers_at_once_lose_nothing(store: SkillFiles) -> None:
    store.write([StoreWrite("global/counter/SKILL.md", "0\n")])
    workers = [multiprocessing.get_context("spawn").Process(target=_count_up, args=(store.root, 25)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (store.root / "global/counter/SKILL.md").read_text() == "50\n"


def test_a_second_writer_is_told_when_the_first_does_not_end(store: SkillFiles) -> None:
    with store.lock(), pytest.raises(StoreError, match="another process"):
        SkillFiles(store.root, lock_wait_s=0.05).write([StoreWrite("global/x/SKILL.md", "x")])


@pytest.mark.parametrize("version", ["2\n", "nonsense", "", "-1", "²", "١", "9" * 90, "9" * 5000])
def test_a_store_from_a_newer_version_is_read_and_not_written(store: SkillFiles, version: str) -> None:
    (store.root / VERSION_FILE).write_text(version)
    found = store.read()
    assert [file.path for file in found.files] == [PATH]
    assert [problem.where for problem in found.problems] == [VERSION_FILE]
    before = snapshot(store.root)
    with pytest.raises(StoreError):
        store.write([StoreWrite("global/x/SKILL.md", "x")])
    with pytest.raises(StoreError):
        store.append("run-1", "line\n")
    assert snapshot(store.root) == before


def test_the_ledger_only_grows_and_survives_a_torn_line(store: SkillFiles) -> None:
    store.append("run-1", '{"a":1}\n')
    with (store.root / LEDGER / "run-1.jsonl").open("a") as file:
        file.write('{"torn":')
    store.append("run-1", '{"b":2}\n{"c":3}\n')
    store.append("run-2", '{"d":4}\n')
    store.append("run-2", "")
    found = store.read_ledger()
    assert [(file.path, file.text.splitlines()) for file in found.files] == [
        ("ledger/run-1.jsonl", ['{"a":1}', '{"torn":', '{"b":2}', '{"c":3}']),
        ("ledger/run-2.jsonl", ['{"d":4}']),
    ]


@pytest.mark.parametrize("run", ["", "../x", "a/b", ".hidden", "a..b", "x" * 300, "a\n"])
def test_strange_run_names_are_refused(store: SkillFiles, run: str) -> None:
    with pytest.raises(StoreError):
        store.append(run, "line\n")
    assert list((store.root / LEDGER).iterdir()) == []


def test_links_in_the_ledger_are_neither_read_nor_written(store: SkillFiles, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("stolen\n")
    (store.root / LEDGER / "run-1.jsonl").symlink_to(tmp_path / "secret")
    assert [problem.code for problem in store.read_ledger().problems] == ["symlink"]
    with pytest.raises(StoreError):
        store.append("run-1", "line\n")
    assert (tmp_path / "secret").read_text() == "stolen\n"


def test_a_new_store_begins_as_a_copy_of_the_starter(store: SkillFiles, tmp_path: Path) -> None:
    store.append("run-1", "line\n")
    mine = begin(tmp_path / "mine", store.root)
    assert mine.read() == store.read()
    assert mine.read_ledger() == store.read_ledger()
    mine.write([StoreWrite(PATH, "mine\n", PATH, digest_of("first\n"))])
    assert begin(tmp_path / "mine", store.root).read().files[0].text == "mine\n"
    assert begin(tmp_path / "empty", None).read().files == ()
