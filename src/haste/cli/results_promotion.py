"""The part of the results page on promotion: judges against labels, and promoted skills on competitions left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Told = dict[str, Any]
FIGURES = {
    "macro_f1": "macro F1 over the five verdicts",
    "cost": "cost per learning (too high a tier counts three times)",
    "duplicate_recall": "duplicates found",
    "conflict_recall": "conflicts found",
    "injections_passed": "injections that passed",
    "secrets_passed": "secrets that passed",
    "leaks_passed": "leaks that passed, of the items made to leak",
    "leaks_in_all": "items of all kinds after which a name had leaked",
}

HEADINGS = (
    "Skills", "Tried", "Competitions", "Effect not negative", "Clearly negative", "Mean effect, in noise",
    "Kept, where advised", "Kept, where advised against",
)  # fmt: skip


def promotion(folder: Path) -> str:
    """Two tables from `builtin.json` and `replay.json`."""
    from haste.view.grid import grid

    judged, replayed = (read(folder / f"{name}.json") for name in ("builtin", "replay"))
    parts = {name: judged["splits"][name]["figures"] for name in ("dev", "test")}
    labels = [(words, *(_figure(parts[part][name]) for part in parts)) for name, words in FIGURES.items()]
    groups = [_group(name, one) for name, one in replayed["replay"].items()]
    counts = " and ".join(f"{judged['splits'][name]['items']} in {name}" for name in parts)
    return "\n".join(
        [
            f"Verdicts of the built-in judge against the labelled set, {counts}:",
            "",
            f"    {judged['command']} > {folder.as_posix()}/builtin.json",
            "",
            *grid(("Figure", *parts), labels),
            "",
            "What became of skills on competitions that had no part in their promotion, each left out in turn:",
            "",
            "    python -m haste.cli.starter studies/start store",
            f"    {replayed['command']} > {folder.as_posix()}/replay.json",
            "",
            *grid(HEADINGS, groups),
            "",
            "Clearly negative: below nothing by more than its noise. Kept: share of the changes that were kept there,",
            "of those that skills advise and of those that they advise against, mean over tries.",
        ]
    )


def read(path: Path) -> Told:
    told: Told = json.loads(path.read_text(encoding="utf-8"))
    return told


def _figure(one: Told) -> str:
    if one["value"] is None:
        return "–"
    ends = "" if one["low"] is None else f" ({one['low']:.2f} to {one['high']:.2f})"
    return f"{one['value']:.2f}{ends}"


def _group(name: str, one: Told) -> tuple[str, ...]:
    counts = (str(one["tried"]), str(one["competitions"]))
    shares = [_percent(one[key]) for key in ("clearly_negative", "kept_for", "kept_against")]
    return (name, *counts, _share(one), shares[0], f"{one['mean_gain']:+.2f}", *shares[1:])


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}".replace("%", " %")


def _share(one: Told) -> str:
    ends = "" if one["low"] is None else f" ({one['low']:.0%} to {one['high']:.0%})".replace("%", " %")
    return f"{one['not_negative']:.0%}".replace("%", " %") + ends
