"""The rule by which the built-in engineer proposes a wider tier than counting has shown yet.

A tier is a hypothesis about scope. Where several competitions tried a claim, lean in its favour together, and none
opposes, it is worth showing to the next one: as a candidate, until competitions beyond its discovery have shown it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from haste.schema.knowledge import Measured, PromotionBrief, PromotionProposal, Verdict
from haste.skills.claims import ANYWHERE, read_claim

LEAST = 2  # competitions, the discovery among them
CLEAR_Z = 1.645  # of all of them together; the 95 % point of the normal distribution, one-sided


def propose(brief: PromotionBrief) -> PromotionProposal | None:
    """The domain tier, or the global one for claims about any domain; None leaves it to counting."""
    claim = read_claim(brief.learning.claim)
    anywhere = claim is not None and claim.situation == ANYWHERE
    if anywhere and len({one.domain for one in brief.measured}) > 1 and _lean(brief.measured):
        return _proposal(Verdict.GLOBAL, brief.measured)
    own = [one for one in brief.measured if one.domain == brief.learning.domain]
    return _proposal(Verdict.DOMAIN, own) if _lean(own) else None


def pooled_z(measured: Sequence[Measured]) -> float:
    """The z values together (Stouffer et al. 1949): their sum over the root of their number; 0 for none."""
    return math.fsum(one.z for one in measured) / math.sqrt(len(measured)) if measured else 0.0


def _lean(measured: Sequence[Measured]) -> bool:
    opposed = any(one.sign < 0 for one in measured)
    return len(measured) >= LEAST and not opposed and pooled_z(measured) >= CLEAR_Z


def _proposal(verdict: Verdict, measured: Sequence[Measured]) -> PromotionProposal:
    reason = f"{len(measured)} competitions lean in favour together (z {pooled_z(measured):.1f}) and none opposes"
    return PromotionProposal(verdict=verdict, reason=reason)
