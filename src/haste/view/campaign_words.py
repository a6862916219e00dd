"""A campaign's figures in words, as its page, its Markdown and the terminal say them. Reads the summary object only."""

from __future__ import annotations

from typing import Any

from .numbers import UNKNOWN, count_text, share_text

Group = dict[str, Any]
ENDS = {
    None: "it has not ended yet",
    "complete": "every round was carried out",
    "time_limit": "its time limit was reached",
    "cost_limit": "its money was spent",
    "token_limit": "its tokens were spent",
}
UNRANKED = "no leaderboard"


def medals_text(group: Group) -> str:
    """`medals 9 of 15 runs: 60 % (36 % to 80 %); 5 gold, 3 silver, 1 bronze; 12 above the median`."""
    if not group["ranked"]:
        return "no run was ranked on a leaderboard"
    each = ", ".join(f"{group[name]} {name}" for name in ("gold", "silver", "bronze"))
    runs = count_text(group["ranked"], "run")
    return f"medals {group['medals']} of {runs}: {rate_text(group)}; {each}; {group['above_median']} above the median"


def rate_text(group: Group, key: str = "medal_rate") -> str:
    """A share with its interval."""
    if group[key] is None:
        return UNKNOWN
    return f"{share_text(group[key])} ({share_text(group[f'{key}_low'])} to {share_text(group[f'{key}_high'])})"


def caution(summary: dict[str, Any]) -> str | None:
    """What its intervals do not know; None where every competition was tried once."""
    over, most = summary["overall"], max((one["ranked"] for one in summary["competitions"]), default=0)
    if most < 2:
        return None
    return (
        f"The intervals take {count_text(over['ranked'], 'ranked run')} as independent, but up to {most} of them are "
        "of one competition (its seeds and repeats) and alike: they are narrower than they should be."
    )


def number_text(value: float | None, digits: int = 2) -> str:
    """A mean or a total with so many digits behind the point."""
    if value is None:
        return UNKNOWN
    return f"{value:,.{digits}f}"


def usd_text(value: float | None) -> str:
    return UNKNOWN if value is None else f"${value:,.2f}"


def medal_text(row: Group) -> str:
    """What a run won; what did not end has not won anything yet."""
    if row["outcome"] != "finished":
        return str(row["outcome"])
    if row["grade"] is None:
        return "not graded"
    return UNRANKED if row["medal"] is None else "no medal" if row["medal"] == "none" else str(row["medal"])


def sentence(summary: dict[str, Any]) -> str:
    """What the campaign was, in one sentence."""
    settings, runs = summary["settings"], summary["overall"]["runs"]
    domains = len({one["domain"] for one in summary["competitions"]})
    scope = f"{count_text(len(summary['competitions']), 'competition')} in {count_text(domains, 'domain')}"
    how = f"{count_text(len(summary['rounds']), 'round')}, {count_text(runs, 'run')}"
    begun = {"empty": "an empty inventory", "starter": "the starter inventory", "shared": "a shared skill store"}
    store = begun.get(settings["inventory"], "a copy of a given inventory")
    return f"{scope}; {how}; engineer {settings['model']}, {settings['loading']} loading, beginning with {store}."
