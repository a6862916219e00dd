"""The first stage: what can be learned about a competition without running a candidate. Reads typed frames only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from haste.schema.competition import Kind
from haste.schema.profile import ColumnProfile, Drift, Profile, Resources, Role, TargetProfile

from .drift import measure_drift
from .facts import facts_of
from .inside import inside
from .scheme import as_times, why
from .settings import ValidationSettings
from .shown import files_shown, first_lines, first_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandas import DataFrame, Series

    from haste.schema.competition import Competition

    from .loaded import LoadedCompetition

_MOST_CLASSES = 50
_EXAMPLE_LENGTH = 60
_MOST_LEVELS, _LEVEL_LENGTH = 8, 30


def profile(loaded: LoadedCompetition, resources: Resources, seed: int) -> Profile:
    """Profile a competition; `seed` draws the rows of the adversarial validation. About 0.5 s for 10,000 x 20."""
    competition, train, test = loaded.competition, loaded.train, loaded.test
    hidden: set[str | None] = {c for c in competition.drop if c != competition.validation.group_column}
    if "train" in loaded.made_up_id:
        hidden.add(competition.id_column)
    names = [c for c in train.columns if c not in hidden]
    columns = tuple(_column(competition, train[c], test[c] if c in test.columns else None) for c in names)
    plain = [c.name for c in columns if c.in_test and c.role not in (Role.ID, Role.TARGET, Role.IMAGE, Role.AUDIO)]
    plain = [c for c in plain if c not in competition.drop]
    duplicates, shared = _repeats(train, test, plain)
    skipped = (Role.TEXT, Role.DATETIME, Role.GROUP, Role.CONSTANT)
    told = [c.name for c in columns if c.name in plain and c.role not in skipped]
    told = [c for c in told if c != competition.validation.time_column]
    drift = measure_drift(train, test, told, seed)
    found = Profile(
        n_train=len(train),
        n_test=len(test),
        columns=columns,
        targets=tuple(_target(competition, train[t], loaded.left_out) for t in competition.targets if t in train),
        duplicate_rows=duplicates,
        shared_rows=shared,
        drift=drift,
        validation=competition.validation,
        validation_reason=_reason(competition),
        resources=resources,
        notes=_notes(competition, columns, drift, (duplicates, shared)),
        files=files_shown(loaded),
        rows=first_rows(train[names]),
        sample_submission=first_lines(loaded.sample),
        inside=inside(loaded),
    )
    return found.model_copy(update={"facts": facts_of(competition, found)})


def _reason(competition: Competition) -> str:
    inferred = [s.removeprefix("validation: ") for s in competition.inferred if s.startswith("validation: ")]
    if inferred:
        return inferred[0]
    return why(competition.validation, ValidationSettings(scheme=competition.validation.scheme.value))


def _column(competition: Competition, column: Series[Any], test: Series[Any] | None) -> ColumnProfile:
    import pandas as pd

    name = str(column.name)
    known = column.dropna()
    n_unique = int(known.nunique())
    role = _role(competition, column, n_unique)
    numeric = pd.api.types.is_numeric_dtype(column) and role not in (Role.ID, Role.CONSTANT)
    figures = _figures(known.to_numpy(dtype="float64")) if numeric else {}
    strings = role is Role.TEXT
    examples = tuple(str(v)[:_EXAMPLE_LENGTH] for v in known.iloc[:200].unique()[:3])
    return ColumnProfile(
        name=name,
        role=role,
        dtype=str(column.dtype),
        n_unique=n_unique,
        missing=_share(column.isna()),
        test_missing=None if test is None else _share(test.isna()),
        in_test=test is not None,
        mean_length=float(known.astype("str").str.len().mean()) if strings and len(known) else None,
        unseen=_unseen(known, test) if role is Role.CATEGORICAL and test is not None else None,
        examples=examples,
        span=_span(column, test) if role is Role.DATETIME else "",
        levels=_levels(known) if role is Role.CATEGORICAL else {},
        **figures,
    )


def _role(competition: Competition, column: Series[Any], n_unique: int) -> Role:
    import pandas as pd

    name = str(column.name)
    stated = (
        (Role.TARGET, competition.targets),
        (Role.IMAGE, tuple(m.column for m in competition.image)),
        (Role.AUDIO, tuple(m.column for m in competition.audio)),
        (Role.TEXT, competition.text),
        (Role.ID, (competition.id_column,)),
        (Role.GROUP, (competition.validation.group_column,)),
        (Role.CATEGORICAL, competition.categorical),
    )
    for role, names in stated:
        if name in names:
            return role
    if n_unique <= 1:
        return Role.CONSTANT
    if pd.api.types.is_numeric_dtype(column):
        return Role.NUMERIC
    return Role.DATETIME if as_times((column,), name) is not None else Role.CATEGORICAL


def _figures(values: NDArray[np.float64]) -> dict[str, float]:
    """Minimum, maximum, mean and skewness of the finite values; no skewness where there is no spread."""
    values = values[np.isfinite(values)]
    if not len(values):
        return {}
    with np.errstate(over="ignore", invalid="ignore"):
        mean, sd = float(values.mean()), float(values.std())
        figures = {"minimum": float(values.min()), "maximum": float(values.max()), "mean": mean}
        if np.isfinite(sd) and sd > 1e-12 * max(1.0, abs(mean)):
            figures["skew"] = float((((values - mean) / sd) ** 3).mean())
    return figures


def _target(competition: Competition, column: Series[Any], left_out: int) -> TargetProfile:
    known = column.dropna()
    shares: dict[str, float] = {}
    if competition.kind.is_classification or competition.kind is Kind.ORDINAL:
        counts = known.value_counts(normalize=True).head(_MOST_CLASSES)
        shares = {_level(level): float(share) for level, share in counts.items()}
    missing = left_out / max(1, left_out + len(column))
    n_unique = int(known.nunique())
    if known.dtype.kind != "f":
        return TargetProfile(name=str(column.name), missing=missing, n_unique=n_unique, shares=shares)
    values = known.to_numpy(dtype="float64")
    whole = len(values) > 0 and bool((values >= 0).all() and (values % 1 == 0).all())
    return TargetProfile(
        name=str(column.name), missing=missing, n_unique=n_unique, shares=shares, is_count=whole,
        sd=float(values.std()) if len(values) else None, **_figures(values),
    )  # fmt: skip


def _span(column: Series[Any], test: Series[Any] | None) -> str:
    """From when to when, on each side that has the column."""
    sides = [column] if test is None else [column, test]
    times = as_times(sides, str(column.name)) or []
    spans = [(name, t.dropna()) for name, t in zip(("train", "test"), times, strict=False)]
    return ", ".join(f"{name} {_day(t.min())} to {_day(t.max())}" for name, t in spans if len(t))


def _day(time: object) -> str:
    return str(time)[:16].removesuffix(" 00:00")


def _levels(known: Series[Any]) -> dict[str, float]:
    """The most frequent levels and their shares; ties by name, so that equal tables have equal profiles."""
    shares = known.astype("str").value_counts(normalize=True).sort_index().sort_values(ascending=False, kind="stable")
    return {str(level)[:_LEVEL_LENGTH]: round(float(share), 4) for level, share in shares.head(_MOST_LEVELS).items()}


def _level(level: object) -> str:
    return f"{level:g}" if isinstance(level, float) else str(level)


def _share(mask: Series[bool]) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _unseen(known: Series[Any], test: Series[Any]) -> float:
    """Share of test rows whose level never occurs in train; missing is no level."""
    counts, levels = test.dropna().value_counts(), {str(level) for level in known.unique()}
    return sum(int(count) for level, count in counts.items() if str(level) not in levels) / max(1, len(test))


def _repeats(train: DataFrame, test: DataFrame, columns: Sequence[str]) -> tuple[float, float]:
    """The share of training rows that stand there twice, and of test rows that stand in train, by `columns`."""
    if not columns or not len(train) or not len(test):
        return 0.0, 0.0
    left, right = _row_hashes(train, columns), _row_hashes(test, columns)
    _, inverse, counts = np.unique(left, return_inverse=True, return_counts=True)
    return float((counts[inverse] > 1).mean()), float(np.isin(right, left).mean())


def _row_hashes(frame: DataFrame, columns: Sequence[str]) -> NDArray[np.uint64]:
    import pandas as pd

    plain = pd.DataFrame(
        {
            c: frame[c].astype("float64")
            if pd.api.types.is_numeric_dtype(frame[c])
            else frame[c].astype("str").fillna("")
            for c in columns
        }
    )
    return np.asarray(pd.util.hash_pandas_object(plain, index=False), dtype=np.uint64)


def _notes(
    competition: Competition, columns: Sequence[ColumnProfile], drift: Drift | None, repeats: tuple[float, float]
) -> tuple[str, ...]:
    """What a person should know before the first candidate, one sentence each."""
    notes = []
    constant = [c.name for c in columns if c.role is Role.CONSTANT]
    if constant:
        notes.append(f"constant columns: {', '.join(constant[:10])}")
    absent = [c.name for c in columns if not c.in_test and c.role not in (Role.TARGET, Role.ID)]
    if absent:
        notes.append(f"columns that the test table lacks: {', '.join(absent[:10])}")
    empty = [f"{c.name} ({c.missing:.0%})" for c in columns if c.missing >= 0.5]
    if empty:
        notes.append(f"mostly missing: {', '.join(empty[:10])}")
    unseen = [f"{c.name} ({c.unseen:.0%})" for c in columns if c.unseen is not None and c.unseen >= 0.1]
    if unseen:
        notes.append(f"levels in test rows that never occur in training rows: {', '.join(unseen[:10])}")
    if drift is not None and drift.auc >= 0.6:
        told = f", most by {', '.join(drift.columns)}" if drift.columns else ""
        notes.append(f"test rows differ from training rows (adversarial AUC {drift.auc:.2f}{told})")
    if repeats[0] >= 0.05:
        notes.append(f"{repeats[0]:.0%} of training rows have the inputs of another training row")
    if repeats[1] >= 0.05:
        notes.append(f"{repeats[1]:.0%} of test rows have the inputs of a training row")
    if competition.validation.trust.value == "reported":
        notes.append("rows cannot be held out: every score is the script's own report")
    return tuple(notes)
