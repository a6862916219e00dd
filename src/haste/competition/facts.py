"""The flat view of a profile that conditions are tested against: one row per fact, documented in docs/facts.md.

A fact that is not known is left out, so that any condition on it is false.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from haste.schema.competition import Direction, Kind
from haste.schema.profile import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from haste.schema.competition import Competition
    from haste.schema.conditions import Fact
    from haste.schema.profile import ColumnProfile, Profile

PACKAGES = ("lightgbm", "xgboost", "catboost", "torch", "statsmodels")
_NUMBER_KINDS = (Kind.REGRESSION, Kind.FORECAST, Kind.ORDINAL)
_FEATURES = (Role.NUMERIC, Role.CATEGORICAL, Role.TEXT, Role.DATETIME, Role.IMAGE, Role.AUDIO, Role.GROUP)


class Subject(NamedTuple):
    """What facts are about: a competition and its profile."""

    c: Competition
    p: Profile


Reading = Callable[[Subject], "Fact | None"]


@dataclass(frozen=True)
class FactSpec:
    name: str
    meaning: str
    of: Reading


def _features(p: Profile) -> list[ColumnProfile]:
    return [c for c in p.columns if c.role in _FEATURES and c.in_test]


def _count(role: Role) -> Reading:
    return lambda s: sum(column.role is role and column.in_test for column in s.p.columns)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def _largest(values: Iterable[float | None]) -> float | None:
    return max((v for v in values if v is not None), default=None)


def _minority(s: Subject) -> float | None:
    if not s.c.kind.is_classification:
        return None
    return min((share for t in s.p.targets for share in t.shares.values()), default=None)


def _package(name: str) -> FactSpec:
    meaning = f"whether the candidates' interpreter can import {name}"
    return FactSpec(f"has_{name}", meaning, lambda s: name in s.p.resources.packages)


_SIZES = (
    FactSpec("rows", "training rows with a target", lambda s: s.p.n_train),
    FactSpec("test_rows", "rows of the test table", lambda s: s.p.n_test),
    FactSpec("columns", "input columns: in both tables, neither id nor constant", lambda s: len(_features(s.p))),
    FactSpec("numeric_columns", "input columns of numbers", _count(Role.NUMERIC)),
    FactSpec("categorical_columns", "input columns of levels", _count(Role.CATEGORICAL)),
    FactSpec("text_columns", "input columns of text", lambda s: len(s.c.text)),
    FactSpec("datetime_columns", "input columns of dates or times", _count(Role.DATETIME)),
    FactSpec("image_columns", "columns that name image files", lambda s: len(s.c.image)),
    FactSpec("audio_columns", "columns that name audio files", lambda s: len(s.c.audio)),
    FactSpec("max_cardinality", "most levels of any categorical column",
             lambda s: max((x.n_unique for x in s.p.of_role(Role.CATEGORICAL)), default=0)),
    FactSpec("rows_per_column", "training rows divided by input columns",
             lambda s: s.p.n_train / max(1, len(_features(s.p)))),
)  # fmt: skip

_CONTENT = (
    FactSpec("missing_share", "mean share of missing values over the input columns, training rows",
             lambda s: _mean(x.missing for x in _features(s.p))),
    FactSpec("duplicate_share", "share of training rows whose inputs stand in another training row",
             lambda s: s.p.duplicate_rows),
    FactSpec("shared_share", "share of test rows whose inputs stand in the training table", lambda s: s.p.shared_rows),
    FactSpec("drift_auc", "how well training rows can be told from test rows; 0.5 is not at all",
             lambda s: s.p.drift.auc if s.p.drift else None),
    FactSpec("unseen_share", "largest share of test rows, over categorical columns, with a level not in training rows",
             lambda s: _largest(x.unseen for x in s.p.of_role(Role.CATEGORICAL))),
    FactSpec("mean_text_length", "mean characters of a value, over the text columns",
             lambda s: _mean(x.mean_length for x in s.p.columns if x.name in s.c.text)),
    FactSpec("has_groups", "whether rows of one entity are held out together",
             lambda s: s.c.validation.group_column is not None),
    FactSpec("has_time", "whether rows are ordered in time for validation",
             lambda s: s.c.validation.time_column is not None),
)  # fmt: skip

_PROBLEM = (
    FactSpec("kind", "binary, multiclass, multilabel, ordinal, regression, forecast, sequence or image_to_image",
             lambda s: s.c.kind.value),
    FactSpec("domain", "tabular, text, image, audio, timeseries or seq2seq", lambda s: s.c.domain),
    FactSpec("metric", "name of the metric", lambda s: s.c.metric.name),
    FactSpec("metric_needs", "label, probability, ranking or value", lambda s: s.c.metric.needs.value),
    FactSpec("maximize", "whether a higher score is better", lambda s: s.c.metric.direction is Direction.MAXIMIZE),
    FactSpec("targets", "number of target columns", lambda s: len(s.c.targets)),
    FactSpec("classes", "number of classes; not known for numbers, multi-label", lambda s: len(s.c.classes) or None),
    FactSpec("minority_share", "share of the rarest class; over all targets where there are several", _minority),
    FactSpec("target_skew", "skewness of the first target; numbers only",
             lambda s: s.p.targets[0].skew if s.c.kind in _NUMBER_KINDS and s.p.targets else None),
    FactSpec("target_is_count", "whether all targets are whole numbers from 0 on; numbers only",
             lambda s: all(t.is_count for t in s.p.targets) if s.c.kind in _NUMBER_KINDS else None),
    FactSpec("target_positive", "whether all targets are above 0; numbers only",
             lambda s: all(t.minimum is not None and t.minimum > 0 for t in s.p.targets)
             if s.c.kind in _NUMBER_KINDS else None),
)  # fmt: skip

_MACHINE = (
    FactSpec("cores", "processor cores that candidates may use", lambda s: s.p.resources.cores),
    FactSpec("memory_gb", "memory of the machine in GB", lambda s: s.p.resources.memory_gb),
    FactSpec("gpu", "whether there is a GPU", lambda s: s.p.resources.gpu is not None),
    *(_package(name) for name in PACKAGES),
)

GROUPS: dict[str, tuple[FactSpec, ...]] = {
    "Sizes": _SIZES,
    "The problem": _PROBLEM,
    "What is in the tables": _CONTENT,
    "The machine": _MACHINE,
}
FACTS: tuple[FactSpec, ...] = tuple(spec for group in GROUPS.values() for spec in group)


def facts_of(competition: Competition, profile: Profile) -> dict[str, Fact]:
    """Every fact that is known. `profile` may be one whose own `facts` are still empty."""
    known = {spec.name: spec.of(Subject(competition, profile)) for spec in FACTS}
    return {name: value for name, value in known.items() if value is not None}


def facts_page() -> str:
    """The text of docs/facts.md."""
    lines = [
        "# Facts",
        "",
        "What conditions of techniques and skills are tested against, as `fact op value`, for example",
    ]
    lines += ["`rows >= 1000`. A fact that is not known makes any condition on it false.", ""]
    lines += ["Generated from `haste.competition.facts`; a test fails when this page is stale.", ""]
    for title, group in GROUPS.items():
        lines += [f"## {title}", "", "| fact | meaning |", "|---|---|"]
        lines += [f"| `{spec.name}` | {spec.meaning} |" for spec in group]
        lines.append("")
    return "\n".join(lines)
