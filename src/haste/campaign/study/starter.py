"""The inventory that ships with the package: what the cold runs of a study taught, beyond single competitions.

Skills of one competition stay out, so that nobody who runs a bundled competition is told about itself. The ledger stays
whole: it is what the skills rest on, and what later runs are added to.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from haste.schema.events import Event
from haste.schema.knowledge import Status, StoreWrite, Tier
from haste.skills.inventory import load_inventory
from haste.skills.promote import Judge
from haste.skills.skill import path_of, write_skill
from haste.store.inventory import LEARNINGS, LEDGER, SkillFiles, begin

from .learned import learn


def make_starter(folder: Path, runs: Iterable[Iterable[Event]], judge: Judge, scratch: Path) -> int:
    """Write the starter inventory to `folder`, in place of what is there. Returns the number of its skills."""
    learn(scratch, runs, judge)
    whole = SkillFiles(scratch)
    chosen = [
        held.skill.model_copy(update={"origin": "starter"})
        for held in load_inventory(whole.read().files).held
        if held.skill.tier is not Tier.COMPETITION and held.skill.status is not Status.RETIRED
    ]
    shutil.rmtree(folder, ignore_errors=True)
    files = begin(folder, None)
    files.write([StoreWrite(path_of(skill), write_skill(skill)) for skill in chosen])
    shutil.rmtree(folder / LEDGER)
    shutil.copytree(scratch / LEDGER, folder / LEDGER)
    shutil.rmtree(folder / LEARNINGS, ignore_errors=True)
    (folder / ".lock").unlink(missing_ok=True)
    return len(chosen)
