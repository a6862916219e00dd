"""The few lines at the foot of a terminal that say where a run stands right now. Pure: state and time in, text out."""

from __future__ import annotations

from rich.console import Group
from rich.text import Text

from haste.schema.execution import Guarantee
from haste.search.evolve import repair_root
from haste.search.state import Branch, Node, RunState

from .narration import one_line, score_with_trust
from .numbers import count_text, duration_text
from .spending import usd_text
from .wording import direction_text, missing_text, stage

Running = list[tuple[tuple[str, str, int], float]]  # (candidate, purpose, fold), when it began
BAR = 20  # characters


def panel(state: RunState, now: float, running: Running, last: str, missing: tuple[Guarantee, ...]) -> Group:
    """One row per subject; rows are cut, not wrapped, on a narrow terminal."""
    if state.competition is None:
        return Group(Text("starting", style="dim"))
    rows = [
        ("stage", _stage(state)),
        ("best", _incumbent(state)),
        ("last", one_line(last.split(" ", 1)[-1], 200) if last else ""),
        ("running", _running(state, now, running)),
        ("models", _models(state)),
        ("time", _time(state, now)),
    ]
    told = [_row("─" * 40, "dim")]
    for name, value in rows:
        if value:
            told.append(_row(f"{name:<8} ", "bold cyan" if name == "stage" else "dim").append(value, style="default"))
    if missing:
        told.append(_row(f"sandbox  lacks {missing_text(missing)}", "yellow"))
    return Group(*told)


def _row(text: str, style: str) -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def _stage(state: RunState) -> str:
    name = stage(state)
    if name != "refine":
        return name
    branches = [_progress(branch, state) for branch in state.branches.values()]
    return f"{name}  " + "   ".join(branches)


def _progress(branch: Branch, state: RunState) -> str:
    """`c2 4/20 structural`; the branch at work carries a mark."""
    living = [b for b in state.branches.values() if b.ended is None]
    at_work = min(living, key=lambda b: (b.current is None, b.used), default=None)
    mark = "▸" if at_work is not None and at_work.root == branch.root else ""
    suffix = branch.ended if branch.ended else branch.scale.value
    return f"{mark}{branch.root} {branch.iterations}/{branch.limit} {suffix}"


def _incumbent(state: RunState) -> str:
    node = leading(state)
    if node is None:
        return ""
    metric = f"{state.metric.name} ({direction_text(state.metric.direction)})"
    return f"{score_with_trust(node.mean(), state)} {metric}  {node.candidate.id} {one_line(node.candidate.title)}"


def leading(state: RunState) -> Node | None:
    """The best of what stands: incumbents of the branches, before the screen's decision the prototypes."""
    if state.chosen is not None and state.chosen.candidate is not None:
        chosen = state.nodes[state.chosen.candidate]
        if chosen.scores():
            return chosen
    names = [b.incumbent for b in state.branches.values()]
    names = names or [n for n in state.nodes if repair_root(state, n) in state.prototypes]
    best: Node | None = None
    for node in (state.nodes[name] for name in names):
        full = best is None or len(node.scores()) >= len(best.scores())
        if node.scores() and full and (best is None or state.better(node.mean(), best.mean())):
            best = node
    return best


def _running(state: RunState, now: float, running: Running) -> str:
    told = []
    for (candidate, purpose, fold), began in running:
        where = "all rows" if purpose == "final" else f"{purpose} fold {fold + 1}"
        told.append(f"{candidate} {where} {duration_text(now - began)}")
    done = sum(r.lost + (r.outcome is not None) for n in state.nodes.values() for r in n.results.values())
    return ", ".join([*told, f"{done} done"])


def _models(state: RunState) -> str:
    """Calls, and what they came to against what they may."""
    spent, caps = state.spending, state.rules.budget
    if not spent.calls:
        return ""
    told = [count_text(spent.calls, "call"), "cost unknown" if spent.usd is None else usd_text(spent.usd)]
    told += [f"of {caps.max_usd:g} at most"] if caps.max_usd is not None else []
    told += [f"{spent.most_tokens:,} of {caps.max_tokens:,} tokens"] if caps.max_tokens is not None else []
    return ", ".join(told)


def _time(state: RunState, now: float) -> str:
    used = state.elapsed_s(now)
    limit = state.rules.budget.time_limit_s
    if limit is None:
        return f"{duration_text(used)} used, no limit"
    filled = round(BAR * min(1.0, used / limit))
    bar = "━" * filled + "╌" * (BAR - filled)
    return f"{bar} {duration_text(used)} used, {duration_text(max(0.0, limit - used))} left"
