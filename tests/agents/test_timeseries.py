"""Forecasters and techniques for series: really run on made-up series of every spacing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from haste.agents.builtin.catalogue import DOMAINS
from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.builtin.recipe import Recipe
from haste.agents.builtin.render import render

from .scripts import run_many
from .series import all_series, brief_of, months, season, shops
from .sweep import changes, check_submission, prototypes

TIMESERIES = DOMAINS["timeseries"]
Answers = dict[tuple[str, str], pd.Series]


def truth() -> pd.Series:
    """The continuation of `months` without noise, by id."""
    whole = 20 + 0.05 * np.arange(132) + 3 * np.sin(2 * np.pi * np.arange(132) / 12)
    return pd.Series(whole, index=[f"r{n}" for n in range(132)]).reindex(months().test["id"])


def answers(recipes: dict[tuple[str, str], Recipe], folder: Path) -> Answers:
    """Forecasts in the order of the test rows, of scripts that are named by their example and technique."""
    examples = all_series()
    inputs = {key: examples[key].lay_out(folder / key) for key in dict.fromkeys(key for key, _ in recipes)}
    jobs = {f"{key}: {name}": (render(recipe, TIMESERIES), inputs[key]) for (key, name), recipe in recipes.items()}
    ran = run_many(jobs, folder)
    found = {}
    for key, name in recipes:
        result = ran[f"{key}: {name}"]
        assert result["error"] is None, f"{key}: {name}:\n{result['error']}"
        check_submission(result["folder"], examples[key])
        submission = pd.read_csv(f"{result['folder']}/submission.csv").set_index("id")["target"]
        found[key, name] = submission.reindex(examples[key].test["id"])
    return found


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """All prototypes on all examples, and each technique once or twice on `months`, in one process."""
    recipes = {(key, name): r for key, made in all_series().items() for name, r in prototypes(brief_of(made)).items()}
    recipes |= {("months", name): r for name, r in changes(brief_of(months()), most=1).items()}
    name = "known_columns on use_harmonics"
    recipes["shops", name] = changes(brief_of(shops()))[name]
    return answers(recipes, tmp_path_factory.mktemp("series"))


@pytest.fixture
def by_month(ran: Answers) -> dict[str, pd.Series]:
    return {name: forecast for (key, name), forecast in ran.items() if key == "months"}


def test_prototypes_follow_trend_and_season(by_month: dict[str, pd.Series]) -> None:
    expected = truth()
    flat = np.sqrt(np.mean((expected - months().train["target"].mean()) ** 2))
    for technique in TIMESERIES.techniques:
        if technique.name in by_month:
            error = np.sqrt(np.mean((by_month[technique.name] - expected) ** 2))
            assert error < 0.4 * flat, f"{technique.name}: {error:.2f} against {flat:.2f} of the mean"


def test_harmonics_come_near_the_noise(by_month: dict[str, pd.Series]) -> None:
    expected = truth()
    assert np.sqrt(np.mean((by_month["use_harmonics"] - expected) ** 2)) < 0.25


def test_techniques_change_forecasts(by_month: dict[str, pd.Series]) -> None:
    same = [
        name
        for name, forecast in by_month.items()
        if " on " in name and np.allclose(forecast, by_month[name.split(" on ")[1]], atol=1e-9)
    ]
    allowed = ("no_negative_forecasts", "known_columns", "more_waves", "average_all_seasons")
    assert [name for name in same if not name.startswith(allowed)] == []


@pytest.mark.parametrize("key", list(all_series()))
def test_forecasts_stay_near_the_past_on_every_spacing(key: str, ran: Answers) -> None:
    past = all_series()[key].train["target"]
    reach = past.max() - past.min()
    forecasts = {name: forecast for (of, name), forecast in ran.items() if of == key and " on " not in name}
    assert len(forecasts) >= 3
    for name, forecast in forecasts.items():
        assert forecast.between(past.min() - reach, past.max() + reach).all(), name


def test_several_series_are_told_apart(ran: Answers) -> None:
    made_up = shops()
    forecast = ran["shops", "use_seasonal_naive"].to_numpy()
    for shop, level in made_up.train.groupby("shop")["target"].mean().items():
        assert abs(forecast[made_up.test["shop"] == shop].mean() - level) < 0.35 * level, shop


def test_known_columns_help(ran: Answers) -> None:
    """The price moves the sales; a forecast that knows it has less error than one that does not."""
    level = {"x": 1, "y y": 2, 'z"': 3}
    rows = shops().test["shop"].isin(level).to_numpy()
    test = shops().test[rows]
    whole = {shop: season(200, 7, seed=number) for number, shop in enumerate(level)}
    day = (pd.to_datetime(test['the "date"']) - pd.Timestamp("2020-01-01")).dt.days
    sold = zip(test["shop"], day, test["price"], strict=True)
    actual = np.array([whole[shop][d] * level[shop] - 3 * price for shop, d, price in sold])
    blind, knowing = (
        np.mean((ran["shops", name].to_numpy()[rows] - actual) ** 2)
        for name in ("use_harmonics", "known_columns on use_harmonics")
    )
    assert knowing < 0.8 * blind


def test_drafts_are_of_different_kinds() -> None:
    drafts = BuiltinEngineer().draft(brief_of(months(), order="textbook"), 3)
    recipes = [Recipe.model_validate(draft.recipe) for draft in drafts]
    assert len({TIMESERIES.families[recipe.model.family].group for recipe in recipes}) == 3
    assert [render(recipe, TIMESERIES) for recipe in recipes] == [draft.code for draft in drafts]


def test_every_technique_applies_somewhere() -> None:
    applied: set[str] = set()
    for made_up in all_series().values():
        brief = brief_of(made_up)
        applied |= set(prototypes(brief)) | {name.split(" on ")[0] for name in changes(brief)}
    assert {technique.name for technique in TIMESERIES.techniques} - applied == {"no_negative_forecasts"}


@pytest.mark.slow
@pytest.mark.parametrize("key", list(all_series()))
def test_every_technique_runs_on_every_forecaster(key: str, tmp_path: Path) -> None:
    answers({(key, name): r for name, r in changes(brief_of(all_series()[key])).items()}, tmp_path)
