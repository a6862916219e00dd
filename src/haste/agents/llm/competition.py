"""A competition and its profile as a model reads them: bounded, and equal for every call of a run."""

from __future__ import annotations

from haste.agents.domains import charter
from haste.schema.brief import Brief
from haste.schema.competition import Competition, Direction, Media, PredictionNeed, Scheme, Trust
from haste.schema.profile import ColumnProfile, Profile, Role, TargetProfile

from .runnable import missing
from .template import prompt
from .untrusted import fenced, one_line, quoted, shortened

_FULL_NAMES = 60  # of columns beyond those that get a line
_CLASSES = 30
_TARGETS = 10
_FEW_ROWS = 500  # held out, up to which one of them shows in a score
_ROWS = ", with the values of its first {} rows as they stand in the file (pandas may read those in quotes as numbers)"


def competition_block(brief: Brief, description: int, columns: int, *, inside: bool = True) -> str:
    """At most `description` characters of the authors' words and `columns` lines of columns.

    `inside`: also what texts, pictures and series hold.
    """
    competition, profile = brief.competition, brief.profile
    upwards = competition.metric.direction is Direction.MAXIMIZE
    return prompt(
        "competition",
        title=one_line(competition.title or competition.id),
        answer=_answer(competition),
        metric=competition.metric.name,
        direction="higher" if upwards else "lower",
        train_rows=str(profile.n_train),
        test_rows=str(profile.n_test),
        validation=_validation(competition, profile, brief.folds),
        notes="\n".join(f"- {one_line(note, 300)}" for note in profile.notes),
        description=fenced(shortened(competition.description.strip(), description) or "(nothing)", "description"),
        files=fenced("\n".join(profile.files) or "train, test and sample_submission.csv", "files"),
        sample=fenced("\n".join(profile.sample_submission) or ",".join(_sample_columns(competition)), "csv"),
        rows_note=_ROWS.format(len(profile.rows)) if profile.rows else "",
        columns=fenced("\n".join(_columns(competition, profile, columns)), "columns"),
        targets="\n".join(_targets(profile)),
        inside=fenced("\n".join(profile.inside), "inside") if inside and profile.inside else "",
        machine=_machine(brief),
    )


def _answer(competition: Competition) -> str:
    targets = ", ".join(quoted(name) for name in competition.targets[:20]) or "see the description"
    kind = competition.kind.value.replace("_", " ")
    return f"{targets} ({kind}). {_form(competition)}"


def _form(competition: Competition) -> str:
    """What stands in the submission's cells."""
    if competition.has_class_columns and competition.metric.needs is not PredictionNeed.LABEL:
        return "One column for each class with its probability; a row's probabilities sum to one."
    positive = competition.classes[-1] if len(competition.classes) == 2 else None
    match competition.metric.needs:
        case PredictionNeed.LABEL:
            return "Submit labels, written as in the training table."
        case PredictionNeed.PROBABILITY:
            return f"Submit calibrated probabilities{f' of {quoted(positive)}' if positive else ''}."
        case PredictionNeed.RANKING:
            likelier = f"where {quoted(positive or '1')} is likelier" if competition.classes else "for higher targets"
            return f"Submit any numbers: only their order counts, higher {likelier}."
        case _:
            return "Submit numbers in the target's own units."


def _validation(competition: Competition, profile: Profile, search: int | None) -> str:
    scheme = profile.validation
    if scheme.trust is Trust.REPORTED:
        return (
            "the harness cannot hold rows out here, so the script measures the metric itself, on training rows that it "
            'holds out, and writes `{"score": number}` to `validation.json`; this score decides'
        )
    by = {
        Scheme.KFOLD: "rows held out at random",
        Scheme.STRATIFIED: "rows held out at random, classes in proportion",
        Scheme.GROUP: f"whole groups of {quoted(scheme.group_column or '')} held out",
        Scheme.TIME: f"later rows held out, along {quoted(scheme.time_column or '')}, about as far ahead as the test",
    }[scheme.scheme]
    # In time fewer than asked for where the past is short; the latest windows are the confirmation's.
    count = search or scheme.folds
    if scheme.scheme is Scheme.TIME:
        dated = "; ".join(f"fold {n} {one_line(window, 60)}" for n, window in enumerate(profile.windows, 1))
        shown = f" ({dated})" if dated else ", fold 1 the earliest"
        return f"{count} folds, {by}{shown}, each learning from all before. Later windows confirm at the end"
    rows = profile.n_train // count
    return (
        f"{count} folds, {by}, some {rows} each{_one_row(competition, profile, rows)}. Fresh folds confirm at the end"
    )


def _one_row(competition: Competition, profile: Profile, rows: int) -> str:
    """What one held-out row is worth where they are few and the metric counts them: no smaller step can be seen."""
    if not 0 < rows <= _FEW_ROWS:
        return ""
    if competition.metric.name == "accuracy":
        return f" (one row is {1 / rows:.2g} of accuracy)"
    rarest = profile.facts.get("minority_share")
    if competition.metric.name in ("balanced_accuracy", "recall_macro") and isinstance(rarest, float) and rarest:
        most = 1 / len(competition.classes) / max(1.0, rows * rarest)
        return f" (one row of the rarest class is {most:.2g} of {competition.metric.name})"
    return ""


def _sample_columns(competition: Competition) -> tuple[str, ...]:
    return ((competition.id_column,) if competition.id_column else ()) + competition.submission_columns


def _columns(competition: Competition, profile: Profile, most: int) -> list[str]:
    media = {one.column: one for one in (*competition.image, *competition.audio)}
    first = [c for c in profile.columns if c.role not in (Role.NUMERIC, Role.CONSTANT)]
    kept = {c.name for c in (*first, *(c for c in profile.columns if c.role is Role.NUMERIC))[:most]}
    lines = [_column(c, media.get(c.name), profile) for c in profile.columns if c.name in kept]
    rest = [c for c in profile.columns if c.name not in kept]
    if rest:
        named = ", ".join(quoted(c.name, 40) for c in rest[:_FULL_NAMES])
        more = f" and {len(rest) - _FULL_NAMES} more" if len(rest) > _FULL_NAMES else ""
        roles = ", ".join(sorted({c.role.value for c in rest}))
        lines.append(f"{len(rest)} further columns ({roles}): {named}{more}")
    return lines


def _column(column: ColumnProfile, media: Media | None, profile: Profile) -> str:
    parts = [f"{quoted(column.name)}: {column.role.value}", *_spread(column)]
    if media is not None:
        parts.append(_files(media))
    gone = [("train", column.missing), ("test", column.test_missing or 0.0)]
    missing = ", ".join(f"{share:.1%} of {side}" for side, share in gone if share > 0)
    parts += [f"missing in {missing}"] if missing else []
    if not column.in_test and column.role is not Role.TARGET:
        parts.append("not in the test table")
    line = ", ".join(parts)
    cells = [_cell(row.get(column.name), column) for row in profile.rows]
    return f"{line} | {' | '.join(cells)}" if cells else line


def _cell(value: str | None, column: ColumnProfile) -> str:
    if value is None:
        return "missing"
    return one_line(value, 30) if column.role is Role.NUMERIC else quoted(value, 120)


def _files(media: Media) -> str:
    train, test = _path(media.train_folder, media), _path(media.test_folder, media)
    if train == test:
        return f"files {train}, those of train and test in one folder in every run"
    return f"files {train} (train), {test} (test)"


def _path(folder: str, media: Media) -> str:
    return f"input/{'' if folder == '.' else folder + '/'}<value>{media.suffix}"


def _spread(column: ColumnProfile) -> list[str]:
    parts = [] if column.role in (Role.CONSTANT, Role.TARGET) else [f"{column.n_unique} distinct"]
    if column.minimum is not None and column.maximum is not None and column.role is not Role.TARGET:
        parts.append(f"{column.minimum:.4g} to {column.maximum:.4g}")
        parts += [f"mean {column.mean:.4g}"] if column.mean is not None else []
        parts += [f"skew {column.skew:.1f}"] if column.skew is not None and abs(column.skew) >= 1 else []
    if column.mean_length is not None:
        parts.append(f"{column.mean_length:.0f} characters on average")
    parts += [one_line(column.span)] if column.span else []
    if column.levels:
        parts.append("levels " + ", ".join(f"{quoted(name, 30)} {share:.0%}" for name, share in column.levels.items()))
    if column.unseen:
        parts.append(f"{column.unseen:.1%} of test rows have levels that training rows lack")
    return parts


def _targets(profile: Profile) -> list[str]:
    more = len(profile.targets) - _TARGETS
    return [*map(_target, profile.targets[:_TARGETS]), *([f"And {more} more targets."] if more > 0 else [])]


def _target(target: TargetProfile) -> str:
    """How the target is spread: shares of the classes, or the moments of the numbers."""
    name = quoted(target.name)
    if target.shares:
        ordered = sorted(target.shares.items(), key=lambda item: -item[1])
        shown = ", ".join(f"{quoted(level, 40)} {share:.1%}" for level, share in ordered[:_CLASSES])
        more = f", and {target.n_unique - _CLASSES} more" if target.n_unique > _CLASSES else ""
        return f"Target {name}: {shown}{more}."
    if target.minimum is None or target.maximum is None:
        return f"Target {name}: {target.n_unique} different values."
    middle = f", mean {target.mean:.4g}" if target.mean is not None else ""
    middle += f", sd {target.sd:.4g}" if target.sd is not None else ""
    middle += f", skew {target.skew:.1f}" if target.skew is not None else ""
    counts = ", whole numbers" if target.is_count else ""
    return f"Target {name}: {target.minimum:.4g} to {target.maximum:.4g}{middle}{counts}."


def _machine(brief: Brief) -> str:
    has, limits = brief.profile.resources, brief.limits
    usual = charter(brief.competition.domain).packages
    installed = ", ".join(f"{name} {version}" for name, version in sorted(has.packages.items()))
    absent = [name for name in usual if missing(name, has.packages)]
    lines = [
        f"- Python {has.python}, {has.gpu or 'no GPU'}; each run has {limits.threads} thread"
        f"{'s' if limits.threads > 1 else ''}, {limits.memory_gb:g} GB and {limits.wall_s:g} s.",
        f"- Installed: {installed or 'not known'}.",
    ]
    lines += [f"- Not installed: {', '.join(absent)}."] if installed and absent else []
    return "\n".join(lines)
