"""A campaign's figures in words, as its page, its Markdown and the terminal say them. Reads the summary object only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .numbers import UNKNOWN, count_text, duration_text, share_text

Group = dict[str, Any]
ENDS = {
    None: "it has not ended yet",
    "complete": "every round was carried out",
    "time_limit": "its time limit was reached",
    "cost_limit": "its money was spent",
    "token_limit": "its tokens were spent",
}
UNRANKED = "no leaderboard"
KEEP_INTERVALS = (
    "Keep rates have 95 % cluster bootstrap intervals: whole competitions are drawn again with all their decisions, "
    "which are not independent of each other. There is none from fewer than five competitions."
)


def medals_text(group: Group) -> str:
    """`medals 9 of 15 runs: 60 % (36 % to 80 %); 5 gold, 3 silver, 1 bronze; 12 above the median`."""
    if not group["ranked"]:
        return "no run was ranked on a leaderboard"
    each = ", ".join(f"{group[name]} {name}" for name in ("gold", "silver", "bronze"))
    runs = count_text(group["ranked"], "run")
    return f"medals {group['medals']} of {runs}: {rate_text(group)}; {each}; {group['above_median']} above the median"


def rate_text(group: Group, key: str = "medal_rate") -> str:
    """A share with its interval, where it has one."""
    if group[key] is None or group[f"{key}_low"] is None:
        return share_text(group[key])
    return f"{share_text(group[key])} ({share_text(group[f'{key}_low'])} to {share_text(group[f'{key}_high'])})"


def graded_text(over: Group) -> str:
    """What a mean normalised score is the mean of."""
    told = f"on the held-out answers of {count_text(over['graded'], 'run')}"
    if over["failed"]:
        told += f", without the {over['failed']} that failed, which the medal rate counts where there is a leaderboard"
    return told


def settings_rows(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """What was chosen of a campaign."""
    told = summary["settings"]
    limit = told["time_limit_s"]
    return [
        ("engineer", told["model"]),
        ("start", told["start"]),
        ("loading", told["loading"]),
        ("inventory at the beginning", told["inventory"]),
        ("promotion between rounds", "yes" if told["promote"] else "no"),
        ("seeds", ", ".join(map(str, told["seeds"]))),
        ("runs at a time", str(told["workers"])),
        ("refinements of a run", f"{told['iterations']} at most"),
        ("time limit of a run", "none" if limit is None else duration_text(limit)),
    ]


def begun_text(summary: dict[str, Any]) -> str:
    return datetime.fromtimestamp(summary["began_at"], UTC).strftime("%Y-%m-%d %H:%M UTC")


def caution(summary: dict[str, Any]) -> str | None:
    """What its intervals do not know; None where every competition was tried once."""
    over, most = summary["overall"], max((one["ranked"] for one in summary["competitions"]), default=0)
    if most < 2:
        return None
    return (
        f"The intervals of medal rates take {count_text(over['ranked'], 'ranked run')} as independent, but up to "
        f"{most} of them are of one competition (its seeds and repeats) and alike: they are narrower than they should "
        "be."
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
