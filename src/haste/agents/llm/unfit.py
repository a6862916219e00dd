"""A reply that cannot be used, in words that go back to the model."""

from __future__ import annotations


class Unfit(Exception):
    """What is wrong and where, and what to do `then`. Stays in this package: it ends as a follow-up or `Unusable`."""

    def __init__(self, reason: str, then: str = "Fill in the form again, complete: this reply is discarded.") -> None:
        super().__init__(reason)
        self.then = then
