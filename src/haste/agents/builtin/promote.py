"""The rule by which the built-in engineer proposes a wider tier than counting has shown yet.

A tier is a hypothesis about scope. Where the competitions beyond the one that found a claim lean in its favour as one,
and none opposes, it is worth showing to the next one: as a candidate, until counting bears it out. So it is where they
disagree about the gain but keep such a change more often than changes are kept as a rule, or, for advice against it,
less often, by what one of them has seen at the least: a change that is not kept is taken back, and what was lost by it
does not speak against trying. The competition that found a claim has no say: it was picked because it
looked good there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from haste.schema.knowledge import Measured, PromotionBrief, PromotionProposal, Verdict
from haste.skills.claims import ANYWHERE, read_claim, sign_of
from haste.skills.evidence import shrunk_share
from haste.skills.thresholds import DEFAULTS

LEAN_Z = 0.5  # of the others together: half a standard error beyond nothing. What is clear is for counting to say
OFTEN, SELDOM = 0.2, 0.1  # shares of changes kept, on either side of what is usual


def propose(brief: PromotionBrief) -> PromotionProposal | None:
    """The domain tier, or the global one for claims about any domain; None leaves it to counting."""
    claim = read_claim(brief.learning.claim)
    anywhere = claim is not None and claim.situation == ANYWHERE
    others = [one for one in brief.measured if not one.home]
    own = [one for one in others if one.domain == brief.learning.domain]
    elsewhere = [one for one in others if one.domain != brief.learning.domain]
    if anywhere and _lean(elsewhere) and not _opposed(own):
        return _proposal(Verdict.GLOBAL, elsewhere, "of other domains ")
    if _lean(own):
        return _proposal(Verdict.DOMAIN, own)
    return _by_share(own, sign_of(brief.learning.claim))


def pooled_z(measured: Sequence[Measured]) -> float:
    """The z values together (Stouffer et al. 1949): their sum over the root of their number; 0 for none."""
    return math.fsum(one.z for one in measured) / math.sqrt(len(measured)) if measured else 0.0


def _opposed(measured: Sequence[Measured]) -> bool:
    return any(one.sign < 0 for one in measured)


def _lean(measured: Sequence[Measured]) -> bool:
    return pooled_z(measured) >= LEAN_Z and not _opposed(measured)


def _by_share(measured: Sequence[Measured], sign: int) -> PromotionProposal | None:
    told_of = [one for one in measured if one.kept is not None]
    share = shrunk_share([one.kept for one in told_of if one.kept is not None])
    if share is None or (share < OFTEN if sign > 0 else share > SELDOM):
        return None
    told = f"{100 * share:.0f} % of such changes (shrunk), where {100 * DEFAULTS.prior_kept:.0f} % are usual"
    keep = "keeps" if len(told_of) == 1 else "keep"
    return PromotionProposal(verdict=Verdict.DOMAIN, reason=f"{_others(told_of)} {keep} {told}")


def _proposal(verdict: Verdict, measured: Sequence[Measured], which: str = "") -> PromotionProposal:
    reason = f"{_others(measured)} {which}lean{'s' * (len(measured) == 1)} in its favour (z {pooled_z(measured):.1f})"
    return PromotionProposal(verdict=verdict, reason=f"{reason}, and none opposes")


def _others(measured: Sequence[Measured]) -> str:
    return f"{len(measured)} other competition{'s' * (len(measured) > 1)}"
