"""Other people's words inside a prompt: descriptions, names, values, skills, program output.

What stands in a fence cannot end it: the fence is longer than any run of backticks in the text. What stands in a line
cannot leave it. A model may still be talked into things; that nothing here can change what its reply is used for is
the boundary, this only makes plain what is data.
"""

from __future__ import annotations

import json
import re
import unicodedata

_TICKS = re.compile(r"`+")
_KEPT = "\n\t"


def fenced(text: str, label: str) -> str:
    """`text` as a block of its own that no content can close. Invisible and control characters are left out."""
    body = visible(text).strip("\n")
    longest = max((len(run) for run in _TICKS.findall(body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{label}\n{body}\n{fence}"


def one_line(text: str, most: int = 100) -> str:
    """White space of any kind becomes one blank, backticks become quotes, and the end is cut."""
    line = " ".join(visible(text).replace("`", "'").split())
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."


def quoted(text: str, most: int = 60) -> str:
    """A name or a value as a JSON string, cut at `most` characters."""
    seen = visible(text)
    return json.dumps(seen if len(seen) <= most else seen[: most - 3] + "...", ensure_ascii=False)


def shortened(text: str, most: int) -> str:
    """The beginning and the end of a long text, with a word on how much is left out between them."""
    if len(text) <= most:
        return text
    head, tail = most * 3 // 4, most // 4
    return f"{text[:head]}\n[... {len(text) - head - tail} characters left out ...]\n{text[-tail:] if tail else ''}"


def visible(text: str) -> str:
    """Without control, format and private-use characters: zero-width marks, direction marks and tags hide words."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(c for c in plain if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))
