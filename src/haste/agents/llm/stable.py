"""The system blocks of a specialist's call, the longest-lived first: trade, competition, notes, the incumbent's script.

Drafts, refinements, repairs and reflections of a run share the first three byte for byte, so that a provider's cache
finds them again; the fourth changes only when a change was kept. A change that may reach far is shown another branch's
script as well.
"""

from __future__ import annotations

from haste.agents.domains import charter
from haste.schema.brief import Brief

from .ask import Cut
from .competition import competition_block
from .names import techniques_block
from .notes import notes_block
from .standing import other_script
from .template import prompt
from .untrusted import fenced, one_line


def stable_blocks(brief: Brief, cut: Cut, *, incumbent: bool = False) -> tuple[str, ...]:
    blocks = [
        trade_block(brief.competition.domain),
        competition_block(brief, cut.description, cut.columns),
        notes_block(brief.skills, brief.profile.facts, cut.skills),
    ]
    if incumbent and brief.incumbent is not None:
        held = brief.incumbent
        title = f"# The incumbent's script: {held.candidate}, {one_line(held.title)}"
        blocks.append(f"{title}\n\n{fenced(held.code, 'python')}")
        blocks.append(other_script(brief) if cut.other else "")
    return tuple(block for block in blocks if block)


def trade_block(domain: str) -> str:
    """Who the specialist is, and the rules of the house. The same for every competition of a domain."""
    trade = charter(domain)
    return prompt(
        "specialist",
        title=trade.title.lower(),
        charter=trade.charter.strip(),
        pitfalls="\n".join(f"- {pitfall}" for pitfall in trade.pitfalls),
        techniques=techniques_block(domain),
    )
