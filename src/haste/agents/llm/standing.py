"""Where the search stands when a change is asked for: this branch, the others, the noise, what the script measured."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from statistics import fmean, median, stdev
from typing import Any

from haste.schema.brief import Attempt, Brief, Incumbent, Line
from haste.schema.competition import Scheme
from haste.schema.conditions import all_hold
from haste.schema.solution import Operator, Scale
from haste.skills.claims import sign_of

from .figures import measured, plural, telling
from .pace import seconds_each
from .untrusted import fenced, one_line, shortened

_MOST = 1e300  # no infinity, and no integer beyond what a float holds, is a number here
OTHER_SCRIPT = 8000  # characters of another branch's script
_DIAGNOSTICS_SHOWN = 2000  # characters
_WORDS, _EXPECTED, _NUMBERS, _LATEST, _LISTED = 160, 240, 6, 2, 12
_MANY = 3  # figures from which their median says more than they do
_BLENDS = ("blend", "stack")  # how names of changes begin that use another model beside the first
CHOSEN = "chosen"  # where a script's diagnostics say what it settled on (prompts/specialist.md)
# Of what their incumbents' folds, taken as unpaired, would give, the standard errors of 13 of 16 changes in four runs
# lay between these shares (the largest at 0.6): see docs/log.md, 2026-11-27.
_PAIRED = (0.1, 0.5)


def score_words(incumbent: Incumbent, metric: str) -> str:
    if incumbent.score is None:
        return "not known yet"
    folds = ", ".join(f"{score:.4g}" for score in incumbent.fold_scores)
    return f"{incumbent.score:.5g} `{metric}`, the mean of {plural(len(incumbent.fold_scores), 'fold')} ({folds})"


def others_lines(brief: Brief) -> str:
    """One line for each other branch, and who leads; empty where there is none."""
    lines = [f"- Branch {one_line(line.branch, 12)}: {_other(line)}" for line in brief.others]
    return "\n".join(lines) or "- There is no other branch."


def _other(line: Line) -> str:
    score = "not scored yet" if line.score is None else f"{line.score:.5g} over {plural(line.folds, 'fold')}"
    left = "it has ended" if line.ended else f"{plural(line.changes_left, 'change')} left"
    agree = "" if line.errors is None else f"; its errors correlate {line.errors:.2f} with yours on one fold"
    return (
        f'incumbent {one_line(line.incumbent, 12)}, "{one_line(line.title, 60)}", {score}{_ahead(line)}{agree}; {left}.'
    )


def _ahead(line: Line) -> str:
    if line.ahead is None:
        return ""
    who = "it leads yours" if line.ahead > 0 else "yours leads" if line.ahead < 0 else "level with yours"
    if not line.ahead:
        return f": {who}"
    return f": {who} by {measured(abs(line.ahead), line.noise).removeprefix('+')} on the folds of both"


def other_script(brief: Brief) -> str:
    """The best script of the leading other branch, where a change may reach that far; empty elsewhere."""
    told = [line for line in brief.others if line.code]
    if not told or (brief.scale in (None, Scale.TWEAK) and not _advised_to_blend(brief)):
        return ""
    line = max(told, key=lambda one: -math.inf if one.ahead is None else one.ahead)
    whose = f"{one_line(line.incumbent, 12)}, incumbent of branch {one_line(line.branch, 12)}"
    words = "To take ideas from, or to blend with. Edits are against the incumbent's script alone, never against this."
    return (
        f"# For comparison: the script of {whose}\n\n{words}\n\n{fenced(shortened(line.code, OTHER_SCRIPT), 'python')}"
    )


def _advised_to_blend(brief: Brief) -> bool:
    """Whether a note that holds here advises a blend, at whatever scale, that this branch has not tried yet."""
    tried = {attempt.technique for attempt in brief.history if attempt.branch == brief.branch}
    return any(
        (note.technique or "").startswith(_BLENDS)
        and note.technique not in tried
        and sign_of(note.claim) > 0
        and all_hold(note.conditions, brief.profile.facts)
        for note in brief.skills
    )


def noise_words(brief: Brief, incumbent: Incumbent) -> str:
    """What a gain must exceed: from the changes compared so far, else from how the folds differ."""
    rule = "any gain is kept" if brief.keep_at is None else f"a gain is kept above {brief.keep_at:.2f} of its ±"
    if seen := _seen_noise(brief):
        return f"{rule}; {seen}"
    folds = incumbent.fold_scores
    spread = stdev(folds) * math.sqrt(1 / len(folds) + 1 / (len(folds) - 1)) if len(folds) > 1 else 0.0
    if not spread:
        return rule
    low, high = (share * spread for share in _PAIRED)
    return (
        f"{rule}; nothing has been compared here yet, by the folds' spread the ± will be some {low:.1g} to {high:.1g}"
    )


def _seen_noise(brief: Brief) -> str:
    """The ± of this branch's changes, those on all folds where there are such; few are told one by one."""
    mine = [a for a in brief.history if a.branch == brief.branch and a.operator is not Operator.DRAFT]
    told = {a.candidate: noise for a in mine if a.gain is not None and (noise := telling(a.gain, a.noise))}
    whole = [noise for a in mine if (noise := told.get(a.candidate)) and len(a.fold_gains) == brief.folds]
    seen, on = (whole, "on all folds") if whole else (list(told.values()), "on fewer folds")
    if not seen:
        return ""
    figures = ", ".join(f"{noise:.2g}" for noise in seen) if len(seen) < _MANY else f"{median(seen):.2g} (median)"
    return f"± of this branch's {plural(len(seen), 'change')} {on} so far: {figures}"


def wall_words(incumbent: Incumbent, brief: Brief) -> str:
    if incumbent.wall_s is None:
        return "time not known"
    room = f"; up to {seconds_each(brief):.0f} s is fine"
    return (
        f"{incumbent.wall_s:.1f} s of {brief.limits.wall_s:g} s{room if incumbent.wall_s < seconds_each(brief) else ''}"
    )


def left_words(brief: Brief) -> str:
    left = [f"{plural(brief.iterations_left, 'change')} of this branch"] if brief.iterations_left is not None else []
    left += [f"{brief.time_left_s / 60:.0f} minutes"] if brief.time_left_s is not None else []
    return f"\n- Left: {', '.join(left)}" if left else ""


def diagnostics_words(brief: Brief, incumbent: Incumbent) -> str:
    """What the script wrote: of the latest fold in time, else numbers as means over the folds."""
    by_fold = incumbent.diagnostics_by_fold or ({0: incumbent.diagnostics} if incumbent.diagnostics else {})
    if not by_fold:
        return ""
    last = max(by_fold)
    if len(by_fold) == 1 or brief.competition.validation.scheme is Scheme.TIME:
        said, whence = by_fold[last], f"of fold {last + 1}"
    else:
        said = _over_folds(list(by_fold.values()))
        whence = f"numbers as means over {len(by_fold)} folds; texts and lists of fold 1"
    text = json.dumps({one_line(str(k), 60): _short(v) for k, v in said.items()}, ensure_ascii=False, sort_keys=True)
    return f"The script's own diagnostics ({whence}):\n\n{fenced(shortened(text, _DIAGNOSTICS_SHOWN), 'json')}"


def _over_folds(wrote: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Numbers averaged over the folds that have them, settings fold by fold, all else from the first."""
    return {name: _merged(name, [one[name] for one in wrote if name in one]) for name in wrote[0]}


def _merged(name: str, values: Sequence[Any]) -> Any:
    """A mean of a setting is no setting: whole numbers, and all that stands under `chosen`, are told by fold."""
    first = values[0]
    if all(value == first for value in values):
        return first
    if name == CHOSEN and all(isinstance(value, dict) for value in values):
        return {key: _by_fold([value.get(key) for value in values]) for key in first}
    if name == CHOSEN or all(isinstance(value, int) for value in values):
        return _by_fold(values)
    numbers = [value for value in values if _is_number(value)]
    return fmean(numbers) if _is_number(first) else first


def _by_fold(values: Sequence[Any]) -> Any:
    """One value where all are equal."""
    return values[0] if all(value == values[0] for value in values) else list(values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -_MOST < value < _MOST


def _short(value: Any) -> Any:
    """Four digits of a number; the beginning of a text; the first few of a list or an object."""
    if value is None or isinstance(value, bool):
        return value
    if _is_number(value):
        return int(value) if float(value).is_integer() and abs(value) < 1e9 else float(f"{value:.4g}")
    cut = f"{len(value) - _LISTED} more" if isinstance(value, list | dict) and len(value) > _LISTED else ""
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return [*(_short(one) for one in value[:_LISTED]), *([f"... {cut}"] if cut else [])]
    if isinstance(value, dict) and not any(isinstance(one, dict) for one in value.values()):
        shown = {one_line(str(name), 60): _short(one) for name, one in list(value.items())[:_LISTED]}
        return shown | ({"...": cut} if cut else {})
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _WORDS)


def undone_words(brief: Brief) -> str:
    """What this branch's latest undone changes were expected to do, and what they did to the diagnostics."""
    undone = [a for a in brief.history if a.branch == brief.branch and a.kept is False and (a.expected or a.moved)]
    if not undone:
        return ""
    lines = "\n".join(map(_undone, undone[-_LATEST:]))
    return f"Of the latest undone: what was expected, how diagnostics moved (on one fold):\n\n{fenced(lines, 'undone')}"


def _undone(attempt: Attempt) -> str:
    told = [f"expected: {one_line(attempt.expected, _EXPECTED)}"] if attempt.expected else []
    by_size = sorted(attempt.moved.items(), key=lambda item: -_change(*item[1]))
    moved = ", ".join(f"{one_line(name, 40)} {old:.4g} to {new:.4g}" for name, (old, new) in by_size[:_NUMBERS])
    moved += f", {len(by_size) - _NUMBERS} more" if len(by_size) > _NUMBERS else ""
    told += [f"moved: {moved}"] if moved else []
    return f"{one_line(attempt.candidate, 12)} {' | '.join(told)}"


def _change(old: float, new: float) -> float:
    return abs(new - old) / max(abs(old), abs(new), 1e-12)
