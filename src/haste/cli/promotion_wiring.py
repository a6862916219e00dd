"""The part of the wiring that belongs to promotion: who judges learnings, what that may cost, where it is recorded."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .model_options import model_config
from .wiring import built_in_judge

if TYPE_CHECKING:
    from haste.runner.promotion_talk import Talk
    from haste.skills.promote import Judge

T = TypeVar("T")
CONVERSATIONS = "conversations"  # beside the tiers of a store; no skill lies in it


@dataclass(frozen=True)
class Whom:
    """What the options say of the model. `builtin` asks none."""

    model: str = "builtin"
    asking: dict[str, Any] = field(default_factory=dict)  # as `model_options.asking` has it
    max_usd: float | None = None
    max_tokens: int | None = None
    prices: Path | None = None


@contextmanager
def judging(whom: Whom, record: Path) -> Iterator[tuple[Judge, Talk | None]]:
    """The judge, and the talk in which it asks where it is a model; what is asked and answered is kept in `record`.

    Raises ConfigError as `haste run` does.
    """
    from haste.runner.promotion import judge_of

    from .models_wiring import make_engineer

    if whom.model == "builtin":
        yield built_in_judge(), None
        return
    with talking(whom, record) as talk:
        yield judge_of(make_engineer(talk.config), talk.settle), talk


@contextmanager
def talking(whom: Whom, record: Path) -> Iterator[Talk]:
    """A talk with a model outside any run, kept in `record`. Raises ConfigError as `haste run` does."""
    from haste.runner.promotion_talk import Talk
    from haste.schema.config import Budget, RunConfig
    from haste.store.files import FileStore

    from .models_wiring import make_models, settle_models

    config = settle_models(
        RunConfig(
            competition="",
            model=whom.model,
            models=model_config(whom.asking, whom.prices),
            budget=Budget(max_usd=whom.max_usd, max_tokens=whom.max_tokens),
        )
    )
    models = make_models(config, None)
    assert models is not None  # only `builtin` has none
    store = FileStore(record)
    try:
        store.claim()
        yield Talk(config, models, store)
    finally:
        store.close()


def spent_words(talk: Talk, record: str = CONVERSATIONS) -> str:
    usd = "cost unknown" if talk.spent.usd is None else f"{talk.spent.usd:.4f} USD"
    return f"{talk.spent.calls} calls to {talk.config.model}, {usd}; recorded in {record}"


def while_answered(settled: Iterable[T]) -> Iterator[T]:
    """As many as there are answers for; then the person is told why the rest waits."""
    from haste.runner.asking import Unanswered

    try:
        yield from settled
    except Unanswered as end:
        sys.stderr.write(f"haste: stopped here, the rest waits: {end}\n")
