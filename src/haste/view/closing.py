"""The end of a report: what was learned, where the time went, and all that is needed to run it again."""

from __future__ import annotations

import json
import math
import shlex

from haste.schema.config import RunConfig, SearchConfig, Start
from haste.schema.knowledge import Learning, Loading

from .markup import Markup, Piece, facts, fold_away, join, section, table, tag
from .numbers import count_text, duration_text, gain_text, share_text
from .spending import in_short
from .story import Story
from .wording import missing_text


def learnings_section(story: Story) -> Markup:
    learnings = story.state.learnings
    if not learnings:
        told = "None were drawn." if story.state.finished else "The run has not come to its learnings yet."
        return section("learnings", "Learnings", tag("p", told, class_="soft"))
    return section("learnings", "Learnings", tag("ul", *(_learning(learning) for learning in learnings)))


def time_section(story: Story) -> Markup:
    config, wall_s = story.started.config, story.wall_s
    limit_s = config.budget.time_limit_s
    share = story.candidates_s / wall_s if wall_s else 0.0
    asking = story.models_s / wall_s if wall_s else 0.0
    bar = tag(
        "div",
        tag("i", class_="a", style=f"width:{100 * share:.1f}%"),
        tag("i", class_="c", style=f"width:{100 * asking:.1f}%") if asking else None,
        tag("i", class_="b", style=f"width:{100 * max(0.0, 1 - share - asking):.1f}%"),
        class_="bar",
    )
    ran, own = story.candidates_s, story.overhead_s
    waited = f"{duration_text(story.models_s)} ({share_text(asking)}) waiting for models, " if asking else ""
    told = (
        f"{duration_text(ran)} ({share_text(share)}) in candidates' own scripts, {waited}{duration_text(own)} "
        f"({share_text(max(0.0, 1 - share - asking))}) in the harness: thinking, laying out folds, starting processes, "
        "scoring."
    )
    used = f"{duration_text(wall_s)} of {duration_text(limit_s)}" if limit_s else f"{duration_text(wall_s)}, no limit"
    each = own / story.executions if story.executions else None
    pairs: list[tuple[str, Piece]] = [
        ("time", used),
        ("executions", f"{story.executions:,}"),
        ("harness time per execution", duration_text(each)),
        ("money", in_short(story) or f"{0:.2f} USD, no model was asked"),
    ]
    return section("time", "Budget and time", bar, tag("p", told), facts(pairs))


def repeat_section(story: Story) -> Markup:
    started, profile = story.started, story.state.profile
    pairs: list[tuple[str, Piece]] = [
        ("run", started.run_id),
        ("HASTE", started.code_version),
        ("isolation", started.executor),
        ("missing guarantees", missing_text(started.missing_guarantees) or "none"),
        ("candidates' Python", profile.resources.python if profile else None),
        ("machine", _machine(story)),
    ]
    packages = profile.resources.packages if profile else {}
    digests: list[list[Piece]] = [[name, tag("code", value)] for name, value in started.competition.digests.items()]
    told = "The same seed and skills on the same machine give the same run, as long as no wall-clock limit cuts in."
    return section(
        "repeat",
        "To run it again",
        tag("pre", command(started.config), class_="command"),
        tag("p", told, class_="soft"),
        facts(pairs),
        fold_away("packages", table(["package", "version"], [[n, v] for n, v in sorted(packages.items())]))
        if packages
        else None,
        fold_away("digests of the competition's files (SHA-256)", table(["file", "digest"], digests))
        if digests
        else None,
        fold_away("the whole configuration", tag("pre", json.dumps(started.config.model_dump(mode="json"), indent=2))),
    )


def command(config: RunConfig) -> str:
    """The `haste run` line that asks for this run again; what is left at its default is left out."""
    usual, search = RunConfig(competition=config.competition), config.search
    limit_s = config.budget.time_limit_s
    told = {
        "--seed": (config.seed, None),
        "--model": (config.model, usual.model),
        "--base-url": (config.models.base_url, None),
        "--orchestrator-model": (config.models.orchestrator, None),
        "--reflect-model": (config.models.reflect, None),
        "--fallback-model": (config.models.fallback, None),
        "--reply-mode": (config.models.reply_mode, usual.models.reply_mode),
        "--call-timeout": (config.models.timeout_s, usual.models.timeout_s),
        "--max-output-tokens": (config.models.max_output_tokens, None),
        "--max-usd": (config.budget.max_usd, None),
        "--max-tokens": (config.budget.max_tokens, None),
        "--start": (config.start.value, Start.WARM.value),
        "--loading": (config.loading.value if config.start is Start.WARM else None, Loading.TIERED.value),
        "--skills": (config.skills_dir, None),
        "--withhold": (config.withhold if config.start is Start.WARM else None, usual.withhold),
        "--order": (config.order, usual.order),
        "--prototypes": (search.prototypes, SearchConfig().prototypes),
        "--iterations": (search.iterations, SearchConfig().iterations),
        "--runner-up-iterations": (search.runner_up_iterations, SearchConfig().runner_up_iterations),
        "--folds": (config.folds, None),
        "--time-limit": ("none" if limit_s is None else f"{math.ceil(limit_s)}s", "1800s"),
        "--workers": (config.workers, None),
        "--memory": (f"{config.limits.memory_gb:g}GB", f"{usual.limits.memory_gb:g}GB"),
        "--python": (config.python, None),
        "--sandbox": (config.sandbox, usual.sandbox),
        "--executor": (config.executor, usual.executor),
    }
    words = ["haste", "run", config.competition]
    if config.replay is not None:
        return shlex.join([*words, "--model", f"replay:{config.replay}"])
    if config.from_solution is not None:
        words += ["--from", "YOUR_SOLUTION.py"]
    words += [] if config.competition_tier or config.start is Start.COLD else ["--no-competition-tier"]
    for option, (value, default) in told.items():
        if value is not None and value != default:
            words += [option, str(value)]
    return shlex.join(words)


def _learning(learning: Learning) -> Markup:
    tried = f"kept {learning.kept} of {learning.tried} times" if learning.tried else None
    gain = f"{gain_text(learning.gain)} noise units on average" if learning.gain is not None else None
    where = " and ".join(str(c) for c in learning.conditions)
    links: list[Piece] = []
    for name in learning.supports:
        links += [", " if links else "seen in ", tag("a", name, href=f"#{name}")]
    parts = [f"proposed for tier {learning.tier.value}", tried, gain, f"where {where}" if where else None]
    told = "; ".join(part for part in parts if part)
    return tag("li", learning.statement, tag("div", told, "; " if links else None, join(*links), class_="soft small"))


def _machine(story: Story) -> str | None:
    profile = story.state.profile
    if profile is None:
        return None
    offered = profile.resources
    gpu = f", {offered.gpu}" if offered.gpu else ""
    return f"{count_text(offered.cores, 'core')}, {offered.memory_gb:.3g} GB of memory{gpu}"
