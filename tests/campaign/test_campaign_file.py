"""Campaign files: what may stand in them, and what is said of a mistake."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from haste.cli.campaign import PLACES, _over
from haste.cli.campaign_file import CampaignFile, _keys, parse, read_file, to_config
from haste.schema.errors import CompetitionError, ConfigError, HasteError
from haste.store.inventory import SkillFiles

from .fake_machine import toys

DOCS = Path(__file__).parents[2] / "docs" / "campaigns.md"

WHOLE = """
competitions = ["few-digits", "island-air"]
seeds = [0, 1]
rounds = 2
repeats = 1
workers = 3
inventory = "empty"

[run]
model = "builtin"
loading = "retrieval"
time_limit = "90s"
memory = "2GB"

[search]
iterations = 4
escalate_after = 3

[models]
reflect = "openai:small"

[budget]
time_limit = "2h"
max_usd = 5
"""


def told(text: str, folder: Path):
    path = folder / "campaign.toml"
    path.write_text(text)
    return to_config(parse(read_file(path), str(path)), folder, 2)


def test_a_whole_file(tmp_path: Path):
    config = told(WHOLE, tmp_path)
    assert config.competitions == ("few-digits", "island-air")
    assert (config.seeds, config.rounds, config.repeats, config.workers) == ((0, 1), 2, 1, 3)
    assert config.run.loading == "retrieval"
    assert config.run.budget.time_limit_s == 90
    assert config.run.limits.memory_gb == 2
    assert (config.run.search.iterations, config.run.search.escalate_after) == (4, 3)
    assert config.run.models.reflect == "openai:small"
    assert (config.budget.time_limit_s, config.budget.max_usd) == (7200, 5)


def test_the_least_of_a_file_and_all_bundled_ones(tmp_path: Path):
    config = told('competitions = ["all"]', tmp_path)
    assert len(config.competitions) == 15
    assert (config.run.start, config.run.loading, config.run.budget.time_limit_s) == ("warm", "tiered", 180)
    assert (config.workers, config.skills, config.inventory) == (2, None, "empty")


def test_folders_are_found_beside_the_file(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    config = told('competitions = ["mine", "few-digits"]\nskills = "store"', tmp_path)
    assert config.competitions == (str(tmp_path / "mine"), "few-digits")
    assert config.skills == str(tmp_path / "store")


def test_an_inventory_to_begin_with_must_be_there(tmp_path: Path):
    SkillFiles(tmp_path / "begin").create()
    config = told('competitions = ["few-digits"]\ninventory = "begin"', tmp_path)
    assert config.inventory == str(tmp_path / "begin")


FAULTS = [
    ('competition = ["few-digits"]', ConfigError, "unknown key 'competition'", "competitions"),
    ('competitions = ["few-digits"]\nround = 2', ConfigError, "unknown key 'round'", "rounds"),
    ('competitions = ["few-digits"]\niterations = 2', ConfigError, "unknown key 'iterations'", "search.iterations"),
    ('competitions = ["few-digits"]\n[run]\niteratoins = 2', ConfigError, "run.iteratoins", "search.iterations"),
    ('competitions = ["few-digits"]\n[search]\nprototype = 2', ConfigError, "search.prototype", "search.prototypes"),
    ('competitions = ["few-digits"]\n[searches]\nx = 2', ConfigError, "unknown key 'searches'", "search"),
    ('competitions = ["few-digits"]\nzzz = 2', ConfigError, "unknown key 'zzz'", "docs/campaigns.md"),
    ('competitions = ["few-digits"]\nrounds = "two"', ConfigError, "rounds: input should be a valid integer", "'two'"),
    ('competitions = ["few-digits"]\nrounds = 0', ConfigError, "rounds: input should be greater", "found 0"),
    ('competitions = "few-digits"', ConfigError, "competitions: input should be a valid", "few-digits"),
    ('competitions = ["few-digits"]\n[run]\nloading = "tired"', ConfigError, "run.loading", "tiered"),
    ('competitions = ["few-digits"]\n[run]\nwithhold = 0.9', ConfigError, "run.withhold", "0.5"),
    ('competitions = ["few-digits"]\n[run]\ntime_limit = "soon"', ConfigError, "'soon' is no duration", "30m"),
    ('competitions = ["few-digits"]\n[run]\nmemory = "lots"', ConfigError, "no amount of memory", "4GB"),
    ('competitions = ["few-digits"]\n[run]\npython = "nowhere"', ConfigError, "interpreter", "nowhere"),
    ('competitions = ["few-digits"]\nrun = 3', ConfigError, "run: input should be", "found 3"),
    ('competitions = ["few-digits"]\nseeds = [1, 1]', ConfigError, "the same seed twice", "1, 1"),
    ('competitions = ["few-digits"]\nseeds = [0, -3]', ConfigError, "seeds.1: input should be greater", "found -3"),
    ('competitions = ["few-digits", ""]', ConfigError, "no competition is named", "all"),
    ('competitions = ["all", "few-digits"]', ConfigError, "'all' already names", "alone"),
    ('competitions = ["few-digits"]\n[models]\nmodle = "x"', ConfigError, "models.modle", "run.model"),
    ('competitions = ["few-digits"]\n[search]\nkeep_confidance = 1', ConfigError, "confidance", "keep_confidence"),
    ('competitions = ["few-digits"]\nseeds = []', ConfigError, "seeds", "at least 1"),
    ('competitions = ["few-digits", "few-digits"]', ConfigError, "the same competition twice: few-digits", "once"),
    ('competitions = ["few-digit"]', CompetitionError, "few-digit", "few-digits"),
    ("competitions = []", ConfigError, "no competition is named", "all"),
    ('competitions = ["few-digits"]\nskills = "a"\ninventory = "starter"', ConfigError, "does not begin", "one of"),
    ('competitions = ["few-digits"]\ninventory = "nowhere"', HasteError, "no skill store", "nowhere"),
    ("competitions = [}", ConfigError, "not a campaign file", "line 1"),
]


@pytest.mark.parametrize(("text", "kind", "says", "hints"), FAULTS, ids=[one[2] for one in FAULTS])
def test_a_mistake_is_named_with_what_to_do(text: str, kind, says: str, hints: str, tmp_path: Path):
    with pytest.raises(kind) as caught:
        told(text, tmp_path)
    assert says in str(caught.value)
    assert hints in str(caught.value)


def test_the_same_folder_under_another_name_is_the_same_competition(tmp_path: Path):
    from haste.competition.catalogue import BUNDLED

    with pytest.raises(ConfigError, match="is few-digits"):
        told(f'competitions = ["few-digits", "{BUNDLED / "few-digits"}"]', tmp_path)


@pytest.mark.parametrize("model", ["builtin", "openai:large"])
@pytest.mark.parametrize("prices", ['"openai:large" = {input = 1, output = 2}', 'models."openai:large".input = 1'])
def test_prices_are_looked_at_whoever_thinks(model: str, prices: str, tmp_path: Path):
    text = f'competitions = ["few-digits"]\n[run]\nmodel = "{model}"\n[models.prices]\n'
    with pytest.raises(ConfigError) as caught:
        told(text + prices, tmp_path)
    assert "openai:large" in caught.value.message
    assert caught.value.hint == "see docs/models.md for its form"
    assert told(text + 'models."openai:large" = {input = 1, output = 2}', tmp_path).run.models.prices is not None


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(ConfigError, match="No such file"):
        read_file(tmp_path / "nothing.toml")


def test_options_win_over_the_file_and_each_has_its_place():
    assert {".".join(place) for place in PLACES.values()} <= set(_keys(CampaignFile))
    tables = {"competitions": ["few-digits"], "rounds": 2, "run": {"loading": "flat", "time_limit": "1h"}}
    merged = _over(tables, {"rounds": 3, "time_limit": "5m", "iterations": 1})
    assert merged == {
        "competitions": ["few-digits"],
        "rounds": 3,
        "run": {"loading": "flat", "time_limit": "5m"},
        "search": {"iterations": 1},
    }
    assert tables["run"]["time_limit"] == "1h"


EXAMPLES = re.findall(r"^```toml\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=[text.split("\n")[0][:40] for text in EXAMPLES])
def test_the_examples_of_the_docs_are_campaign_files(text: str, tmp_path: Path):
    toys(tmp_path, "mine")
    python = tmp_path / "campaign" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    assert told(text, tmp_path / "campaign").competitions


def test_the_docs_list_every_key():
    def keys(table: dict[str, object], prefix: str = "") -> set[str]:
        inner = [keys(value, f"{prefix}{name}.") for name, value in table.items() if isinstance(value, dict)]
        return {prefix + name for name in table}.union(*inner)

    listed = set[str]().union(*(keys(tomllib.loads(text)) for text in EXAMPLES))
    assert listed == {key for key in _keys(CampaignFile) if key != "models.prices"}  # which the text below tells
    assert "[models.prices]" in DOCS.read_text(encoding="utf-8")
