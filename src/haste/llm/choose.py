"""Which models a run asks: one for every role and one to fall back on, out of the configuration.

Only `cli/wiring` calls this; it hands the environment over, because no room reads it by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from haste.schema.config import RunConfig
from haste.schema.model import Role

from .endpoint import Endpoint, find, secrets, split
from .protocol import LanguageModel
from .provider import ProviderModel
from .routed import RoutedModel


@dataclass(frozen=True)
class Models:
    """`names`: PROVIDER:NAME per role. `own`: those at the person's own servers, which no list price is for."""

    main: LanguageModel
    names: Mapping[Role, str]
    fallback: LanguageModel | None = None
    fallback_name: str | None = None
    own: frozenset[str] = frozenset()


def build(config: RunConfig, environment: Mapping[str, str]) -> Models:
    """The real models of a run. Opens no connection and imports no provider's library yet.

    Raises ConfigError: no such provider, no key, a bad base URL, or a library that is not installed.
    """
    chosen = config.models
    names = {role: getattr(chosen, role.value) or config.model for role in Role}
    made: dict[str, ProviderModel] = {}
    endpoints: dict[str, Endpoint] = {}
    for name in {*names.values(), *filter(None, [chosen.fallback])}:
        endpoints[name] = find(name, _base_url(config, name), environment)
        made[name] = ProviderModel(
            endpoints[name],
            reply_mode=chosen.reply_mode,
            timeout_s=chosen.timeout_s,
            secrets=secrets(environment),
        )
    return Models(
        main=RoutedModel({role: made[name] for role, name in names.items()}),
        names=names,
        fallback=made[chosen.fallback] if chosen.fallback else None,
        fallback_name=chosen.fallback,
        own=frozenset(name for name, endpoint in endpoints.items() if endpoint.own),
    )


def _base_url(config: RunConfig, name: str) -> str | None:
    """The base URL belongs to the provider of `--model`: another provider's model is at its own address."""
    provider, _ = split(name)
    return config.models.base_url if config.model.partition(":")[0] == provider else None
