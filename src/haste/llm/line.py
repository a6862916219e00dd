"""An open line to one endpoint: the library's model, its HTTP client and the event loop that both live in.

This and `wording` are the only places that name a provider's library; they are imported at the first call.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from haste.schema.errors import ConfigError

from .endpoint import Endpoint
from .wording import Call

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import Model

    from .client import Client

CONNECT_S = 10.0  # a server that takes longer to pick up is not there

# OpenAI's own newer models refuse `max_tokens`; older and foreign servers know nothing else.
_OPENAIS_OWN = re.compile(r"^(?:openai/)?(?:gpt-[\d.]|chatgpt|o\d)")


@dataclass
class Line:
    """Synchronous from outside. Not for two threads at once."""

    model: Model
    client: Client
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    closed: bool = False

    def ask(self, call: Call) -> ModelResponse:
        """One request, no retry. Raises whatever the library raises."""
        from pydantic_ai.direct import model_request

        async def asking() -> ModelResponse:
            try:
                return await model_request(
                    self.model, call.messages, model_settings=call.settings, model_request_parameters=call.parameters
                )
            finally:
                await asyncio.sleep(0)  # the loop closes a connection in its next round, and here is the last one

        self.client.body = b""
        return self.runner.run(asking())

    @property
    def body(self) -> bytes:
        """Of the newest answer."""
        return self.client.body

    def close(self) -> None:
        """Does nothing the second time, nor while a call that nobody waits for any more is still on the line."""
        if self.closed or self.runner.get_loop().is_running():
            return
        self.closed = True
        if asyncio._get_running_loop() is not None:  # collected as garbage in the middle of another line's call
            self.runner.get_loop().close()
            return
        self.runner.run(self.client.aclose())
        self.runner.close()


def missing_package(endpoint: Endpoint) -> ConfigError | None:
    """What to install where the protocol's library is not there."""
    package = {"openai": "openai", "anthropic": "anthropic", "google": "google.genai"}[endpoint.protocol]
    try:
        there = importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # no parent package `google`
        there = False
    if there:
        return None
    extra = "" if endpoint.protocol == "openai" else f"[{endpoint.protocol}]"
    message = f"needs the Python package {package}, which is not installed"
    return ConfigError(message, where=endpoint.model, hint=f"pip install 'haste-ml{extra}'")


def open_line(endpoint: Endpoint, timeout_s: float) -> Line:
    """Opens no connection yet: that happens at the first call."""
    import httpx2

    from .client import Client

    client = Client(
        endpoint.protocol,
        timeout=httpx2.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s), pool=CONNECT_S),
        # Questions come minutes apart: a connection that was kept would mostly be dead, and look like a fault.
        limits=httpx2.Limits(max_keepalive_connections=0),
        trust_env=not endpoint.local,  # a company's proxy does not reach this machine
        follow_redirects=False,  # it would take the question and some keys to a server that nobody named
    )
    makers = {"openai": _openai, "anthropic": _anthropic, "google": _google}
    return Line(makers[endpoint.protocol](endpoint, client), client)


def _openai(endpoint: Endpoint, client: Any) -> Model:
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile
    from pydantic_ai.providers.openai import OpenAIProvider

    sdk = AsyncOpenAI(api_key=endpoint.key, base_url=endpoint.url, http_client=client, max_retries=0)
    profile = OpenAIModelProfile(supports_json_schema_output=True)
    if endpoint.own:
        profile |= OpenAIModelProfile(
            openai_chat_supports_max_completion_tokens=bool(_OPENAIS_OWN.match(endpoint.name)),
            openai_supports_strict_tool_definition=False,
        )
    return OpenAIChatModel(endpoint.name, provider=OpenAIProvider(openai_client=sdk), profile=profile)


def _anthropic(endpoint: Endpoint, client: Any) -> Model:
    from anthropic import AsyncAnthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.profiles.anthropic import AnthropicModelProfile
    from pydantic_ai.providers.anthropic import AnthropicProvider

    sdk = AsyncAnthropic(api_key=endpoint.key, base_url=endpoint.url, http_client=client, max_retries=0)
    profile = AnthropicModelProfile(supports_json_schema_output=True)
    return AnthropicModel(endpoint.name, provider=AnthropicProvider(anthropic_client=sdk), profile=profile)


def _google(endpoint: Endpoint, client: Any) -> Model:
    import logging

    from google.genai.types import HttpRetryOptions
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.profiles import ModelProfile
    from pydantic_ai.providers.google import GoogleProvider

    # It warns, on the person's terminal, that an answer holds a function call, which is what was asked for.
    logging.getLogger("google_genai.types").setLevel(logging.ERROR)
    provider = GoogleProvider(
        api_key=endpoint.key,
        base_url=endpoint.url,
        http_client=client,
        retry_options=HttpRetryOptions(attempts=1),
    )
    return GoogleModel(endpoint.name, provider=provider, profile=ModelProfile(supports_json_schema_output=True))
