"""The part of a campaign's wiring that belongs to what it asks models outside its runs: domains, and verdicts."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from haste.schema.errors import HasteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from haste.campaign.parts import Asking, Verdicts, Word
    from haste.runner.promotion_talk import Talk
    from haste.runner.skill_store import Reading
    from haste.schema.brief import Brief
    from haste.schema.campaign import Spent
    from haste.schema.config import RunConfig
    from haste.schema.solution import Unusable


def word(config: RunConfig, asking: Asking) -> Word:
    """The orchestrator's word on a competition's domain. Raises ConfigError where it cannot be asked from here."""
    from haste.campaign.parts import Word

    with _talking(asking) as talk:
        said = _said(config, asking.record, talk)
        spent = _spent(talk)
    return Word(said, spent=spent) if isinstance(said, str) else Word(None, said.reason, spent)


def settle(reading: Reading, asking: Asking) -> Verdicts:
    """Verdicts of whoever thinks in the runs: the built-in engineer, or a model."""
    from haste.campaign.parts import Verdicts
    from haste.runner.promotion import judge_of, settle_round

    from .models_wiring import make_engineer
    from .promotion_wiring import while_answered
    from .skills_wiring import tell
    from .wiring import built_in_judge

    tell(reading.problems)
    if asking.config.model == "builtin":
        return Verdicts(tuple(settle_round(reading, None, judge=built_in_judge())))
    with _talking(asking) as talk:
        judge = judge_of(make_engineer(asking.config), talk.settle)
        settled = tuple(while_answered(settle_round(reading, None, judge=judge)))
        return Verdicts(settled, _spent(talk))


@contextmanager
def _talking(asking: Asking) -> Iterator[Talk]:
    """What its record says was spent there before a kill counts against what it may cost."""
    from haste.campaign.spending import spending_of
    from haste.runner.promotion_talk import Talk
    from haste.store.files import FileStore

    from .models_wiring import make_models

    models = make_models(asking.config, None)
    assert models is not None  # only `builtin` has none
    store = FileStore(asking.record)
    try:
        store.claim()
        spent = spending_of(entry.event for entry in store.read())
        yield Talk(asking.config, models, store, pause=asking.pause, interrupted=asking.interrupted, spent=spent)
    finally:
        store.close()


def _said(config: RunConfig, record: Path, talk: Talk) -> str | Unusable:
    from haste.runner.asking import Unanswered
    from haste.runner.domain import domain_of
    from haste.schema.solution import Unusable

    from .models_wiring import make_engineer

    try:
        brief = _look(config, record)
    except Exception as fault:  # also our own: the other competitions are not to suffer from it
        told = str(fault) if isinstance(fault, HasteError) else f"{type(fault).__name__}: {fault}"
        return Unusable(reason=f"nobody was asked, as it cannot be looked at: {told}")
    try:
        return domain_of(brief, make_engineer(talk.config), talk.settle)
    except Unanswered as end:
        return Unusable(reason=str(end))


def _look(config: RunConfig, place: Path) -> Brief:
    """What a model is shown. The candidates' interpreter is tried in `place`, where nothing of it stays."""
    from haste.runner.domain import first_brief
    from haste.store.memory import MemoryStore

    from .wiring import load_competition, make_context

    context = make_context(config, load_competition(config.competition), MemoryStore(), place)
    try:
        return first_brief(context)
    finally:
        context.executor.close()
        shutil.rmtree(place / "work", ignore_errors=True)


def _spent(talk: Talk) -> Spent:
    from haste.campaign.spending import spent_by

    return spent_by(entry.event for entry in talk.store.read())
