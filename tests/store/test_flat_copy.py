"""The flat copy for other tools: in step with the store, and nobody else's folder touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from haste.schema.errors import StoreError
from haste.schema.knowledge import TextFile
from haste.store.flat_copy import copy_flat


def id_of(text: str) -> str | None:
    return text.split()[1] if text.startswith("id: ") else None


def held(name: str, said: str) -> TextFile:
    return TextFile(f"domain/text/{name}/SKILL.md", f"id: {said}\n")


def snapshot(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


KNOWN = {"a", "b", "c", "d"}


def test_a_copy_is_flat_and_follows_renames_and_retirements(tmp_path: Path) -> None:
    first = copy_flat([held("one", "a"), held("two", "b"), held("three", "c")], tmp_path, id_of, KNOWN)
    assert (first.written, first.removed) == (("one", "two", "three"), ())
    again = copy_flat([held("one", "a"), held("second", "b")], tmp_path, id_of, KNOWN)
    assert (again.written, again.removed) == (("one", "second"), ("three", "two"))
    assert snapshot(tmp_path) == {"one/SKILL.md": "id: a\n", "second/SKILL.md": "id: b\n"}
    assert not (tmp_path / "two").exists()


def test_what_is_not_ours_alone_is_left(tmp_path: Path) -> None:
    texts = {
        "theirs/SKILL.md": "by hand",
        "of-another-store/SKILL.md": "id: z\n",
        "with-more/SKILL.md": "id: c\n",
        "with-more/notes.md": "mine",
        "deep/er/SKILL.md": "id: d\n",
        "SKILL.md": "id: d\n",
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / "linked").symlink_to(tmp_path / "deep" / "er")
    assert copy_flat([held("one", "a")], tmp_path, id_of, KNOWN).removed == ()
    assert snapshot(tmp_path) == texts | {"one/SKILL.md": "id: a\n"}
    assert (tmp_path / "linked").is_symlink()


def test_a_name_whose_place_is_taken_by_somebody_else_stops_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "SKILL.md").write_text("by hand")
    with pytest.raises(StoreError, match="did not write"):
        copy_flat([held("one", "a"), held("two", "b")], tmp_path, id_of, KNOWN)
    assert snapshot(tmp_path) == {"two/SKILL.md": "by hand"}
    (tmp_path / "two" / "SKILL.md").unlink()
    (tmp_path / "two" / "SKILL.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="not a plain folder"):
        copy_flat([held("one", "a"), held("two", "b")], tmp_path, id_of, KNOWN)
    assert not (tmp_path / "one").exists()
