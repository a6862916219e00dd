"""What was tried so far, in at most `LINES` lines however long the run: the latest in full, older ones shorter, the
oldest as counts by scale and success. Of each of these six kinds the latest `NAMED` techniques stand there by name,
with their best gain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean

from haste.schema.brief import Attempt
from haste.schema.execution import Outcome
from haste.schema.solution import Operator, Scale

from .figures import in_noise, measured, signed
from .untrusted import one_line

LINES = 16  # with the block on undone changes and the headings of both it stays under 20
RECENT, OLDER = 5, 3
NAMED = 20  # techniques that a line of counts names; the rest is a number
_DRAFTS, _FOLDS, _TRIALS = 6, 10, 4  # of each, what stands in one line


def history_lines(
    history: Sequence[Attempt], branch: str | None, folds: int | None = None, *, only_recent: bool = False
) -> list[str]:
    """Oldest first. `branch` is the one being worked on; attempts on others say which, as do gains on fewer `folds`."""
    drafts = [attempt for attempt in history if attempt.operator is Operator.DRAFT]
    changes = [attempt for attempt in history if attempt.operator in (Operator.REFINE, Operator.DEBUG)]
    recent, older = changes[-RECENT:], changes[-RECENT - OLDER : -RECENT]
    lines = [_drafts(drafts)] if drafts else []
    if not only_recent:
        lines += _counts(changes[: -RECENT - OLDER])
        lines += [_short(attempt, branch, folds) for attempt in older]
    return lines + [_full(attempt, branch, folds) for attempt in recent]


def trials(history: Sequence[Attempt], folds: int | None = None) -> list[str]:
    """One line for each technique with its candidates, the clearest effects first; at most `LINES`.

    An average of candidates is none of them: it was put together at the end and tells nothing of a technique.
    """
    by_name: dict[str, list[Attempt]] = {}
    for attempt in history:
        if attempt.operator is not Operator.ENSEMBLE:
            by_name.setdefault(_name(attempt), []).append(attempt)
    ordered = sorted(by_name.items(), key=lambda item: (-_clearest(item[1]), item[0]))
    lines = [_trials(name, attempts, folds) for name, attempts in ordered[: LINES - 1]]
    rest = [name for name, _ in ordered[LINES - 1 :]]
    more = f" and {len(rest) - NAMED} more" if len(rest) > NAMED else ""
    return [*lines, f"and, with less effect: {', '.join(rest[:NAMED])}{more}"] if rest else lines


def result(attempt: Attempt, folds: int | None = None) -> str:
    """What came of an attempt, in few words; where it ran on fewer than all `folds`, on how many."""
    if attempt.outcome is not Outcome.OK:
        return attempt.outcome.value.replace("_", " ")
    if attempt.gain is None:
        return _scored(attempt)
    fate = {True: ", kept", False: ", undone", None: ""}[attempt.kept]
    return f"{measured(attempt.gain, attempt.noise)}{_fewer(attempt, folds)}{fate}"


def _fewer(attempt: Attempt, folds: int | None) -> str:
    ran = len(attempt.fold_gains)
    return f" on {ran} of {folds} folds" if ran and folds and ran < folds else ""


def _scored(attempt: Attempt) -> str:
    """A score with the folds that it is a mean over: one fold alone compares with nothing but that fold."""
    if attempt.score is None:
        return "not compared"
    if not attempt.fold_scores:
        return f"scored {attempt.score:.5g}"
    (first, alone), *more = attempt.fold_scores.items()
    whole = f", {attempt.score:.5g} as the mean of {len(more) + 1} folds" if more else ""
    return f"scored {alone:.5g} on fold {first + 1}{whole or ' alone'}"


def _drafts(drafts: Sequence[Attempt]) -> str:
    shown = [f"{one_line(a.candidate, 12)} {_name(a)}, {one_line(a.title, 60)} ({result(a)})" for a in drafts[:_DRAFTS]]
    shown += [f"and {len(drafts) - _DRAFTS} more"] if len(drafts) > _DRAFTS else []
    return "prototypes: " + "; ".join(shown)


def _full(attempt: Attempt, branch: str | None, folds: int | None) -> str:
    why = f", {attempt.diagnosis.value}" if attempt.diagnosis else ""
    detail = f": {one_line(attempt.detail, 160)}" if attempt.detail else ""
    what = f"{one_line(attempt.candidate, 12)} {_kind(attempt)} {_name(attempt)}{_parent(attempt)}{why}"
    by_fold = _by_fold(attempt)
    told = f"{result(attempt, None if by_fold else folds)}{by_fold}{detail}{_elsewhere(attempt, branch)}"
    return f"{what} | {one_line(attempt.title)} | {told}"


def _parent(attempt: Attempt) -> str:
    return f" of {one_line(attempt.parent, 12)}" if attempt.parent else ""


def _by_fold(attempt: Attempt) -> str:
    """The gain on each fold that was compared, where there are several."""
    if len(attempt.fold_gains) < 2:
        return ""
    shown = [signed(gain, attempt.noise) for gain in attempt.fold_gains[:_FOLDS]]
    shown += [f"{len(attempt.fold_gains) - _FOLDS} more"] if len(attempt.fold_gains) > _FOLDS else []
    return f" (by fold {', '.join(shown)})"


def _short(attempt: Attempt, branch: str | None, folds: int | None) -> str:
    return f"{one_line(attempt.candidate, 12)} {_name(attempt)}: {result(attempt, folds)}{_elsewhere(attempt, branch)}"


def _kind(attempt: Attempt) -> str:
    if attempt.operator is Operator.DEBUG:
        return "repair"
    return f"{attempt.scale.value}{f' (asked: {attempt.asked.value})' if attempt.asked else ''}"


def _elsewhere(attempt: Attempt, branch: str | None) -> str:
    return "" if branch is None or attempt.branch == branch else f" [on branch {one_line(attempt.branch, 12)}]"


def _name(attempt: Attempt) -> str:
    return one_line(attempt.technique or attempt.title, 40).replace(" ", "_")


def _counts(attempts: Sequence[Attempt]) -> list[str]:
    """One line for each scale and whether its techniques were ever kept; the latest techniques by name."""
    lines = []
    for scale in Scale:
        mine = [attempt for attempt in attempts if attempt.scale is scale]
        kept = {_name(attempt) for attempt in mine if attempt.kept}
        for word, group in (
            ("helped", [a for a in mine if _name(a) in kept]),
            ("never kept", [a for a in mine if _name(a) not in kept]),
        ):
            if group:
                lines.append(f"earlier, {scale.value}, {word}: {_summary(group)}")
    return lines


def _summary(attempts: Sequence[Attempt]) -> str:
    latest: dict[str, list[Attempt]] = {}
    for attempt in reversed(attempts):
        latest.setdefault(_name(attempt), []).append(attempt)
    names = [f"{name}{_times(mine)}{_best(mine)}" for name, mine in list(latest.items())[:NAMED]]
    more = f" and {len(latest) - NAMED} more" if len(latest) > NAMED else ""
    gains = [a.gain for a in attempts if a.gain is not None]
    mean = f", mean {fmean(gains):+.2g}, best {max(gains):+.2g}" if gains else ""
    failed = sum(1 for a in attempts if a.outcome is not Outcome.OK)
    broke = f", {failed} failed" if failed else ""
    return f"{len(attempts)} tr{'y' if len(attempts) == 1 else 'ies'}{mean}{broke} ({', '.join(names)}{more})"


def _times(attempts: Sequence[Attempt]) -> str:
    return f" x{len(attempts)}" if len(attempts) > 1 else ""


def _best(attempts: Iterable[Attempt]) -> str:
    gains = [attempt.gain for attempt in attempts if attempt.gain is not None]
    return f" {max(gains):+.2g}" if gains else " failed"


def _trials(name: str, attempts: Sequence[Attempt], folds: int | None) -> str:
    """A technique with its scale and the first title; each attempt with what it changed."""
    first = attempts[0]
    kind = "prototype" if first.operator is Operator.DRAFT else first.scale.value
    shown = _spread(attempts)
    told = [_trial(attempt, folds) for attempt in shown]
    told += [f"and {len(attempts) - len(shown)} more"] if len(attempts) > len(shown) else []
    return f'{name} ({kind}, "{one_line(first.title, 60)}"): {"; ".join(told)}'


def _trial(attempt: Attempt, folds: int | None) -> str:
    repaired = " repair" if attempt.operator is Operator.DEBUG else ""
    return f"{one_line(attempt.candidate, 12)}{repaired}{_parent(attempt)} {result(attempt, folds)}"


def _spread(attempts: Sequence[Attempt]) -> Sequence[Attempt]:
    """Those of a technique's attempts with the clearest effects, in their order."""
    clearest = sorted(range(len(attempts)), key=lambda place: -_units(attempts[place]))[:_TRIALS]
    return [attempts[place] for place in sorted(clearest)]


def _clearest(attempts: Iterable[Attempt]) -> float:
    return max(map(_units, attempts), default=0.0)


def _units(attempt: Attempt) -> float:
    """The size of an effect in units of its noise; what never ran says nothing, nor do equal folds."""
    return abs(in_noise(attempt.gain, attempt.noise) or 0.0)
