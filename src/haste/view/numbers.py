"""Numbers and times as a person reads them. Unknown is a dash."""

from __future__ import annotations

UNKNOWN = "–"
NEGLIGIBLE = 1e-12  # below it a difference is the rounding of floating point


def score_text(value: float | None) -> str:
    """Five digits that carry meaning; whole numbers above 100,000."""
    if value is None:
        return UNKNOWN
    return f"{value:.0f}" if 1e5 <= abs(value) < 1e15 else f"{value:.5g}"


def gain_text(value: float | None) -> str:
    """A signed difference with three digits."""
    if value is None:
        return UNKNOWN
    if abs(value) < NEGLIGIBLE:
        return "0"
    return f"{value:+.0f}" if 1e3 <= abs(value) < 1e15 else f"{value:+.3g}"


def noise_text(value: float | None) -> str:
    """A standard error with two digits."""
    if value is None:
        return UNKNOWN
    if abs(value) < NEGLIGIBLE:
        return "0"
    return f"{value:.0f}" if 1e2 <= abs(value) < 1e15 else f"{value:.2g}"


def share_text(value: float | None) -> str:
    """A share of one as per cent; what is not nothing is never shown as nothing, nor as everything."""
    if value is None:
        return UNKNOWN
    if 0 < value < 0.001:
        return "<0.1 %"
    if 0.999 < value < 1:
        return ">99.9 %"
    return f"{100 * value:.3g} %"


def duration_text(seconds: float | None) -> str:
    if seconds is None:
        return UNKNOWN
    if seconds < 10:
        return f"{max(0.0, seconds):.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def bin_text(low: int, high: int | None) -> str:
    """`0`, `1 to 15`, `50 and more`."""
    return f"{low} and more" if high is None else str(low) if low == high else f"{low} to {high}"


def count_text(number: int, noun: str) -> str:
    """`1 row`, `1,200 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
