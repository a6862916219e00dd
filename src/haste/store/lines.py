"""One line of a journal as text, chained to all lines before it so that an edit shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from haste.schema.campaign import CampaignEntry
from haste.schema.errors import JournalCorrupt
from haste.schema.events import SCHEMA_VERSION, Entry, GradeEntry
from haste.schema.upcast import upcast
from haste.schema.value import Value

E = TypeVar("E", Entry, GradeEntry, CampaignEntry)
CHECK = ',"check":"'
START = "0" * 16
TODAY = f'"schema_version":{SCHEMA_VERSION},"event":'


def write_line(seq: int, at: float, event: Value, previous: str) -> tuple[str, str]:
    """The line (without its newline) and its check, which the next line is chained to."""
    body = f'{{"seq":{seq},"at":{at!r},"schema_version":{SCHEMA_VERSION},"event":{event.model_dump_json()}'
    check = _check(previous, body)
    return f'{body}{CHECK}{check}"}}', check


def read_lines(lines: Iterable[str], kind: type[E], where: str) -> Iterator[E]:
    """Parse complete lines in order. Raises JournalCorrupt naming the line that is torn, edited or out of order."""
    previous = START
    for number, line in enumerate(lines, start=1):
        body, mark, tail = line.rpartition(CHECK)
        if not mark or tail[16:] != '"}' or tail[:16] != _check(previous, body):
            msg = f"line {number} is torn, edited or missing its predecessor"
            raise JournalCorrupt(msg, where=where, hint="restore the file; a journal is never edited")
        previous = tail[:16]
        entry = _parse(line, kind, f"{where} line {number}")
        if entry.seq != number:
            msg = f"line {number} says it is entry {entry.seq}"
            raise JournalCorrupt(msg, where=where)
        yield entry


def _parse(line: str, kind: type[E], where: str) -> E:
    try:
        if TODAY in line[:100]:  # the head of a line is ours alone; what an event holds stands behind it
            return kind.model_validate_json(line)
        raw: dict[str, Any] = json.loads(line)
        raw["event"] = upcast(raw["event"], raw["schema_version"])
        return kind.model_validate(raw)
    except (ValueError, KeyError) as fault:
        msg = f"not an event that this program knows: {str(fault).splitlines()[0]}"
        raise JournalCorrupt(msg, where=where) from fault


def _check(previous: str, body: str) -> str:
    return hashlib.sha256(f"{previous}{body}".encode()).hexdigest()[:16]
