"""Numbers as a model reads them: as many digits as they are worth."""

from __future__ import annotations

import math

_MOST_DECIMALS = 12


def measured(gain: float, noise: float | None) -> str:
    """A gain and its standard error, to two digits of the error: `-0.0005 ± 0.0042`."""
    if not noise:
        return signed(gain, None)
    return f"{signed(gain, noise)} ± {noise:.{_decimals(noise)}f}"


def signed(gain: float, noise: float | None) -> str:
    """A gain with its sign, to two digits of its standard error where that is known; nothing is `0`."""
    if not noise:
        return f"{gain:+.3g}" if abs(gain) > 1e-12 else "0"
    decimals = _decimals(noise)
    rounded = round(gain, decimals)
    return f"{rounded:+.{decimals}f}" if rounded else "0"


def _decimals(noise: float) -> int:
    """Those that show two digits of `noise`."""
    return min(_MOST_DECIMALS, max(0, 1 - math.floor(math.log10(noise))))


def plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
