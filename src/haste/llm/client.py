"""The HTTP client under a provider's library: keeps the newest answer, and hands it on without its token counts.

The counts are read from what is kept (`usage`). The libraries would read them, too, and drop an answer that was paid
for where a proxy leaves them out or words them oddly. Imports httpx2, so nobody imports this before a first call.
"""

from __future__ import annotations

import json
from typing import Any

import httpx2

from .endpoint import Protocol

_OF_THE_BYTES = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_NO_TOKENS = {"input_tokens": 0, "output_tokens": 0}  # Anthropic's library insists on counts


class Client(httpx2.AsyncClient):
    """`body` is the newest answer as it came, decompressed."""

    def __init__(self, protocol: Protocol, **told: Any) -> None:
        super().__init__(**told)
        self._protocol = protocol
        self.body = b""

    async def send(self, request: httpx2.Request, **told: Any) -> httpx2.Response:
        response = await super().send(request, **told)
        self.body = await response.aread()
        handed_on = without_counts(self._protocol, self.body) if response.is_success else self.body
        if handed_on == self.body:
            return response
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_BYTES]
        return httpx2.Response(response.status_code, headers=headers, content=handed_on, request=request)


def without_counts(protocol: Protocol, body: bytes) -> bytes:
    """An answer's JSON without what it says of tokens; anything else as it is."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(answer, dict):
        return body
    if protocol == "anthropic" and "content" in answer:
        return json.dumps(answer | {"usage": _NO_TOKENS}).encode()
    found = answer.pop("usageMetadata" if protocol == "google" else "usage", None)
    return body if found is None else json.dumps(answer).encode()
