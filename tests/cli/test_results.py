"""What stands in docs/results.md is what lies under results/, and that is what its own numbers say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from haste.campaign.study.compare import Comparison, compare
from haste.campaign.study.plan import StudyConfig
from haste.campaign.study.summary import summarise
from haste.cli.results import NOT_RUN, page
from haste.cli.results_promotion import promotion
from haste.schema.errors import ConfigError
from haste.view.study_markdown import study_markdown
from tests.campaign.study_rows import config, rows_of

ROOT = Path(__file__).parents[2]
STUDIES = sorted(path.parent for path in (ROOT / "results").glob("*/study.json"))


def test_the_page_is_what_the_stored_summaries_say(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert page() == (ROOT / "docs" / "results.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", STUDIES, ids=lambda path: path.name)
def test_a_stored_study_agrees_with_itself(folder: Path):
    """The summary and the report follow from the comparison; nobody has touched one alone."""
    study = StudyConfig.model_validate_json((folder / "study.json").read_text())
    comparison = Comparison.model_validate_json((folder / "comparison.json").read_text())
    summary = json.loads((folder / "summary.json").read_text())
    assert json.loads(json.dumps(summarise(study, comparison, summary["command"]))) == summary
    told = study_markdown(study.model_dump(mode="json"), comparison.model_dump(mode="json"), summary["command"])
    assert told == (folder / "report.md").read_text()


def _stored(results: Path, name: str, study: str, gain: float = 0.3) -> Path:
    """A made-up study's small files."""
    plan = config(study, competitions=6, seeds=2)
    comparison = compare(plan.plan, rows_of(plan, gain), plan.places)
    folder = results / name
    folder.mkdir(parents=True)
    (folder / "study.json").write_text(plan.model_dump_json())
    (folder / "comparison.json").write_text(comparison.model_dump_json())
    (folder / "summary.json").write_text(json.dumps(summarise(plan, comparison, f"haste ablate {study}")))
    return folder


def test_what_was_not_run_is_said_and_nothing_else(tmp_path: Path):
    prose = tmp_path / "prose.md"
    prose.write_text("# R\n\n{{paper}}\n\n{{study warm-start}}\n\n{{study loading}}\n\nsaved {{loading pairs}}\n")
    assert page(prose, tmp_path).count(NOT_RUN) == 14
    _stored(tmp_path, "warm-start", "start")
    text = page(prose, tmp_path)
    assert "cold-then-warm against cold-twice" in text
    assert "haste ablate start --publish" in text
    _stored(tmp_path, "loading", "loading")
    _stored(tmp_path, "keep-rate", "size")
    text = page(prose, tmp_path)
    assert NOT_RUN not in text
    assert "saved 12" in text


def test_a_changed_summary_changes_the_page_and_an_unknown_figure_is_refused(tmp_path: Path):
    prose = tmp_path / "prose.md"
    prose.write_text("{{warm-start uninformed.keep_rate_difference}} of {{warm-start competitions}}")
    folder = _stored(tmp_path, "warm-start", "start")
    summary = json.loads((folder / "summary.json").read_text())
    summary["uninformed"] |= {"keep_rate_difference": 0.125, "keep_rate_difference_interval": [0.1, 0.25]}
    (folder / "summary.json").write_text(json.dumps(summary))
    assert page(prose, tmp_path).endswith("0.125 (0.1 to 0.25) of 6")
    prose.write_text("{{warm-start contrasts.retry.pairs}}, {{warm-start uninformed.keep_rate_difference as percent}}")
    assert page(prose, tmp_path).endswith("12, 12 % (10 % to 25 %)")
    prose.write_text("{{warm-start uninformed.keep_rat}}")
    with pytest.raises(ConfigError, match=r"no figure .uninformed\.keep_rat."):
        page(prose, tmp_path)


def test_harm_stands_beside_what_is_not_negative():
    """By what is stored: a skill whose effect is below nothing is not one that clearly does harm."""
    told = json.loads((ROOT / "results" / "promotion" / "replay.json").read_text())["replay"]["promoted"]
    row = next(
        line for line in promotion(ROOT / "results" / "promotion").splitlines() if line.startswith("| promoted |")
    )
    shares = [f"{100 * told[name]:.0f} %" for name in ("not_negative", "clearly_negative")]
    assert f"| {shares[0]} (" in row
    assert f" | {shares[1]} | " in row


@pytest.mark.parametrize("gain", [0.4, 0.0, -0.4])
def test_the_paper_is_set_beside_what_came_out_also_where_it_is_worse(gain: float, tmp_path: Path):
    prose = tmp_path / "prose.md"
    prose.write_text("{{paper}}")
    _stored(tmp_path, "warm-start", "start", gain)
    row = next(line for line in page(prose, tmp_path).splitlines() if "52 %" in line)
    assert ("% fewer (" in row) == (gain >= 0) or gain == 0
    assert ("% more (" in row) == (gain < 0) or gain == 0
    assert "than a textbook start" in row


def test_keep_rates_by_the_papers_sizes_say_what_they_rest_on(tmp_path: Path):
    prose = tmp_path / "prose.md"
    prose.write_text("{{paper}}")
    folder = _stored(tmp_path, "keep-rate", "size")
    summary = json.loads((folder / "summary.json").read_text())
    few = summary["keep_rate_by_papers_sizes"]
    row = next(line for line in page(prose, tmp_path).splitlines() if "42 %" in line)
    assert f"with 0 to 15 ({few['0-15_runs']} runs, {few['0-15_decided']} decided changes)" in row
    assert few["0-15_runs"] >= 12  # those without a skill are among them
    del summary["keep_rate_by_papers_sizes"]
    (folder / "summary.json").write_text(json.dumps(summary))
    assert "not told with 0 to 15" in page(prose, tmp_path)
