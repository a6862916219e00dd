"""A `competition.toml` for a folder that plain inference cannot read, or reads with doubts."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

from haste.agents.engineer import Rejected, Thinking
from haste.schema.model import Role, Stage
from haste.schema.solution import Unusable

from .ask import Cut, Prompt, Question, ask
from .replies import InferReply
from .template import prompt
from .unfit import Unfit
from .untrusted import fenced, one_line, shortened

MAX_OUTPUT = 4_000
_LISTING = 20_000  # characters


def infer(listing: str, inferred: Sequence[str] = (), rejected: Rejected | None = None) -> Thinking[str | Unusable]:
    """The settings as TOML text. `listing` holds names, sizes and heads of the folder's files; `inferred` is what
    inference alone makes of it, a sentence each. Whether they work is for the caller to try; an error comes back
    once, as `rejected`.
    """

    def render(cut: Cut) -> Prompt:
        room = _LISTING if cut.history else _LISTING // 3
        ask_ = prompt(
            "infer",
            listing=fenced(shortened(listing, room), "folder"),
            inferred=_inferred(inferred),
            rejected=_rejected(rejected),
        )
        return Prompt((prompt("orchestrator"), prompt("settings")), ask_)

    def accept(reply: InferReply) -> str:
        text = _unfenced(reply.toml)
        try:
            tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            msg = f"that is not TOML: {error}"
            raise Unfit(msg) from error
        return text + "\n"

    return (yield from ask(Question(Role.ORCHESTRATOR, Stage.INFER, InferReply, render, accept, MAX_OUTPUT)))


def _inferred(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    told = "\n".join(f"- {one_line(line, 300)}" for line in lines[:30])
    return f"# What plain inference makes of it\n\n{told}"


def _rejected(rejected: Rejected | None) -> str:
    if rejected is None:
        return ""
    return (
        f"An earlier try was\n\n{fenced(rejected.toml, 'toml')}\n\nand building a fold from it failed:\n\n"
        f"{fenced(shortened(rejected.error, 2000), 'error')}\n\nMend that."
    )


def _unfenced(text: str) -> str:
    lines = text.strip().splitlines()
    inside = lines[1:-1] if len(lines) > 1 and lines[0].startswith("```") and lines[-1].startswith("```") else lines
    return "\n".join(inside).strip()
