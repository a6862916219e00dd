"""What a skill claims, as three words: situation, action, polarity. Opposite polarity is a clash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Claim:
    situation: str
    action: str
    polarity: Literal["+", "-"]

    @property
    def sign(self) -> int:
        return 1 if self.polarity == "+" else -1

    @property
    def opposite(self) -> str:
        return f"{self.situation}/{self.action}/{'-' if self.polarity == '+' else '+'}"

    def __str__(self) -> str:
        return f"{self.situation}/{self.action}/{self.polarity}"


def read_claim(text: str) -> Claim | None:
    """`situation/action/polarity`; None for anything else. Slashes belong to the situation."""
    parts = text.rsplit("/", 2)
    if len(parts) != 3 or not all(part.strip() for part in parts) or parts[2] not in ("+", "-"):
        return None
    return Claim(parts[0].strip(), parts[1].strip(), "+" if parts[2] == "+" else "-")


def sign_of(claim: str) -> int:
    """+1 for advice to do something, -1 for advice against it; a claim that cannot be read is taken as +1."""
    if not claim.endswith("-"):  # nearly all; they need no reading
        return 1
    read = read_claim(claim)
    return read.sign if read else 1


BEGINNING = "begin_with_"
ANYWHERE = "any"  # the situation of a claim that is plausible in every domain


def beginning(technique: str) -> str:
    """The action of a prototype: beginning with an approach is another thing than moving to it later."""
    return BEGINNING + technique.removeprefix("use_")
