"""The tree of candidates: each with why it was proposed, how it fared, what was decided, and what it changed."""

from __future__ import annotations

import difflib

from haste.schema.errors import StoreError
from haste.schema.events import CandidateDecided
from haste.schema.solution import BlobRef, Operator
from haste.search.judge import t_quantile
from haste.search.state import Node, RunState
from haste.store.protocol import Store

from .chart import FATES, fate
from .headline import scored
from .markup import Markup, Piece, facts, fold_away, join, section, table, tag
from .models_section import proposals_fold
from .narration import one_line
from .numbers import count_text, duration_text, gain_text, noise_text
from .story import Story
from .wording import OUTCOMES

MOST_LINES = 400  # of a diff or a script
TAIL = 3000  # characters of a script's last words


def candidates_section(story: Story, store: Store) -> Markup:
    state = story.state
    roots = [node for node in state.nodes.values() if node.candidate.parent is None]
    if not roots:
        none = tag("p", "None was proposed yet.", class_="soft")
        return section("candidates", "The candidates", none, proposals_fold(story))
    intro = (
        "Each line began with a prototype and goes down through the changes that were kept; what stands indented was "
        "tried on the one above it and led no further. "
        "Open one for its reasoning, its scores, the decision, and the change itself."
    )
    tree = tag("ul", *(_branch(node, story, store) for node in roots), class_="tree")
    return section("candidates", "The candidates", tag("p", intro), tree, proposals_fold(story))


def _branch(root: Node, story: Story, store: Store) -> Markup:
    """Kept changes follow each other at one level; what led nowhere is set in under what it was tried on."""
    state, items, node = story.state, list[Piece](), root
    while True:
        chains = [_repairs(child, state) for child in _children(node, state)]
        heirs = [chain[-1] for chain in chains if fate(chain[-1], state) in ("kept", "prototype")]
        heir = heirs[-1] if heirs else None
        aside = [n for chain in chains for n in chain if n is not heir]
        items.append(_candidate(node, story, store))
        if aside:
            items.append(tag("ul", *(tag("li", _candidate(n, story, store)) for n in aside)))
        if heir is None:
            return tag("li", *items)
        node = heir


def _children(node: Node, state: RunState) -> list[Node]:
    return [n for n in state.nodes.values() if n.candidate.parent == node.candidate.id]


def _repairs(node: Node, state: RunState) -> list[Node]:
    """A candidate and the repairs that followed it, in order."""
    chain = [node]
    for other in state.nodes.values():
        if other.candidate.operator is Operator.DEBUG and other.candidate.parent == chain[-1].candidate.id:
            chain.append(other)
    return chain


def _candidate(node: Node, story: Story, store: Store) -> Markup:
    made, state = node.candidate, story.state
    word = fate(node, state)
    chosen = state.chosen is not None and state.chosen.candidate == made.id
    badge = ("repaired, " if made.operator is Operator.DEBUG else "") + FATES[word] + (", submitted" if chosen else "")
    summary = tag(
        "summary",
        tag("span", made.id, class_="id"),
        tag("span", one_line(made.title), class_="title"),
        _score(node, story),
        tag("span", badge, class_=f"badge {word}"),
    )
    body = tag(
        "div",
        tag("p", made.rationale),
        facts(_facts(node)),
        _decision(node.decision, state) if node.decision else None,
        _folds(node, story),
        _failure(node, store),
        _change(node, state, store),
    )
    return tag("details", summary, body, class_=f"candidate {word}", id=made.id)


def _score(node: Node, story: Story) -> Markup | None:
    """The mean over the search's folds, said so where not all of them ran; an ensemble's is of the confirm folds."""
    state = story.state
    if node.candidate.members:
        blended = state.ensemble.score if state.ensemble else None
        return tag("span", scored(story, blended), tag("small", " confirmed", class_="soft"), class_="score")
    ran = len(node.scores())
    if not ran:
        return None
    part = f" on {ran} of {state.search_folds} folds" if ran < state.search_folds else None
    return tag("span", scored(story, node.mean()), tag("small", part, class_="soft") if part else None, class_="score")


def _facts(node: Node) -> list[tuple[str, Piece]]:
    made = node.candidate
    refined = made.operator is Operator.REFINE
    return [
        ("technique", made.technique),
        ("diagnosis", made.diagnosis.value.replace("_", " ") if made.diagnosis else None),
        ("reach", made.scale.value if refined else None),
        ("expected", made.expected or None),
        ("because of skills", ", ".join(made.cites) or None),
        ("members", ", ".join(made.members) or None),
        ("slowest execution", duration_text(node.slowest_s) if node.slowest_s is not None else None),
        ("author", made.author),
    ]


def _decision(decision: CandidateDecided, state: RunState) -> Markup:
    return tag("p", tag("strong", "Kept. " if decision.kept else "Reverted. "), decision_text(decision, state))


def decision_text(decision: CandidateDecided, state: RunState) -> str:
    """A decision's reason in a sentence, with the numbers it rested on."""
    count, against = len(decision.fold_gains), decision.against or "the incumbent"
    gain = f"a mean gain of {gain_text(decision.gain)} over {against} on {count} shared folds"
    bar = needed_gain(decision, state)
    needed = (
        "" if bar is None else f"; noise {noise_text(decision.noise)}, so that more than {gain_text(bar)} was needed"
    )
    match decision.reason:
        case "beats_noise":
            return f"It made {gain}{needed}."
        case "within_noise":
            return f"It made {gain}{needed}: that may be luck."
        case "worse":
            return f"It made {gain}: no improvement."
        case "behind_early":
            return (
                f"It was behind {against} on each of its first {count} folds ({gain_text(decision.gain)} on average)."
            )
        case "any_gain":
            return f"It made {gain}; this run keeps any gain, whatever its noise."
        case "unscored_incumbent":
            return "It is the first of its branch that could be scored on every fold."
        case "failed":
            return "It did not run to a valid submission."
        case _:
            return "A prototype."


def needed_gain(decision: CandidateDecided, state: RunState) -> float | None:
    """The mean gain that the keep rule asked for; None where it asked for none beyond zero."""
    count = len(decision.fold_gains)
    if decision.noise is None or count < 2 or not state.rules.search.noise_aware:
        return None
    return t_quantile(state.rules.search.keep_confidence, count - 1) * decision.noise


def _folds(node: Node, story: Story) -> Markup | None:
    """Scores per fold, and the gain on each over what it was compared with."""
    search, confirm = node.scores(), node.scores("confirm")
    if not search and not confirm:
        return None
    against = story.state.nodes.get(node.decision.against or "") if node.decision else None
    shared = sorted(set(search) & set(against.scores())) if against else []
    gains = dict(zip(shared, node.decision.fold_gains, strict=False)) if node.decision else {}
    rows: list[list[Piece]] = []
    for fold, score in sorted(search.items()):
        rows.append([f"search {fold + 1}", scored(story, score), gain_text(gains.get(fold))])
    rows += [[f"confirm {fold + 1}", scored(story, score), ""] for fold, score in sorted(confirm.items())]
    return table(["fold", "score", "gain"], rows, frozenset({1, 2}))


def _failure(node: Node, store: Store) -> Markup | None:
    failure = node.failure
    if failure is None or failure.outcome is None:
        return None
    told = OUTCOMES[failure.outcome] + (f": {failure.detail}" if failure.detail else "")
    text = read_text(store, failure.stderr)
    tail = tag("pre", text[-TAIL:]) if text else None
    return join(tag("p", tag("strong", "It "), told), tail)


def _change(node: Node, state: RunState, store: Store) -> Markup | None:
    """The diff against the parent, or the whole script of a prototype; folded."""
    code = read_text(store, node.candidate.code)
    if code is None:
        return tag("p", "Its script is missing from the run's folder.", class_="soft")
    parent = state.nodes.get(node.candidate.parent or "")
    before = read_text(store, parent.candidate.code) if parent else None
    if parent is None or before is None:
        return tag("div", fold_away("the whole script", tag("pre", _cut(code))))
    lines = list(
        difflib.unified_diff(
            before.splitlines(), code.splitlines(), parent.candidate.id, node.candidate.id, "", "", 3, ""
        )
    )
    if not lines:
        return tag("p", f"The script is the same as {parent.candidate.id}'s.", class_="soft")
    added = sum(line.startswith("+") for line in lines[2:])
    gone = sum(line.startswith("-") for line in lines[2:])
    shown = [_diff_line(line) for line in lines[2:MOST_LINES]]
    more = f"… {len(lines) - MOST_LINES} more lines" if len(lines) > MOST_LINES else None
    told = f"the change to {parent.candidate.id}: {count_text(added, 'line')} added, {gone} removed"
    return fold_away(told, tag("pre", *shown, more))


def _diff_line(line: str) -> Markup:
    style = {"+": "add", "-": "del", "@": "at"}.get(line[:1])
    return join(tag("span", line, class_=style) if style else line, "\n")


def _cut(text: str) -> str:
    lines = text.splitlines()
    more = [f"… {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []
    return "\n".join(lines[:MOST_LINES] + more)


def read_text(store: Store, ref: BlobRef | None) -> str | None:
    """A blob as text; None where there is none, or where the run's folder lost it."""
    if ref is None:
        return None
    try:
        return store.get(ref).decode("utf-8", errors="replace")
    except StoreError:
        return None
