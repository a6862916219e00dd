"""Numbers as a model reads them: as many digits as they are worth."""

from __future__ import annotations

import math

_MOST_DECIMALS = 12
_NOTHING = 1e-12
_ROUNDING = 1e-9  # of a gain


def telling(gain: float, noise: float | None) -> float | None:
    """The standard error, where it says something: folds that moved alike leave none, or what rounding leaves."""
    return noise if noise and noise > max(_NOTHING, _ROUNDING * abs(gain)) else None


def in_noise(gain: float | None, noise: float | None) -> float | None:
    """A gain in units of its standard error; None where there is no error that says something."""
    told = None if gain is None else telling(gain, noise)
    return gain / told if gain is not None and told else None


def measured(gain: float, noise: float | None) -> str:
    """A gain and its standard error, to two digits of the error: `-0.0005 ± 0.0042`. Equal folds are no certainty."""
    told = telling(gain, noise)
    if told is None:
        return f"{signed(gain, None)}{' (no ±, its folds are equal)' if noise is not None else ''}"
    return f"{signed(gain, told)} ± {told:.{_decimals(told)}f}"


def signed(gain: float, noise: float | None) -> str:
    """A gain with its sign, to two digits of its standard error where that is known; nothing is `0`."""
    noise = telling(gain, noise)
    if noise is None:
        return f"{gain:+.3g}" if abs(gain) > _NOTHING else "0"
    decimals = _decimals(noise)
    rounded = round(gain, decimals)
    return f"{rounded:+.{decimals}f}" if rounded else "0"


def _decimals(noise: float) -> int:
    """Those that show two digits of `noise`."""
    return min(_MOST_DECIMALS, max(0, 1 - math.floor(math.log10(noise))))


def plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
