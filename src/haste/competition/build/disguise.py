"""How rows are made unlike the public copy they came from, without changing what can be learned from them.

Disguise is the second line: the first is that the sandbox shows a candidate none of the source files. It stops look-ups
(joins, substring search, matching of bytes), not a determined person who owns the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd


def fresh_ids(rng: np.random.Generator, count: int) -> list[str]:
    """Unique eight-digit hexadecimal ids without any order."""
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        drawn[f"{int(rng.integers(0, 2**32)):08x}"] = None
    return list(drawn)


def significant(values: np.ndarray, digits: int = 5) -> np.ndarray:
    """Rounded to so many significant digits, so that a CSV file holds short and stable text."""
    return np.array([float(f"{value:.{digits}g}") for value in np.asarray(values, dtype=float)])


def rescaled(values: pd.Series, rng: np.random.Generator, jitter: float = 0.01) -> np.ndarray:
    """A hidden unit (scale and offset) and noise of `jitter` standard deviations."""
    spread = float(values.std()) or 1.0
    scale, offset = np.exp(rng.uniform(-0.7, 0.7)) / spread * 10, rng.uniform(5, 40)
    noise = rng.normal(0, jitter * spread, len(values))
    centred = values.to_numpy(dtype=float) - float(values.min())
    return significant((centred + noise) * scale + offset)


def relevelled(values: pd.Series, rng: np.random.Generator) -> np.ndarray:
    """Every distinct value moved to a new place, in the same order: ties stay ties, steps lose their old length."""
    levels = np.sort(values.unique())
    gaps = np.diff(levels, prepend=levels[0]) * rng.uniform(0.75, 1.25, len(levels))
    moved = np.cumsum(gaps) / (float(np.ptp(levels)) or 1.0) * rng.uniform(20, 80) + rng.uniform(1, 9)
    return significant(moved, 4)[np.searchsorted(levels, values.to_numpy())]


def relabelled(values: pd.Series, rng: np.random.Generator, letters: str = "KVRTPMZDLHNQBS") -> np.ndarray:
    """Categories as letters in random order."""
    levels = np.sort(values.unique())
    names = rng.permutation(list(letters))[: len(levels)]
    return names[np.searchsorted(levels, values.to_numpy())]


def scuffed(frame: pd.DataFrame, columns: Sequence[str], rng: np.random.Generator, share: float = 0.02) -> pd.DataFrame:
    """A small share of cells takes the value that the same column has in another row, as clerical errors do."""
    frame = frame.copy()
    for column in columns:
        hit = rng.random(len(frame)) < share
        donors = rng.integers(0, len(frame), int(hit.sum()))
        frame.loc[hit, column] = frame[column].to_numpy()[donors]
    return frame


def punctured(frame: pd.DataFrame, columns: Sequence[str], rng: np.random.Generator, share: float) -> pd.DataFrame:
    """A share of the cells of some columns goes missing, at random."""
    frame = frame.copy()
    for column in columns:
        frame.loc[rng.random(len(frame)) < share, column] = None
    return frame


def masked(text: str, words: Iterable[str], token: str = "_") -> str:
    """Every occurrence of the words, in any case, becomes `token`; long ones also inside other words."""
    ordered = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    patterns = (re.escape(word) if len(word) > 4 else rf"\b{re.escape(word)}\b" for word in ordered)
    return re.sub("|".join(patterns), token, text, flags=re.IGNORECASE) if ordered else text


def thinned(tokens: Sequence[str], rng: np.random.Generator, share: float = 0.15) -> list[str]:
    """The tokens without a random share of them; at least one is dropped and one stays."""
    keep = rng.random(len(tokens)) >= share
    if keep.all():
        keep[rng.integers(0, len(tokens))] = False
    if not keep.any():
        keep[rng.integers(0, len(tokens))] = True
    return [token for token, kept in zip(tokens, keep, strict=True) if kept]


def holed(tokens: Sequence[str], rng: np.random.Generator) -> list[int]:
    """Positions of the tokens that stay when one is dropped after every three to eight: no longer run is left."""
    kept: list[int] = []
    place = 0
    while place < len(tokens):
        run = int(rng.integers(3, 9))
        kept += range(place, min(place + run, len(tokens)))
        place += run + 1
    return kept


def dealt(frame: pd.DataFrame, rng: np.random.Generator, test_rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shuffled, given fresh ids as first column, and dealt into (train, test)."""
    frame = frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
    frame.insert(0, "id", fresh_ids(rng, len(frame)))
    cut = len(frame) - test_rows
    return frame.iloc[:cut].reset_index(drop=True), frame.iloc[cut:].reset_index(drop=True)
