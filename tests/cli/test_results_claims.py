"""What the prose of the results claims is what the stored summaries say; where it is not, that is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from haste.campaign.study.compare import compare
from haste.campaign.study.summary import summarise
from haste.cli.results import page
from haste.cli.results_claims import disagreements, unclaimed
from haste.schema.errors import ConfigError
from tests.campaign.study_rows import config, rows_of

ROOT = Path(__file__).parents[2]
PROSE = ROOT / "docs" / "results.in.md"
SAVED = "contrasts.textbook.iterations_to_best_reduction"


def test_what_the_prose_claims_is_what_the_summaries_say():
    assert list(disagreements(PROSE, ROOT / "results")) == []


def test_every_paragraph_on_a_study_claims_what_can_be_held_against_it():
    assert unclaimed(PROSE) == []


def claimed(said: str, tmp_path: Path, gain: float = 0.6, words: str = "It saves much") -> list[str]:
    """What is found false of a claim on a made-up study of starts; `gain` is large, as six competitions tell little."""
    plan = config("start", competitions=6, seeds=2)
    comparison = compare(plan.plan, rows_of(plan, gain), plan.places)
    folder = tmp_path / "results" / "warm-start"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "comparison.json").write_text(comparison.model_dump_json())
    (folder / "summary.json").write_text(json.dumps(summarise(plan, comparison, "haste ablate start")))
    prose = tmp_path / "prose.md"
    prose.write_text(
        f'# R\n\n## S\n\nIt saves\nmuch.\n{{{{claim "{words}" warm-start: {said}}}}}\n\n{{{{study warm-start}}}}\n'
    )
    return list(disagreements(prose, tmp_path / "results"))


@pytest.mark.parametrize(
    ("said", "gain"),
    [
        (f"{SAVED} is better", 0.6),
        (f"{SAVED} is worse", -1.2),
        (f"{SAVED} > 0.1", 0.4),
        (f"{SAVED} < 0", -0.6),
        ("arms.warm.keep_rate > 1.2 * arms.textbook.keep_rate", 0.4),
        ("competitions = 6", 0.4),
        ("parts.textbook.competition-00.score_difference < 1", 0.4),
        ("without.textbook.competition-00.iterations_to_best_reduction > 0", 0.4),
    ],
)
def test_a_claim_holds_or_is_told_with_what_is_so_instead(said: str, gain: float, tmp_path: Path):
    assert claimed(said, tmp_path, gain) == []
    turned = {"is better": "is open", "is worse": "is better", " > ": " < ", " < ": " > ", " = ": " > "}
    old = next(one for one in turned if one in said)
    (told,) = claimed(said.replace(old, turned[old]), tmp_path, gain)
    assert "it reads" in told or " against " in told


def test_new_figures_make_an_old_claim_untrue(tmp_path: Path):
    assert claimed(f"{SAVED} is better", tmp_path, 0.6) == []
    (told,) = claimed(f"{SAVED} is better", tmp_path, 0.0)
    assert "it reads open" in told


def test_words_that_were_rewritten_are_missed(tmp_path: Path):
    (told,) = claimed(f"{SAVED} is better", tmp_path, words="It saves a little")
    assert "do not stand in the prose" in told


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("contrasts.textbok.score_difference is better", "no figure 'contrasts.textbok"),
        (f"{SAVED} is splendid", "nothing reads 'splendid'"),
        (SAVED, "a claim says PATH is"),
    ],
)
def test_a_claim_that_cannot_be_understood_is_refused(said: str, fault: str, tmp_path: Path):
    with pytest.raises(ConfigError, match=fault):
        claimed(said, tmp_path)


def test_claims_are_not_on_the_page_and_a_study_that_was_not_run_bears_none_out(tmp_path: Path):
    assert claimed(f"{SAVED} is better", tmp_path) == []
    text = (tmp_path / "prose.md").read_text().replace("{{study warm-start}}\n", "")
    (tmp_path / "prose.md").write_text(text)
    assert page(tmp_path / "prose.md", tmp_path / "results").endswith("It saves\nmuch.\n\n")
    (told,) = disagreements(tmp_path / "prose.md", tmp_path / "nowhere")
    assert "nothing was run yet" in told


def test_a_paragraph_on_a_study_without_a_claim_is_named(tmp_path: Path):
    prose = tmp_path / "prose.md"
    told = 'Better.\n{{claim "Better" s: a is better}}\n\nAnd worse.'
    prose.write_text(f"# R\n\nHow.\n\n## S\n\n{told}\n\n{{{{study s}}}}\n\n## T\n\nIdle.\n")
    assert unclaimed(prose) == ["And worse."]
