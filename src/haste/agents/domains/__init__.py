"""Specialists as data: one TOML file for each domain, with its charter, usual packages and pitfalls."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from haste.schema.value import Value

NAMES = ("tabular", "text", "image", "audio", "timeseries", "seq2seq")


class Charter(Value):
    """What a specialist of a domain is told about its trade. Knows nothing of any competition."""

    name: str
    title: str
    charter: str  # a paragraph in the second person
    packages: tuple[str, ...]  # import names, the most usual first
    pitfalls: tuple[str, ...]  # one sentence each


def charter(domain: str) -> Charter:
    """The charter of a domain; that of tables for one that has none."""
    name = domain if domain in NAMES else "tabular"
    text = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return Charter.model_validate(tomllib.loads(text))
