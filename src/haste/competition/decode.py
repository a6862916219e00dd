"""From a file's bytes to its text, in the encodings that tables come in. Knows nothing of tables."""

from __future__ import annotations

import codecs
import re

from .faults import fault

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(content: bytes, name: str) -> str:
    """The text of a file. Raises CompetitionError when no encoding yields text.

    A byte-order mark decides; else UTF-8 where the bytes are valid; else UTF-16 where every other byte of the
    beginning is zero; else Windows-1252, which agrees with Latin-1 on every printable character.
    """
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
    raise fault(
        name,
        "is not text in any encoding that is known (UTF-8, UTF-16, Latin-1)",
        "save it as UTF-8; perhaps it is a compressed or binary file",
    )


def _encodings(content: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return (encoding,)
    head = content[:1000]
    if head[1::2].count(0) > len(head) // 4:
        return ("utf-16-le",)
    if head[::2].count(0) > len(head) // 4:
        return ("utf-16-be",)
    return ("utf-8", "cp1252")
