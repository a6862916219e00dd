"""The facts that a model may state conditions over, and reading what it states."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from haste.schema.conditions import Condition, Fact

from .unfit import Unfit
from .untrusted import fenced, one_line

# What conditions may speak of (docs/facts.md); those of the machine are no matter of advice.
FACTS = (
    "rows", "test_rows", "columns", "numeric_columns", "categorical_columns", "text_columns", "datetime_columns",
    "image_columns", "audio_columns", "max_cardinality", "rows_per_column", "kind", "domain", "metric",
    "metric_needs", "maximize", "targets", "classes", "minority_share", "target_skew", "target_is_count",
    "target_positive", "missing_share", "duplicate_share", "shared_share", "drift_auc", "unseen_share",
    "mean_text_length", "has_groups", "has_time",
)  # fmt: skip

_MEANING = {
    "rows_per_column": " (training rows per input column)",
    "minority_share": " (of the rarest class)",
    "missing_share": " (of all cells)",
    "duplicate_share": " (of training rows whose inputs stand in another one)",
    "shared_share": " (of test rows whose inputs stand in a training row)",
    "drift_auc": " (telling test from training rows; 0.5: alike)",
    "unseen_share": " (of test rows with a level that training rows lack, worst column)",
    "mean_text_length": " (characters)",
}


def facts_text(facts: Mapping[str, Fact]) -> str:
    """The facts of a competition with their values."""
    shown = [f"{name} = {_value(facts[name])}{_MEANING.get(name, '')}" for name in FACTS if name in facts]
    return fenced(", ".join(shown) or "none is known", "facts")


def read_conditions(texts: Iterable[str], facts: Collection[str]) -> tuple[Condition, ...]:
    """Conditions in their written form over facts that there are. Raises Unfit."""
    found = []
    for text in texts:
        try:
            condition = Condition.parse(text)
        except ValueError as error:
            raise Unfit(str(error)) from error
        if condition.fact not in facts:
            msg = f"there is no fact `{one_line(condition.fact, 60)}`; the facts are {', '.join(sorted(facts))}"
            raise Unfit(msg)
        found.append(condition)
    return tuple(found)


def _value(value: Fact) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)
