"""What calls cost: a dated table in USD per million tokens, the price of a call, and its bound before it is made.

Unknown is None, never zero: an unlisted model, a local server, or token counts that the provider left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from haste.schema.errors import ConfigError
from haste.schema.model import Usage
from haste.schema.value import Value

SHIPPED = Path(__file__).with_name("prices.toml")
MILLION = 1_000_000
_VERSION = re.compile(r"[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|\d{3}|latest)$")


class Rates(Value):
    """USD per million tokens. A part without a rate of its own costs what input costs."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(None, ge=0)  # input that was read from the provider's cache
    cache_write: float | None = Field(None, ge=0)  # input that was written to it


class Price(Rates):
    """`above`: other rates for the whole call where its input is longer than so many tokens."""

    above_tokens: int | None = Field(None, gt=0)
    above: Rates | None = None

    def at(self, input_tokens: int) -> Rates:
        if self.above is not None and self.above_tokens is not None and input_tokens > self.above_tokens:
            return self.above
        return self


class Change(Price):
    """An announced price, from a day on."""

    since: date


class Listed(Price):
    changes: tuple[Change, ...] = ()  # earliest first

    def on(self, day: date | None) -> Listed:
        """As it is on that day."""
        begun = [change for change in self.changes if day is not None and change.since <= day]
        return Listed(**begun[-1].model_dump(exclude={"since"})) if begun else self


class PriceTable(Value):
    """`models` maps PROVIDER:NAME to its price; a name with a date or a version at its end finds the one without.

    `own` are models at the person's own servers: only an entry of exactly that name, a person's own, is theirs.
    """

    as_of: str
    source: str
    models: dict[str, Listed]
    own: frozenset[str] = frozenset()

    def find(self, model: str) -> Listed | None:
        if model in self.models or model in self.own:
            return self.models.get(model)
        return self.models.get(_VERSION.sub("", model))


def shipped() -> PriceTable:
    return _parse(tomllib.loads(SHIPPED.read_text(encoding="utf-8")), "prices.toml")


def read(path: Path) -> dict[str, Any]:
    """A person's price file, for `load`. Raises ConfigError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(error), where=str(path), hint="see docs/models.md for its form") from None


def load(
    override: Mapping[str, Any] | None = None, *, own: Collection[str] = (), day: date | None = None
) -> PriceTable:
    """The shipped table as of `day`, without the models in `own` (list prices are not theirs), under `override`.

    `override` has the form of the shipped file, or of a whole table; its models replace ours one by one, and add.
    """
    ours, theirs = shipped(), _parse({"as_of": "", "source": "yours", "models": {}} | dict(override or {}), "prices")
    own = frozenset(own) | theirs.own
    listed = {key: price.on(day) for key, price in ours.models.items() if key not in own}
    source = f"{ours.source}; {theirs.source}" if theirs.models else ours.source
    return PriceTable(as_of=theirs.as_of or ours.as_of, source=source, models=listed | theirs.models, own=own)


def price(model: str, usage: Usage, table: PriceTable) -> float | None:
    """USD of a call that was made."""
    listed = table.find(model)
    if listed is None or usage.input is None or usage.output is None:
        return None
    rates = listed.at(usage.input)
    fresh, usd = usage.input, usage.output * rates.output
    for tokens, rate in ((usage.cached, rates.cached), (usage.cache_written, rates.cache_write)):
        if rate is None:
            continue
        if tokens is None:
            return None  # they cost something else, and nobody knows how many they were
        fresh -= tokens
        usd += tokens * rate
    return (usd + max(0, fresh) * rates.input) / MILLION


def bound(model: str, input_tokens: int, max_output_tokens: int, table: PriceTable) -> float | None:
    """The most that a call can cost, before it is made: all input at its dearest rate, all of the output allowed."""
    listed = table.find(model)
    if listed is None:
        return None
    return max(_most(rates, input_tokens, max_output_tokens) for rates in (listed, listed.at(input_tokens)))


def _most(rates: Rates, input_tokens: int, output_tokens: int) -> float:
    dearest = max(rates.input, rates.cached or 0, rates.cache_write or 0)
    return (input_tokens * dearest + output_tokens * rates.output) / MILLION


def _parse(data: Mapping[str, Any], where: str) -> PriceTable:
    try:
        return PriceTable.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        message = f"{place}: {first['msg']}"
        raise ConfigError(message, where=where, hint="see docs/models.md for its form") from None
