"""What a model fills in, one form for each stage. Field order is the order of thought: why first, then what.

The descriptions are part of the prompt and are sent with every call; what a template says already is not said here.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from haste.schema.knowledge import Tier, Verdict
from haste.schema.model import ReplyForm
from haste.schema.solution import Diagnosis

_NO_SLUG = re.compile(r"[^a-z0-9]+")


def slug(text: object) -> object:
    """`Target Encoding` is `target_encoding`."""
    return _NO_SLUG.sub("_", text.strip().lower()).strip("_")[:60] if isinstance(text, str) else text


def whole(value: Any) -> Any:
    """JSON values without halves of characters (lone surrogates): no file can hold them."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))


def _absent(value: object) -> object:
    return "" if value is None else value


def _listed(value: object) -> object:
    """A list that came as JSON text, as one name, or not at all."""
    if value is None:
        return ()
    if not isinstance(value, str):
        return value
    try:
        read = whole(json.loads(value))
    except (ValueError, RecursionError):
        read = value
    return read if isinstance(read, list) else [part.strip() for part in value.split(",") if part.strip()]


def _parsed(value: object) -> object:
    """A list of objects that came as JSON text."""
    if isinstance(value, str):
        try:
            return whole(json.loads(value, strict=False))
        except (ValueError, RecursionError):
            return value
    return () if value is None else value


Text = Annotated[str, BeforeValidator(_absent)]
Slug = Annotated[str, BeforeValidator(slug)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Reply(BaseModel):
    """A form. Unknown fields cost nothing and are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class EditReply(Reply):
    search: str = Field(description="whole lines copied exactly from the script, enough of them to occur there once")
    replace: Text = Field(description="what stands in their place; empty deletes them")


_EDITS = "fill in either this or `script`, not both. Edits against"
_SCRIPT = "instead of edits, where they would replace most of it: the whole new script"
Edits = Annotated[tuple[EditReply, ...], BeforeValidator(_parsed)]


class PrototypeReply(Reply):
    rationale: str = Field(description="why this suits the data, in one or two sentences")
    title: str = Field(description="at most 80 characters")
    technique: Slug = Field(description="name of the model family, in the list's words where it is there")
    script: str = Field(description="the whole solution.py")


Prototypes = Annotated[tuple[PrototypeReply, ...], BeforeValidator(_parsed)]


class DraftReply(Reply):
    prototypes: Prototypes


class RefineReply(Reply):
    diagnosis: Annotated[Diagnosis, BeforeValidator(slug)] = Field(description="the likeliest of the six modes")
    rationale: str = Field(description="what points to the diagnosis, and why this change answers it; two sentences")
    title: str = Field(description="the change, at most 80 characters")
    technique: Slug = Field(description="name of the change in lower_snake, the list's where it is there")
    expected: Text = Field(
        "", description="the gain that you expect, as one number; and what would show that it failed, with a threshold"
    )
    cites: Names = Field((), description="names of the notes that led to this; empty if none did")  # where there are
    edits: Edits = Field((), description=f"{_EDITS} the incumbent's script; they must not overlap")
    script: Text = Field("", description=_SCRIPT)


class DebugReply(Reply):
    cause: str = Field(description="why it failed, in one or two sentences")
    title: str = Field(description="the repair, at most 80 characters")
    edits: Edits = Field((), description=f"{_EDITS} the failed script; they must not overlap")
    script: Text = Field("", description=_SCRIPT)


class LearningReply(Reply):
    supports: Names = Field(description="ids of the candidates that show it")
    statement: str = Field(description="one or two plain sentences, without names of this competition or scores")
    tier: Annotated[Tier, BeforeValidator(slug)]
    action: Slug = Field(description="the technique it is about, as the history names it")
    polarity: Literal["+", "-"] = Field(description="+: do it; -: leave it alone, as it hurt or changed nothing")
    conditions: Names = Field(
        (), description="facts that must hold, each as `fact op value`, op one of == != >= > <= <"
    )


Lessons = Annotated[tuple[LearningReply, ...], BeforeValidator(_parsed)]


class ReflectReply(Reply):
    learnings: Lessons


class PromoteReply(Reply):
    reason: str = Field(description="two sentences at most")
    verdict: Annotated[Verdict, BeforeValidator(slug)]
    statement: Text = Field("", description="the learning in general terms; empty with skip")
    conditions: Names = Field((), description="when it holds, each as `fact op value`, op one of == != >= > <= <")
    duplicates: Text = Field("", description="name of the skill that covers it already; empty if none")
    contradicts: Text = Field("", description="name of the skill that says the opposite; empty if none")


class ClassifyReply(Reply):
    reason: str = Field(description="one sentence")
    domain: Annotated[Literal["tabular", "text", "image", "audio", "timeseries", "seq2seq"], BeforeValidator(slug)]


class InferReply(Reply):
    reason: str = Field(description="what each stated key rests on, briefly")
    toml: str = Field(description="the whole competition.toml")


_FORMS: dict[type[Reply], tuple[str, str]] = {
    DraftReply: ("propose_prototypes", "Hand over the prototypes."),
    RefineReply: ("propose_change", "Hand over one change of the incumbent."),
    DebugReply: ("repair_script", "Hand over the repair of the failed script."),
    ReflectReply: ("record_learnings", "Hand over what the run taught."),
    PromoteReply: ("judge_learning", "Hand over the verdict on the learning."),
    ClassifyReply: ("classify_competition", "Hand over the domain."),
    InferReply: ("write_settings", "Hand over the competition.toml."),
}


@cache
def form(model: type[Reply], omit: tuple[str, ...] = ()) -> ReplyForm:
    """The form as a provider takes it: one JSON schema without references, and without the optional fields to omit."""
    name, description = _FORMS[model]
    parameters = _plain(model.model_json_schema())
    parameters["properties"] = {key: value for key, value in parameters["properties"].items() if key not in omit}
    return ReplyForm(name=name, description=description, parameters=parameters)


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Definitions put in place, titles, defaults and our docstrings left out, objects closed: plain enough for all."""
    definitions = schema.get("$defs", {})

    def walk(node: Any, naming: bool = False) -> Any:
        if isinstance(node, list):
            return [walk(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            rest = {key: value for key, value in node.items() if key != "$ref"}
            found = definitions[node["$ref"].rsplit("/", 1)[1]]
            return walk({key: value for key, value in found.items() if key != "description"} | rest)
        dropped = () if naming else ("title", "default", "$defs")
        kept = {key: walk(value, key == "properties") for key, value in node.items() if key not in dropped}
        if not naming and kept.get("type") == "object":
            kept["additionalProperties"] = False
        return kept

    plain: dict[str, Any] = walk(schema)
    plain.pop("description", None)
    return plain
