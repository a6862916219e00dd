"""The folders that scripts see as `input/`: one per fold, built when first needed, thrown away with the run's work."""

from __future__ import annotations

from pathlib import Path

from haste.competition.layout import lay_out
from haste.schema.competition import Trust
from haste.schema.events import Purpose
from haste.search.chance import draw

from .context import Context


def view_of(context: Context, purpose: Purpose, number: int) -> Path:
    """The folder for one fold. Where validation is only reported, every script sees the real thing."""
    reported = context.loaded.competition.validation.trust is Trust.REPORTED
    fold = None if reported else context.fold(purpose, number)
    # Named so that a script which looks where its input lies learns nothing of what it is for.
    name = f"{draw(context.config.seed, 'view', purpose if fold else 'final', number if fold else 0):08x}"
    # All views lie side by side: an executor that keeps a worker warm shows it their common folder.
    destination = context.folder / "work" / "inputs" / name
    return destination if destination.exists() else lay_out(context.loaded, destination, fold)
