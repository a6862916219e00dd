"""Scripts on dates whose day and month can be taken for each other: they must see what they see in ISO dates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from haste.agents.builtin.catalogue import DOMAINS
from haste.agents.builtin.engineer import BuiltinEngineer
from haste.agents.builtin.recipe import Recipe
from haste.agents.builtin.render import render
from haste.schema.competition import Kind
from haste.schema.profile import Role

from .examples import Example, example
from .scripts import run_many
from .series import brief_of, months

ISO = "%Y-%m-%d"
TABLE_FORMS = ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%m/%d/%Y", "%m-%d-%Y", "%d/%m/%Y %H:%M", "%d.%m.%y")
SERIES_FORMS = ("%d.%m.%Y", "%d-%m-%Y", "%m/%d/%Y")  # first days of months, where only the mark tells
SEEN = '\npd.concat([X, X_test]).to_csv("seen.csv", index=False)\n'


def table_in(form: str) -> Example:
    """No day after the 12th in train, none before the 13th in test: only both together tell the order."""
    made_up = example(Kind.REGRESSION, "rmse", rows=60, test_rows=20)
    train = pd.Series(pd.Timestamp(2020, 1 + n % 12, 1 + n * 5 % 12) for n in range(60))
    test = pd.Series(pd.Timestamp(2021, 1 + n % 12, 13 + n % 12) for n in range(20))
    kept = ["id", "a"]
    return replace(
        made_up,
        train=made_up.train[[*kept, "target"]].assign(
            when=train.dt.strftime(form).where(train.index != 7), iso="2020-02-01"
        ),
        test=made_up.test[kept].assign(when=test.dt.strftime(form), iso="2020-03-04"),
        roles={"when": Role.DATETIME, "iso": Role.DATETIME},
    )


def table_script(form: str) -> str:
    draft = BuiltinEngineer().draft(table_in(form).brief(order="textbook"), 1)[0]
    return render(Recipe.model_validate(draft.recipe).put("date_parts"), DOMAINS["tabular"])


def series_in(form: str) -> Example:
    made_up = months()
    train, test = (
        frame.assign(**{'the "date"': pd.to_datetime(frame['the "date"']).dt.strftime(form)})
        for frame in (made_up.train, made_up.test)
    )
    return replace(made_up, train=train, test=test)


def series_script(form: str) -> str:
    return BuiltinEngineer().draft(brief_of(series_in(form), order="textbook"), 1)[0].code


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], pd.DataFrame]:
    """(domain, form) -> what the models of a script get of all rows."""
    folder = tmp_path_factory.mktemp("dates")
    made = {("tabular", form): (table_script(form), table_in(form)) for form in (ISO, *TABLE_FORMS)}
    made |= {("timeseries", form): (series_script(form), series_in(form)) for form in (ISO, *SERIES_FORMS)}
    jobs = {
        f"{number}": (code + SEEN, made_up.lay_out(folder / f"made-up{number}"))
        for number, (code, made_up) in enumerate(made.values())
    }
    found = {}
    for key, result in zip(made, run_many(jobs, folder).values(), strict=True):
        assert result["error"] is None, f"{key}:\n{result['error']}"
        found[key] = pd.read_csv(Path(str(result["folder"])) / "seen.csv")
    return found


def test_months_are_the_right_ones(seen: dict[tuple[str, str], pd.DataFrame]) -> None:
    expected = [1.0 + n % 12 for n in range(60)] + [1.0 + n % 12 for n in range(20)]
    found = seen["tabular", "%d/%m/%Y"]["when month"]
    assert found.isna().tolist() == [n == 7 for n in range(80)]
    assert found.dropna().tolist() == [month for n, month in enumerate(expected) if n != 7]


@pytest.mark.parametrize(
    ("domain", "form"), [*(("tabular", form) for form in TABLE_FORMS), *(("timeseries", form) for form in SERIES_FORMS)]
)
def test_all_forms_are_read_as_iso_dates_are(domain: str, form: str, seen: dict[tuple[str, str], pd.DataFrame]) -> None:
    pd.testing.assert_frame_equal(seen[domain, form], seen[domain, ISO])


def test_only_unclear_dates_need_a_rule() -> None:
    for form in (ISO, "%Y/%m/%d", "%Y-%m-%dT%H:%M:%S", "%d %b %Y", "%B %d, %Y"):
        assert "DAY_FIRST" not in table_script(form), form
        assert "dayfirst" not in series_script(form), form
    assert table_script("%d.%m.%Y").count("DAY_FIRST = []") == 1
    assert 'UNCLEAR_DATES = ["when"]' in table_script("%d.%m.%Y")
