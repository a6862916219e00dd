"""Writes src/haste/llm/prices.toml out of the price data that pydantic-ai brings along (package `genai-prices`).

    python bench/prices.py [--date 2026-11-27]

Only text models that one would ask for code, at the prices that hold on the date; the rest is left out.
"""

from __future__ import annotations

import argparse
import datetime
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "src" / "haste" / "llm" / "prices.toml"
WANTED = {
    "anthropic": r"claude-(3-7-sonnet|(opus|sonnet|haiku|fable|mythos)-).*",
    "openai": r"gpt-4\.1.*|gpt-4o(-mini|-2024-05-13)?|gpt-[56].*|o[134](-mini|-pro)?",
    "google": r"gemini-(2\.5|3|4).*",
}
UNWANTED = r"image|audio|tts|live|search|realtime|transcribe|cyber|rosalind|embedding|computer|robotics|research"
ALIASES = {  # the names that the services themselves document beside those of the data
    "anthropic:claude-3-7-sonnet-latest": "anthropic:claude-3-7-sonnet",
    "anthropic:claude-opus-4-0": "anthropic:claude-opus-4",
    "anthropic:claude-sonnet-4-0": "anthropic:claude-sonnet-4",
    "openai:gpt-5.6-sol": "openai:gpt-5.6",
}
FIELDS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--date", type=datetime.date.fromisoformat, default=datetime.datetime.now(datetime.UTC).date())
    date = parser.parse_args().date
    TABLE.write_text("\n".join(_lines(date)) + "\n", encoding="utf-8")


def _lines(date: datetime.date) -> Iterator[str]:
    from genai_prices.data_snapshot import get_snapshot

    yield "# USD per million tokens. Written by bench/prices.py; list prices change: check them before you trust a sum."
    yield f'as_of = "{date}"'
    yield f'source = "genai-prices {version("genai-prices")}"'
    for provider in get_snapshot().providers:
        wanted = WANTED.get(provider.id)
        for model in provider.models if wanted else ():
            if re.fullmatch(str(wanted), model.id) and not re.search(UNWANTED, model.id):
                yield from _entry(f"{provider.id}:{model.id}", model.prices, date)


def _entry(name: str, prices: Any, date: datetime.date) -> Iterator[str]:
    dated: list[tuple[datetime.date | None, Any]] = [(None, prices)]
    if isinstance(prices, list):
        dated = [(getattr(one.constraint, "start_date", None), one.prices) for one in prices]
    begun = [prices for start, prices in dated if start is None or start <= date]
    announced = [(start, prices) for start, prices in dated if start is not None and start > date]
    if begun[-1].input_mtok is None or begun[-1].output_mtok is None:
        return
    for key in filter(None, [name, ALIASES.get(name)]):
        yield ""
        yield f'[models."{key}"]'
        yield from _rates(begun[-1])
        for start, prices in announced:
            yield f'[[models."{key}".changes]]'
            yield f"since = {start}"
            yield from _rates(prices)


def _rates(prices: Any) -> Iterator[str]:
    rates = {ours: getattr(prices, theirs) for ours, theirs in FIELDS.items()}
    yield from (f"{ours} = {getattr(rate, 'base', rate)}" for ours, rate in rates.items() if rate is not None)
    tiers = {ours: rate.tiers for ours, rate in rates.items() if hasattr(rate, "tiers")}
    if tiers:
        assert all(len(tier) == 1 for tier in tiers.values()), "more than one step"
        yield f"above_tokens = {tiers['input'][0].start}"
        steps = {ours: tiers[ours][0].price if ours in tiers else rate for ours, rate in rates.items()}
        told = ", ".join(f"{ours} = {rate}" for ours, rate in steps.items() if rate is not None)
        yield f"above = {{ {told} }}"


if __name__ == "__main__":
    main()
