"""What a call to a model costs by stage and iteration, how much of it a provider's cache can find again, and what edits
save over whole scripts.

    python bench/prompts.py [--competitions affairs sign-names] [--write]

No model is asked: the built-in engineer's refinements stand in for a model's, with gains drawn from a fixed seed, four
in ten kept. Scripts, histories and prompts are then those of a run. Tokens are characters / 4. `--write` puts the
tables into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any, cast

from haste.agents.builtin.catalogue import all_techniques
from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.engineer import Answer
from haste.agents.llm.edits import Edit, apply
from haste.agents.llm.engineer import LlmEngineer
from haste.competition.catalogue import resolve
from haste.competition.listing import listing
from haste.competition.load import load
from haste.competition.profile import profile
from haste.competition.trial import inferred_in
from haste.schema.brief import Attempt, Brief, Failure, Incumbent, Line
from haste.schema.execution import Outcome
from haste.schema.knowledge import Effect, Learning, PromotionBrief, SkillNote, Status, Tier
from haste.schema.model import ModelReply, ModelRequest
from haste.schema.profile import Resources
from haste.schema.solution import Diagnosis, Operator, Proposal, Scale
from haste.skills.wording import draft as as_skill

ITERATIONS, SHOWN, KEPT = 50, (1, 10, 20, 50), 0.4
WROTE = {
    "train_score": 0.8123,
    "oof_score": 0.7011,
    "rounds": 200,
    **{f"errors_in_group_{n}": n / 7 for n in range(12)},
}
NOTES = 15  # skills of the warm arm
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "lightgbm", "pillow", "pyarrow")
MACHINE = Resources(python="3.11.7", cores=2, memory_gb=16, packages=dict.fromkeys(PACKAGES, "1.0.0"))


@dataclass(frozen=True)
class Step:
    """One refinement of the stand-in run: what was known before it, and what it proposed."""

    brief: Brief
    proposal: Proposal
    kept: bool


def tokens(text: str) -> int:
    return len(text) // 4


def bare(name: str, warm: bool) -> Brief:
    loaded = load(resolve(name))
    brief = Brief(competition=loaded.competition, profile=profile(loaded, MACHINE, 0), seed=0, time_left_s=1500.0)
    return brief.model_copy(update={"skills": notes(loaded.competition.domain) if warm else ()})


def notes(domain: str) -> tuple[SkillNote, ...]:
    """Skills as the store writes them, from the domain's techniques."""
    mine = [technique for technique in all_techniques() if technique.domain == domain or technique.generic]
    found = []
    for number, technique in enumerate(mine[:NOTES]):
        learning = Learning(
            id=f"run/{number}", statement=f"{technique.title}. {technique.summary}", tier=Tier.DOMAIN, domain=domain,
            competition="some-competition", technique=technique.name, claim=f"{domain}/{technique.name}/+",
            conditions=technique.requires,
        )  # fmt: skip
        skill = as_skill(learning, ())
        found.append(
            SkillNote(
                name=skill.name,
                tier=Tier.DOMAIN,
                status=Status.ACTIVE,
                description=skill.description,
                body=skill.body,
                digest="",
                claim=skill.claim,
                technique=skill.technique,
                conditions=skill.conditions,
                effect=Effect(gain=0.7, low=0.1, high=1.3, competitions=3),
            )
        )
    return tuple(found)


def stand_in(brief: Brief) -> Iterator[Step]:
    """`ITERATIONS` refinements by the built-in engineer; where it has nothing left, all moves are open again."""
    chance, engineer = random.Random(1), BuiltinEngineer()
    drafted = engineer.draft(brief, 3)
    past = [_attempt(f"c{n}", one, Operator.DRAFT, None) for n, one in enumerate(drafted, 1)]
    held, name = drafted[0], "c1"
    other = Line(
        branch="c2", incumbent="c2", title=drafted[1].title, score=0.69, folds=5, ahead=-0.01, noise=0.004,
        changes_left=3, errors=0.87, code=drafted[1].code,
    )  # fmt: skip
    for number in range(ITERATIONS):
        incumbent = Incumbent(
            candidate=name, title=held.title, code=held.code, recipe=held.recipe, score=0.7 + number / 1000,
            fold_scores=(0.71, 0.69, 0.7, 0.72, 0.68), wall_s=2.5, diagnostics_by_fold=dict.fromkeys(range(5), WROTE),
        )  # fmt: skip
        scale = list(Scale)[min(chance.randrange(5) // 2, 1)]
        told = brief.model_copy(update={
            "branch": "c1", "scale": scale, "incumbent": incumbent, "history": tuple(past), "seed": number,
            "iterations_left": ITERATIONS - number, "time_left_s": 1500.0 - 25 * number, "folds": 5, "keep_at": 0.941,
            "others": (other,),
        })  # fmt: skip
        proposal = next(
            filter(None, (engineer.refine(told.model_copy(update=more)) for more in _ways(scale, told))), None
        )
        assert proposal is not None, "the catalogue is used up"
        kept = chance.random() < KEPT
        yield Step(told, proposal, kept)
        candidate = f"c{len(past) + 1}"
        past.append(
            _attempt(candidate, proposal, Operator.REFINE, kept, chance.gauss(0.004 if kept else -0.002, 0.002))
        )
        if kept:
            held, name = proposal, candidate


def _ways(scale: Scale, told: Brief) -> Iterator[dict[str, Any]]:
    for other in (scale, *Scale):
        yield {"scale": other}
    for other in Scale:
        yield {"scale": other, "history": told.history[-5:]}


def _attempt(
    candidate: str, made: Proposal, operator: Operator, kept: bool | None, gain: float | None = None
) -> Attempt:
    return Attempt(
        candidate=candidate, branch="c1", operator=operator, title=made.title, technique=made.technique,
        scale=made.scale, diagnosis=made.diagnosis, outcome=Outcome.OK, score=0.7, gain=gain,
        noise=None if gain is None else 0.002, kept=kept, wall_s=2.5, parent=None if gain is None else "c1",
        fold_scores=dict.fromkeys(range(5), 0.7), fold_gains=() if gain is None else (gain, -gain, gain, 3 * gain),
        expected="" if gain is None else "A gain of a standard error or two on most folds; failed if it scatters.",
        moved={} if gain is None else {"train_score": (0.8, 0.81), "oof_score": (0.7, 0.71), "rounds": (200.0, 300.0)},
    )  # fmt: skip


def request(answer: Answer[Any]) -> ModelRequest:
    return cast(ModelRequest, next(cast(Iterator[ModelRequest], answer)))


def whole(asked: ModelRequest) -> str:
    """All that is sent, in the order in which providers cache it: tools, system, messages."""
    form = json.dumps(asked.form.model_dump(), sort_keys=True)
    return "".join((form, *asked.stable, *(message.text for message in asked.messages)))


def stable_share(asked: ModelRequest) -> float:
    return 1 - sum(len(message.text) for message in asked.messages) / len(whole(asked))


def found_again(before: ModelRequest, after: ModelRequest) -> float:
    """Share of a request that a cache with a breakpoint after each stable block finds again from the one before."""
    if before.form != after.form:
        return 0.0
    found = len(json.dumps(after.form.model_dump(), sort_keys=True))
    for old, new in zip(before.stable, after.stable, strict=False):
        if old != new:
            break
        found += len(new)
    return found / len(whole(after))


def edits_between(old: str, new: str) -> list[Edit]:
    """The changed passages with as many lines around them as make each unique; checked by applying them."""
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    spans: list[list[int]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        while i1 == i2 or old.count("".join(a[i1:i2])) != 1:
            i1, j1 = (i1 - 1, j1 - 1) if i1 else (i1, j1)
            if i1 != i2 and old.count("".join(a[i1:i2])) == 1:
                break
            i2, j2 = (i2 + 1, j2 + 1) if i2 < len(a) else (i2, j2)
        if spans and i1 <= spans[-1][1]:
            spans[-1][1], spans[-1][3] = max(i2, spans[-1][1]), max(j2, spans[-1][3])
        else:
            spans.append([i1, i2, j1, j2])
    edits = [Edit("".join(a[i1:i2]), "".join(b[j1:j2])) for i1, i2, j1, j2 in spans]
    assert apply(old, edits) == new
    return edits


def reply(step: Step, **change: Any) -> int:
    """Tokens of a reply that proposes the step with these edits or this script."""
    made = step.proposal
    diagnosis = made.diagnosis or Diagnosis.FEATURE_GAP
    return tokens(json.dumps({
        "diagnosis": diagnosis.value, "rationale": made.rationale, "title": made.title, "technique": made.technique,
        "expected": made.expected, "cites": list(made.cites), **change,
    }))  # fmt: skip


def outputs(steps: list[Step]) -> dict[str, Any]:
    edited, scripts, sizes, refused = [], [], [], 0
    for step in steps:
        assert step.brief.incumbent is not None
        scripts.append(reply(step, edits=[], script=step.proposal.code))
        try:
            edits = edits_between(step.brief.incumbent.code, step.proposal.code)
        except AssertionError:
            refused += 1
            edited.append(scripts[-1])
            continue
        edited.append(min(scripts[-1], reply(step, edits=[vars(edit) for edit in edits], script="")))
        sizes.append(len(edits))
    return {
        "refinements": len(steps),
        "edits": median(edited),
        "script": median(scripts),
        "ratio": sum(edited) / sum(scripts),
        "number": mean(sizes),
        "whole": refused,
    }


def other_stages(name: str, brief: Brief, last: Step) -> dict[str, ModelRequest]:
    engineer, folder = LlmEngineer(), resolve(name)
    assert last.brief.incumbent is not None
    failure = Failure(
        candidate="c9", title="A change", code=last.brief.incumbent.code, recipe=None, technique="ratios",
        outcome=Outcome.CRASHED, detail="KeyError: 'a'", stderr="Traceback\n" + '  File "solution.py", line 3\n' * 20,
        attempt=1,
    )  # fmt: skip
    learning = Learning(
        id="r/1", statement="Encode categories by their mean target where levels are many.", tier=Tier.DOMAIN,
        domain="tabular", competition="x", claim="tabular/target_encoding/+",
    )  # fmt: skip
    return {
        "classify": request(engineer.classify(brief)),
        "draft": request(engineer.draft(brief, 3)),
        "debug": request(engineer.debug(last.brief.model_copy(update={"failure": failure}))),
        "reflect": request(engineer.reflect(last.brief)),
        "infer": request(engineer.infer(listing(folder), inferred_in(folder))),
        "promote": request(engineer.promote(PromotionBrief(learning=learning, similar=notes("tabular")[:5]))),
    }


def measure(name: str, warm: bool) -> tuple[list[str], list[str]]:
    """Rows of the two tables for one competition and start."""
    brief, engineer = bare(name, warm), LlmEngineer()
    steps = list(stand_in(brief))
    asked = [request(engineer.refine(step.brief)) for step in steps]
    start = "warm" if warm else "cold"
    rows = [_row(name, start, f"refine, iteration {n}", asked[n - 1]) for n in SHOWN]
    rows += [_row(name, start, stage, one) for stage, one in other_stages(name, brief, steps[-1]).items()]
    again = mean(found_again(a, b) for a, b in pairwise(asked))
    rows.append(f"| {name} | {start} | specialist | refine, mean found again from the call before | | | {again:.0%} |")
    out = outputs(steps)
    return rows, [
        f"| {name} | {out['refinements']} | {out['number']:.1f} | {out['edits']:.0f} | {out['script']:.0f} "
        f"| {out['ratio']:.0%} | {out['whole']} |"
    ]


def _row(name: str, start: str, stage: str, asked: ModelRequest) -> str:
    share = stable_share(asked)
    total = tokens(whole(asked))
    return f"| {name} | {start} | {asked.role.value} | {stage} | {total:,} | {total * (1 - share):,.0f} | {share:.0%} |"


def overhead() -> str:
    """The time for rendering a refinement's prompt and for reading a reply, of a late iteration."""
    *_, step = stand_in(bare("affairs", warm=True))
    assert step.brief.incumbent is not None
    edits = [vars(edit) for edit in edits_between(step.brief.incumbent.code, step.proposal.code)]
    filled = {"diagnosis": "overfitting", "rationale": "because", "title": "t", "technique": "t", "edits": edits}
    ready = ModelReply(arguments=json.dumps(filled), form="propose_change", model="none")
    rendered, read = [], []
    for _ in range(20):
        thinking = cast(Generator[ModelRequest, ModelReply, Any], LlmEngineer().refine(step.brief))
        begun = time.process_time()
        next(thinking)
        asked = time.process_time()
        try:
            thinking.send(ready)
        except StopIteration:
            read.append(time.process_time() - asked)
        rendered.append(asked - begun)
    return (
        f"Own time per refinement, medians of 20: {1000 * median(rendered):.1f} ms for the prompt, "
        f"{1000 * median(read):.1f} ms to read, apply and check the reply."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--competitions", nargs="+", default=["affairs", "sign-names"])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    prompts, replies = [], []
    for name in options.competitions:
        for warm in (False, True):
            made = measure(name, warm)
            prompts += made[0]
            replies += made[1][: not warm]  # skills do not change what the stand-in proposes
    head = f"`python bench/prompts.py`; characters / 4; warm: {NOTES} skills; the forms count as stable input."
    calls = "| competition | start | role | call | input tokens | of them volatile | stable |\n" + "|---" * 7 + "|"
    sizes = (
        "| competition | refinements | edits each | tokens of a reply with edits | with a whole script "
        "| all edits to all scripts | too much for edits |\n|---|---|---|---|---|---|---|"
    )
    text = "\n".join([head, "", calls, *prompts, "", sizes, *replies, "", overhead()])
    sys.stdout.write(text + "\n")
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        block = f"<!-- prompts -->\n{text}\n<!-- prompts -->"
        changed = re.sub(r"<!-- prompts -->.*<!-- prompts -->", lambda _: block, page, flags=re.DOTALL)
        PAGE.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
