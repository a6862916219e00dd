"""Whether a text would do as a folder's `competition.toml`: tried in its place, and taken away again.

Knows nothing of who wrote it. The hidden answers are not read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from haste.schema.competition import Trust
from haste.schema.errors import HasteError

from .dummy import check_metric, dummy_submission
from .layout import lay_out
from .load import load
from .score import score_fold
from .settings import FILE_NAME
from .split import make_splits

_GRADERS = ("answers", "leaderboard")  # no word on the competition: where the grader looks


def fault_of(folder: Path, text: str) -> str | None:
    """What is wrong with the settings, without the folder's own path; None where a fold can be built and scored.

    Raises OSError where the folder cannot be written to.
    """
    stated = [name for name in _GRADERS if name in _keys(text)]
    if stated:
        return f"`{stated[0]}` is not to be stated here"
    with _in_place(folder, text):
        try:
            _build(folder)
        except HasteError as error:
            told = f"{error.where}: {error.message}" if error.where else error.message
            told += f" ({error.hint})" if error.hint else ""
            return told.replace(f"{folder}/", "").replace(str(folder), "the folder")
    return None


def inferred_in(folder: Path, text: str | None = None) -> tuple[str, ...]:
    """What inference adds to the settings, a sentence each; with None as text, to those that the folder has.

    Where it fails, what it fails at.
    """
    try:
        if text is None:
            return load(folder).competition.inferred
        with _in_place(folder, text):
            return load(folder).competition.inferred
    except HasteError as error:
        return (f"plain inference fails: {error.message}",)


def _keys(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}  # the loader says it better


def _build(folder: Path) -> None:
    """All that a run needs before its first candidate. Raises HasteError."""
    loaded = load(folder)
    check_metric(loaded)
    if loaded.competition.validation.trust is Trust.REPORTED:
        return
    fold = make_splits(loaded, None, seed=0).search[0]
    with TemporaryDirectory() as place:
        lay_out(loaded, Path(place) / "view", fold)
    score_fold(loaded, fold, dummy_submission(loaded, fold))


@contextmanager
def _in_place(folder: Path, text: str) -> Iterator[None]:
    """The folder with this text as its settings; afterwards as it was."""
    path = folder / FILE_NAME
    before = path.read_bytes() if path.is_file() else None
    try:
        path.write_text(text, encoding="utf-8")
        yield
    finally:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)
