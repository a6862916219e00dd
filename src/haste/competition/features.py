"""Which input columns are text and which name image or audio files, and the domain that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haste.schema.competition import Kind, Media

from . import media

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame, Series

    from .columns import Columns
    from .settings import Settings

_TEXT_SAMPLE = 500  # rows that are looked at
_TEXT_LENGTH, _TEXT_WORDS = 30, 5.0  # mean characters and words from which strings read as text, and not as names
_FEW_COLUMNS = 10  # plain columns beside a text column that still leave the competition a text one


@dataclass(frozen=True)
class Features:
    """`shared` are the columns of both tables without targets; `plain` those that are neither id nor media."""

    shared: tuple[str, ...]
    plain: tuple[str, ...]
    text: tuple[str, ...]
    image: tuple[Media, ...]
    audio: tuple[Media, ...]
    said: tuple[str, ...]


def infer_features(
    settings: Settings, columns: Columns, frames: tuple[DataFrame, DataFrame], files: Mapping[str, int]
) -> Features:
    """Read the columns' values, and the data folders' file names as `files` (path -> size)."""
    train, test = frames
    shared = tuple(
        c for c in train.columns if c in test.columns and c not in columns.targets and c not in settings.drop
    )
    said: list[str] = []
    images, audios = _media(settings, columns.id_column, frames, files, said) if len(train) else ((), ())
    named = {m.column for m in (*images, *audios)}
    text = settings.text
    if text is None:
        text = tuple(c for c in shared if c not in named and is_text(train[c]))
        if text:
            said.append(f"text columns: {', '.join(text)}, from the length of their values")
    plain = tuple(c for c in shared if c != columns.id_column and c not in named)
    return Features(shared, plain, text, images, audios, tuple(said))


def is_text(column: Series[Any]) -> bool:
    """Whether a column's strings read as text: several words, and mostly different ones."""
    import pandas as pd

    if not (pd.api.types.is_string_dtype(column) or column.dtype == object):
        return False
    known = column.dropna().iloc[:_TEXT_SAMPLE].astype(str)
    if known.empty or known.nunique() < 0.3 * len(known):
        return False
    letters = known.str.count(r"[^\W\d_]").sum() / max(1, known.str.len().sum())
    if letters < 0.4:  # dates, numbers, coordinates
        return False
    return bool(known.str.len().mean() >= _TEXT_LENGTH and known.str.count(r"\S+").mean() >= _TEXT_WORDS)


def infer_domain(kind: Kind, features: Features) -> str:
    if features.image or kind is Kind.IMAGE_TO_IMAGE:
        return "image"
    if features.audio:
        return "audio"
    if kind is Kind.SEQUENCE:
        return "seq2seq"
    if kind is Kind.FORECAST:
        return "timeseries"
    if features.text and len(features.plain) - len(features.text) <= _FEW_COLUMNS:
        return "text"
    return "tabular"


def _media(
    settings: Settings,
    id_column: str | None,
    frames: tuple[DataFrame, DataFrame],
    files: Mapping[str, int],
    said: list[str],
) -> tuple[tuple[Media, ...], tuple[Media, ...]]:
    stated = (*(settings.image or ()), *(settings.audio or ()))
    found: dict[str, list[Media]] = {"image": [], "audio": []}
    index = media.index_media(files)
    for column in _candidates(frames, id_column, stated):
        sides = [_values(frame[column]) for frame in frames]
        match = media.find_media(column, sides[0], sides[1], index) if index else None
        kind = media.media_type(match, files) if match else None
        if column in stated:
            match = media.stated_media(column, match, "the competition's folder")
            kind = "image" if column in (settings.image or ()) else "audio"
        if match is None or kind is None or (getattr(settings, kind) is not None and column not in stated):
            continue
        found[kind].append(match)
        if column not in stated:
            where = " and ".join(dict.fromkeys((match.train_folder, match.test_folder)))
            said.append(f"{kind} column: {column!r} names files in {where}")
        lost = [
            path
            for side, folder in zip(sides, (match.train_folder, match.test_folder), strict=True)
            for path in media.missing_files(match, side, folder, files)
        ]
        if lost:
            said.append(f"{len(lost)} files that {column!r} names are not there, for example {lost[0]}")
    return tuple(found["image"]), tuple(found["audio"])


def _candidates(frames: tuple[DataFrame, DataFrame], id_column: str | None, stated: tuple[str, ...]) -> list[str]:
    import pandas as pd

    train, test = frames
    shared = [c for c in train.columns if c in test.columns]
    strings = [c for c in shared if pd.api.types.is_string_dtype(train[c]) or train[c].dtype == object]
    return [c for c in shared if c in strings or c == id_column or c in stated]


def _values(column: Series[Any]) -> list[str]:
    return [value if isinstance(value, str) else "" if value != value else str(value) for value in column.tolist()]
