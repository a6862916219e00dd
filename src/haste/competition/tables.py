"""Tables on disk, in the six formats a competition may use, read and written without changing what they say.

A `Table` holds the values as the file does: text formats as text, JSON as JSON values, Parquet as Arrow types. `typed`
(next door) turns one into what `pandas.read_csv` would show. Knows nothing of trains, tests or targets.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from .decode import decode
from .faults import fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import DataFrame

SUFFIXES = ("csv", "tsv", "parquet", "json", "jsonl")
ALIASES = {"ndjson": "jsonl", "tab": "tsv", "pq": "parquet"}
ARCHIVES = ("zip", "gz")

_CHUNK_ROWS = 50_000
_QUOTE = re.compile(r'["\r\n]')


@dataclass(frozen=True)
class Table:
    """A table as its file has it. `suffix` is one of `SUFFIXES`, after any unzipping; `name` is for messages.

    `delimiter` is the one that a text file had; None for other formats.
    """

    frame: DataFrame
    suffix: str
    name: str
    delimiter: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.frame.columns)

    def __len__(self) -> int:
        return len(self.frame)


def table_suffix(name: str) -> str | None:
    """The format of a file name without its archive suffix ("train.csv.gz" is "csv"); None if it names no table."""
    parts = name.lower().split(".")[1:]
    if parts and parts[-1] in ARCHIVES:
        parts = parts[:-1]
    last = ALIASES.get(parts[-1], parts[-1]) if parts else ""
    return last if last in SUFFIXES else None


def read_table(path: Path, name: str | None = None) -> Table:
    """Read a table, zipped or not. Raises CompetitionError naming the file, the line and what to do."""
    shown = name or path.name
    member, content = open_table(path, shown)
    return parse_table(content, table_suffix(member) or table_suffix(path.name), shown)


def open_table(path: Path, shown: str) -> tuple[str, bytes]:
    """The name and the bytes of the one table in a file that may be an archive."""
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                names = table_members(archive.namelist())
                if len(names) != 1:
                    raise fault(
                        shown,
                        f"holds {len(names)} tables where one is expected",
                        "unzip it and keep the one that is meant",
                    )
                return PurePosixPath(names[0]).name, archive.read(names[0])
        content = path.read_bytes()
        return path.name, gzip.decompress(content) if path.suffix.lower() == ".gz" else content
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, RuntimeError, NotImplementedError) as error:
        raise fault(shown, f"cannot be unpacked: {error}", "download or zip it again") from error
    except OSError as error:
        raise fault(
            shown, f"cannot be read: {error.strerror or error}", "check that it exists and may be read"
        ) from error


def table_members(names: Sequence[str]) -> list[str]:
    """Those of an archive's member names that are tables; leaves out what macOS adds."""
    return [n for n in names if not n.endswith("/") and not n.startswith("__MACOSX") and table_suffix(n)]


def parse_table(content: bytes, suffix: str | None, name: str) -> Table:
    """Turn a file's bytes into a table. Raises CompetitionError for empty, header-only, ragged or unreadable ones."""
    if suffix is None:
        raise fault(name, "is not in a format that is known", f"use one of {', '.join(SUFFIXES)}, zipped or not")
    if not content.strip():
        raise fault(name, "is empty (0 bytes)", "download or write it again")
    delimiter = None
    if suffix == "parquet":
        frame = _parse_parquet(content, name)
    elif suffix in ("json", "jsonl"):
        frame = _parse_json(decode(content, name), suffix, name)
    else:
        text = decode(content, name)
        delimiter = "\t" if suffix == "tsv" else _delimiter(text)
        frame = _parse_delimited(text, delimiter, name)
    if not len(frame):
        raise fault(name, "has a header but no rows", "every table needs at least one row")
    return Table(frame, suffix, name, delimiter)


def write_table(table: Table, path: Path) -> None:
    """Write a table in its own format, as UTF-8 with "\\n" where it is text."""
    if table.suffix == "parquet":
        table.frame.to_parquet(path, index=False, engine="pyarrow")
    elif table.suffix in ("json", "jsonl"):
        path.write_text(_json_text(table), encoding="utf-8")
    else:
        write_delimited(table.frame, path, "," if table.suffix == "csv" else "\t")


def write_delimited(frame: DataFrame, path: Path, delimiter: str = ",") -> None:
    """Write a frame of text. Quotes only what must be quoted (the standard writer leaves a lone "\\r" bare)."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if delimiter in text or _QUOTE.search(text) else text

    alone, bars = len(frame.columns) == 1, len(frame.columns) - 1
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(delimiter.join(map(cell, frame.columns)) + "\n")
        for row in zip(*(frame[column].tolist() for column in frame.columns), strict=True):
            line = delimiter.join(row)
            if line.count(delimiter) != bars or _QUOTE.search(line):
                line = delimiter.join(map(cell, row))
            file.write((line or '""' if alone else line) + "\n")  # a lone empty value must not look like a blank line


def _parse_delimited(text: str, delimiter: str, name: str) -> DataFrame:
    import pandas as pd

    old = csv.field_size_limit(sys.maxsize)  # a field of text may be longer than the standard 128 KiB
    try:
        rows = _rows(text, delimiter, name)
        header = _header(next(rows, []), name)
        parts, chunk = [], []
        for row in rows:
            chunk.append(row)
            if len(chunk) == _CHUNK_ROWS:
                parts.append(_text_frame(header, chunk))
                chunk = []
        parts.append(_text_frame(header, chunk))
    finally:
        csv.field_size_limit(old)
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _rows(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    width = None
    try:
        for row in reader:
            if not row:
                continue
            if width is None:
                width = len(row)
            if len(row) != width:
                raise fault(
                    name,
                    f"line {reader.line_num} has {len(row)} fields, the header has {width}",
                    "look for a stray delimiter or quote in that line",
                )
            yield row
    except csv.Error as error:
        raise fault(
            name, f"line {reader.line_num} cannot be read: {error}", "look for a stray quote in that line"
        ) from error


def _delimiter(text: str) -> str:
    """A comma, unless the header has none and something else instead (spreadsheets in many languages write ";")."""
    header = text.lstrip().partition("\n")[0]
    return next((d for d in (",", ";", "\t", "|") if d in header), ",")


def _header(names: list[str], name: str) -> list[str]:
    header = [column.strip() or f"Unnamed: {i}" for i, column in enumerate(names)]  # pandas' name for a nameless one
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise fault(name, f"has the column {twice[0]!r} more than once", "rename one of them")
    return header


def _text_frame(header: list[str], rows: list[list[str]]) -> DataFrame:
    import pandas as pd

    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    return pd.DataFrame({h: pd.Series(list(c), dtype="str") for h, c in zip(header, columns, strict=True)})


def _parse_json(text: str, suffix: str, name: str) -> DataFrame:
    import pandas as pd

    records = _json_lines(text, name) if suffix == "jsonl" else _json_records(text, name)
    columns = list(dict.fromkeys(key for record in records for key in record))
    cells = {c: pd.Series([record.get(c) for record in records], dtype=object) for c in columns}
    return pd.DataFrame(cells, columns=columns)


def _json_lines(text: str, name: str) -> list[dict[str, Any]]:
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise fault(
                name, f"line {number} is not JSON: {error.msg}", "every line must hold one JSON object"
            ) from error
        if not isinstance(record, dict):
            raise fault(name, f"line {number} is not a JSON object", "every line must hold one JSON object")
        records.append(record)
    return records


def _json_records(text: str, name: str) -> list[dict[str, Any]]:
    """A list of objects, or pandas' own form {column: {row: value}} or {column: [values]}."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise fault(
            name, f"line {error.lineno} is not JSON: {error.msg}", "one value per line? Then name it .jsonl"
        ) from error
    if isinstance(data, list) and all(isinstance(record, dict) for record in data):
        return data
    if isinstance(data, dict) and data and all(isinstance(column, dict) for column in data.values()):
        rows = list(dict.fromkeys(row for column in data.values() for row in column))
        return [{c: column.get(row) for c, column in data.items()} for row in rows]
    if isinstance(data, dict) and data and all(isinstance(column, list) for column in data.values()):
        if len({len(column) for column in data.values()}) == 1:
            return [dict(zip(data, row, strict=True)) for row in zip(*data.values(), strict=True)]
        raise fault(name, "has columns of different lengths", "write it again")
    raise fault(name, "is no table", "write a list of objects, one per row")


def _json_text(table: Table) -> str:
    names = table.columns
    rows = zip(*(table.frame[c].tolist() for c in names), strict=True)
    lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows]
    return "\n".join(lines) + "\n" if table.suffix == "jsonl" else "[\n" + ",\n".join(lines) + "\n]\n"


def _parse_parquet(content: bytes, name: str) -> DataFrame:
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError as error:
        raise fault(name, "is Parquet, which needs pyarrow", "pip install pyarrow") from error
    import pandas as pd

    try:
        arrow = pa.parquet.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise fault(name, f"is not a readable Parquet file: {error}", "download or write it again") from error
    frame: DataFrame = arrow.replace_schema_metadata(None).to_pandas(types_mapper=pd.ArrowDtype)
    frame.columns = [str(column) for column in frame.columns]
    return frame
