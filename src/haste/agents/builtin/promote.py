"""The rule by which the built-in engineer proposes a wider tier than counting has shown yet.

A tier is a hypothesis about scope. Where the competitions beyond the one that found a claim lean in its favour as one,
and none opposes, it is worth showing to the next one: as a candidate, until counting bears it out. The one that found
it has no say: it was picked because it looked good there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from haste.schema.knowledge import Measured, PromotionBrief, PromotionProposal, Verdict
from haste.skills.claims import ANYWHERE, read_claim

LEAN_Z = 0.5  # of the others together: half a standard error beyond nothing. What is clear is for counting to say


def propose(brief: PromotionBrief) -> PromotionProposal | None:
    """The domain tier, or the global one for claims about any domain; None leaves it to counting."""
    claim = read_claim(brief.learning.claim)
    anywhere = claim is not None and claim.situation == ANYWHERE
    others = [one for one in brief.measured if not one.home]
    own = [one for one in others if one.domain == brief.learning.domain]
    elsewhere = [one for one in others if one.domain != brief.learning.domain]
    if anywhere and _lean(elsewhere) and not _opposed(own):
        return _proposal(Verdict.GLOBAL, elsewhere, "of other domains ")
    return _proposal(Verdict.DOMAIN, own) if _lean(own) else None


def pooled_z(measured: Sequence[Measured]) -> float:
    """The z values together (Stouffer et al. 1949): their sum over the root of their number; 0 for none."""
    return math.fsum(one.z for one in measured) / math.sqrt(len(measured)) if measured else 0.0


def _opposed(measured: Sequence[Measured]) -> bool:
    return any(one.sign < 0 for one in measured)


def _lean(measured: Sequence[Measured]) -> bool:
    return pooled_z(measured) >= LEAN_Z and not _opposed(measured)


def _proposal(verdict: Verdict, measured: Sequence[Measured], which: str = "") -> PromotionProposal:
    count = f"{len(measured)} other competition{'s' * (len(measured) > 1)} {which}lean{'s' * (len(measured) == 1)}"
    reason = f"{count} in its favour (z {pooled_z(measured):.1f}), and none opposes"
    return PromotionProposal(verdict=verdict, reason=reason)
