"""Whom a run asked, what that came to, and what went wrong with it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from haste.schema.config import RunConfig
from haste.schema.events import ProposalFailed

from .markup import Markup, Piece, facts, fold_away, section, table, tag
from .narration import one_line
from .numbers import count_text, duration_text, share_text
from .spending import Spent, by_part, cost_text, faults, in_short, replies, spent_in, tokens_text
from .story import Story

MOST_FAULTS = 50  # that are listed one by one


def models_section(story: Story) -> Markup | None:
    """None for a run that never asked anybody."""
    told = in_short(story)
    if told is None and not faults(story):
        return None
    rows = [_row(part, sums) for part, sums in by_part(story).items()]
    heads: list[Piece] = ["role", "asked for", "calls", "tokens in", "cached", "tokens out", "cost", "per call"]
    return section(
        "models",
        "What the models were asked",
        tag("p", f"{told}.") if told else None,
        table(heads, rows, frozenset(range(2, 8))),
        facts(_facts(story)),
        _faults(story),
    )


def models_json(story: Story) -> dict[str, Any]:
    return {
        "total": spent_in(story).as_json(),
        "parts": [{"role": role, "stage": stage, **sums.as_json()} for (role, stage), sums in by_part(story).items()],
        "faults": [event.model_dump(mode="json", exclude={"kind", "request", "bound"}) for event in faults(story)],
    }


def failed_proposals(story: Story) -> list[ProposalFailed]:
    return [m.entry.event for m in story.moments if isinstance(m.entry.event, ProposalFailed)]


def proposals_fold(story: Story) -> Markup | None:
    """What the engineer was asked for and did not come up with."""
    failed = failed_proposals(story)
    rows: list[list[Piece]] = [
        [event.operator.value, event.candidate or event.branch or "", event.scale.value if event.scale else "",
         one_line(event.reason, 300)]
        for event in failed
    ]  # fmt: skip
    heads: list[Piece] = ["asked to", "of", "reach", "why nothing came of it"]
    return fold_away(f"proposals that came to nothing: {len(failed)}", table(heads, rows)) if failed else None


def asked(config: RunConfig) -> str:
    """Who thinks in a run, in a word."""
    return config.model if config.replay is None else f"replay of {config.model}"


def _row(part: tuple[str, str], sums: Spent) -> list[Piece]:
    return [
        *part,
        sums.calls,
        tokens_text(sums.input),
        share_text(sums.cached_share),
        tokens_text(sums.output),
        cost_text(sums),
        duration_text(sums.wall_s / sums.calls) if sums.calls else None,
    ]


def _facts(story: Story) -> list[tuple[str, Piece]]:
    config, sums = story.started.config, spent_in(story)
    budget, prices = config.budget, config.models.prices or {}
    unpaid = "the recorded run's; nothing was paid again" if config.replay else None
    own_ms = 1000 * sums.overhead_s / sums.calls if sums.calls else None
    return [
        ("models", ", ".join(dict.fromkeys(call.model for call in replies(story))) or None),
        ("cost", unpaid),
        ("prices as of", f"{prices['as_of']}, {prices['source']}" if prices.get("models") else None),
        ("at most", _caps(budget.max_usd, budget.max_tokens)),
        ("tokens of reasoning", tokens_text(sums.reasoning) if sums.reasoning else None),
        ("waited for replies", duration_text(sums.wall_s)),
        ("harness time per call", f"{own_ms:.0f} ms" if own_ms is not None else None),
    ]


def _caps(usd: float | None, tokens: int | None) -> str | None:
    told = [f"{usd:g} USD"] if usd is not None else []
    told += [f"{tokens:,} tokens"] if tokens is not None else []
    return ", ".join(told) or None


def _faults(story: Story) -> Markup | None:
    failed = faults(story)
    if not failed:
        return None
    counts = Counter(event.fault.value.replace("_", " ") for event in failed)
    told = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    rows: list[list[Piece]] = [
        [event.model, event.stage.value, event.fault.value.replace("_", " "), one_line(event.detail, 300),
         "given up" if event.pause_s is None else f"asked again after {duration_text(event.pause_s)}"]
        for event in failed[:MOST_FAULTS]
    ]  # fmt: skip
    heads: list[Piece] = ["model", "asked for", "fault", "in its words", "then"]
    return fold_away(f"{count_text(len(failed), 'call')} brought no reply: {told}", table(heads, rows))
