"""Which skills a run went by, as a table: those it was shown, and those withheld or without room."""

from __future__ import annotations

from haste.schema.knowledge import Effect

from .markup import Markup, Piece, fold_away, section, table, tag
from .numbers import count_text, gain_text
from .story import Story


def skills_section(story: Story) -> Markup | None:
    """None for a cold start, and as long as a warm one has not chosen."""
    loaded = story.state.skills_loaded
    if loaded is None:
        return None
    used = {name for node in story.state.nodes.values() for name in node.candidate.cites}
    rows: list[list[Piece]] = [
        [note.name, note.tier.value, note.status.value, effect_text(note.effect), "yes" if note.name in used else ""]
        for note in loaded.notes
    ]
    others: list[list[Piece]] = [
        [exposure.name, exposure.reason] for exposure in loaded.manifest.exposures if exposure.state != "loaded"
    ]
    unlisted = loaded.manifest.unlisted
    told = f"{count_text(len(rows), 'skill')} by the policy {loaded.manifest.policy}, out of inventory "
    return section(
        "skills",
        "Skills",
        tag("p", told, tag("code", loaded.manifest.inventory.removeprefix("sha256:")[:12]), "."),
        table(["skill", "tier", "status", "effect, in noise units", "led to a candidate"], rows) if rows else None,
        fold_away(f"not shown: {len(others) + unlisted}", table(["skill", "why"], others)) if others else None,
        tag("p", f"{unlisted} more had no room.", class_="soft small") if unlisted else None,
    )


def effect_text(effect: Effect | None) -> str:
    """`+1.20 (+0.40 to +2.00)`, or "unknown"."""
    if effect is None or effect.gain is None:
        return "unknown"
    spread = f" ({gain_text(effect.low)} to {gain_text(effect.high)})" if effect.low is not None else ""
    return gain_text(effect.gain) + spread
