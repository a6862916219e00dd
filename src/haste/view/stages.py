"""The stages of a run as parts of its report: progress, screen, the keep rule, confirmation and ensemble, diagnoses."""

from __future__ import annotations

from collections import Counter

from haste.schema.competition import Scheme
from haste.schema.events import CandidateDecided, EnsembleDecided
from haste.search.evolve import repair_root
from haste.search.judge import t_quantile
from haste.search.state import Node, RunState

from .candidates import needed_gain
from .chart import progress_chart
from .headline import scored
from .markup import Markup, Piece, join, section, table, tag
from .narration import one_line
from .numbers import NEGLIGIBLE, count_text, gain_text, noise_text
from .story import Story
from .wording import BRANCH_ENDS, OUTCOMES, REASONS, direction_text, reported

_FRESH = {
    True: "They are the most recent rows, which no candidate of the search was trained or scored on.",
    False: "They cut the same rows anew, which takes away the luck with the search's particular folds; after very many "
    "tries the score is still a little hopeful.",
}


def progress_section(story: Story) -> Markup | None:
    metric = story.started.competition.metric
    chart = progress_chart(story)
    if not chart.html:
        return None
    told = (
        f"{metric.name}, {direction_text(metric.direction)}; cross-validated on the search's folds, over working time."
    )
    if reported(story.started.competition):
        told = f"{metric.name}, {direction_text(metric.direction)}; reported by the scripts, over working time."
    told += " Pale marks ran on a part of the folds only, so their height is not comparable."
    return section("progress", "Progress", tag("p", told, class_="soft"), chart)


def screen_section(story: Story) -> Markup | None:
    state = story.state
    if not state.prototypes:
        return None
    rows = list[list[Piece]]()
    for node in state.nodes.values():
        if repair_root(state, node.candidate.id) in state.prototypes:
            rows.append([_link(node), one_line(node.candidate.title), _screened(node, story), _standing(node, state)])
    told = "Fundamentally different first scripts, each on one fold. The best two go on to be refined."
    heads: list[Piece] = ["", "prototype", "score on fold 1", "then"]
    ends = [tag("p", _end(branch.root, state)) for branch in state.branches.values() if branch.ended]
    return section("screen", "The screen", tag("p", told), table(heads, rows, frozenset({2})), *ends)


def keep_section(story: Story) -> Markup | None:
    """The noise-aware keep rule in plain words, with this run's own numbers."""
    state = story.state
    decided = [n.decision for n in state.nodes.values() if n.decision is not None]
    if not decided:
        return None
    rows = [_decided(decision, state) for decision in decided]
    heads: list[Piece] = ["", "change", "mean gain", "noise", "needed", "folds", "decision"]
    return section(
        "keep",
        "What was kept, and why",
        *(tag("p", text) for text in _rule(state)),
        table(heads, rows, frozenset({2, 3, 4, 5})),
    )


def confirm_section(story: Story) -> Markup | None:
    """Finalists and their average on the split that the search never saw."""
    state, blended = story.state, story.state.ensemble
    confirmed = [n for n in state.nodes.values() if any(of == "confirm" for of, _ in n.results)]
    if not confirmed and blended is None:
        return None
    chosen = state.chosen.candidate if state.chosen else None
    ordered = sorted(
        confirmed, key=lambda n: state.metric.gain(n.mean("confirm") or state.metric.worst, 0), reverse=True
    )
    rows: list[list[Piece]] = [_confirmed(node, story, chosen) for node in ordered]
    heads: list[Piece] = ["", "finalist", "search score", "confirm score", "difference", ""]
    return section(
        "confirm",
        "Confirmed on fresh folds",
        *(tag("p", text) for text in _why_confirm(story, ordered)),
        table(heads, rows, frozenset({2, 3, 4})),
        _ensemble(blended, story) if blended else None,
    )


def diagnoses_section(story: Story) -> Markup | None:
    """What the engineer thought was wrong, and how often acting on it helped."""
    state = story.state
    asked, kept, gains = Counter[str](), Counter[str](), dict[str, list[str]]()
    for node in state.nodes.values():
        made, decision = node.candidate, node.decision
        if made.diagnosis is None or decision is None:
            continue
        name = made.diagnosis.value.replace("_", " ")
        asked[name] += 1
        kept[name] += decision.kept
        gains.setdefault(name, []).append(f"{made.technique or made.id} ({gain_text(decision.gain)})")
    if not asked:
        return None
    rows: list[list[Piece]] = [[name, count, kept[name], ", ".join(gains[name])] for name, count in asked.most_common()]
    told = "Before each change the engineer names what it believes holds the incumbent back, from measured facts."
    heads: list[Piece] = ["diagnosis", "tried", "kept", "techniques (mean gain)"]
    shown = table(heads, rows, frozenset({1, 2}))
    return section("diagnoses", "Diagnoses and what they led to", tag("p", told), shown)


def _link(node: Node) -> Markup:
    return tag("a", node.candidate.id, href=f"#{node.candidate.id}")


def _screened(node: Node, story: Story) -> Piece:
    result = node.results.get(("search", 0))
    if result is None or result.outcome is None:
        return "not run"
    return scored(story, result.score) if result.score is not None else OUTCOMES[result.outcome]


def _standing(node: Node, state: RunState) -> str:
    screen, name = state.screen, node.candidate.id
    if screen is None:
        return "not decided"
    return "winner" if name == screen.winner else "runner-up" if name == screen.runner_up else "went no further"


def _end(root: str, state: RunState) -> str:
    branch = state.branches[root]
    why = BRANCH_ENDS.get(branch.ended or "", branch.ended or "")
    return f"The branch of {root} ended after {branch.iterations} of {branch.limit} iterations: {why}."


def _rule(state: RunState) -> list[str]:
    rules = state.rules.search
    if not rules.noise_aware:
        return ["This run keeps any positive mean gain; the noise-aware rule is switched off."]
    if state.search_folds < 2:
        return ["There is only one score per candidate, so its noise is not known and any gain counts."]
    quantile = t_quantile(rules.keep_confidence, state.search_folds - 1)
    return [
        "A change is compared with what it would replace fold by fold, on the same rows, so that what makes a fold "
        "hard cancels out. The mean of these gains is not enough: over many tries the luckiest would win. "
        "Its noise is the standard error of the mean, widened because the folds share training rows "
        "(Nadeau and Bengio, 2003).",
        f"A change is kept only if its mean gain is larger than {quantile:.2f} times its noise: the "
        f"{100 * rules.keep_confidence:.0f} % quantile of Student's t with {state.search_folds} folds. Anything "
        "smaller is reverted, even if it looks like a gain. One that is behind on each of the first folds is stopped "
        "early.",
    ]


def _decided(decision: CandidateDecided, state: RunState) -> list[Piece]:
    node, bar = state.nodes[decision.candidate], needed_gain(decision, state)
    word = tag(
        "span", "kept" if decision.kept else "reverted", class_=f"badge {'kept' if decision.kept else 'reverted'}"
    )
    return [
        _link(node),
        one_line(node.candidate.title),
        gain_text(decision.gain),
        noise_text(decision.noise),
        "" if bar is None or decision.reason == "behind_early" else f"> {gain_text(bar)}",
        len(decision.fold_gains) or "",
        join(word, f" {REASONS[decision.reason]}"),
    ]


def _why_confirm(story: Story, ordered: list[Node]) -> list[str]:
    told = [
        "The best of many candidates owes part of its search score to luck: it was chosen for it. So the finalists are "
        "scored once more on folds that played no part in any decision before, and the submission is chosen by that "
        "score. " + _FRESH[story.started.competition.validation.scheme is Scheme.TIME]
    ]
    state = story.state
    pairs = [(n.mean(), n.mean("confirm")) for n in ordered]
    losses = [state.metric.gain(search, confirm) for search, confirm in pairs if None not in (search, confirm)]  # type: ignore[arg-type]
    if losses:
        mean = sum(losses) / len(losses)
        looked = f"{noise_text(abs(mean))} {'better' if mean > 0 else 'worse'} in the search than"
        looked = "as good in the search as" if abs(mean) < NEGLIGIBLE else looked
        folds = count_text(state.confirm_folds, "confirm fold")
        told.append(f"Here the {count_text(len(losses), 'finalist')} looked {looked} on the {folds}, on average.")
    return told


def _confirmed(node: Node, story: Story, chosen: str | None) -> list[Piece]:
    search, confirm = node.mean(), node.mean("confirm")
    change = story.state.metric.gain(confirm, search) if confirm is not None and search is not None else None
    failed = node.failure.outcome if node.failure else None
    return [
        _link(node),
        one_line(node.candidate.title),
        scored(story, search),
        OUTCOMES[failed] if failed and confirm is None else scored(story, confirm),
        gain_text(change),
        "submitted" if node.candidate.id == chosen else "",
    ]


def _ensemble(event: EnsembleDecided, story: Story) -> Markup:
    method, members = event.method.replace("_", " "), ", ".join(event.members)
    gain = gain_text(sum(event.fold_gains) / len(event.fold_gains)) if event.fold_gains else "unknown"
    verdict = "so the average was taken" if event.taken else "so the best single one was taken"
    rows: list[list[Piece]] = [
        ["best single one", scored(story, event.single)],
        [f"{method} of {members}", scored(story, event.score)],
    ]
    folds = ", ".join(gain_text(g) for g in event.fold_gains)
    return join(
        tag("h3", "The average of the finalists"),
        table(["", "confirm score"], rows, frozenset({1})),
        tag("p", f"It gained {gain} on average ({folds or 'no folds'} by fold), {verdict}."),
    )
