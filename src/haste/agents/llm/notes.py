"""Skills as a model is shown them: what is counted in our words, what they say in a fence of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from haste.schema.conditions import Condition, Fact, all_hold
from haste.schema.knowledge import Effect, SkillNote, Status, Tier
from haste.skills.claims import sign_of
from haste.skills.wording import CHECK, CHECK_BEGINNING

from .template import prompt
from .untrusted import fenced, one_line

_NEAR = {Tier.COMPETITION: 0, Tier.DOMAIN: 1, Tier.GLOBAL: 2}
_PROVEN = {Status.ACTIVE: 0, Status.CONTESTED: 1, Status.CANDIDATE: 2, Status.RETIRED: 3}
_CHECK = re.compile(  # the rules say it, or the screen does it; the last is how it was worded before
    rf"\n## Check before keeping it\n+(?:{re.escape(CHECK)}|{re.escape(CHECK_BEGINNING)}|Make it the only change[^\n]*)"
    r"(?:\n|\Z)"
)


def notes_block(notes: Sequence[SkillNote], facts: Mapping[str, Fact], share: float) -> str:
    """The best-ranked `share` of the notes, in the order of the brief. Empty where there are none."""
    kept = {note.name for note in ranked(notes, facts)[: math.ceil(len(notes) * share)]}
    shown = [note_text(note, facts) for note in notes if note.name in kept]
    return prompt("notes", notes="\n\n".join(shown)) if shown else ""


def ranked(notes: Iterable[SkillNote], facts: Mapping[str, Fact]) -> list[SkillNote]:
    """The most useful first: those that hold here, near, proven, strong."""
    return sorted(
        notes,
        key=lambda note: (
            not all_hold(note.conditions, facts),
            _NEAR[note.tier],
            _PROVEN[note.status],
            -abs(note.effect.gain) if note.effect and note.effect.gain is not None else 0.0,
            note.name,
        ),
    )


def note_text(note: SkillNote, facts: Mapping[str, Fact] | None) -> str:
    """One note. Without facts its conditions are stated; with facts, whether they hold."""
    heads = [f"{note.tier.value} tier", note.status.value]
    if note.technique:
        heads.append(f"{'for' if sign_of(note.claim) > 0 else 'against'} `{one_line(note.technique, 60)}`")
    heads.append(_effect(note.effect))
    if note.conditions:
        heads.append(_conditions(note.conditions, facts))
    body = _CHECK.sub("\n", note.body).strip() or note.description
    return f"## {one_line(note.name, 64)}\n\n{'; '.join(heads)}\n\n{fenced(body, 'note')}"


def _conditions(conditions: Sequence[Condition], facts: Mapping[str, Fact] | None) -> str:
    if facts is None:
        return f"where {one_line(', '.join(map(str, conditions)), 200)}"
    unmet = [str(condition) for condition in conditions if not condition.holds(facts)]
    return f"not met here: {one_line(', '.join(unmet), 200)}" if unmet else "its conditions hold here"


def _effect(effect: Effect | None) -> str:
    if effect is None or effect.gain is None:
        return "effect not known"
    width = f" ({effect.low:+.1f} to {effect.high:+.1f})" if effect.low is not None and effect.high is not None else ""
    many = "" if effect.competitions == 1 else "s"
    return f"effect {effect.gain:+.1f}{width} over {effect.competitions} competition{many}"
