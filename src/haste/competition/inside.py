"""What texts, pictures and series hold, as lines for whoever writes a script without seeing them.

Training rows only, a few hundred pictures at most, bounded text. Knows nothing of models or prompts.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from haste.schema.competition import Kind, Scheme

from .pictures import pictures_inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pandas import Series

    from haste.schema.competition import Competition

    from .loaded import LoadedCompetition

_ROWS = 5000  # texts that are read
_COLUMNS, _CLASSES, _WORDS = 2, 16, 6
_WORD_LENGTH = 20
_FEWEST = 3  # rows of a class that hold a word before it is one of its words
_PERIODS = 30
_WORD = re.compile(r"\w+")


def inside(loaded: LoadedCompetition) -> tuple[str, ...]:
    """At most some 40 lines. A column that cannot be read adds none."""
    classes = _classes_of(loaded)
    return (*_texts(loaded, classes), *pictures_inside(loaded, classes), *_series(loaded))


def _classes_of(loaded: LoadedCompetition) -> Series[Any] | None:
    """The one target's classes as text; None where there is no such thing."""
    competition = loaded.competition
    if len(competition.targets) != 1 or not competition.classes or competition.targets[0] not in loaded.train:
        return None
    return loaded.train[competition.targets[0]].astype("str")


def _texts(loaded: LoadedCompetition, classes: Series[Any] | None) -> list[str]:
    lines = []
    for column in loaded.competition.text[:_COLUMNS]:
        if column not in loaded.train:
            continue
        texts = loaded.train[column].head(_ROWS).fillna("").astype("str")
        lines.append(f"{column}: {_figures(list(texts))}")
        lines += _frequent(texts, classes)
    return lines


def _figures(texts: Sequence[str]) -> str:
    import numpy as np

    words = np.array([len(_WORD.findall(text)) for text in texts])
    low, middle, high = np.quantile(words, (0.1, 0.5, 0.9))
    shares = {
        "without capitals": lambda t: t == t.lower(),
        "with a digit": lambda t: any(c.isdigit() for c in t),
        "with punctuation": lambda t: any(not c.isalnum() and not c.isspace() for c in t),
        "with letters beyond ASCII": lambda t: not t.isascii(),
        "of several lines": lambda t: "\n" in t.strip(),
    }
    told = ", ".join(f"{sum(map(holds, texts)) / len(texts):.0%} {name}" for name, holds in shares.items())
    different = len({word.lower() for text in texts for word in _WORD.findall(text)})
    return f"{middle:.0f} words in the middle ({low:.0f} to {high:.0f}), {different} different ones; {told}"


def _frequent(texts: Series[Any], classes: Series[Any] | None) -> list[str]:
    """The words that stand out in each class by their share of its rows; overall where there are no classes."""
    rows = [{word[:_WORD_LENGTH].lower() for word in _WORD.findall(text)} for text in texts]
    overall = Counter(word for words in rows for word in words)
    if classes is None:
        return [f"  most frequent: {_listed(overall, 3 * _WORDS)}"]
    found: dict[str, Counter[str]] = {}
    sizes: Counter[str] = Counter()
    for label, words in zip(classes.loc[texts.index], rows, strict=True):
        sizes[label] += 1
        found.setdefault(label, Counter()).update(words)
    lines = []
    for label, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:_CLASSES]:
        # Shares weighed by how much likelier the word is here: what tells most, not what is rarest.
        weights = {
            word: count / size * (count / size - overall[word] / len(rows))
            for word, count in found[label].items()
            if count >= _FEWEST
        }
        lines.append(f"  words of {label[:_WORD_LENGTH]}: {_listed(weights, _WORDS) or 'none that returns'}")
    return lines


def _listed(weights: dict[str, Any], most: int) -> str:
    ordered = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(word for word, weight in ordered[:most] if weight > 0)


def _series(loaded: LoadedCompetition) -> list[str]:
    """The target along the time: its mean by year (by month, by day where there are few), and its last values."""
    competition = loaded.competition
    column = competition.validation.time_column
    if competition.validation.scheme is not Scheme.TIME or competition.kind is not Kind.FORECAST or column is None:
        return []
    import pandas as pd

    times = pd.to_datetime(loaded.train[column].astype("str"), errors="coerce")
    if times.isna().any():
        return []
    lines = []
    for target in _numeric(competition, loaded):
        values = loaded.train[target].astype("float64")
        for unit, pattern in (("year", "%Y"), ("month", "%Y-%m"), ("day", "%Y-%m-%d")):
            means = values.groupby(times.dt.strftime(pattern)).mean()
            if len(means) >= 4 or unit == "day":
                break
        told = ", ".join(f"{name} {mean:.4g}" for name, mean in means.tail(_PERIODS).items())
        lines.append(f"{target}, mean by {unit}: {told}")
        latest = values.groupby(times).mean().sort_index().tail(12)
        lines.append(f"{target}, last {len(latest)} times: {', '.join(f'{value:.4g}' for value in latest)}")
    return lines


def _numeric(competition: Competition, loaded: LoadedCompetition) -> Iterable[str]:
    import pandas as pd

    found = [t for t in competition.targets if t in loaded.train and pd.api.types.is_numeric_dtype(loaded.train[t])]
    return found[:_COLUMNS]
