from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haste.competition.facts import FACTS, facts_page
from haste.competition.load import load
from haste.competition.profile import profile
from haste.schema.conditions import Condition
from haste.schema.profile import Profile, Resources, Role

from .folders import settings, tabular

MACHINE = Resources(python="3.11", cores=2, memory_gb=4.0, packages={"lightgbm": "4.5"})
ROOT = Path(__file__).parents[2]


def of(folder: Path) -> Profile:
    return profile(load(folder), MACHINE, seed=0)


def roles(found: Profile) -> dict[str, str]:
    return {c.name: c.role.value for c in found.columns}


def test_roles_and_figures(tmp_path: Path) -> None:
    folder = tabular(
        tmp_path,
        a=lambda i: "" if i % 4 == 0 else i**2,
        b=lambda i: "xyzw"[min(i // 30 + i % 2, 3)],
        same=lambda i: "k",
        day=lambda i: f"2020-01-{i * 7 % 28 + 1:02d}",
        story=lambda i: f"once upon a time {i} there were {i + 1} brave little mice",
        left=lambda i: i,
        kind=lambda i: i % 3,
    )
    settings(folder, 'categorical = ["kind"]\ndrop = ["left"]')
    found = of(folder)
    assert roles(found) == {
        "id": "id", "a": "numeric", "b": "categorical", "y": "target", "same": "constant", "day": "datetime",
        "story": "text", "kind": "categorical",
    }  # fmt: skip
    columns = {c.name: c for c in found.columns}
    a = columns["a"]
    values = np.array([i**2 for i in range(60) if i % 4])
    assert (a.missing, a.test_missing, a.n_unique) == (0.25, 0.25, 45)
    assert (a.minimum, a.maximum, a.mean) == (1.0, 59.0**2, pytest.approx(values.mean()))
    assert a.skew == pytest.approx((((values - values.mean()) / values.std()) ** 3).mean())
    assert columns["b"].unseen == pytest.approx(10 / 20)  # "w" is never in train
    assert list(columns["b"].levels.items()) == [("y", 0.5), ("x", 0.25), ("z", 0.25)]
    assert columns["day"].span == "train 2020-01-01 to 2020-01-22, test 2020-01-01 to 2020-01-22"
    assert columns["story"].mean_length == pytest.approx(51, abs=3)
    assert columns["same"].skew is None
    (target,) = found.targets
    assert target.shares == {"0": 0.5, "1": 0.5}
    assert any("constant columns: same" in note for note in found.notes)
    assert any("b (50%)" in note for note in found.notes)
    assert all(len(e) <= 60 for c in found.columns for e in c.examples)


def test_repeated_rows(tmp_path: Path) -> None:
    # train rows 0-9 stand there twice (as 10-19); test rows 60-64 stand in train
    def a(i: int) -> int:
        return i - 10 if 10 <= i < 20 else i - 30 if 60 <= i < 65 else i

    found = of(tabular(tmp_path, a=a, b=lambda i: "q"))
    assert found.duplicate_rows == pytest.approx(20 / 60)
    assert found.shared_rows == pytest.approx(5 / 20)


def test_drift_is_found_and_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=600)
    still = of(tabular(tmp_path / "still", n=300, n_test=300, a=lambda i: noise[i], b=lambda i: i * 7 % 5))
    assert still.drift is not None
    assert 0.4 < still.drift.auc < 0.6
    moved = of(
        tabular(tmp_path / "moved", n=300, n_test=300, a=lambda i: noise[i] + 2 * (i >= 300), b=lambda i: i * 7 % 5)
    )
    assert moved.drift is not None
    assert moved.drift.auc > 0.85
    assert moved.drift.columns[0] == "a"
    assert any("test rows differ" in note for note in moved.notes)
    assert of(tmp_path / "moved").drift == moved.drift  # same seed, same draw


def test_ids_times_and_groups_are_no_drift(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=400)
    folder = tabular(
        tmp_path, n=200, n_test=200, a=lambda i: noise[i], b=lambda i: "pq"[i * 7 % 2], site=lambda i: f"k{i // 4}"
    )
    settings(folder, '[validation]\nscheme = "group"\ngroup_column = "site"')
    found = of(folder)
    assert roles(found)["site"] == Role.GROUP.value
    assert found.drift is not None
    assert found.drift.auc < 0.65
    assert found.facts["has_groups"] is True


def test_odd_numbers_do_no_harm(tmp_path: Path) -> None:
    odd = ["inf", "-inf", "1e308", "-1e308", "", "0"]
    found = of(tabular(tmp_path, a=lambda i: odd[i % 6], b=lambda i: ""))
    assert roles(found)["b"] == "constant"
    assert found.drift is not None


def test_facts(tmp_path: Path) -> None:
    found = of(tabular(tmp_path, y=lambda i: i**2 + 1))
    expected = {
        "rows": 60, "test_rows": 20, "columns": 2, "numeric_columns": 1, "categorical_columns": 1, "max_cardinality": 3,
        "rows_per_column": 30.0, "missing_share": 0.0, "kind": "regression", "domain": "tabular", "metric": "rmse",
        "metric_needs": "value", "maximize": False, "targets": 1, "target_is_count": True, "target_positive": True,
        "cores": 2, "gpu": False, "has_lightgbm": True, "has_torch": False, "has_time": False,
    }  # fmt: skip
    assert {name: found.facts[name] for name in expected} == expected
    assert found.facts["target_skew"] == pytest.approx(found.targets[0].skew)
    for unknown in ("classes", "minority_share", "mean_text_length"):
        assert unknown not in found.facts
        assert not Condition.parse(f"{unknown} >= 0").holds(found.facts)
    assert {spec.name for spec in FACTS} >= set(found.facts)


def test_facts_of_classes(tmp_path: Path) -> None:
    found = of(tabular(tmp_path, y=lambda i: "no" if i % 4 else "yes"))
    assert found.facts["minority_share"] == 0.25
    assert found.facts["classes"] == 2
    assert "target_positive" not in found.facts


def test_fact_names_are_unique_and_documented() -> None:
    assert len({spec.name for spec in FACTS}) == len(FACTS)
    page = ROOT / "docs" / "facts.md"
    assert page.read_text() == facts_page(), (
        "docs/facts.md is stale: write haste.competition.facts.facts_page() into it"
    )


def test_the_reason_for_the_validation_is_told(tmp_path: Path) -> None:
    assert "at random, with the classes in proportion" in of(tabular(tmp_path)).validation_reason
    settings(tmp_path, '[validation]\nscheme = "kfold"\nfolds = 4')
    assert "as competition.toml states" in of(tmp_path).validation_reason


def test_the_area_is_scikit_learns() -> None:
    from sklearn.metrics import roc_auc_score

    from haste.competition.drift import _auc

    rng = np.random.default_rng(0)
    side, score = rng.integers(0, 2, 200), rng.integers(0, 9, 200) / 8
    assert _auc(score, side) == pytest.approx(roc_auc_score(side, score))
