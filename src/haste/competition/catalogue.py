"""The competitions that come with HASTE, and the way from what a person types to a folder."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from haste.schema.errors import CompetitionError
from haste.schema.knowledge import CompetitionTerms

from .settings import FILE_NAME, Settings, read_settings
from .sources import find_sources
from .tables import open_table, table_suffix

BUNDLED = Path(__file__).parent / "bundled"


@dataclass(frozen=True)
class BundledCompetition:
    """What a list shows. `rows` are those of the train table."""

    id: str
    domain: str
    metric: str
    rows: int
    title: str
    folder: Path


def bundled() -> tuple[BundledCompetition, ...]:
    """All bundled competitions by id. Reads their settings and counts rows without parsing the tables."""
    return tuple(_entry(path.parent) for path in sorted(BUNDLED.glob(f"*/{FILE_NAME}")))


def bundled_terms() -> tuple[CompetitionTerms, ...]:
    """What identifies each bundled competition: id, title, columns, files. Reads settings and the heads of tables."""
    return tuple(_terms(path.parent) for path in sorted(BUNDLED.glob(f"*/{FILE_NAME}")))


def resolve(reference: str) -> Path:
    """The folder of a bundled competition's name, or of a path. Raises CompetitionError with the nearest names."""
    names = sorted(path.parent.name for path in BUNDLED.glob(f"*/{FILE_NAME}"))
    if reference in names:
        return BUNDLED / reference
    path = Path(reference).expanduser()
    if path.is_dir():
        return path.resolve()
    near = get_close_matches(reference, names, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "`haste competitions list` shows the bundled ones"
    message = "is neither a bundled competition nor a folder"
    raise CompetitionError(message, where=reference, hint=hint)


def _entry(folder: Path) -> BundledCompetition:
    settings = read_settings(folder)
    domain: str | None = settings.domain
    metric = settings.metric
    if domain is None or metric is None:
        from .load import load  # a bundled competition states both; this is for one that is being made

        competition = load(folder).competition
        domain, metric = competition.domain, competition.metric.name
    rows = _count_rows(folder, settings)
    return BundledCompetition(folder.name, domain, metric, rows, settings.title or folder.name, folder)


def _terms(folder: Path) -> CompetitionTerms:
    settings = read_settings(folder)
    sources = find_sources(folder, settings)
    columns: dict[str, None] = {}
    for name in filter(None, (sources.train, sources.labels, sources.test, sources.sample)):
        member, content = open_table(folder / name, name)
        if table_suffix(member) == "csv":
            columns |= dict.fromkeys(next(csv.reader([content.partition(b"\n")[0].decode("utf-8-sig").strip()])))
    files = tuple(sorted(path.name for path in folder.iterdir() if path.is_file()))
    title = settings.title or ""
    return CompetitionTerms(competition=folder.name, title=title, columns=tuple(columns), files=files)


def _count_rows(folder: Path, settings: Settings) -> int:
    sources = find_sources(folder, settings)
    name = sources.train or sources.labels
    if name is None:
        return 0
    member, content = open_table(folder / name, name)
    suffix = table_suffix(member)
    if suffix == "parquet":
        from .tables import read_table

        return len(read_table(folder / name, name))
    if suffix == "json":
        return len(json.loads(content))
    # Line ends outside quotes: every second piece between quote characters, as a doubled quote leaves an empty piece.
    pieces = content.strip().split(b'"')[::2] if suffix != "jsonl" else [content.strip()]
    return sum(piece.count(b"\n") for piece in pieces) + (suffix == "jsonl")
