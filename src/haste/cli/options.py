"""Reading durations and sizes as people write them."""

from __future__ import annotations

import re
from enum import StrEnum

from haste.schema.errors import ConfigError


class Sandbox(StrEnum):
    AUTO = "auto"
    REQUIRED = "required"
    OFF = "off"


SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
GIGABYTES = {"mb": 1e-3, "gb": 1.0, "tb": 1e3, "m": 1e-3, "g": 1.0, "t": 1e3}


def duration_s(text: str, option: str) -> float | None:
    """Seconds of `90s`, `30m`, `1h30m`, `2h` or a bare number of seconds; None for `none`. Raises ConfigError."""
    if text.lower() == "none":
        return None
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhd])", text.lower())
    if "".join(n + u for n, u in parts) == text.lower() and parts:
        seconds = sum(float(number) * SECONDS[unit] for number, unit in parts)
    elif re.fullmatch(r"\d+(\.\d+)?", text):
        seconds = float(text)
    else:
        msg = f"{option}: {text!r} is no duration"
        raise ConfigError(msg, hint="write it as 90s, 30m, 1h30m or none")
    if seconds <= 0:
        msg = f"{option}: must be longer than nothing"
        raise ConfigError(msg)
    return seconds


def gigabytes(text: str, option: str) -> float:
    """Gigabytes of `4GB`, `512MB` or a bare number of gigabytes. Raises ConfigError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([a-z]*)", text.lower())
    if not found or (found[2] and found[2] not in GIGABYTES) or float(found[1]) <= 0:
        msg = f"{option}: {text!r} is no amount of memory"
        raise ConfigError(msg, hint="write it as 4GB or 512MB")
    return float(found[1]) * GIGABYTES.get(found[2], 1.0)
