"""The generated pages of `docs/`: `python -m haste.cli.docs` writes them, `--check` fails where one is stale."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

DOCS = Path("docs")


def pages() -> Mapping[str, Callable[[], str]]:
    """File name below docs/ -> the function that makes its text."""
    from haste.agents.builtin.handbook import page as techniques_page
    from haste.competition.build.page import page as bundled_page
    from haste.competition.facts import facts_page
    from haste.competition.metric_docs import page as metrics_page

    from .results import page as results_page

    return {
        "commands.md": commands_page,
        "facts.md": facts_page,
        "metrics.md": metrics_page,
        "techniques.md": techniques_page,
        "bundled.md": bundled_page,
        "results.md": results_page,
    }


def commands_page() -> str:
    """Every command with its help, as the terminal shows it at 100 columns."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from .main import app

    runner = CliRunner()
    lines = ["# Commands", "", "Generated from the commands themselves by `make fix`.", ""]

    def describe(command: Any, words: tuple[str, ...]) -> None:
        for name, child in getattr(command, "commands", {}).items():
            describe(child, (*words, name))
        if not hasattr(command, "commands"):
            shown = runner.invoke(app, [*words, "--help"], prog_name="haste", terminal_width=100, max_content_width=100)
            lines.extend([f"## `haste {' '.join(words)}`", "", "```text", shown.output.strip(), "```", ""])

    describe(get_command(app), ())
    return "\n".join(lines)


def main() -> None:
    """Write the pages, or with --check name the stale ones and fail; fail too where the results' prose is not true."""
    stale = []
    for name, make in pages().items():
        path, text = DOCS / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path))
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    verb = "stale" if "--check" in sys.argv else "written"
    for path_name in stale:
        sys.stdout.write(f"{verb}: {path_name}\n")
    if stale and "--check" in sys.argv:
        sys.stdout.write("run `make fix` and read what changed\n")
        raise SystemExit(1)
    from .results import untrue

    for sentence in (false := untrue()):
        sys.stdout.write(f"not true: {sentence}\n")
    if false:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
