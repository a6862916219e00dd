"""Chance comes from the run's seed and the position it is drawn at, so that a resumed run draws the same."""

from __future__ import annotations

import hashlib


def draw(seed: int, *position: object) -> int:
    """A number in [0, 2**31) that depends on nothing but its arguments."""
    text = "/".join(str(part) for part in (seed, *position))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
