"""Numbers too large to reckon with, in skills and ledgers: they hold nowhere, and nothing fails over them."""

from __future__ import annotations

import pytest

from haste.schema.conditions import Condition
from haste.skills.contest import contest
from haste.skills.evidence import fold
from haste.skills.overlap import exclusive
from tests.skills.making import domain_skill, results

HUGE = 10**400


@pytest.mark.parametrize("text", [str(HUGE), "1e999", "inf", "-inf", "nan", "²", "9" * 5000])
def test_a_condition_with_an_endless_number_is_read_written_and_never_holds(text: str) -> None:
    condition = Condition.parse(f"rows >= {text}")
    assert str(condition) == f"rows >= {text}"
    assert Condition.model_validate_json(condition.model_dump_json()) == condition
    assert not condition.holds({"rows": 10.0})
    assert not exclusive([condition], [Condition.parse("rows <= 5")])


def test_conditions_that_came_as_json_may_be_endless_too() -> None:
    endless = Condition(fact="rows", op=">=", value=HUGE)
    assert not exclusive([endless], [Condition.parse("rows <= 5")])


def test_an_endless_fact_parts_nothing() -> None:
    gains = {"beta-two": 3.0, "gamma-three": 3.0, "delta-four": -3.0, "eps-five": -3.0}
    rival = domain_skill("rival", claim="any/average/-", technique="average")
    own = domain_skill("own", claim="any/average/+", technique="average")
    facts = {place: {"rows": HUGE if gain > 0 else 5} for place, gain in gains.items()}
    records = [
        one.model_copy(update={"facts": facts[one.competition]}) if one.kind == "run" else one
        for one in results("average", gains)
    ]
    written, _ = contest(own, (rival,), fold(records))
    assert len(written) == 2
    assert str(HUGE) not in written[0].body
