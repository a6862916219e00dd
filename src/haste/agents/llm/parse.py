"""From a reply to its form: strict about what was said, forgiving about how it was wrapped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError

from haste.schema.model import ModelReply

from .replies import Reply, form, whole
from .unfit import Unfit

R = TypeVar("R", bound=Reply)

_WRAPPERS = ("arguments", "parameters", "input")
_DECODER = json.JSONDecoder(strict=False)  # raw line ends inside strings are read as meant


def read(reply: ModelReply, model: type[R]) -> R:
    """The filled-in form, from the tool call or from JSON in the text. Raises Unfit."""
    wanted = form(model).name
    problem = ""
    for text in (reply.arguments, reply.text):
        for found in _objects(text or ""):
            try:
                return model.model_validate(_unwrapped(found, wanted))
            except ValidationError as error:
                problem = problem or _explained(error)
    if not (reply.arguments or reply.text).strip():
        msg = "the reply was empty"
        raise Unfit(msg)
    if not problem:
        msg = f"no JSON object for `{wanted}` could be read from the reply"
        raise Unfit(msg)
    other = f"`{reply.form}` was filled in instead of `{wanted}`; " if reply.form not in (None, wanted) else ""
    raise Unfit(other + problem)


def _objects(text: str) -> Iterator[dict[str, object]]:
    """Every JSON object in a text that is not inside another, in order: bare, fenced, before or after prose."""
    at = text.find("{")
    while at >= 0:
        try:
            value, end = _DECODER.raw_decode(text, at)
        except ValueError:
            end = at + 1
        except RecursionError:  # a model that repeats one bracket until it is stopped
            return
        else:
            if isinstance(value, dict) and value:
                yield whole(value)
        at = text.find("{", end)


def _unwrapped(found: dict[str, object], wanted: str) -> object:
    """`{"name": ..., "arguments": {...}}` and `{"<form>": {...}}` are ways of writing the same."""
    for key in (*_WRAPPERS, wanted):
        inside = found.get(key)
        if isinstance(inside, str) and key in _WRAPPERS and "name" in found:
            inside = next(_objects(inside), None)
        if isinstance(inside, dict) and len(found) <= 3:
            return inside
    return found


def _explained(error: ValidationError) -> str:
    problems = []
    for fault in error.errors()[:4]:
        place = ".".join(str(part) for part in fault["loc"] if not str(part).startswith("function-")) or "the form"
        problems.append(f"`{place}`: {fault['msg'][:1].lower()}{fault['msg'][1:]}")
    return "; ".join(problems)
