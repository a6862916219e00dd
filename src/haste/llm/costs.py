"""What a runner wants to know about money, by a model's name: the most a call can come to, and what one came to."""

from __future__ import annotations

from dataclasses import dataclass

from haste.schema.model import Bound, ModelRequest, Usage

from .prices import PriceTable, bound, price
from .tokens import tokens_bound


@dataclass(frozen=True)
class Costs:
    table: PriceTable

    def bound(self, model: str, request: ModelRequest) -> Bound:
        """Before the call. Tokens: input and output together."""
        tokens = tokens_bound(request)
        usd = bound(model, tokens, request.max_output_tokens, self.table)
        return Bound(tokens=tokens + request.max_output_tokens, usd=usd)

    def usd(self, model: str, usage: Usage) -> float | None:
        """After it. None where no price is known, or the usage is not."""
        return price(model, usage, self.table)
