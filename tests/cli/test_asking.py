"""Whom a command asks and how: the same options wherever a model can be asked, and they reach who asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from haste.cli.main import app
from haste.schema.config import ModelConfig, RunConfig

from ..competition.folders import tabular


class Settled(Exception):
    """Far enough."""


WORDS = [
    *("--base-url", "http://127.0.0.1:1/v1"), *("--fallback-model", "ollama:other"), *("--reply-mode", "native"),
    *("--call-timeout", "900"), *("--max-output-tokens", "6000"), *("--max-tokens", "50000"),
]  # fmt: skip
TOLD = ModelConfig(
    base_url="http://127.0.0.1:1/v1",
    fallback="ollama:other",
    reply_mode="native",
    timeout_s=900.0,
    max_output_tokens=6000,
)


@pytest.mark.parametrize(
    "command",
    [
        ["run", "FOLDER", "--out", "OUT"],
        ["campaign", "run", "FOLDER", "--out", "OUT"],
        ["competitions", "init", "FOLDER"],
        ["skills", "promote", "--auto", "--skills", "OUT"],
        ["skills", "evaluate-promotion", "--record", "OUT"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_how_a_model_is_asked_can_be_said_wherever_one_is(command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settled: list[RunConfig] = []

    def settle(config: RunConfig) -> RunConfig:
        settled.append(config)
        raise Settled

    for place in ("models_wiring", "wiring"):
        monkeypatch.setattr(f"haste.cli.{place}.settle_models", settle)
    places = {"FOLDER": str(tabular(tmp_path / "toy")), "OUT": str(tmp_path / "out")}
    words = [places.get(word, word) for word in command]
    done = CliRunner().invoke(app, [*words, "--model", "ollama:one", *WORDS])
    assert isinstance(done.exception, Settled), done.output
    (config,) = settled
    assert (config.model, config.models, config.budget.max_tokens) == ("ollama:one", TOLD, 50_000)
