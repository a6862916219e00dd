"""The facts that techniques' conditions are tested against: the profile's own, and a few that follow from it.

A profile's fact of the same name wins, so that techniques and skills speak of one thing.
"""

from __future__ import annotations

from haste.schema.brief import Brief
from haste.schema.conditions import Fact
from haste.schema.profile import Role


def facts_of(brief: Brief) -> dict[str, Fact]:
    competition, profile = brief.competition, brief.profile
    plain = profile.of_role(Role.NUMERIC, Role.CATEGORICAL)
    numeric, categorical = profile.of_role(Role.NUMERIC), profile.of_role(Role.CATEGORICAL)
    skews = [abs(column.skew) for column in numeric if column.skew is not None]
    target = profile.targets[0] if profile.targets else None
    packages = profile.resources.packages
    derived: dict[str, Fact] = {
        "domain": competition.domain,
        "kind": competition.kind.value,
        "metric": competition.metric.name,
        "metric_needs": competition.metric.needs.value,
        "rows": profile.n_train,
        "test_rows": profile.n_test,
        "columns": len(plain),
        "numeric_columns": len(numeric),
        "categorical_columns": len(categorical),
        "text_columns": len(profile.of_role(Role.TEXT)),
        "datetime_columns": len(profile.of_role(Role.DATETIME)),
        "image_columns": len(competition.image),
        "audio_columns": len(competition.audio),
        "targets": len(competition.targets),
        "rows_per_column": profile.n_train / max(1, len(plain)),
        "missing_share": sum(column.missing for column in plain) / max(1, len(plain)),
        "max_cardinality": max((column.n_unique for column in categorical), default=0),
        "max_skew": max(skews, default=0.0),
        "duplicate_share": profile.duplicate_rows,
        "shared_share": profile.shared_rows,
        "has_lightgbm": "lightgbm" in packages or not packages,
        "has_groups": profile.validation.group_column is not None,
        "has_time": profile.validation.time_column is not None,
    }
    if competition.classes:
        derived["classes"] = len(competition.classes)
    if profile.drift is not None:
        derived["drift_auc"] = profile.drift.auc
    if target is not None:
        derived["target_is_count"] = target.is_count
        if target.skew is not None:
            derived["target_skew"] = target.skew
        if target.minimum is not None:
            derived["target_minimum"] = target.minimum
        if target.shares:
            derived["minority_share"] = min(target.shares.values())
            derived["rarest_class_rows"] = min(target.shares.values()) * profile.n_train
    return {**derived, **profile.facts}
