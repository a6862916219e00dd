"""Old journals always fold: each change of an event's shape has one step here, from its version to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import StoreError
from .events import SCHEMA_VERSION

RawEvent = dict[str, Any]

STEPS: dict[int, Callable[[RawEvent], RawEvent]] = {}  # version -> step that makes the next version of it


def upcast(event: RawEvent, version: int) -> RawEvent:
    """Bring a raw event to today's shape. Raises StoreError for a version that is newer than this program."""
    if version > SCHEMA_VERSION:
        msg = f"written by a newer HASTE (journal version {version}, this program reads up to {SCHEMA_VERSION})"
        raise StoreError(msg, hint="upgrade HASTE")
    for step in range(version, SCHEMA_VERSION):
        event = STEPS[step](event)
    return event
