"""The part of the wiring that belongs to skill stores: where they lie, and how a run reads one and adds to it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from haste.schema.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from haste.runner.context import Context
    from haste.runner.skill_store import Reading
    from haste.schema.knowledge import CompetitionTerms, Problem
    from haste.search.state import RunState
    from haste.skills.promote import Shelf
    from haste.store.inventory import SkillFiles

STARTER = "starter"  # the inventory that ships with the package, where one does


def open_skills(folder: Path | None, *, create: bool) -> SkillFiles:
    """A skill store: the named one, or the user's, which begins as a copy of the starter inventory.

    Raises StoreError where there is none and none is to be made, or where it cannot be made.
    """
    from haste.store.inventory import VERSION_FILE, SkillFiles, begin

    if folder is not None and not create and not (folder / VERSION_FILE).is_file():
        msg = "no skill store is here"
        raise StoreError(msg, where=str(folder), hint="`haste run --skills` and `haste skills add` make one")
    try:
        if folder is not None:
            return begin(folder, None) if create else SkillFiles(folder)
        return begin(user_skills(), starter())
    except (OSError, RuntimeError) as fault:
        msg = f"cannot make the skill store: {fault}"
        raise StoreError(msg, where=str(folder or "the user's"), hint="choose another place with --skills") from fault


def starter() -> Path | None:
    """The inventory that ships with the package, where one does."""
    folder = Path(__file__).parents[1] / STARTER
    return folder if folder.is_dir() else None


def user_skills() -> Path:
    """Where the user's own store lies, by the XDG base directory specification: relative paths do not count."""
    data = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (data if data.is_absolute() else Path.home() / ".local" / "share") / "haste" / "skills"


def skills_for_run(folder: Path | None) -> str | None:
    """The absolute path of a run's store. None, with a warning, where the user's own cannot be made.

    Raises StoreError where the named one cannot be made, and StoreBusy where another process keeps either to itself.
    """
    from haste.store.inventory import StoreBusy

    try:
        return str(open_skills(folder, create=True).root.absolute())
    except StoreBusy:
        raise  # it is there, or soon will be: the run can be started again, and would not be the same without it
    except StoreError as fault:
        if folder is not None:
            raise
        sys.stderr.write(f"haste: this run goes without skills: {fault}\n")
        return None


def read_shelf(folder: str) -> Shelf:
    """The store of a run as it is now; what had to be set aside is told."""
    from haste.store.inventory import SkillFiles

    return read_and_tell(SkillFiles(Path(folder))).shelf


def read_and_tell(files: SkillFiles, known: Iterable[CompetitionTerms] = ()) -> Reading:
    """The store as it is now, as `read_store` has it; what had to be set aside is told."""
    from haste.runner.skill_store import read_store

    reading = read_store(files, known)
    tell(reading.problems)
    return reading


def tell(problems: Sequence[Problem]) -> None:
    """One line on stderr about what was set aside in a store; nothing where nothing was."""
    if problems:
        sys.stderr.write(
            f"haste: {len(problems)} problem(s) in the skill store, the first: {placed(problems[0])}; "
            "see `haste skills lint`\n"
        )


def placed(problem: Problem) -> str:
    """`file:line: reason`; without the line where a file has none to tell of."""
    line = "" if problem.line is None else f":{problem.line}"
    return f"{problem.where}{line}: {problem.reason}"


def leave_evidence(context: Context, state: RunState) -> None:
    """Give the store what the run measured, whether it began warm or cold; a run that can be taken up leaves nothing.

    The run has its submission by now: a store that does not take the records is a warning.
    """
    from haste.runner.skill_store import leave_evidence as leave

    if context.config.skills_dir is None or state.interrupted or state.finished == "provider":
        return
    try:
        leave(open_skills(Path(context.config.skills_dir), create=True), (e.event for e in context.store.read()))
    except (StoreError, OSError) as fault:
        sys.stderr.write(f"haste: the run's evidence did not reach the skill store: {fault}\n")
