"""The seam. Whoever asks knows nothing of providers; whoever answers knows nothing of competitions."""

from __future__ import annotations

from typing import Protocol

from haste.schema.model import ModelReply, ModelRequest


class LanguageModel(Protocol):
    """Implemented by `provider` (real ones), `replay` and `scripted`. Passes `tests/contracts/test_llm.py`."""

    def complete(self, request: ModelRequest) -> ModelReply:
        """One call, no retry. Raises ModelFault where no reply came.

        A reply that was cut off, refused or is not what was asked for is a reply all the same: it was paid for.
        """
        ...
