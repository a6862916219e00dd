"""From a brief to the constants of its scripts: file names, roles of columns, classes, the form of the answer."""

from __future__ import annotations

from pathlib import PurePosixPath

from haste.schema.brief import Brief
from haste.schema.competition import Competition, Kind, PredictionNeed
from haste.schema.profile import ColumnProfile, Profile, Role

from .dates import is_unclear
from .recipe import Constants, Label, Task


def constants_of(brief: Brief) -> Constants:
    competition, profile = brief.competition, brief.profile
    usable = [column for column in profile.columns if _usable(column, competition)]
    written = _written(brief)
    dates = _named(usable, Role.DATETIME)
    id_profile = next((c for c in profile.columns if c.name == competition.id_column), None)
    return Constants(
        title=competition.title or competition.id,
        train=file_name("train", competition.train),
        test=file_name("test", competition.test),
        id_column=competition.id_column if id_profile is None or id_profile.in_test else None,
        targets=competition.targets,
        columns=competition.submission_columns,
        task=_task(competition, written),
        ordinal=competition.kind is Kind.ORDINAL,
        classes=_classes(competition, written),
        class_columns=competition.has_class_columns and len(competition.targets) == 1 and bool(written),
        need=competition.metric.needs,
        metric=competition.metric.name,
        maximize=competition.metric.direction == "maximize",
        numeric=_named(usable, Role.NUMERIC),
        categorical=_named(usable, Role.CATEGORICAL),
        text=_named(usable, Role.TEXT),
        dates=dates,
        unclear_dates=_unclear(profile, dates),
        image=competition.image,
        audio=competition.audio,
        group=profile.validation.group_column,
        time=profile.validation.time_column,
        scheme=profile.validation.scheme,
        missing_target=any(target.missing > 0 for target in profile.targets),
        drifting=profile.drift.columns if profile.drift is not None else (),
        rows=profile.n_train,
    )


def file_name(side: str, found: str) -> str:
    """What a script finds below input/: the side's name with the original suffix, unpacked."""
    suffixes = [s for s in PurePosixPath(found).suffixes if s.lower() not in (".zip", ".gz", ".bz2", ".xz")]
    return side + (suffixes[-1].lower() if suffixes else ".csv")


def _usable(column: ColumnProfile, competition: Competition) -> bool:
    media = {media.column for media in (*competition.image, *competition.audio)}
    return (
        column.in_test
        and column.name not in competition.targets
        and column.name not in competition.drop
        and column.name not in media
        and column.name != competition.id_column
    )


def _named(columns: list[ColumnProfile], role: Role) -> tuple[str, ...]:
    return tuple(column.name for column in columns if column.role is role)


def _unclear(profile: Profile, dates: tuple[str, ...]) -> tuple[str, ...]:
    """Of the dates and the time column (which may have another role, such as the id's) those that need a rule."""
    named = {*dates, profile.validation.time_column}
    found = [c for c in profile.columns if c.name in named and c.in_test and c.role is not Role.NUMERIC]
    return tuple(column.name for column in found if is_unclear(column.examples))


def _written(brief: Brief) -> tuple[str, ...]:
    """The classes as the files have them. Ordered labels that are whole numbers are known by their range only."""
    competition = brief.competition
    if competition.classes:
        return competition.classes
    if competition.kind in (Kind.BINARY, Kind.MULTILABEL):
        return ("0", "1")
    target = brief.profile.targets[0] if brief.profile.targets else None
    if competition.kind not in (Kind.ORDINAL, Kind.MULTICLASS) or target is None:
        return ()
    if target.minimum is not None and target.maximum is not None and target.maximum - target.minimum < 100:
        return tuple(str(label) for label in range(int(target.minimum), int(target.maximum) + 1))
    return tuple(sorted(target.shares))


def _task(competition: Competition, written: tuple[str, ...]) -> Task:
    match competition.kind:
        case Kind.BINARY | Kind.MULTILABEL:
            return "binary"
        case Kind.MULTICLASS:
            return "binary" if len(written) == 2 else "multiclass"
        case Kind.ORDINAL if competition.metric.needs is not PredictionNeed.VALUE and written:
            return "multiclass"
        case _:
            return "regression"


def _classes(competition: Competition, written: tuple[str, ...]) -> tuple[Label, ...]:
    """Labels as pandas reads them: whole numbers, numbers and truth values as such, all else as text."""
    if _task(competition, written) == "regression":
        return ()
    if competition.has_class_columns and set(competition.submission_columns) == set(written):
        written = competition.submission_columns
    for read in (_whole, _number, _truth):
        labels = [read(text) for text in written]
        if all(label is not None for label in labels):
            return tuple(label for label in labels if label is not None)
    return written


def _whole(text: str) -> int | None:
    try:
        return int(text) if str(int(text)) == text else None
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        return float(text) if repr(float(text)) == text else None
    except ValueError:
        return None


def _truth(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())
