"""Prompts as Markdown files with `$names`. A name without a value, or a value without a name, is an error."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from string import Template

_GAP = re.compile(r"\n{3,}")


def prompt(name: str, **values: str) -> str:
    """`prompts/<name>.md` with its names filled in. Values are put in as they are: fence what is not ours first.

    Where a value is empty, the hole that it leaves in the template is closed; blank lines inside values stay.
    """
    template = _template(name)
    unused = values.keys() - set(template.get_identifiers())
    if unused:
        msg = f"prompt {name} has no place for {', '.join(sorted(unused))}"
        raise KeyError(msg)
    closed = template.safe_substitute({key: "" for key, value in values.items() if not value})
    return Template(_GAP.sub("\n\n", closed).strip()).substitute(values)


@cache
def _template(name: str) -> Template:
    return Template(files(__package__).joinpath("prompts", f"{name}.md").read_text(encoding="utf-8"))
