"""Requests as a person reviews them. `python -m tests.agents.llm.shown` writes the snapshots anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from haste.agents.engineer import Rejected
from haste.agents.llm.engineer import LlmEngineer
from haste.agents.llm.replies import _FORMS, form
from haste.schema.conditions import Condition
from haste.schema.knowledge import Learning, PromotionBrief, Tier, Verdict
from haste.schema.model import ModelRequest
from haste.schema.solution import Scale

from .briefs import NOTES, bare, failing, refining
from .settle import first_request

FOLDER = Path(__file__).parent / "snapshots"
TABULAR, TEXT = "affairs", "sign-names"
LISTING = """train.csv (3 columns, 1200 rows)
    Id,Text,Author
    id26305,"This process, however",EAP
test.csv (2 columns, 400 rows)
sample_submission.csv
    Id,EAP,HPL,MWS"""

_ENGINEER = LlmEngineer()


def promotion() -> PromotionBrief:
    learning = Learning(
        id="run/1", statement="With few rows, this helped: encode categories by their mean target.", tier=Tier.DOMAIN,
        domain="tabular", competition="affairs", technique="target_encoding", claim="tabular/target_encoding/+",
        supports=("c4",), gain=1.4, kept=1, tried=2, conditions=(Condition.parse("rows >= 1000"),),
    )  # fmt: skip
    support = ("a tabular competition, 2,000 rows: +1.1 noise", "a tabular competition, 300 rows: -0.2 noise")
    return PromotionBrief(learning=learning, similar=NOTES[1:], counted=Verdict.COMPETITION, support=support)


def _messages(request: ModelRequest) -> str:
    return "\n\n".join(f"<!-- {message.author} -->\n\n{message.text}" for message in request.messages) + "\n"


def _stable(request: ModelRequest) -> str:
    return "".join(f"<!-- stable block {number} -->\n\n{block}\n\n" for number, block in enumerate(request.stable, 1))


def _far(request: ModelRequest) -> str:
    """What a change that may reach far is shown beyond a tweak."""
    return f"{request.stable[-1]}\n\n{_messages(request)}"


def _forms() -> str:
    return json.dumps({form(model).name: form(model).model_dump() for model in _FORMS}, indent=1) + "\n"


def _case(answer: Callable[[], object], show: Callable[[ModelRequest], str]) -> str:
    return show(first_request(answer()))


def snapshots() -> dict[str, Callable[[], str]]:
    """File name -> what it must hold."""
    found: dict[str, Callable[[], str]] = {"forms.json": _forms}
    for kind, name in (("tabular", TABULAR), ("text", TEXT)):
        stages: dict[str, Callable[[], object]] = {
            "classify": lambda name=name: _ENGINEER.classify(bare(name)),
            "draft": lambda name=name: _ENGINEER.draft(bare(name), 3),
            "refine": lambda name=name: _ENGINEER.refine(refining(name)),
            "debug": lambda name=name: _ENGINEER.debug(failing(name)),
            "reflect": lambda name=name: _ENGINEER.reflect(refining(name)),
        }
        found[f"{kind}-stable.md"] = partial(_case, stages["refine"], _stable)
        far = {"scale": Scale.STRUCTURAL, "skills": ()}
        structural = partial(lambda name, far: _ENGINEER.refine(refining(name, **far)), name, far)
        found[f"{kind}-structural-cold.md"] = partial(_case, structural, _far)
        found |= {f"{kind}-{stage}.md": partial(_case, answer, _messages) for stage, answer in stages.items()}
    found["orchestrator-stable.md"] = partial(_case, lambda: _ENGINEER.promote(promotion()), _stable)
    found["promote.md"] = partial(_case, lambda: _ENGINEER.promote(promotion()), _messages)
    rejected = Rejected('target = "Author"\n', "the sample has no column `Author`")
    found["infer.md"] = partial(_case, lambda: _ENGINEER.infer(LISTING, ("kind: multiclass",), rejected), _messages)
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in snapshots().items():
        (FOLDER / name).write_text(content(), encoding="utf-8")
        print(name)
