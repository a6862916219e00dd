"""What a study leaves: `comparison.json`, and the same for a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from haste.campaign.study.carry import Study


def tell(study: Study, *, as_json: bool) -> None:
    from haste.campaign.study.compare import compare

    comparison = compare(study.config.plan, study.rows())
    told = comparison.model_dump(mode="json")
    (study.root / "comparison.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(told))
        return
    for arm in comparison.arms:
        typer.echo(
            f"{arm.arm:14s} runs {arm.runs} medals {arm.medals} norm {arm.normalised.value} itb "
            f"{arm.iterations_to_best.value} keep {arm.keep_rate.value} skills {arm.skills_loaded:.1f} exec "
            f"{arm.executions} recalled {arm.recalled}"
        )
    for one in comparison.contrasts:
        typer.echo(f"{one.name}: {one.model_dump_json(exclude={'by_domain'})}\n   {one.by_domain}")
