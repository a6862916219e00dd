"""Text as words: tokens for ranking, an estimate of a model's tokens, similarity, digests and slugs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

_TERM = re.compile(r"[a-z0-9]{2,}")
_NO_MARKS = dict.fromkeys(map(ord, ".,;:!?'\"`*_#|()[]-"), " ")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def terms(text: str) -> list[str]:
    """Lower-case runs of letters and digits, in order; single characters are left out."""
    return _TERM.findall(text.lower())


def word_count(text: str) -> int:
    return len(text.split())


def token_estimate(text: str) -> int:
    """About how many tokens a language model reads: four characters each, the usual rule of thumb for English."""
    return -(-len(text) // 4)


def digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def body_digest(body: str) -> str:
    """Equal for bodies that differ in case, white space or punctuation only."""
    return digest(bare(body))


def bare(text: str) -> str:
    """The words in lower case, without punctuation, one space between them."""
    return " ".join(text.lower().translate(_NO_MARKS).split())


def advice_of(body: str) -> str:
    """The text under a body's first heading, or all of a body without one; what follows is when it applies."""
    return re.sub(r"\A# [^\n]*\n+", "", body).partition("\n## ")[0]


def pairs(text: str) -> frozenset[int]:
    """The set of neighbouring word pairs, hashed: what `similarity` compares."""
    words = terms(text)
    return frozenset(hash_of(f"{a} {b}") for a, b in pairwise(words))


def similarity(a: frozenset[int], b: frozenset[int]) -> float:
    """Jaccard similarity of two sets of word pairs, in [0, 1]; two empty sets are not alike."""
    union = len(a | b)
    return len(a & b) / union if union else 0.0


def hash_of(text: str) -> int:
    """32 bits that are the same in every process (Python's own `hash` of text is not)."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")


class Chance:
    """Numbers in [0, 1) that depend on nothing but what they are drawn for."""

    def __init__(self, *purpose: object) -> None:
        self._begun = hashlib.sha256("\x1f".join(map(str, purpose)).encode() + b"\x1f")

    def draw(self, name: str) -> float:
        drawn = self._begun.copy()
        drawn.update(name.encode())
        return int.from_bytes(drawn.digest()[:7], "big") / 2**56


def slug(text: str, length: int = 64) -> str:
    """Lower-case ASCII letters, digits and single hyphens; text that was changed gets four hex digits of its hash.

    The digits keep two different texts from sharing a folder. May be empty only for an empty text.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    made = _NOT_SLUG.sub("-", plain.lower()).strip("-")
    if made == text and len(made) <= length:
        return made
    return f"{made[: length - 5].rstrip('-')}-{digest(text)[7:11]}".lstrip("-")


def unique(name: str, taken: Iterable[str], length: int = 64) -> str:
    """`name`, or `name-2`, `name-3`, ... so that it is not in `taken`."""
    used = set(taken)
    if name not in used:
        return name
    number = 2
    while (candidate := f"{name[: length - len(str(number)) - 1].rstrip('-')}-{number}") in used:
        number += 1
    return candidate
