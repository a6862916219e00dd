"""Words for what the journal says in codes, shared by the live view and the report."""

from __future__ import annotations

import math

from haste.schema.competition import Competition, Direction, Trust
from haste.schema.events import CandidateDecided, KeepReason, StopReason
from haste.schema.execution import Guarantee, Outcome
from haste.search.state import RunState

from .numbers import NEGLIGIBLE, duration_text, gain_text

REASONS: dict[KeepReason, str] = {
    "beats_noise": "gain beyond noise",
    "any_gain": "any gain counts in this run",
    "within_noise": "gain within noise",
    "worse": "no gain",
    "behind_early": "behind on each, stopped early",
    "failed": "failed",
    "unscored_incumbent": "first to be scored on this branch",
    "prototype": "prototype",
}
STOPS: dict[StopReason, str] = {
    "iterations": "all iterations are used",
    "stagnation": "no branch was getting any further",
    "time_limit": "the time limit was near",
    "token_limit": "the token limit was reached",
    "cost_limit": "the cost limit was reached",
    "interrupted": "interrupted by the user",
    "no_valid_candidate": "no candidate gave a valid submission",
    "provider": "the model's provider failed",
}
BRANCH_ENDS = {
    "iterations": "all are used",
    "stagnation": "no change helped any more",
    "failed": "its first script does not run",
}
OUTCOMES: dict[Outcome, str] = {
    Outcome.OK: "ok",
    Outcome.CRASHED: "crashed",
    Outcome.TIMED_OUT: "timed out",
    Outcome.OUT_OF_MEMORY: "ran out of memory",
    Outcome.INVALID_SUBMISSION: "wrote an invalid submission",
    Outcome.LOST: "was lost to a fault of the machine",
}
GUARANTEES: dict[Guarantee, str] = {
    Guarantee.NO_NETWORK: "network isolation",
    Guarantee.READ_ONLY_INPUT: "read-only inputs",
    Guarantee.PRIVATE_FILES: "private files",
    Guarantee.MASKED_DATASETS: "masking of packaged data sets",
    Guarantee.CLEAN_ENVIRONMENT: "a clean environment",
    Guarantee.MEMORY_LIMIT: "memory limit",
    Guarantee.CPU_LIMIT: "CPU limit",
    Guarantee.WALL_LIMIT: "wall-clock limit",
    Guarantee.PROCESS_LIMIT: "process limit",
    Guarantee.FILE_SIZE_LIMIT: "file size limit",
    Guarantee.OUTPUT_LIMIT: "output limit",
    Guarantee.TREE_KILL: "killing of whole process trees",
    Guarantee.PRIVATE_PROCESSES: "private processes",
}


def direction_text(direction: Direction) -> str:
    return "higher is better" if direction is Direction.MAXIMIZE else "lower is better"


def reported(competition: Competition | None) -> bool:
    """Whether scores are the scripts' own word, because the competition's rows cannot be split."""
    return competition is not None and competition.validation.trust is Trust.REPORTED


def gain_with_noise(decision: CandidateDecided) -> str:
    """`+0.012 ± 0.004`: the mean gain over the shared folds and its corrected standard error."""
    if decision.gain is None:
        return "not scored"
    if decision.noise is None:
        return gain_text(decision.gain)
    if decision.noise < NEGLIGIBLE:
        return f"{gain_text(decision.gain)} ± 0"
    places = min(9, max(0, 1 - math.floor(math.log10(decision.noise))))
    return f"{decision.gain:+.{places}f} ± {decision.noise:.{places}f}"


def missing_text(missing: tuple[Guarantee, ...]) -> str:
    return ", ".join(GUARANTEES[g] for g in missing)


def stage(state: RunState) -> str:
    """Which of the five stages a run is in."""
    if state.finished:
        return "finished"
    if state.profile is None:
        return "profile"
    if state.screen is None and state.search_ended is None:
        return "screen"
    if state.search_ended is None:
        return "refine"
    if state.chosen is None:
        return "final fit" if state.ensemble is not None else "confirm"
    return "reflect"


def budget_text(limit_s: float | None) -> str:
    return "no time limit" if limit_s is None else f"{duration_text(limit_s)} at most"
