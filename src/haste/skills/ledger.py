"""Ledger texts as records and back. One record per line; a torn or foreign line is set aside, the others count."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from haste.schema.knowledge import LEDGER_RECORD, LedgerRecord, Problem, TextFile

RECORD_LIMIT = 1024 * 1024  # characters of a line; a run with all facts of its profile needs a hundredth


def write_records(records: Iterable[LedgerRecord]) -> str:
    """Whole lines, each ended by a newline."""
    return "".join(record.model_dump_json(exclude_defaults=False) + "\n" for record in records)


def read_records(files: Iterable[TextFile]) -> tuple[tuple[LedgerRecord, ...], tuple[Problem, ...]]:
    """All records of all files, and a problem with its line for everything that is none."""
    records: list[LedgerRecord] = []
    problems: list[Problem] = []
    for file in files:
        lines = file.text.split("\n")
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            if len(line) > RECORD_LIMIT:
                reason = f"a line of {len(line)} characters, too large for a record, not counted"
                problems.append(Problem(where=file.path, code="too_large", reason=reason, line=number))
                continue
            try:
                records.append(LEDGER_RECORD.validate_json(line))
            except ValidationError as fault:
                torn = number == len(lines)
                reason = "a torn last line, not counted" if torn else _reason(fault)
                problems.append(Problem(where=file.path, code="ledger", reason=reason, line=number))
    return tuple(records), tuple(problems)


def _reason(fault: ValidationError) -> str:
    error = fault.errors()[0]
    place = ".".join(str(part) for part in error["loc"])
    return f"not a record that this version knows, not counted: {place or 'line'}: {error['msg']}"
