"""The names under which changes are counted: as a list to choose from, and back from what a reply says."""

from __future__ import annotations

from haste.agents.builtin.catalogue import DOMAINS
from haste.schema.solution import Scale

from .template import prompt

_FAMILY = "use_"


def techniques_block(domain: str) -> str:
    """The dictionary of a domain by scale, so that equal changes of different runs meet; empty where there is none."""
    known = DOMAINS.get(domain)
    if known is None:
        return ""
    lines = []
    for scale in Scale:
        names = [technique.name for technique in known.techniques if technique.scale is scale]
        lines += [f"- {scale.value}: {', '.join(names)}"] if names else []
    return prompt("techniques", names="\n".join(lines))


def scale_of(name: str, domain: str) -> Scale | None:
    """How far the change of that name reaches; None where the list does not have it."""
    known = DOMAINS[domain].techniques if domain in DOMAINS else ()
    return next((technique.scale for technique in known if technique.name == name), None)


def known_name(name: str, domain: str) -> str:
    """The list's name where the reply has it without its `use_`: `char_svm` is `use_char_svm`; else as it is."""
    known = {technique.name for technique in DOMAINS[domain].techniques} if domain in DOMAINS else set()
    return _FAMILY + name if name not in known and _FAMILY + name in known else name
