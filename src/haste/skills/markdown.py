"""The outer form of a `SKILL.md`: flat frontmatter and a body. Knows the Agent Skills specification, not our fields.

Read strictly: one block mapping of strings, with one block mapping of strings under `metadata`. Anchors, aliases,
tags, lists, flow style and deeper nesting are refused, so a YAML bomb has nothing to expand. Written canonically:
fixed key order, sorted metadata, every value double-quoted, LF, one newline at the end.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

KEYS = ("name", "description", "license", "compatibility", "allowed-tools", "metadata")
FENCE = "---\n"
_LINE = re.compile(
    r'(  )?([a-z][a-z0-9-]*): (?:"([^"\\\x00-\x1f]*(?:\\["\\/][^"\\\x00-\x1f]*)*)"|([a-z0-9][a-z0-9-]*))'
)
_Loader: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class FormError(ValueError):
    """A text that is no `SKILL.md`; `line` is 1-based in the whole file."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


@dataclass(frozen=True)
class Document:
    fields: dict[str, str]  # the top-level keys but `metadata`
    metadata: dict[str, str] = field(default_factory=dict)
    body: str = ""


def read_document(text: str) -> Document:
    """Raises FormError, with the line, for anything that is not strictly of the form."""
    if text.startswith("\ufeff"):
        _refuse("begins with a byte order mark; save it as plain UTF-8")
    if "\r" in text:
        _refuse("has carriage returns; save it with LF line ends", text[: text.index("\r")].count("\n") + 1)
    if not text.startswith(FENCE):
        _refuse("does not begin with a line of three hyphens")
    end = text.find("\n" + FENCE, len(FENCE) - 1)
    if end < 0:
        _refuse("the frontmatter is not closed with a line of three hyphens")
    front, body = text[len(FENCE) : end + 1], text[end + 1 + len(FENCE) :]
    if "---" in front:
        # The specification's reference parser splits at the first three hyphens and would lose what follows them.
        _refuse("three hyphens inside the frontmatter", front[: front.index("---")].count("\n") + 2)
    found = _read_canonical(front) or _read_yaml(front)
    if "allowed-tools" in found[0]:
        _refuse("`allowed-tools` is not for skills of this store", line_of(text, "allowed-tools"))
    return Document(found[0], found[1], body.strip("\n"))


def write_document(document: Document) -> str:
    """The canonical text. `read_document` of it gives the document back."""
    lines = [
        f"{key}: {document.fields[key] if key == 'name' else _quote(document.fields[key])}"
        for key in KEYS
        if key in document.fields
    ]
    if document.metadata:
        lines.append("metadata:")
        lines += [f"  {key}: {_quote(value)}" for key, value in sorted(document.metadata.items())]
    return FENCE + "\n".join(lines) + "\n" + FENCE + "\n" + document.body + "\n"


def line_of(text: str, key: str) -> int:
    """The line where `key` stands, or 1."""
    found = re.search(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*:", text, re.MULTILINE)
    return text[: found.start()].count("\n") + 1 if found else 1


def body_line(text: str) -> int:
    """The line where the body of a text with frontmatter begins."""
    after = text.index("\n" + FENCE, len(FENCE) - 1) + 1 + len(FENCE)
    begins = len(text) - len(text[after:].lstrip("\n"))
    return text.count("\n", 0, begins) + 1


def _quote(value: str) -> str:
    # JSON's quoting is a subset of YAML's as long as non-ASCII is left alone.
    return json.dumps(value, ensure_ascii=False)


def _refuse(reason: str, line: int = 1) -> NoReturn:
    raise FormError(reason, line)


def _read_canonical(front: str) -> tuple[dict[str, str], dict[str, str]] | None:
    """The quick way for texts that `write_document` wrote (a hundredth of YAML's time); None for all others."""
    fields: dict[str, str] = {}
    metadata: dict[str, str] = {}
    inside = False
    for line in front[:-1].split("\n"):
        if line == "metadata:" and not inside:
            inside = True
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        indent, key, quoted, plain = match.groups()
        target = metadata if inside else fields
        if bool(indent) != inside or key in target or (not inside and key not in KEYS) or key == "metadata":
            return None
        target[key] = plain or (json.loads(f'"{quoted}"') if "\\" in quoted else quoted)
    return fields, metadata


def _read_yaml(front: str) -> tuple[dict[str, str], dict[str, str]]:
    """A person's own YAML, read event by event: nothing is built that was not written out."""
    try:
        events = [e for e in yaml.parse(front, Loader=_Loader) if not isinstance(e, _FRAME)]
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        _refuse(f"not YAML: {getattr(fault, 'problem', None) or fault}", (mark.line if mark else 0) + 2)
    except ValueError as fault:  # characters that YAML forbids
        _refuse(f"not YAML: {fault}")
    if not events or not isinstance(events[0], yaml.MappingStartEvent):
        _refuse("the frontmatter is not a mapping of keys to values", 2)
    top, _ = _mapping(events, 0, depth=0)
    metadata = top.pop("metadata", {})
    if not isinstance(metadata, dict):
        _refuse("`metadata` must be a mapping of strings to strings", 2)
    fields: dict[str, str] = {}
    for key, value in top.items():
        if key not in KEYS:
            _refuse(f"`{key}` is not a key of the specification; put it under `metadata`", line_of(FENCE + front, key))
        if not isinstance(value, str):
            _refuse(f"`{key}` must be one string", line_of(FENCE + front, key))
        fields[key] = value
    return fields, {key: str(value) for key, value in metadata.items()}


_FRAME = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
Mapping = dict[str, "str | dict[str, str]"]


def _mapping(events: list[yaml.Event], at: int, depth: int) -> tuple[Mapping, int]:
    """The mapping whose start is events[at], and the position after its end."""
    start = events[at]
    if getattr(start, "flow_style", False) or getattr(start, "anchor", None) or getattr(start, "tag", None):
        _refuse("flow style, anchors and tags are not allowed", _line(start))
    found: Mapping = {}
    at += 1
    while not isinstance(events[at], yaml.MappingEndEvent):
        key = _scalar(events[at])
        if key in found:
            _refuse(f"`{key}` stands there twice", _line(events[at]))
        value = events[at + 1]
        if isinstance(value, yaml.MappingStartEvent) and depth == 0 and key == "metadata":
            nested, at = _mapping(events, at + 1, depth=1)
            found[key] = {k: str(v) for k, v in nested.items()}
        else:
            found[key] = _scalar(value)
            at += 2
    return found, at + 1


def _scalar(event: yaml.Event) -> str:
    if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
        _refuse("only plain strings are allowed here (no list, nesting, anchor, alias or tag)", _line(event))
    return str(event.value)


def _line(event: yaml.Event) -> int:
    return (event.start_mark.line if event.start_mark else 0) + 2
