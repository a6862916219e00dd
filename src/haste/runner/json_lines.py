"""Where in a JSON text a value stands, for telling a person which line to look at."""

from __future__ import annotations

from collections.abc import Iterable
from json import JSONDecodeError, JSONDecoder


def line_at(text: str, path: Iterable[str | int]) -> int:
    """The line, 1-based, of the value that keys and positions lead to, or of the nearest one around it that is there.

    Of a text that is no JSON, the line where it goes wrong. A key is looked for by its first mention, which may
    be deeper down where the object itself has none.
    """
    decoder, at = JSONDecoder(), 0
    try:
        decoder.decode(text)
        for part in path:
            found = text.find(f'"{part}"', at) if isinstance(part, str) else _item(decoder, text, at, part)
            at = max(at, found)  # what is not there is missed by what is around it
    except JSONDecodeError as fault:
        return fault.lineno
    except (ValueError, RecursionError):  # a number too long, or nested too deeply, to be read at all
        return 1
    return text.count("\n", 0, at) + 1


def _item(decoder: JSONDecoder, text: str, at: int, number: int) -> int:
    """Where an item of the list after `at` begins; -1 where there is none."""
    at = text.find("[", at) + 1
    for _ in range(number):
        _, at = decoder.raw_decode(text, _value(text, at))
    return _value(text, at) if at else -1


def _value(text: str, at: int) -> int:
    """The beginning of the next value after white space and a comma."""
    return at + len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
