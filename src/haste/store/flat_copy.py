"""A flat copy of skills for other tools, `<folder>/<name>/SKILL.md`, kept in step with a store.

The folder is not ours alone: what carries no id of a skill of ours is neither written over nor removed. Knows nothing
of how an id stands in a text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from haste.schema.errors import StoreError
from haste.schema.knowledge import TextFile

from .inventory_files import LIMIT, read_text, replace_text
from .inventory_walk import SKILL_FILE

IdOf = Callable[[str], str | None]  # the id in a skill's text; None where it is not one of ours


@dataclass(frozen=True)
class Copied:
    """Names of skills."""

    written: tuple[str, ...]
    removed: tuple[str, ...]  # copies of skills of the store that are retired, or have another name by now


def copy_flat(files: Iterable[TextFile], destination: Path, id_of: IdOf, known: Collection[str]) -> Copied:
    """Write all `files`, and remove earlier copies of skills whose id is `known` to the store and that are not there.

    Raises StoreError, before anything is written, where a name's place is taken by what is not ours.
    """
    texts = {Path(file.path).parent.name: file.text for file in files}
    for name in texts:
        _check_place(destination / name, id_of)
    stale = [
        folder
        for folder in (sorted(destination.iterdir()) if destination.is_dir() else ())
        if folder.name not in texts and _id_at(folder, id_of) in known
    ]
    try:
        for name, text in texts.items():
            (destination / name).mkdir(parents=True, exist_ok=True)
            replace_text(destination / name / SKILL_FILE, text)
        for folder in stale:
            (folder / SKILL_FILE).unlink()
            folder.rmdir()
    except OSError as fault:
        msg = f"cannot write the copy: {fault.strerror or fault}"
        raise StoreError(msg, where=str(destination)) from fault
    return Copied(tuple(texts), tuple(folder.name for folder in stale))


def _check_place(folder: Path, id_of: IdOf) -> None:
    file = folder / SKILL_FILE
    if folder.is_symlink() or file.is_symlink() or (folder.exists() and not folder.is_dir()):
        msg = "cannot export to it: not a plain folder"
    elif file.exists() and id_of(read_text(file, LIMIT)) is None:
        msg = "a skill of the same name that haste did not write lies there"
    else:
        return
    raise StoreError(msg, where=str(folder), hint="move it away, or export to another folder")


def _id_at(folder: Path, id_of: IdOf) -> str | None:
    """The id of the skill that a folder holds, and holds alone."""
    try:
        if folder.is_symlink() or [path.name for path in folder.iterdir()] != [SKILL_FILE]:
            return None
        return id_of(read_text(folder / SKILL_FILE, LIMIT))
    except (OSError, StoreError):
        return None
