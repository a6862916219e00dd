"""The domains that the built-in engineer knows. A competition of another domain is treated as a table."""

from __future__ import annotations

from collections.abc import Mapping

from haste.schema.competition import Competition, Kind

from .image import IMAGE
from .tabular import TABULAR
from .technique import Domain, Technique
from .text import TEXT
from .timeseries import TIMESERIES

DOMAINS: Mapping[str, Domain] = {"tabular": TABULAR, "text": TEXT, "image": IMAGE, "timeseries": TIMESERIES}


def domain_of(name: str) -> Domain:
    return DOMAINS.get(name, TABULAR)


def domain_for(competition: Competition) -> Domain:
    """Whose techniques to begin with. What has times but forecasts nothing is a table: there is no line to go on."""
    if competition.domain == "timeseries" and competition.kind is not Kind.FORECAST:
        return TABULAR
    return domain_of(competition.domain)


def all_techniques() -> tuple[Technique, ...]:
    """Every technique once, by name."""
    found = {technique.name: technique for domain in DOMAINS.values() for technique in domain.techniques}
    return tuple(found[name] for name in sorted(found))
