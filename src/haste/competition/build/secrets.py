"""Where every draw of chance of the bundled competitions comes from.

One constant, hashed with what the draw is for. It is no secret from a reader of this file: what keeps it from a
candidate is that the sandbox shows it neither this package nor its data. It is no part of any measurement.
"""

from __future__ import annotations

import hashlib

import numpy as np

SECRET = "haste/bundled/1: the pear tree behind the third barn"


def chance(*purpose: str) -> np.random.Generator:
    """A generator that depends on the constant and on `purpose` only."""
    digest = hashlib.sha256("\n".join((SECRET, *purpose)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))
