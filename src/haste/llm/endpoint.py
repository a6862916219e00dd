"""Where a model is reached: PROVIDER:NAME and a base URL become an address, a protocol and a key.

The environment comes in as a mapping. Nothing is opened here, and no provider's library is needed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from haste.schema.errors import ConfigError

Protocol = Literal["openai", "anthropic", "google"]

OFFLINE = "HASTE_OFFLINE"  # set, it refuses every endpoint that is not on this machine
HEADERS = ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS")  # the libraries send them: a `Name: value` a line
SHORTEST = 8  # characters of a header's value that is hidden: below, it is a switch or a word
NO_KEY = "no-key-needed"  # the libraries insist on one, local servers do not


@dataclass(frozen=True)
class Provider:
    """`url` None: the person must give one. `hosted`: at its own URL it wants a key; the others are all somebody's own,
    and the environment variable `address` says where, if not at `url`.
    """

    protocol: Protocol
    url: str | None
    keys: tuple[str, ...]  # environment variables, the first that is set wins
    hosted: bool = False
    address: str = ""


PROVIDERS: Mapping[str, Provider] = {
    "anthropic": Provider("anthropic", "https://api.anthropic.com", ("ANTHROPIC_API_KEY",), hosted=True),
    "openai": Provider("openai", "https://api.openai.com/v1", ("OPENAI_API_KEY",), hosted=True),
    "google": Provider(
        "google", "https://generativelanguage.googleapis.com", ("GOOGLE_API_KEY", "GEMINI_API_KEY"), hosted=True
    ),
    "ollama": Provider("openai", "http://localhost:11434/v1", ("OLLAMA_API_KEY",), address="OLLAMA_BASE_URL"),
    "vllm": Provider("openai", "http://localhost:8000/v1", ("VLLM_API_KEY",), address="VLLM_BASE_URL"),
    "llamacpp": Provider("openai", "http://localhost:8080/v1", ("LLAMACPP_API_KEY",), address="LLAMACPP_BASE_URL"),
    "openai-compatible": Provider("openai", None, ("OPENAI_COMPATIBLE_API_KEY",), address="OPENAI_COMPATIBLE_BASE_URL"),
}


@dataclass(frozen=True)
class Endpoint:
    """`own`: not the provider's public service, so its list prices do not apply."""

    provider: str
    name: str
    protocol: Protocol
    url: str
    own: bool
    key: str = field(repr=False)

    @property
    def model(self) -> str:
        return f"{self.provider}:{self.name}"

    @property
    def local(self) -> bool:
        return _is_local(urlsplit(self.url).hostname or "")


def find(model: str, base_url: str | None, environment: Mapping[str, str]) -> Endpoint:
    """The endpoint of PROVIDER:NAME. Raises ConfigError: no such provider, no key, no or a bad URL."""
    kind, name = split(model)
    provider = PROVIDERS[kind]
    elsewhere = environment.get(provider.address, "").strip()
    given = base_url or elsewhere or provider.url
    if given is None:
        message = "needs --base-url, the address of the server"
        raise ConfigError(message, where=model, hint=f"if --base-url is another's: export {provider.address}=...")
    url = _clean(given, provider.protocol, provider.address if elsewhere and not base_url else "--base-url")
    endpoint = Endpoint(
        provider=kind,
        name=name,
        protocol=provider.protocol,
        url=url,
        own=base_url is not None or not provider.hosted,
        key=_key(model, provider, environment, needed=base_url is None and provider.hosted),
    )
    if environment.get(OFFLINE) and not endpoint.local:
        message = f"is at {urlsplit(url).hostname}, and {OFFLINE} refuses all but this machine"
        raise ConfigError(message, where=model, hint=f"unset {OFFLINE} to allow it")
    return endpoint


def split(model: str) -> tuple[str, str]:
    """PROVIDER and NAME; ConfigError where it is not that, or no such provider."""
    kind, colon, name = model.partition(":")
    if not colon or not name.strip():
        message = "a model is named PROVIDER:NAME, for example anthropic:claude-sonnet-5-5"
        raise ConfigError(message, where=model)
    if kind not in PROVIDERS:
        message = f"no provider {kind!r}; there are {', '.join(PROVIDERS)}"
        hint = "any other server that speaks OpenAI's protocol: openai-compatible:NAME with --base-url"
        raise ConfigError(message, where=model, hint=hint)
    return kind, name.strip()


def secrets(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Every key that could reach an error text, the longest first."""
    names = {name for provider in PROVIDERS.values() for name in provider.keys}
    found = {environment.get(name, "").strip() for name in names}
    for line in "\n".join(environment.get(name, "") for name in HEADERS).splitlines():
        value = line.partition(":")[2].strip()
        words = {value, *value.split()[-1:]}  # a server may say what follows "Bearer" by itself
        found |= {word for word in words if len(word) >= SHORTEST}
    return tuple(sorted(filter(None, found), key=len, reverse=True))


def _key(model: str, provider: Provider, environment: Mapping[str, str], *, needed: bool) -> str:
    for name in provider.keys:
        if key := environment.get(name, "").strip():
            return key
    if needed:
        message, names = "needs a key, and none is set", " or ".join(provider.keys)
        raise ConfigError(message, where=model, hint=f"export {names}=...")
    return NO_KEY


def _clean(url: str, protocol: Protocol, where: str) -> str:
    """The address as the protocol's library wants it: OpenAI's with its version, the others' without."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if host is None or parts.scheme not in ("http", "https"):
        message = "is no http(s) URL"
        raise ConfigError(message, where=where, hint="for example http://localhost:11434/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        # It is journaled with the run's configuration, where no secret may stand.
        message = "may hold no user name, password, query or fragment"
        raise ConfigError(message, where=where, hint="keys come from the environment")
    path = parts.path.rstrip("/")
    path = path or "/v1" if protocol == "openai" else path.removesuffix("/v1").removesuffix("/v1beta")
    return f"{parts.scheme}://{parts.netloc}{path}"


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
