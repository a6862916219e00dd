"""The rule by which the built-in engineer proposes a tier that counting has not shown yet."""

from __future__ import annotations

import pytest

from haste.agents.builtin.engineer import BuiltinEngineer
from haste.schema.knowledge import Learning, Measured, PromotionBrief, Tier, Verdict


def judged(situation: str, *z: tuple[str, float]) -> Verdict | None:
    learning = Learning(
        id="r/1", statement="", tier=Tier.COMPETITION, domain="text", competition="a", claim=f"{situation}/cut/+"
    )
    measured = tuple(
        Measured(domain=domain, gain=value, z=value, sign=(value >= 1.645) - (value <= -1.645), home=n == 0)
        for n, (domain, value) in enumerate(z)  # the first is where it was found
    )
    proposal = BuiltinEngineer().promote(PromotionBrief(learning=learning, measured=measured))
    return proposal.verdict if proposal else None


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        ((), None),
        ((("text", 5.0),), None),  # the discovery alone
        ((("text", 5.0), ("text", 0.0)), None),  # and it adds nothing to what others say
        ((("text", 5.0), ("text", -1.6)), None),
        ((("text", 5.0), ("text", 0.4)), None),
        ((("text", 2.0), ("text", 0.6)), Verdict.DOMAIN),
        ((("text", 0.1), ("text", 0.6)), Verdict.DOMAIN),
        ((("text", 2.0), ("text", 0.4), ("text", 0.4)), Verdict.DOMAIN),  # together
        ((("text", 5.0), ("text", 5.0), ("text", -2.0)), None),  # one opposes
        ((("text", 2.0), ("image", 2.0)), None),  # another domain is no support
    ],
)
def test_domain(measured: tuple[tuple[str, float], ...], verdict: Verdict | None) -> None:
    assert judged("text", *measured) is verdict


def test_global_only_for_claims_about_anything_that_two_domains_tried() -> None:
    assert judged("any", ("text", 2.0), ("image", 2.0)) is Verdict.GLOBAL
    assert judged("any", ("text", 2.0), ("image", 0.4)) is None
    assert judged("any", ("text", 2.0), ("text", 5.0), ("image", 0.1)) is Verdict.DOMAIN
    assert judged("any", ("text", 2.0), ("text", -2.0), ("image", 5.0)) is None
    assert judged("any", ("text", 2.0), ("text", 2.0)) is Verdict.DOMAIN
    assert judged("any", ("text", 2.0), ("text", 2.0), ("image", -2.0)) is Verdict.DOMAIN
