"""What the prose of the results page claims, held against the stored figures.

A claim is a line of its own in `docs/results.in.md`, below the paragraph that it belongs to, and not on the page:

    {{claim "words of the prose" FOLDER: PATH is better}}

It says that these words stand in the prose and that the figure at the dotted path of `results/FOLDER/summary.json`
reads so: `better`, `worse`, `open`, `same` or `alone`, as in the reports (`view.study_words.verdict`: what its interval
allows to be said, whatever its size); or, without a word on the interval, that `PATH > 0`, `PATH < PATH`,
`PATH > 2 * PATH`, `PATH = 3`.
Beside what `summary.json` holds there are `parts.CONTRAST.COMPETITION.FIGURE`, the figure on one competition, and
`without.CONTRAST.COMPETITION.FIGURE`, what is left without it; the folder `promotion` has `builtin` and `replay`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from haste.schema.errors import ConfigError

Told = dict[str, Any]
READINGS = ("better", "worse", "open", "same", "alone")
_LINE = re.compile(r"^\{\{claim .*\}\}\n", re.MULTILINE)
_CLAIM = re.compile(r'^\{\{claim "(?P<words>[^"]+)" (?P<folder>[\w-]+): (?P<said>.+)\}\}$')
_READING = re.compile(r"^(?P<path>.+) is (?P<reading>\w+)$")
_ORDER = re.compile(r"^(?P<path>.+?) (?P<sign>[<>=]) (?:(?P<factor>[\d.]+) \* )?(?P<other>.+)$")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def without_claims(prose: str) -> str:
    """The prose as it goes on the page."""
    return _LINE.sub("", prose)


def disagreements(prose: Path, results: Path) -> Iterator[str]:
    """A sentence on every claim that does not hold. Raises ConfigError for one that cannot be understood."""
    text = prose.read_text(encoding="utf-8")
    plain = _flat(without_claims(text))
    for line in _LINE.findall(text):
        found = _CLAIM.match(line.strip())
        if found is None:
            msg = "this claim cannot be understood"
            raise ConfigError(msg, where=f"{prose}: {line.strip()}", hint='{{claim "WORDS" FOLDER: PATH is READING}}')
        if _flat(found["words"]) not in plain:
            yield f"{line.strip()}: these words do not stand in the prose"
        fault = _against(found["said"], results / found["folder"])
        if fault:
            yield f"{line.strip()}: {fault}"


def unclaimed(prose: Path) -> list[str]:
    """The beginnings of paragraphs that talk about a study (their section sets one in) and claim nothing to be held."""
    bare = []
    for section in re.split(r"^## ", prose.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        if "{{study " in section:
            blocks = [one for one in section.split("\n\n")[1:] if one.strip() and not one.startswith("{{study ")]
            bare += [one.split("\n")[0] for one in blocks if not _LINE.search(one + "\n")]
    return bare


def _against(said: str, folder: Path) -> str:
    """Why a claim does not hold; empty where it does."""
    told = stored(folder)
    if told is None:
        return "nothing was run yet that says so"
    if found := _READING.match(said):
        return _misread(told, found["path"], found["reading"])
    if found := _ORDER.match(said):
        one, other = _number(told, found["path"]), _number(told, found["other"])
        if one is None or other is None:
            return f"it is {one} against {other}"
        scaled = float(found["factor"] or 1) * other
        holds = {"<": one < scaled, ">": one > scaled, "=": one == scaled}[found["sign"]]
        return "" if holds else f"it is {one:.4g} against {scaled:.4g}"
    msg = f"a claim says PATH is {'|'.join(READINGS)}, or compares a PATH with < > ="
    raise ConfigError(msg, where=said)


def _misread(told: Told, path: str, reading: str) -> str:
    from haste.view.study_words import verdict

    if reading not in READINGS:
        msg = f"nothing reads {reading!r}"
        raise ConfigError(msg, hint=f"say {', '.join(READINGS)}")
    value, ends = figure(told, path)
    low, high = ends or (None, None)
    reads = verdict({"value": value, "low": low, "high": high})
    return "" if reads == reading else f"it reads {reads} ({value}, interval {ends})"


def _number(told: Told, text: str) -> float | None:
    value = float(text) if _NUMBER.fullmatch(text) else figure(told, text)[0]
    return len(value) if isinstance(value, list) else value


def figure(told: Told, path: str) -> tuple[Any, list[float] | None]:
    """The value at a dotted path, and the interval that stands beside it. Raises ConfigError where there is none."""
    *inner, last = path.split(".")
    place: Any = told
    try:
        for key in inner:
            place = place[key]
        return place[last], place.get(f"{last}_interval")
    except (KeyError, TypeError) as fault:
        msg = f"no figure {path!r} is stored"
        raise ConfigError(msg, hint=f"there is {', '.join(place)}" if isinstance(place, dict) else None) from fault


def stored(folder: Path) -> Told | None:
    """What a folder of results says; None where nothing lies there."""
    files = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
    if "summary" not in files or "comparison" not in files:
        return files or None
    told: Told = files["summary"]
    return told | _by_competition(files["comparison"])


def _by_competition(comparison: Told) -> Told:
    from haste.view.study_words import MAIN, without

    parts: Told = {}
    rest: Told = {}
    for contrast in comparison["contrasts"]:
        names = [one["name"] for one in contrast["by_competition"]]
        parts[contrast["name"]] = {
            one["name"]: {key: one[key]["value"] for key in MAIN} for one in contrast["by_competition"]
        }
        rest[contrast["name"]] = {name: {key: without(contrast, key, name) for key in MAIN} for name in names}
    return {"parts": parts, "without": rest}


def _flat(text: str) -> str:
    return " ".join(text.split())
