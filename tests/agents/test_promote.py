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


def by_share(sign: str, *kept: tuple[float | None, float]) -> str | None:
    """What is proposed of a claim that some competitions tried: the share that each kept, and its z."""
    claim = f"text/cut/{sign}"
    learning = Learning(id="r/1", statement="", tier=Tier.COMPETITION, domain="text", competition="a", claim=claim)
    measured = [
        Measured(domain="text", gain=z, z=z, sign=(z >= 1.645) - (z <= -1.645), kept=share, home=n == 0)
        for n, (share, z) in enumerate(kept)  # the first is where it was found
    ]
    elsewhere = Measured(domain="image", gain=0.0, z=0.0, sign=0, kept=0.9 if sign == "+" else 0.0)  # has no say
    proposal = BuiltinEngineer().promote(PromotionBrief(learning=learning, measured=(*measured, elsewhere)))
    assert proposal is None or proposal.verdict is Verdict.DOMAIN
    return proposal.reason if proposal else None


def test_what_is_kept_clearly_more_often_than_usual_is_advised_though_it_lost_more_elsewhere() -> None:
    assert by_share("+", (0.0, 1.0), (0.4, -3.0)) == (
        "1 other competition keeps 28 % of such changes (shrunk), where 15 % are usual"
    )
    assert by_share("+", (0.0, 1.0), (0.5, 1.0), (0.0, -3.0)) == (
        "2 other competitions keep 22 % of such changes (shrunk), where 15 % are usual"
    )
    assert by_share("+", (1.0, 5.0), (0.2, -0.1)) is None  # the discovery has no say
    assert by_share("+", (1.0, 5.0), (None, -0.1)) is None
    assert by_share("+", (0.0, 1.0), (0.5, -0.1), (None, 0.1), (None, -0.5)) == (
        "1 other competition keeps 32 % of such changes (shrunk), where 15 % are usual"  # of those that say so
    )


def test_what_is_hardly_ever_kept_is_advised_against_though_it_gained_a_little_once() -> None:
    assert by_share("-", (1.0, 1.0), (0.0, -0.4)) == (
        "1 other competition keeps 8 % of such changes (shrunk), where 15 % are usual"
    )
    assert by_share("-", (0.0, 5.0), (0.3, -2.0), (0.0, 1.0)) is None
    assert by_share("-", (0.0, 5.0), (None, -0.1)) is None
