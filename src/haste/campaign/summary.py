"""A campaign as one nested object: what its reports show. Made from its state and its runs' rows; decides nothing.

Unknown is None: a mean of nothing, a cost whose price is not known, a cost per medal without a medal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

from haste.schema.campaign import InventoryCount, Judged, Spent
from haste.skills.interval import wilson

from .state import CampaignState, Round
from .statistics import Measure, interval, ratio

Row = dict[str, Any]
MEDALS = ("gold", "silver", "bronze")
KEPT: Measure[Row] = Measure(lambda row: (float(row["kept"]), float(row["decided"])), ratio, share=True)
BINS = ((0, 0), (1, 15), (16, 49), (50, None))  # skills; the paper tells of up to 15 and of 50 and more


def summarise(state: CampaignState, rows: Sequence[Row], began_at: float) -> dict[str, Any]:
    """The object of `haste campaign report --json`. Works for a campaign that has not finished."""
    rules, classified = state.rules, state.classified
    rows = _ranked(state, rows)
    overall = _group(rows)
    domains = _spent([one.spent for one in state.domains.values()])
    promotion = _spent([one.judged.spent for one in state.rounds if one.judged is not None])
    return {
        "campaign": state.campaign,
        "finished": state.finished,
        "began_at": began_at,
        "wall_s": round(state.elapsed_s(state.at), 3),
        "settings": {
            "model": rules.run.model,
            "start": rules.run.start.value,
            "loading": rules.run.loading.value,
            "seeds": list(rules.seeds),
            "workers": rules.workers,
            "iterations": rules.run.search.iterations,
            "time_limit_s": rules.run.budget.time_limit_s,
            "inventory": "shared" if rules.skills is not None else rules.inventory,
            "promote": rules.promote,
        },
        "overall": overall,
        "by_start": [{"start": start} | _group(part) for start, part in _parts(rows, "start")],
        "by_domain": [{"domain": domain} | _group(part) for domain, part in _parts(rows, "domain")],
        "competitions": [
            {"competition": one.id, "title": one.title, "domain": one.domain}
            | _group([row for row in rows if row["competition"] == one.id])
            for one in state.competitions
        ],
        "notes": _told(state),
        "unfit": [one.model_dump() for one in (classified.unfit if classified else ())],
        "domains": {"asked": len(state.domains)} | domains,
        "promotion": promotion,
        "in_all": _in_all(overall, domains, promotion),
        "keep_rate_by_inventory": [_bin(rows, "inventory", low, high) for low, high in BINS],
        "keep_rate_by_skills": [_bin(rows, "skills_loaded", low, high) for low, high in BINS],
        "rounds": [_round(one, rows) for one in state.rounds],
        "runs": list(rows),
    }


def _spent(parts: Sequence[Spent]) -> dict[str, Any]:
    """What was spent outside the runs; unknown as a whole where any part is."""
    known = [one.usd for one in parts if one.usd is not None], [one.tokens for one in parts if one.tokens is not None]
    usd, tokens = (sum(part) if len(part) == len(parts) else None for part in known)
    return {"tokens": tokens, "usd": usd}


def _in_all(overall: Row, *outside: Row) -> dict[str, Any]:
    """What the runs' medals came to with everything that was asked outside of the runs."""
    totals = {key: _sum([overall, *outside], key) for key in ("tokens", "usd")}
    return totals | _per_medal(totals, overall["medals"])


def _per_medal(totals: Row, medals: int) -> dict[str, Any]:
    def share(total: float | None) -> float | None:
        return total / medals if total is not None and medals else None

    return {f"{key}_per_medal": share(total) for key, total in totals.items()}


def _told(state: CampaignState) -> list[str]:
    """What a reader must know of the campaign before believing its figures."""
    notes = []
    if len(state.codes) > 1:
        notes.append(
            f"It was begun by version {state.codes[0]} of the code and resumed by {', then '.join(state.codes[1:])}: "
            "its figures come from more than one version."
        )
    notes += [
        f"The domain of {one.competition} is {one.domain}, as inferred from its data: {one.note}"
        for one in state.domains.values()
        if one.note
    ]
    return notes


def _ranked(state: CampaignState, rows: Sequence[Row]) -> list[Row]:
    """The rows with whether each was ranked: by its grade, or as a failed attempt where there is a leaderboard.

    Whether there is one is unknown of an older journal's competition none of whose runs was graded; it stays out.
    """
    boards = {one.id for one in state.competitions if one.leaderboard}
    boards |= {row["competition"] for row in rows if row["medal"] is not None}
    failed = [row["outcome"] == "failed" and row["competition"] in boards for row in rows]
    return [row | {"ranked": lost or row["medal"] is not None} for row, lost in zip(rows, failed, strict=True)]


def _group(rows: Sequence[Row]) -> dict[str, Any]:
    """Figures of some runs. Only runs that were carried out count; a failed one is an attempt without a medal."""
    tried = [row for row in rows if row["outcome"] in ("finished", "failed")]
    ranked = [row for row in tried if row["ranked"]]
    count = Counter(row["medal"] for row in ranked)
    medals = sum(count[name] for name in MEDALS)
    around = wilson(medals, len(ranked))
    decided = sum(row["decided"] for row in tried)
    totals = {key: _sum(tried, key) for key in ("tokens", "usd")}
    return {
        "runs": len(rows),
        "finished": sum(row["outcome"] == "finished" for row in rows),
        "failed": sum(row["outcome"] == "failed" for row in rows),
        "skipped": sum(row["outcome"] == "skipped" for row in rows),
        "ranked": len(ranked),
        **{name: count[name] for name in MEDALS},
        "medals": medals,
        "medal_rate": medals / len(ranked) if ranked else None,
        "medal_rate_low": around[0] if around else None,
        "medal_rate_high": around[1] if around else None,
        "above_median": sum(row["above_median"] is True for row in ranked),
        "graded": len(_known(tried, "normalised")),
        "normalised": _mean(tried, "normalised"),
        "iterations": _mean(tried, "iterations"),
        "iterations_to_best": _mean(tried, "iterations_to_best"),
        "kept": sum(row["kept"] for row in tried),
        "decided": decided,
        "keep_rate": sum(row["kept"] for row in tried) / decided if decided else None,
        **totals,
        **_per_medal(totals, medals),
        "runs_wall_s": _sum([row for row in tried if row["outcome"] == "finished"], "wall_s"),
        "learnings": sum(row["learnings"] or 0 for row in tried),
    }


def _bin(rows: Iterable[Row], key: str, low: int, high: int | None) -> dict[str, Any]:
    """Keep rate of the runs with so many skills, pooled over their decisions; where it is unknown, in none.

    Its interval is over competitions, as those of studies are: neither decisions of a run nor a competition's runs are
    independent of each other.
    """
    sized = [row for row in rows if row[key] is not None]
    inside = [row for row in sized if row[key] >= low and (high is None or row[key] <= high)]
    kept, decided = sum(row["kept"] for row in inside), sum(row["decided"] for row in inside)
    found = interval(dict(_parts(inside, "competition")), KEPT)
    return {
        "low": low,
        "high": high,
        "runs": len(inside),
        "kept": kept,
        "decided": decided,
        "keep_rate": kept / decided if decided else None,
        "keep_rate_low": found.low,
        "keep_rate_high": found.high,
    }


def _round(one: Round, rows: Sequence[Row]) -> dict[str, Any]:
    judged = one.judged.judged if one.judged else None
    return {
        "number": one.number,
        "ended": one.ended is not None,
        **_group([row for row in rows if row["round"] == one.number]),
        "verdicts": _verdicts(judged) if judged is not None else None,
        "raised": sum(_is_move(entry) and entry.promotion.verdict is not None for entry in judged or ()),
        "moved": sum(_is_move(entry) and entry.promotion.verdict is None for entry in judged or ()),
        "refused": [problem.model_dump() for problem in one.promoted.refused] if one.promoted else [],
        "inventory_before": _inventory(one.pinned.inventory) if one.pinned else None,
        "inventory": _inventory(one.ended.inventory) if one.ended else None,
        "notes": _notes(one),
    }


def _is_move(entry: Judged) -> bool:
    return entry.promotion.learning is None


def _verdicts(judged: Iterable[Judged]) -> dict[str, int]:
    told = Counter(entry.promotion.verdict.value for entry in judged if not _is_move(entry) and entry.promotion.verdict)
    return {name: told[name] for name in ("skip", "competition", "domain", "global", "conflict")}


def _inventory(counted: InventoryCount) -> dict[str, Any]:
    return {
        "digest": counted.digest,
        "skills": sum(counted.tiers.values()),
        "tiers": {name: counted.tiers.get(name, 0) for name in ("global", "domain", "competition")},
        "statuses": {name: counted.statuses.get(name, 0) for name in ("candidate", "active", "contested", "retired")},
    }


def _notes(one: Round) -> list[str]:
    """What a reader must know of the round before believing its figures."""
    notes = []
    if one.pinned is not None and one.pinned.expected is not None:
        notes.append("Somebody else changed the skill store before this round, which went by what it found.")
    if one.judged is not None and one.judged.changed_since is not None:
        notes.append(
            "Somebody else changed the skill store during this round; its runs went by the copy from its start, "
            "promotion by the store as it then was."
        )
    if one.promoted is not None and one.promoted.refused:
        notes.append(f"{len(one.promoted.refused)} verdict(s) could not be written and wait for the next round.")
    return notes


def _parts(rows: Sequence[Row], key: str) -> list[tuple[str, list[Row]]]:
    return [(name, [row for row in rows if row[key] == name]) for name in dict.fromkeys(row[key] for row in rows)]


def _known(rows: Iterable[Row], key: str) -> list[float]:
    return [row[key] for row in rows if row[key] is not None]


def _mean(rows: Iterable[Row], key: str) -> float | None:
    known = _known(rows, key)
    return fmean(known) if known else None


def _sum(rows: Sequence[Row], key: str) -> Any:
    """The total; None where any part of it is unknown, or there is nothing to add."""
    known = _known(rows, key)
    return sum(known) if known and len(known) == len(rows) else None
