"""What a call costs, and the most it can cost."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haste.llm import prices
from haste.llm.prices import bound, load, price
from haste.llm.tokens import PER_CALL, tokens_bound
from haste.schema.errors import ConfigError
from haste.schema.model import Usage
from tests.llm.loopback import question

TABLE = prices.PriceTable.model_validate(
    {
        "as_of": "2026-01-01",
        "source": "made up",
        "models": {
            "a:full": {"input": 10, "output": 50, "cached": 1, "cache_write": 12},
            "a:plain": {"input": 2, "output": 8},
            "a:cheaper": {"input": 3, "output": 4, "above_tokens": 1000, "above": {"input": 1, "output": 2}},
            "a:steps": {"input": 1, "output": 2, "above_tokens": 1000, "above": {"input": 3, "output": 4}},
        },
    }
)


def test_each_part_has_its_price():
    usage = Usage(input=1_000_000, cached=600_000, cache_written=100_000, output=200_000, reasoning=150_000)
    assert price("a:full", usage, TABLE) == pytest.approx(0.3 * 10 + 0.6 * 1 + 0.1 * 12 + 0.2 * 50)


def test_parts_without_a_price_of_their_own_cost_what_input_costs():
    assert price("a:plain", Usage(input=1_000_000, cached=500_000, output=0), TABLE) == 2.0


@pytest.mark.parametrize(
    "usage",
    [
        Usage(),
        Usage(input=5),
        Usage(output=5),
        Usage(input=5, output=5, cached=1),
        Usage(input=5, output=5, cache_written=1),
    ],
)
def test_unknown_tokens_are_an_unknown_price(usage):
    assert price("a:full", usage, TABLE) is None


def test_unknown_models_have_no_price_and_no_bound():
    assert price("a:other", Usage(input=1, output=1), TABLE) is None
    assert bound("a:other", 1, 1, TABLE) is None
    assert price("ollama:qwen3", Usage(input=1, output=1), load()) is None


def test_a_long_input_costs_more():
    assert price("a:steps", Usage(input=1000, output=0), TABLE) == 1000 / 1e6
    assert price("a:steps", Usage(input=1001, output=0), TABLE) == pytest.approx(3003 / 1e6)


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 3000), st.data())
@settings(max_examples=100, deadline=None)
def test_no_call_costs_more_than_its_bound(fresh, cached, written, output, data):
    model = data.draw(st.sampled_from(sorted(TABLE.models)))
    slack = data.draw(st.integers(0, 100))
    usage = Usage(input=fresh + cached + written, cached=cached, cache_written=written, output=output)
    most = bound(model, (usage.input or 0) + slack, output + slack, TABLE)
    assert most is not None
    assert (price(model, usage, TABLE) or 0) <= most + 1e-12


def test_a_dated_name_has_the_price_of_its_model_unless_listed_itself():
    table = load()
    assert table.find("anthropic:claude-sonnet-4-5-20250929") == table.find("anthropic:claude-sonnet-4-5")
    assert table.find("openai:gpt-5-mini-2025-08-07") == table.find("openai:gpt-5-mini")
    assert table.find("openai:gpt-4o-2024-05-13") != table.find("openai:gpt-4o")
    assert table.find("openai:gpt-5-mini-turbo") is None


def test_an_announced_price_holds_from_its_day():
    before, after = (load(day=date(2026, 12, day)).find("google:gemini-4-argon") for day in (30, 31))
    assert before == after
    old, new = load(day=date(2026, 11, 30)).find("google:gemini-4-argon"), before
    assert old is not None
    assert new is not None
    assert (old.input, new.input) == (2, 4)


def test_an_override_replaces_and_adds(tmp_path: Path):
    file = tmp_path / "prices.toml"
    file.write_text(
        'as_of = "2027-01-01"\n[models."ollama:q"]\ninput = 0\noutput = 0\n[models."openai:gpt-5"]\n'
        "input = 1\noutput = 2\n"
    )
    table = load(prices.read(file))
    assert price("ollama:q", Usage(input=9, output=9), table) == 0
    assert table.find("openai:gpt-5").input == 1
    assert table.find("openai:gpt-5-mini") == load().find("openai:gpt-5-mini")
    assert table.as_of == "2027-01-01"
    assert "yours" in table.source


def test_list_prices_are_not_those_of_an_own_server():
    own = {"openai:gpt-5", "openai:gpt-5-2025-08-07"}
    table = load(own=own)
    assert [table.find(model) for model in sorted(own)] == [None, None]
    theirs = load({"models": {"openai:gpt-5": {"input": 1, "output": 1}}}, own=own)
    assert theirs.find("openai:gpt-5").input == 1
    assert theirs.find("openai:gpt-5-2025-08-07") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[models", "Expected"),
        ('[models."a:b"]\ninput = 1\n', "output"),
        ('[models."a:b"]\ninput = -1\noutput = 1', "greater"),
        ('[models."a:b"]\ninput = 1\noutput = 1\nper_call = 3', "per_call"),
        ("usd = 3", "usd"),
    ],
)
def test_a_price_file_that_is_none(tmp_path: Path, text: str, says: str):
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=says):
        load(prices.read(file))


def test_a_price_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        prices.read(tmp_path / "nowhere.toml")


def test_the_shipped_table_is_what_its_script_writes():
    """The figures come out of the data of the library, by the script, and out of nobody's memory."""
    genai_prices = pytest.importorskip("genai_prices")
    root = Path(__file__).parents[2]
    spec = importlib.util.spec_from_file_location("write_prices", root / "bench" / "prices.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    shipped = prices.SHIPPED.read_text(encoding="utf-8")
    table = prices.shipped()
    if f"genai-prices {script.version('genai-prices')}" != table.source:
        pytest.skip(f"written from {table.source}, and another version of {genai_prices.__name__} is installed")
    assert "\n".join(script._lines(date.fromisoformat(table.as_of))) + "\n" == shipped
    assert {key.partition(":")[0] for key in table.models} == {"anthropic", "openai", "google"}


def test_tokens_are_never_fewer_than_the_bound():
    """Worst cases by construction: one token per digit, sign and foreign byte, and one per two letters."""
    empty = tokens_bound(question("", stable=()))
    assert empty > PER_CALL
    for text, least in (("7" * 100, 100), ("+-" * 50, 100), ("あ" * 100, 300), ("ab" * 50, 50), ("🙂" * 10, 40)):
        assert tokens_bound(question(text, stable=())) - empty >= least
        assert tokens_bound(question("", stable=(text,))) - empty >= least


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_more_text_is_never_fewer_tokens(a, b):
    assert tokens_bound(question(a + b)) >= tokens_bound(question(a))
    assert tokens_bound(question(a)) - PER_CALL >= len(a.encode()) / 2


def test_the_dearest_rate_of_the_input_bounds_it():
    assert bound("a:full", 1_000_000, 100_000, TABLE) == pytest.approx(12 + 5)


def test_a_table_that_was_kept_is_read_again_as_it_was():
    """A run keeps the prices that it reckons with, and a model of its own has no list price the second time either."""
    table = load({"models": {"vllm:q": {"input": 1, "output": 2}}}, own={"openai:gpt-5", "vllm:q"})
    again = load(table.model_dump(mode="json", exclude_none=True))
    assert again.find("openai:gpt-5") is None
    assert again.find("vllm:q") == table.find("vllm:q")
    assert again.models == table.models
