"""Columns whose values name image or audio files: found by looking for the files, never by the column's name."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from haste.schema.competition import Media

from .faults import fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

IMAGE = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"))
AUDIO = frozenset((".wav", ".mp3", ".flac", ".ogg", ".aif", ".aiff", ".m4a"))
_ENOUGH = 0.95  # share of a column's values that must name a file; real folders lack a few
_SEEN = 50  # values that are looked at before all are
_LONGEST = 200  # characters of a path


def index_media(files: Mapping[str, int]) -> dict[str, list[str]]:
    """Media files by their name, with and without suffix. `files` are paths relative to the competition's folder."""
    index: dict[str, list[str]] = {}
    for path in files:
        if _type_of(path) is not None:
            name = PurePosixPath(path)
            index.setdefault(name.name, []).append(path)
            index.setdefault(name.stem, []).append(path)
    return index


def find_media(column: str, train: Sequence[str], test: Sequence[str], index: Mapping[str, list[str]]) -> Media | None:
    """The folders and the suffix by which both sides' values name files; None where they do not.

    `index` is what `index_media` makes. Values may hold folders themselves ("train/a.png").
    """
    train_places, test_places = _places(train, index, "train"), _places(test, index, "test")
    pairs = [(a, b) for a in train_places for b in test_places if a[1] == b[1]]
    if not pairs:
        return None
    # Folders named like their sides come before one folder for both.
    (train_folder, suffix), (test_folder, _) = min(
        pairs, key=lambda pair: train_places.index(pair[0]) + test_places.index(pair[1])
    )
    return Media(column=column, train_folder=train_folder, test_folder=test_folder, suffix=suffix)


def media_type(media: Media, files: Mapping[str, int]) -> str | None:
    """ "image" or "audio", by what the files below the train folder are mostly called."""
    inside = "" if media.train_folder == "." else media.train_folder + "/"
    kinds = Counter(_type_of(name) for name in files if name.startswith(inside) and name.endswith(media.suffix))
    del kinds[None]
    return kinds.most_common(1)[0][0] if kinds else None


def path_of(folder: str, value: str, suffix: str) -> str:
    """The path of a value's file relative to the competition's folder."""
    return f"{value}{suffix}" if folder == "." else f"{folder}/{value}{suffix}"


def missing_files(media: Media, values: Sequence[str], folder: str, files: Mapping[str, int]) -> list[str]:
    return [path for v in values if v and (path := path_of(folder, v, media.suffix)) not in files]


def stated_media(column: str, found: Media | None, folder: str) -> Media:
    """What was found for a column that competition.toml names. Raises CompetitionError where nothing was."""
    if found is None:
        raise fault(
            folder, f"has no files that the column {column!r} names", "check the data folder's name and content"
        )
    return found


def _places(values: Sequence[str], index: Mapping[str, list[str]], side: str) -> list[tuple[str, str]]:
    """Every (folder, suffix) under which nearly all values are files; those named like the side come first."""
    known = list(dict.fromkeys(v for v in values if v))[:_SEEN]
    if not known or any(len(v) > _LONGEST or "\n" in v for v in known):
        return []
    found = [{place for path in index.get(PurePosixPath(v).name, ()) if (place := _place(path, v))} for v in known]
    counts = Counter(place for places in found for place in places)
    good = [place for place, count in counts.items() if count >= _ENOUGH * len(known)]
    other = "test" if side == "train" else "train"
    return sorted(good, key=lambda p: (side not in p[0].lower(), other in p[0].lower(), p))


def _place(path: str, value: str) -> tuple[str, str] | None:
    for suffix in ("", PurePosixPath(path).suffix):
        whole = value + suffix
        if path == whole:
            return ".", suffix
        if path.endswith("/" + whole):
            return path[: -len(whole) - 1], suffix
    return None


def _type_of(path: str) -> str | None:
    suffix = PurePosixPath(path).suffix.lower()
    return "image" if suffix in IMAGE else "audio" if suffix in AUDIO else None
