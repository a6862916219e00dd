"""Skills, records and inventories for the tests."""

from __future__ import annotations

from hypothesis import strategies as st

from haste.schema.conditions import Condition
from haste.schema.knowledge import (
    Learning,
    ObservationRecord,
    PromotionProposal,
    RunRecord,
    Skill,
    Status,
    TextFile,
    Tier,
    Verdict,
)
from haste.skills.evidence import Evidence, expected_of, votes
from haste.skills.inventory import Inventory, load_inventory
from haste.skills.promote import Judge
from haste.skills.skill import ORIGINS, text_file

DOMAINS = ("tabular", "text", "image")
COMPETITIONS = ("alpha-one", "beta-two", "gamma-three", "delta-four")


def skill(name: str = "target-encoding", **fields: object) -> Skill:
    """A valid global skill unless told otherwise."""
    base: dict[str, object] = {
        "id": f"skill-{name}"[:60],
        "name": name,
        "description": f"Advice on {name}. Use on any competition.",
        "body": f"# {name}\n\nTry {name} early and keep it when the gain is larger than its noise.",
        "tier": Tier.GLOBAL,
        "claim": f"any/{name}/+",
        "technique": name,
        "status": Status.ACTIVE,
    }
    return Skill.model_validate(base | fields)


def domain_skill(name: str, domain: str = "tabular", **fields: object) -> Skill:
    return skill(name, tier=Tier.DOMAIN, domain=domain, **fields)


def competition_skill(name: str, competition: str = "alpha-one", domain: str = "tabular", **fields: object) -> Skill:
    found = {"discovered_in": (competition,)} | fields
    return skill(name, tier=Tier.COMPETITION, domain=domain, competition=competition, **found)


def inventory(*skills: Skill) -> Inventory:
    loaded = load_inventory([text_file(one) for one in skills])
    assert loaded.problems == ()
    return loaded


def learning(run: str = "r1", **fields: object) -> Learning:
    base: dict[str, object] = {
        "id": f"{run}/1",
        "statement": "Smoothed target means for columns with many levels helped here.",
        "tier": Tier.COMPETITION,
        "domain": "tabular",
        "competition": "alpha-one",
        "technique": "target_encoding",
        "claim": "any/target_encoding/+",
        "supports": ("c4",),
        "gain": 2.5,
        "kept": 1,
        "tried": 1,
    }
    return Learning.model_validate(base | fields)


def proposal(verdict: Verdict, **fields: object) -> Judge:
    """A judge that proposes this, whatever it is asked."""
    made = PromotionProposal.model_validate({"verdict": verdict, "reason": "it says so"} | fields)
    return lambda _learning, _shelf: made


def expected_gain(one: Skill, evidence: Evidence) -> float | None:
    return expected_of(one, votes(one, evidence))


def run(name: str, competition: str, domain: str = "tabular", **fields: object) -> RunRecord:
    return RunRecord.model_validate({"run": name, "competition": competition, "domain": domain} | fields)


def seen(run: str, gain: float, technique: str = "target_encoding", **fields: object) -> ObservationRecord:
    """One change that gained `gain` in units of its noise."""
    base = {"run": run, "candidate": "c4", "technique": technique, "gain": gain * 0.5, "noise": 0.5}
    return ObservationRecord.model_validate(base | fields)


def results(technique: str, gains: dict[str, float], domain: str = "tabular") -> list[RunRecord | ObservationRecord]:
    """One run for each competition, in which the technique was tried once."""
    made: list[RunRecord | ObservationRecord] = []
    for competition, gain in gains.items():
        name = f"{competition}-{technique}"
        made += [run(name, competition, domain), seen(name, gain, technique)]
    return made


names = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)
lines = (
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")), min_size=1)
    .map(str.strip)
    .filter(lambda text: text and "---" not in text and "\ufeff" not in text)
)
slashless = lines.filter(lambda text: "/" not in text)
items = lines.filter(lambda text: ";" not in text)
conditions = st.builds(
    Condition,
    fact=st.sampled_from(("rows", "n_columns", "has_text", "metric")),
    op=st.sampled_from(("==", "!=", ">=", ">", "<=", "<")),
    value=st.one_of(st.integers(-(10**6), 10**6), st.booleans(), st.floats(-1e6, 1e6), st.sampled_from(("auc", "a b"))),
)


@st.composite
def skills(draw: st.DrawFn) -> Skill:
    """Any skill whose form is right."""
    tier = draw(st.sampled_from(Tier))
    maybe = st.none() | lines
    return Skill(
        id=draw(st.from_regex(r"skill-[a-f0-9]{4,12}", fullmatch=True)),
        name=draw(names),
        description=draw(lines.map(lambda text: text.replace("<", "").replace(">", "")[:1000].strip() or "x")),
        body=draw(st.lists(lines, min_size=1, max_size=5).map("\n\n".join)),
        tier=tier,
        domain=None if tier is Tier.GLOBAL else draw(lines),
        competition=draw(lines) if tier is Tier.COMPETITION else None,
        status=draw(st.sampled_from(Status)),
        claim=draw(st.builds("{}/{}/{}".format, slashless, slashless, st.sampled_from("+-"))),
        technique=draw(maybe),
        conditions=tuple(draw(st.lists(conditions, max_size=3))),
        conflicts_with=tuple(draw(st.lists(items, max_size=2))),
        discovered_in=tuple(draw(st.lists(items, max_size=2))),
        origin=draw(st.sampled_from(ORIGINS)),
        learning=draw(maybe),
        revision=draw(st.integers(1, 1000)),
        license=draw(maybe),
        compatibility=draw(maybe),
        extra=draw(st.dictionaries(st.from_regex(r"[A-Za-z0-9][a-z0-9_.]{0,8}", fullmatch=True), lines, max_size=2)),
    )


@st.composite
def stores(draw: st.DrawFn) -> Inventory:
    """A small store over a few domains and competitions, with some conflicts."""
    made: list[Skill] = []
    for number in range(draw(st.integers(0, 14))):
        tier = draw(st.sampled_from(Tier))
        made.append(
            skill(
                f"advice-{number}",
                tier=tier,
                domain=None if tier is Tier.GLOBAL else draw(st.sampled_from(DOMAINS)),
                competition=draw(st.sampled_from(COMPETITIONS)) if tier is Tier.COMPETITION else None,
                status=draw(st.sampled_from(Status)),
                body="Advice " + "word " * draw(st.integers(1, 250)),
                conflicts_with=tuple(
                    draw(st.lists(st.sampled_from([f"skill-advice-{n}" for n in range(14)]), max_size=1))
                ),
            )
        )
    return inventory(*made)


def file(path: str, text: str) -> TextFile:
    return TextFile(path, text)
