"""The reference page of the metrics, written out of the registry.

python -m haste.competition.metric_docs > docs/metrics.md
"""

from __future__ import annotations

import sys

from .metrics import ALIASES, METRICS, MetricSpec

_INTRODUCTION = """\
# Metrics

Written by `python -m haste.competition.metric_docs > docs/metrics.md`; a test fails when this page is stale.

Name one as `metric` in `competition.toml`. Names are scikit-learn's where it has one, and every formula is tested
against scikit-learn or a hand-worked case. *Needs* is what the submission must hold: `label` one of the classes,
`probability` a number in [0, 1], `ranking` any number that sorts the rows, `value` a number in the target's own units.

- Of two classes the last is the positive one. Classes are in the order of the sample's columns, else by number or
  letter.
- With a column per class, a row's probabilities must sum to one within 1e-6, else the submission is invalid.
- *Columns* says what several target columns mean: `mean` judges them one by one and averages, `together` takes them as
  a whole, `-` allows one target only.
- Where the truth leaves a metric without a value (one class only for an AUC, zeros for a MAPE), that is an error of the
  competition or of its folds, and never a score. Where a prediction does (a negative value for an RMSLE), the
  submission is invalid.
- Each competition's metric is also held against a dummy predictor: if the best constant does as well as the truth
  itself, the competition is refused. `recall` alone is such a metric: saying yes to everything is perfect.

"""


def page() -> str:
    lines = ["| name | better | needs | kinds | columns | meaning | also known as |", "|---|---|---|---|---|---|---|"]
    lines += [_row(name, entry) for name, entry in sorted(METRICS.items())]
    return _INTRODUCTION + "\n".join(lines) + "\n"


def _row(name: str, entry: MetricSpec) -> str:
    better = "higher" if entry.metric.direction == "maximize" else "lower"
    kinds = ", ".join(entry.kinds)
    aliases = ", ".join(f"`{alias}`" for alias, target in sorted(ALIASES.items()) if target == name)
    return f"| `{name}` | {better} | {entry.metric.needs} | {kinds} | {entry.columns} | {entry.summary} | {aliases} |"


if __name__ == "__main__":
    sys.stdout.write(page())
