"""Whether a text would do as a folder's `competition.toml`: the folder is loaded by it, and nothing is written there.

Knows nothing of who wrote it. The hidden answers are not read.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

from haste.schema.competition import Trust
from haste.schema.errors import HasteError

from .dummy import check_metric, dummy_submission
from .layout import lay_out
from .load import load
from .loaded import LoadedCompetition
from .score import score_fold
from .settings import FILE_NAME, parse_settings
from .split import make_splits

_GRADERS = ("answers", "leaderboard")  # no word on the competition: where the grader looks


def fault_of(folder: Path, text: str) -> str | None:
    """What is wrong with the settings, without the folder's own path; None where a fold can be built and scored."""
    stated = [name for name in _GRADERS if name in _keys(text)]
    if stated:
        return f"`{stated[0]}` is not to be stated here"
    try:
        _build(_loaded_by(folder, text))
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
        loaded = load(folder) if text is None else _loaded_by(folder, text)
    except HasteError as error:
        return (f"plain inference fails: {error.message}",)
    return loaded.competition.inferred


def _loaded_by(folder: Path, text: str) -> LoadedCompetition:
    return load(folder, parse_settings(text, folder / FILE_NAME))


def _keys(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}  # the loader says it better


def _build(loaded: LoadedCompetition) -> None:
    """All that a run needs before its first candidate. Raises HasteError."""
    check_metric(loaded)
    if loaded.competition.validation.trust is Trust.REPORTED:
        return
    fold = make_splits(loaded, None, seed=0).search[0]
    with TemporaryDirectory() as place:
        lay_out(loaded, Path(place) / "view", fold)
    score_fold(loaded, fold, dummy_submission(loaded, fold))
