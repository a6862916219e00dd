"""What skills that rules write tell their readers to check."""

from __future__ import annotations

import pytest

from haste.schema.knowledge import Tier
from haste.skills.wording import CHECK, CHECK_BEGINNING, draft, widened

from .making import learning


@pytest.mark.parametrize(
    ("technique", "polarity", "check"),
    [
        ("scale", "+", CHECK),
        ("scale", "-", CHECK),
        ("begin_with_forest", "+", CHECK_BEGINNING),
        ("begin_with_forest", "-", CHECK),
    ],
)
def test_a_first_script_is_judged_by_its_lead_and_a_change_by_its_noise(
    technique: str, polarity: str, check: str
) -> None:
    own = draft(learning(technique=technique, claim=f"tabular/{technique}/{polarity}"), ())
    wide = widened(own, Tier.DOMAIN, (), ())
    for skill in (own, wide):
        assert skill.body.endswith(f"## Check before keeping it\n\n{check}")
