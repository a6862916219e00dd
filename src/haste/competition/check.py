"""`haste competitions check` and `init`: does a folder hold a sound competition, and what would its settings say?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from haste.schema.competition import Trust
from haste.schema.errors import HasteError

from .dummy import check_metric, dummy_submission
from .heldout import grade, has_answers
from .layout import lay_out
from .load import load
from .score import score_fold
from .split import make_splits

if TYPE_CHECKING:
    from haste.schema.competition import Competition

    from .loaded import Fold, LoadedCompetition

Level = Literal["error", "warning", "info", "ok"]


@dataclass(frozen=True)
class Finding:
    """One line of a check. `where` names the step, or the file at fault."""

    level: Level
    where: str
    message: str


def check(folder: Path) -> list[Finding]:
    """Load, split, lay out one fold, score a dummy and a perfect prediction, and grade the dummy where answers are.

    Never raises for what is wrong with the folder; an error among the findings means that a run would fail.
    """
    try:
        loaded = load(folder)
    except HasteError as error:
        return [_fault("load", error)]
    competition = loaded.competition
    kind, metric = competition.kind.value, competition.metric.name
    found = [Finding("ok", "load", f"{kind}, {metric}, {len(loaded.train)} training and {len(loaded.test)} test rows")]
    found += [Finding("info", "inferred", sentence) for sentence in competition.inferred]
    if competition.validation.trust is Trust.REPORTED:
        return [*found, Finding("warning", "folds", "scores will be the script's own report; nothing is held out")]
    found += _steps(loaded)
    return found


def _steps(loaded: LoadedCompetition) -> Iterator[Finding]:
    """Each step is tried even where an earlier one failed, unless it needs its result."""
    yield _attempt("metric", lambda: _metric_words(*check_metric(loaded)))
    try:
        splits = make_splits(loaded, None, seed=0)
    except HasteError as error:
        yield _fault("folds", error)
        return
    yield Finding("ok", "folds", f"{len(splits.search)} to search by, {len(splits.confirm)} to confirm on")
    fold = splits.search[0]
    yield _attempt("layout", lambda: _layout_words(loaded, fold))
    yield _attempt(
        "score", lambda: f"dummy scores {score_fold(loaded, fold, dummy_submission(loaded, fold)):g} on fold 0"
    )
    if has_answers(loaded):
        yield _attempt("answers", lambda: _grade_words(loaded))
    else:
        yield Finding("ok", "answers", "there are none: runs will be scored, but not graded")


def _metric_words(perfect: float, dummy: float) -> str:
    return f"a perfect prediction scores {perfect:g}, the best constant {dummy:g}"


def _layout_words(loaded: LoadedCompetition, fold: Fold) -> str:
    with TemporaryDirectory() as place:
        view = lay_out(loaded, Path(place) / "view", fold)
        names = sorted(path.name + ("/" if path.is_dir() else "") for path in view.iterdir())
    return f"a solution sees {', '.join(names)}"


def _grade_words(loaded: LoadedCompetition) -> str:
    result = grade(loaded, dummy_submission(loaded, None))
    place = f", rank {result.rank} of {result.teams}" if result.teams else "; there is no leaderboard"
    return f"the best constant grades {result.score:g}{place}"


def _attempt(where: str, step: Callable[[], str]) -> Finding:
    try:
        return Finding("ok", where, step())
    except HasteError as error:
        return _fault(where, error)


def _fault(where: str, error: HasteError) -> Finding:
    return Finding("error", error.where or where, f"{error.message} ({error.hint})" if error.hint else error.message)


def init(folder: Path) -> str:
    """The text of a `competition.toml` that states everything that was inferred, to be checked by a person."""
    c = load(folder).competition
    lines = ["# Written by `haste competitions init`: what was inferred from the folder. Correct what is wrong;"]
    lines += ["# a key that is removed is inferred again.", ""]
    lines += [f"# {sentence}" for sentence in c.inferred]
    lines.append("")
    for key, value in _pairs(c):
        lines.append(f"{key} = {_toml(value)}" if value not in (None, (), "") else f"# {key} =")
    lines += ["", '# Read by the grader only: answers = "private/answers.csv", leaderboard = "private/leaderboard.csv"']
    lines += ["", "[validation]"]
    v = c.validation
    validation = {
        "scheme": v.scheme.value,
        "folds": v.folds,
        "group_column": v.group_column,
        "time_column": v.time_column,
        "trust": v.trust.value,
    }
    lines += [f"{key} = {_toml(value)}" if value is not None else f"# {key} =" for key, value in validation.items()]
    return "\n".join(lines) + "\n"


def _pairs(c: Competition) -> list[tuple[str, object]]:
    return [
        ("id", c.id),
        ("title", c.title),
        ("domain", c.domain),
        ("kind", c.kind.value),
        ("metric", c.metric.name),
        ("target", c.targets),
        ("id_column", c.id_column),
        ("train", c.train),
        ("test", c.test if c.test != c.sample_submission else None),
        ("sample_submission", c.sample_submission),
        ("text", c.text),
        ("image", tuple(m.column for m in c.image)),
        ("audio", tuple(m.column for m in c.audio)),
        ("categorical", c.categorical),
        ("drop", c.drop),
    ]


def _toml(value: object) -> str:
    """JSON's strings, numbers and lists are TOML's too, apart from escapes of characters that need none."""
    plain = (list(value) if len(value) != 1 else value[0]) if isinstance(value, tuple) else value
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
