"""`docs/techniques.md` out of the catalogue; `python -m haste.agents.builtin.handbook` prints it."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from haste.schema.solution import Scale

from .catalogue import DOMAINS
from .technique import Technique

_HEAD = """\
# Techniques

The catalogue of the built-in engineer, in the order in which a handbook would try them (`--order textbook`).
Each is one change to a script. *When* lists what must hold of the profile (see `facts.md`); a technique may
also decline a script that it does not fit, for example one without trees. *Answers* are the diagnoses that it
is meant for.

Generated from the catalogue; a test fails when this page is stale.
"""
_SCALES = {
    Scale.APPROACH: "Approaches: model families, also the first prototypes",
    Scale.STRUCTURAL: "Structural changes",
    Scale.TWEAK: "Tweaks",
}


def page() -> str:
    parts = [_HEAD]
    for domain in DOMAINS.values():
        own = [technique for technique in domain.techniques if technique.domain == domain.name]
        borrowed = sorted(technique.name for technique in domain.techniques if technique.domain != domain.name)
        parts.append(f"## {domain.name}\n\n{len(own)} techniques of its own.")
        if borrowed:
            parts.append("Also, from other domains: " + ", ".join(f"`{name}`" for name in borrowed) + ".")
        for scale, title in _SCALES.items():
            chosen = sorted((t for t in own if t.scale is scale), key=lambda t: (t.rank, t.name))
            if chosen:
                parts.append(f"### {title}\n\n{_table(chosen)}")
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _table(techniques: Iterable[Technique]) -> str:
    lines = ["| technique | what and why | when | answers |", "|---|---|---|---|"]
    for technique in techniques:
        when = ", ".join(f"`{condition}`" for condition in technique.requires) or "always"
        answers = ", ".join(answer.value.replace("_", " ") for answer in technique.answers)
        lines.append(f"| `{technique.name}` | **{technique.title}.** {technique.summary} | {when} | {answers} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
