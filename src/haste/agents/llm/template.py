"""Prompts as Markdown files with `$names`. A name without a value, or a value without a name, is an error."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from string import Template

_GAP = re.compile(r"\n{3,}")


def prompt(name: str, **values: str) -> str:
    """`prompts/<name>.md` with its names filled in. Values are put in as they are: fence what is not ours first."""
    template = _template(name)
    unused = values.keys() - set(template.get_identifiers())
    if unused:
        msg = f"prompt {name} has no place for {', '.join(sorted(unused))}"
        raise KeyError(msg)
    return tidy(template.substitute(values))


def tidy(text: str) -> str:
    """One blank line between parts, none at the ends: an empty value leaves no hole."""
    return _GAP.sub("\n\n", text).strip()


@cache
def _template(name: str) -> Template:
    return Template(files(__package__).joinpath("prompts", f"{name}.md").read_text(encoding="utf-8"))
