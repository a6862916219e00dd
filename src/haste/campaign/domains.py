"""Before rounds are planned: which competitions can be solved, and to which domain each of them belongs.

Where a model thinks, the orchestrator is asked for the domain of every competition whose folder does not state it: once
for the campaign, and in none of its runs. Where it has no usable word, the domain stays as inferred from the data.
"""

from __future__ import annotations

from collections.abc import Iterator

from haste.schema.campaign import Classified, CompetitionsClassified, DomainSettled, Unfit
from haste.schema.errors import HasteError

from .parts import Campaign
from .plan import Classify, SettleDomain
from .state import CampaignState
from .terms import terms


def classify(_step: Classify, state: CampaignState, campaign: Campaign) -> Iterator[CompetitionsClassified]:
    """Load each competition once. What cannot be loaded, or has another's id or data, is left out and said."""
    known: dict[str, Classified] = {}
    unfit: list[Unfit] = []
    for reference in state.rules.competitions:
        try:
            one = campaign.backends.classify(reference)
        except HasteError as fault:
            unfit.append(Unfit(reference=reference, reason=str(fault)))
            continue
        if one.id in known:
            unfit.append(Unfit(reference=reference, reason=f"its id {one.id!r} is taken by {known[one.id].reference}"))
        elif same := next((other for other in known.values() if one.data and other.data == one.data), None):
            reason = f"its data are those of {same.reference}; what they teach would count as two competitions' word"
            unfit.append(Unfit(reference=reference, reason=reason))
        else:
            known[one.id] = one
    yield CompetitionsClassified(competitions=tuple(known.values()), unfit=tuple(unfit))


def settle_domain(step: SettleDomain, state: CampaignState, campaign: Campaign) -> Iterator[DomainSettled]:
    """Ask about one competition. What is asked does not depend on the moment, so that nothing is paid for twice."""
    one = step.competition
    config = state.rules.run.model_copy(update={"competition": one.reference})
    word = campaign.backends.word(config, terms(campaign.conversation_on(one.id), state, campaign))
    yield DomainSettled(competition=one.id, domain=word.domain or one.domain, note=word.note, spent=word.spent)
