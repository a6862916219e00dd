"""What the first stage learned about the data, as a part of the report."""

from __future__ import annotations

from haste.schema.profile import ColumnProfile, Profile, TargetProfile

from .markup import Markup, Piece, facts, fold_away, join, listing, section, table, tag
from .narration import one_line
from .numbers import UNKNOWN, score_text, share_text
from .story import Story

MOST_COLUMNS = 200  # rows of the table; a wide competition's page would otherwise be all columns
OPEN_COLUMNS = 20  # up to so many are shown without a click
HEADS: list[Piece] = ["column", "role", "type", "levels", "missing", "in test", "range", "mean", "examples"]


def data_section(story: Story) -> Markup:
    profile = story.state.profile
    if profile is None:
        return section("data", "The data", tag("p", "Not profiled yet.", class_="soft"))
    competition = story.started.competition
    return section(
        "data",
        "The data",
        tag("p", profile.validation_reason),
        facts(_facts(profile)),
        tag("h3", "Target" if len(profile.targets) == 1 else "Targets"),
        *(_target(target) for target in profile.targets),
        tag("h3", "Columns"),
        _columns(profile),
        join(tag("h3", "Noticed"), listing(list(profile.notes))) if profile.notes else None,
        join(tag("h3", "Inferred, not stated"), listing(list(competition.inferred))) if competition.inferred else None,
    )


def _facts(profile: Profile) -> list[tuple[str, Piece]]:
    drift = profile.drift
    if drift is None:
        told = "not measurable"
    else:
        columns = f"; most by {', '.join(drift.columns[:3])}" if drift.columns and drift.auc >= 0.6 else ""
        told = f"AUC {drift.auc:.2f} of telling train from test rows (0.5: none){columns}"
    return [
        ("rows", f"{profile.n_train:,} to train on, {profile.n_test:,} to predict"),
        ("validation", f"{profile.validation.scheme.value}, {profile.validation.folds} folds"),
        ("drift", told),
        (
            "duplicates",
            f"{share_text(profile.duplicate_rows)} of training rows; {share_text(profile.shared_rows)} of test",
        ),
    ]


def _target(target: TargetProfile) -> Markup:
    if not target.shares:
        spread = f"from {score_text(target.minimum)} to {score_text(target.maximum)}"
        middle = f"mean {score_text(target.mean)}, standard deviation {score_text(target.sd)}"
        return tag("p", tag("code", target.name), f": {spread}, {middle}, skew {score_text(target.skew)}")
    ordered = sorted(target.shares.items(), key=lambda item: -item[1])
    told = ", ".join(f"{one_line(name, 30)}: {share_text(share)}" for name, share in ordered[:12])
    more = f", and {target.n_unique - 12} more" if target.n_unique > 12 else ""
    return tag("p", tag("code", target.name), f": {target.n_unique} values: {told}{more}")


def _columns(profile: Profile) -> Markup:
    rows = [_column(column) for column in profile.columns[:MOST_COLUMNS]]
    made = table(HEADS, rows, frozenset({3, 4, 7}))
    left = len(profile.columns) - MOST_COLUMNS
    if left > 0:
        made = join(made, tag("p", f"and {left} more columns", class_="soft small"))
    return made if len(profile.columns) <= OPEN_COLUMNS else fold_away(f"{len(profile.columns)} columns", made)


def _column(column: ColumnProfile) -> list[Piece]:
    known = column.minimum is not None and column.maximum is not None
    spread = f"{score_text(column.minimum)} … {score_text(column.maximum)}" if known else ""
    if column.mean_length is not None:
        spread = f"{column.mean_length:.0f} characters on average"
    in_test = "yes" if column.in_test else "no"
    if column.unseen:
        in_test += f", {share_text(column.unseen)} unseen levels"
    return [
        tag("code", column.name),
        column.role.value,
        column.dtype,
        f"{column.n_unique:,}",
        share_text(column.missing),
        in_test,
        spread,
        score_text(column.mean) if column.mean is not None else UNKNOWN,
        ", ".join(one_line(example, 60) for example in column.examples),
    ]
