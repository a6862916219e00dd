"""The folders that scripts see as `input/`: one per fold, built when first needed, thrown away with the run's work."""

from __future__ import annotations

from pathlib import Path

from haste.competition.layout import lay_out
from haste.schema.competition import Trust
from haste.schema.events import Purpose
from haste.schema.execution import Guarantee
from haste.search.chance import draw

from .context import Context


def view_of(context: Context, purpose: Purpose, number: int) -> Path:
    """The folder for one fold. Where validation is only reported, every script sees the real thing."""
    reported = context.loaded.competition.validation.trust is Trust.REPORTED
    fold = None if reported else context.fold(purpose, number)
    name = view_name(context.config.seed, purpose if fold else "final", number if fold else 0)
    destination = context.folder / "work" / "inputs" / name
    if destination.exists():
        return destination
    # Where inputs can be written to, a script must not reach the person's own files through links.
    linked = Guarantee.READ_ONLY_INPUT in context.executor.guarantees()
    return lay_out(context.loaded, destination, fold, link=linked)


def view_name(seed: int, purpose: Purpose, number: int) -> str:
    """Named so that a script which looks where its input lies learns nothing of what it is for."""
    return f"{draw(seed, 'view', purpose, number):08x}"
