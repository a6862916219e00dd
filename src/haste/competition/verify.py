"""Whether a competition's tables agree with each other; every disagreement is an error that says what to do."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from haste.schema.competition import Kind, PredictionNeed

from .faults import fault
from .settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pandas import DataFrame, Series

    from haste.schema.errors import CompetitionError

    from .columns import Columns
    from .metrics import MetricSpec
    from .settings import Settings
    from .tables import Table


def check_unique(ids: Series[Any], table: str) -> None:
    """Ids must name rows. `ids` holds text."""
    twice = ids[ids.duplicated()]
    if len(twice):
        message = f"has {len(twice)} duplicate ids in the column {ids.name!r}, for example {twice.iloc[0]!r}"
        raise fault(table, message, "keep one row per id, or name another `id_column` in competition.toml")
    if (ids == "").any():
        message = f"has {int((ids == '').sum())} rows without an id in the column {ids.name!r}"
        raise fault(table, message, "give every row an id")


def check_sample(sample: Series[Any], test: Series[Any], names: tuple[str, str]) -> None:
    """The sample submission must name the test table's rows: as many, and the same."""
    if len(sample) != len(test):
        message = f"has {len(sample)} rows where {names[1]} has {len(test)}"
        raise fault(names[0], message, "both must name the same rows; download them again")
    extra = sorted(set(sample) - set(test))
    if extra:
        message = f"names {len(extra)} ids that are not in {names[1]}, for example {extra[0]!r}"
        raise fault(names[0], message, "both must name the same rows; download them again")


def check_targets(values: DataFrame, missing: DataFrame, table: str) -> None:
    """A target must be there and vary. `values` are texts, `missing` says where they say nothing."""
    for name in values.columns:
        known = values.loc[~missing[name], name]
        if known.empty:
            raise fault(table, f"has no value at all in the target {name!r}", "name another target, or get the labels")
        if known.nunique() == 1:
            message = f"has only the value {known.iloc[0]!r} in the target {name!r}"
            raise fault(table, message, "there is nothing to learn; name another target in competition.toml")
    if missing.any(axis=1).all():
        raise fault(table, "has no row in which all targets are known", "get the labels")


def check_numeric(values: DataFrame, table: str, kind: Kind) -> None:
    import pandas as pd

    for name in values.columns:
        bad = values.loc[pd.to_numeric(values[name], errors="coerce").isna(), name]
        if len(bad):
            message = f"has {bad.iloc[0]!r} in the target {name!r}, where {kind.value} needs numbers"
            raise fault(table, message, "correct the value, or state another `kind` in competition.toml")


def check_no_test(ids: DataFrame, inputs: Sequence[str], files: Iterable[str], where: tuple[Path, str]) -> None:
    """Without a test table, the ids must name files, or the train table must hold nothing but ids and targets."""
    folder, train = where
    named = {text for path in files for text in (path, PurePosixPath(path).name, PurePosixPath(path).stem)}
    values = {PurePosixPath(value).name for column in ids for value in ids[column].astype("str")}
    if not inputs or not named.isdisjoint(values):
        return
    shown = ", ".join(repr(name) for name in inputs[:8]) + (", ..." if len(inputs) > 8 else "")
    message = f"has no test table, so that the columns {shown} of {train} are not known of the rows to predict"
    hint = "add the test table, named test.csv or as `test` in competition.toml; it may hold the ids alone"
    raise fault(str(folder), message, hint)


def cannot_hold_out(folder: Path, kind: Kind, guessed: Series[Any] | None) -> CompetitionError:
    """Why harness trust is not possible; `guessed` is the target whose values alone made it a sequence."""
    message = f"is a competition of the kind {kind.value}, whose rows cannot be held out one by one"
    hint = 'set trust = "reported" below [validation] in competition.toml'
    if guessed is None:
        return fault(str(folder), message, hint)
    message = (
        f"has a target {guessed.name!r} of text with {guessed.nunique()} different values, for example "
        f"{str(guessed.iloc[0])[:40]!r}: neither numbers nor classes, so it would be one of sequences"
    )
    hint = f"write numbers with a point and nothing else, or state `kind`; for sequences, also {hint}"
    return fault(str(folder), message, hint)


def check_stated(settings: Settings, train: Table) -> None:
    """Every column that competition.toml names must be in the train table."""
    lists: dict[str, Iterable[str]] = {
        "text": settings.text or (),
        "image": settings.image or (),
        "audio": settings.audio or (),
        "categorical": settings.categorical or (),
        "validation.group_column": [settings.validation.group_column] if settings.validation.group_column else (),
        "validation.time_column": [settings.validation.time_column] if settings.validation.time_column else (),
    }
    for key, names in lists.items():
        for name in names:
            if name not in train.columns:
                near = get_close_matches(name, train.columns, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"its columns are {', '.join(train.columns[:20])}"
                raise fault(FILE_NAME, f"`{key}` names the column {name!r}, which {train.name} lacks", hint)


def misfit(spec: MetricSpec, kind: Kind, columns: Columns) -> str | None:
    """Why a metric does not suit the problem; None if it does."""
    name, needs = spec.metric.name, spec.metric.needs
    if kind not in spec.kinds:
        return f"{name} is for {', '.join(k.value for k in spec.kinds)}, and this competition is {kind.value}"
    if columns.classes and needs is PredictionNeed.LABEL:
        return f"{name} compares labels, and the sample submission has one column per class"
    if (
        kind is Kind.MULTICLASS
        and not columns.classes
        and needs in (PredictionNeed.PROBABILITY, PredictionNeed.RANKING)
    ):
        return f"{name} needs one column per class, and the sample submission has none"
    return None
