"""What to do next: `decide(state, now) -> Action`. Pure; reads top to bottom as the five stages of a specialist.

profile -> domain, skills -> screen -> refine -> confirm, ensemble -> deliver -> reflect
"""

from __future__ import annotations

from haste.schema.events import (
    BranchEnded,
    CandidateDecided,
    KeepReason,
    Purpose,
    ScreenDecided,
    SearchEnded,
    StopReason,
)
from haste.schema.execution import Outcome
from haste.schema.solution import Operator

from .actions import (
    Action,
    Blend,
    Classify,
    Debug,
    Deliver,
    Draft,
    Execute,
    Finish,
    LoadSkills,
    ProfileCompetition,
    Record,
    Refine,
    Reflect,
    Work,
)
from .budget import (
    confirm_fits,
    confirm_left_s,
    final_left_s,
    fit_s,
    left_s,
    safety_wall_s,
    search_left_s,
    search_over,
    search_wall_s,
)
from .evolve import repair_root
from .finalists import best_first, finalists, single_best
from .judge import Comparison, compare
from .state import FINAL, Branch, Node, RunState


def decide(state: RunState, now: float) -> Action:
    """The next thing to do at `now` (seconds since the epoch), from nothing but the state."""
    if state.finished:
        return Finish(state.finished)
    if state.profile is None:
        return ProfileCompetition()
    if state.search_ended is None:
        return _search(state, now)
    if state.chosen is None:
        return _choose(state, now)
    if state.interrupted:
        return Finish("interrupted")
    if state.learnings is None:
        return Finish("provider") if state.given_up else Reflect()
    return Finish(state.search_ended)


def _search(state: RunState, now: float) -> Action:
    over = search_over(state, now)
    if over:
        return Record(SearchEnded(reason=over))
    begun = _begun(state, "search") or _begun(state, "final")
    if begun:
        return _execute(state, now, begun)
    if not state.prototypes and state.awaits_domain:
        return Classify()
    if not state.prototypes and state.awaits_skills:
        return LoadSkills()
    if not state.prototypes:
        return Draft(state.rules.search.prototypes) if state.proposals == 0 else _ended("no_valid_candidate")
    if state.screen is None:
        return _screen(state, now)
    if state.screen.winner is None:
        return _ended("no_valid_candidate")
    return _refine(state, now)


def _ended(reason: StopReason) -> Action:
    return Record(SearchEnded(reason=reason))


def _screen(state: RunState, now: float) -> Action:
    """Every prototype on the first fold; crashed ones are repaired; then the best two go on.

    The best is fitted on everything at once, so that a valid submission exists from here on.
    """
    leaders = [_latest(state, root) for root in state.prototypes]
    works = [work for node in leaders if (work := _work(node, "search", 0))]
    if works:
        return _execute(state, now, works)
    for node in leaders:
        repair = _repair(state, node)
        if repair:
            return repair
    ran = best_first(state, [node for node in leaders if node.failure is None])
    safety = _work(ran[0], "final", FINAL) if ran else None
    if safety:
        return Execute((safety,), safety_wall_s(state, now), search_left_s(state, now))
    names = [node.candidate.id for node in ran]
    return Record(
        ScreenDecided(
            winner=names[0] if names else None,
            runner_up=names[1] if len(names) > 1 and state.rules.search.runner_up else None,
            scores={node.candidate.id: node.mean() for node in leaders},
        )
    )


def _refine(state: RunState, now: float) -> Action:
    """The branch that has used the smaller share of its iterations is next."""
    living = [branch for branch in state.branches.values() if branch.ended is None]
    if not living:
        stuck = all(branch.ended != "iterations" for branch in state.branches.values())
        return _ended("stagnation" if stuck else "iterations")
    branch = min(living, key=lambda b: (b.current is None, b.used))
    if branch.current is not None:
        return _judge(state, branch, now)
    incumbent = state.nodes[branch.incumbent]
    if incumbent.failure is not None:
        return _repair(state, incumbent) or Record(BranchEnded(branch=branch.root, reason="failed"))
    works = [work for f in range(state.search_folds) if (work := _work(incumbent, "search", f))]
    if works:
        return _execute(state, now, works)
    if branch.iterations >= branch.limit:
        return Record(BranchEnded(branch=branch.root, reason="iterations"))
    if branch.misses >= state.rules.search.stagnation_after or branch.scale in branch.exhausted:
        return Record(BranchEnded(branch=branch.root, reason="stagnation"))
    return Refine(branch.root, branch.scale)


def _judge(state: RunState, branch: Branch, now: float) -> Action:
    """Run the branch's current candidate fold by fold against its incumbent, and keep or revert it."""
    node, incumbent = state.nodes[branch.current or ""], state.nodes[branch.incumbent]
    if node.failure is not None:
        return _repair(state, node) or _decision(node, branch, None, kept=False, reason="failed")
    scores = node.scores()
    ahead = compare(state.metric, scores, incumbent.scores()) if scores.keys() & incumbent.scores().keys() else None
    if ahead is not None and ahead.behind and len(scores) < state.search_folds and incumbent.failure is None:
        return _decision(node, branch, ahead, kept=False, reason="behind_early")
    first = min(state.rules.search.first_folds, state.search_folds)
    wanted = range(first if len(scores) < first else state.search_folds)
    works = [work for f in wanted if (work := _work(node, "search", f))]
    if works:
        return _execute(state, now, works)
    if ahead is None or incumbent.failure is not None:
        return _decision(node, branch, ahead, kept=True, reason="unscored_incumbent")
    rules = state.rules.search
    if not rules.noise_aware:
        return _decision(node, branch, ahead, kept=ahead.gain > 0, reason="any_gain" if ahead.gain > 0 else "worse")
    if ahead.beats(rules.keep_confidence):
        return _decision(node, branch, ahead, kept=True, reason="beats_noise")
    return _decision(node, branch, ahead, kept=False, reason="within_noise" if ahead.gain > 0 else "worse")


def _decision(node: Node, branch: Branch, ahead: Comparison | None, *, kept: bool, reason: KeepReason) -> Action:
    return Record(
        CandidateDecided(
            candidate=node.candidate.id,
            branch=branch.root,
            kept=kept,
            reason=reason,
            against=branch.incumbent,
            gain=ahead.gain if ahead else None,
            noise=ahead.noise if ahead else None,
            fold_gains=ahead.fold_gains if ahead else (),
        )
    )


def _choose(state: RunState, now: float) -> Action:
    """Confirm the finalists on a split the search never saw, try their average there, fit the choice on everything."""
    rules, contenders = state.rules.search, finalists(state)
    if rules.confirm and state.confirm_folds and not state.interrupted and confirm_fits(state, now):
        works = _begun(state, "confirm")
        works = works or [w for n in contenders for f in range(state.confirm_folds) if (w := _work(n, "confirm", f))]
        if works:
            return Execute(tuple(works), search_wall_s(state), confirm_left_s(state, now))
    confirmed = [n for n in contenders if state.confirm_folds and len(n.scores("confirm")) == state.confirm_folds]
    best = single_best(state)
    if best and rules.ensemble and state.ensemble is None and len(confirmed) > 1 and not state.interrupted:
        return Blend(tuple(n.candidate.id for n in confirmed), best.candidate.id)
    return _deliver(state, now)


def _deliver(state: RunState, now: float) -> Action:
    """Fit the best choice on all training rows; where that fails, the next best; at last the dummy predictor.

    Not where a model's provider failed: such a run can be taken up again, and has nothing to hand over until then.
    With a fit at hand, no new one is begun that would not end within the limit, or after Ctrl-C.
    """
    choices, left = _choices(state), left_s(state, now)
    at_hand = any(node.final is not None for node in choices)
    spent = left is not None and left <= 0 and any(("final", FINAL) in node.results for node in choices)
    for node in choices:
        if node.final is not None:
            return Deliver(node.candidate.id)
        work = _work(node, "final", FINAL, again=True)
        hurried = state.interrupted or (left is not None and fit_s(state, node) > left)
        if work and not spent and not (at_hand and hurried):
            within = final_left_s(state, now)
            return Execute((work,), within, within)
    return Finish("provider") if state.search_ended == "provider" else Deliver(None)


def _choices(state: RunState) -> list[Node]:
    """Best first: the ensemble if it was taken, then finalists, then whatever has a final fit."""
    chosen: list[Node] = []
    if state.ensemble is not None and state.ensemble.taken and state.ensemble.candidate is not None:
        chosen.append(state.nodes[state.ensemble.candidate.id])
    ranked = finalists(state)
    best = single_best(state)
    chosen += [best] if best else []
    chosen += [n for n in ranked if n is not best]
    chosen += [n for n in state.nodes.values() if n.final is not None and n not in chosen]
    return chosen


def _latest(state: RunState, root: str) -> Node:
    """The last repair in the chain that began with `root`, or `root` itself."""
    chain = [n for n in state.nodes.values() if repair_root(state, n.candidate.id) == root]
    return chain[-1]


def _work(node: Node, purpose: Purpose, fold: int, *, again: bool = False) -> Work | None:
    """The execution that is still owed, or None when it has an outcome; `again`: also one that timed out once."""
    result = node.results.get((purpose, fold))
    if result is not None and result.outcome is not None:
        once = again and result.outcome is Outcome.TIMED_OUT and result.attempts == 1
        if not once:
            return None
    return Work(node.candidate.id, purpose, fold, (result.attempts if result else 0) + 1)


def _begun(state: RunState, purpose: Purpose) -> list[Work]:
    """What is still owed of batches that were begun, lost or cut off by a kill: as much as there are workers for.

    A batch is finished before anything follows from a part of it, as it would have been without the kill. It is not
    begun again as a whole: a kill counts against all that was begun, and what waits for a worker is not to blame.
    """
    owed = [
        work
        for node in state.nodes.values()
        for batch in _batches(state, node, purpose)
        if any((purpose, fold) in node.results for fold in batch)
        for fold in batch
        if (work := _work(node, purpose, fold))
    ]
    return owed[: state.rules.workers]


def _batches(state: RunState, node: Node, purpose: Purpose) -> tuple[range, ...]:
    """The folds that run side by side."""
    if purpose == "final":
        return (range(1),)
    if purpose == "confirm":
        return (range(state.confirm_folds),)
    first = 1 if node.screened else min(state.rules.search.first_folds, state.search_folds)
    return range(first), range(first, state.search_folds)


def _execute(state: RunState, now: float, works: list[Work]) -> Action:
    return Execute(tuple(works), search_wall_s(state), search_left_s(state, now))


def _repair(state: RunState, node: Node) -> Action | None:
    """Another debug attempt, while the chain has some left and the failure is the candidate's own."""
    failure = node.failure
    if failure is None or failure.outcome is Outcome.LOST or node.candidate.operator is Operator.ENSEMBLE:
        return None
    done = state.debugs.get(repair_root(state, node.candidate.id), 0)
    return Debug(node.candidate.id, done + 1) if done < state.rules.search.debug_attempts else None
