"""Which column is the id, which are predicted, and which are the targets: read off the sample submission."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .faults import fault
from .typed import MISSING, text_of

if TYPE_CHECKING:
    from .settings import Settings
    from .tables import Table

_ID_NAME = re.compile(r"(^|[_ ])(id|key)($|[_ ])|[a-z](Id|ID)$|^(Id|ID)$")


@dataclass(frozen=True)
class Columns:
    """`predictions` are the sample's columns without the id; `classes` is filled where they are one per class."""

    id_column: str | None
    predictions: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]


def infer_columns(settings: Settings, train: Table, test: Table | None, sample: Table) -> tuple[Columns, list[str]]:
    """The columns' roles and a sentence for each that was inferred. `train` must already hold the labels."""
    said: list[str] = []
    id_column = _id_column(settings, test, sample)
    if settings.id_column is None:
        said.append(f"id column: {id_column!r}, from the sample submission" if id_column else "there is no id column")
    predictions = _predictions(id_column, test, sample, said)
    targets, classes = _targets(settings, predictions, (id_column, *settings.drop), (train, test, sample))
    if settings.target is None:
        how = "whose values are the sample's columns" if classes else "from the sample's columns"
        said.append(f"target: {', '.join(targets)}, {how}")
    if test is not None:
        for target in targets:
            if target in test.columns:
                hint = "remove it from the test table, or list it in competition.toml as `drop` and name another target"
                raise fault(test.name, f"holds the target column {target!r}", hint)
    return Columns(id_column, predictions, targets, classes), said


def _id_column(settings: Settings, test: Table | None, sample: Table) -> str | None:
    stated = settings.id_column
    if stated is not None:
        if stated not in sample.columns:
            raise fault(sample.name, f"lacks the id column {stated!r}", f"its columns are {_list(sample.columns)}")
        return stated
    names = [c for c in sample.columns if c not in (settings.target or ())]
    if len(sample.columns) < 2 or not names:
        return None
    shared = [c for c in names if test is not None and c in test.columns]
    unique = [c for c in shared if text_of(sample.frame[c]).is_unique]
    if unique:
        return next((c for c in unique if _ID_NAME.search(c)), unique[0])
    if shared and shared[0] == names[0]:
        return shared[0]  # with duplicates, which are reported where ids are compared
    return names[0] if text_of(sample.frame[names[0]]).is_unique and len(sample) > 1 else None


def _predictions(id_column: str | None, test: Table | None, sample: Table, said: list[str]) -> tuple[str, ...]:
    """The sample's columns but the id, and but those that it only repeats from the test table."""
    rest = [c for c in sample.columns if c != id_column]
    repeated = [c for c in rest if test is not None and _repeats(c, test, sample)]
    if repeated and len(repeated) < len(rest):
        said.append(f"the sample repeats {', '.join(repeated)} from the test table; nothing is predicted there")
        rest = [c for c in rest if c not in repeated]
    if not rest:
        raise fault(sample.name, "has no column to predict", "it needs the id and at least one further column")
    return tuple(rest)


def _repeats(column: str, test: Table, sample: Table) -> bool:
    if column not in test.columns or len(test) != len(sample):
        return False
    values = text_of(sample.frame[column])
    return values.nunique() > 1 and sorted(values) == sorted(text_of(test.frame[column]))


def _targets(
    settings: Settings,
    predictions: tuple[str, ...],
    taken: tuple[str | None, ...],
    tables: tuple[Table, Table | None, Table],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The train table's target columns, and the classes where the sample has one column per class."""
    train, test, sample = tables
    stated = settings.target
    for name in stated or ():
        if name not in train.columns:
            raise fault(train.name, f"lacks the target {name!r}", f"its columns are {_list(train.columns)}")
    if all(c in train.columns for c in predictions) and (stated is None or set(stated) == set(predictions)):
        return predictions, ()
    free = [c for c in train.columns if c not in taken and (test is None or c not in test.columns)]
    candidates = list(stated) if stated else free
    if len(predictions) > 1 and len(stated or ()) < 2:
        return _class_column(predictions, candidates, train, sample)
    if len(candidates) == len(predictions):
        return tuple(candidates), ()  # another name in the sample; paired by position
    if not candidates:
        raise fault(train.name, f"has no column for the sample's {_list(predictions)}", _STATE_IT)
    message = f"has {len(candidates)} columns that could be the target of the sample's {_list(predictions)}"
    raise fault(train.name, f"{message}: {_list(tuple(candidates))}", _STATE_IT)


_STATE_IT = "name the target in competition.toml as `target`"


def _class_column(
    predictions: tuple[str, ...], candidates: list[str], train: Table, sample: Table
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The column whose values are the sample's columns. Raises CompetitionError when none fits, or one nearly does."""
    nearest: tuple[float, str, set[str]] = (0.0, "", set())
    for name in candidates:
        levels = set(text_of(train.frame[name]).str.strip().unique())
        levels -= MISSING - set(predictions)
        nearest = max(nearest, (len(levels & set(predictions)) / max(len(levels), 1), name, levels), key=lambda n: n[0])
    share, name, levels = nearest
    if share == 1.0:
        return (name,), predictions
    if share == 0.0:
        message = f"has no column whose values are the sample's columns {_list(predictions)}"
        raise fault(train.name, message, "the sample's columns must be targets, or the values of one target")
    missing = tuple(sorted(levels - set(predictions)))
    message = f"lacks columns for the classes {_list(missing)} of the target {name!r}"
    raise fault(sample.name, message, "the sample needs one column per class, named as the class is written")


def _list(names: tuple[str, ...]) -> str:
    shown = ", ".join(repr(name) for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")
