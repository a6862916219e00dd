"""Writes small competition folders for the tests of loading, layout and profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from haste.competition.tables import write_delimited

Rows = Sequence[Mapping[str, object]]


def write_csv(path: Path, rows: Rows, columns: Sequence[str] | None = None) -> Path:
    import pandas as pd

    names = list(columns or rows[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame({c: pd.Series([str(row[c]) for row in rows], dtype="str") for c in names})
    write_delimited(frame, path, "\t" if path.suffix == ".tsv" else ",")
    return path


def tabular(folder: Path, n: int = 60, n_test: int = 20, **changes: object) -> Path:
    """id, two features, a binary target `y`; each of `changes` is a column: a list, or a function of the row number."""
    rows = [{"id": f"{i:04d}", "a": f"{i * 1.1:.2f}", "b": "xyz"[i % 3], "y": i % 2} for i in range(n + n_test)]
    for name, change in changes.items():
        for i, row in enumerate(rows):
            row[name] = change(i) if callable(change) else change[i]  # type: ignore[index]
    train, test = rows[:n], rows[n:]
    write_csv(folder / "train.csv", train)
    write_csv(folder / "test.csv", test, [c for c in train[0] if c != "y"])
    write_csv(folder / "sample_submission.csv", [{"id": row["id"], "y": "0.5"} for row in test])
    return folder


def settings(folder: Path, text: str) -> Path:
    (folder / "competition.toml").write_text(text)
    return folder


def all_bytes(view: Path) -> bytes:
    """Everything in a view that a script could read: names and contents."""
    parts = []
    for path in sorted(view.rglob("*")):
        parts.append(path.relative_to(view).as_posix().encode())
        if path.is_file():
            parts.append(path.read_bytes())
    return b"\n".join(parts)
