"""The terms on which a model is asked outside runs: for what the campaign has left, until the person wants a pause."""

from __future__ import annotations

import time
from pathlib import Path

from .crew import POLL_S, Paused
from .parts import Asking, Campaign
from .plan import allowance
from .state import CampaignState


def terms(record: Path, state: CampaignState, campaign: Campaign) -> Asking:
    """A cap of the runs holds for each such occasion as well."""

    def interrupted() -> bool:
        if campaign.interrupted():
            raise Paused
        return False

    def pause(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            interrupted()
            time.sleep(min(POLL_S, rest))

    left = allowance(state, campaign.clock())
    return Asking(state.rules.run.model_copy(update={"budget": left}), record, pause, interrupted)
