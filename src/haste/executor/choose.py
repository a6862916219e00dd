"""Which isolation works on this machine. Found out by running something in each, never by reading version numbers."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from haste.schema.errors import SandboxUnavailable
from haste.schema.execution import Guarantee, Job, Limits

from .bwrap import Bubblewrap
from .cell import Cell, CellFailed
from .interpreter import Interpreter, ask_interpreter
from .isolation import Isolation, Place
from .landlock import Landlock
from .outcome import judge
from .plain import Plain
from .scratch import prepare_empty, prepare_slot

Mode = Literal["auto", "required", "off"]
_REQUIRED = frozenset({Guarantee.NO_NETWORK, Guarantee.PRIVATE_FILES})
_LIMITS = Limits(wall_s=30.0, cpu_s=30.0, memory_gb=1.0)


@dataclass(frozen=True)
class Availability:
    """One isolation on this machine, best first in the list that `available` returns."""

    isolation: Isolation
    works: bool
    reason: str  # why it does not work; empty where it does
    warm: bool  # whether candidates may fork from a warm supervisor

    @property
    def name(self) -> str:
        return self.isolation.name

    @property
    def missing(self) -> tuple[Guarantee, ...]:
        """The guarantees that it does not give, in the order of their definition."""
        given = self.isolation.guarantees() if self.works else frozenset()
        return tuple(guarantee for guarantee in Guarantee if guarantee not in given)


def available(python: Path | None = None) -> list[Availability]:
    """Try every isolation with the candidates' interpreter (None: our own); best first. Takes about half a second."""
    interpreter = ask_interpreter(python or Path(sys.executable))
    return [_try(isolation, interpreter) for isolation in (Bubblewrap(), Landlock(), Plain())]


def choose(mode: Mode, python: Path | None = None) -> Isolation:
    """The best isolation that works here; with "off" none at all.

    Raises SandboxUnavailable where "required" asks for private files and no network and nothing gives both.
    """
    if mode == "off":
        return Plain()
    interpreter = ask_interpreter(python or Path(sys.executable))
    reasons = []
    for isolation in (Bubblewrap(), Landlock()):
        found = _try(isolation, interpreter)
        if found.works and (mode == "auto" or isolation.guarantees() >= _REQUIRED):
            return isolation
        lacking = ", ".join(sorted(_REQUIRED - isolation.guarantees()))
        reasons.append(f"{found.name}: {found.reason or f'it does not promise {lacking}'}")
    if mode == "required":
        message = "this machine cannot isolate candidates: " + "; ".join(reasons)
        raise SandboxUnavailable(message, hint="install bubblewrap and allow user namespaces, or use --sandbox auto")
    return Plain()


def _try(isolation: Isolation, interpreter: Interpreter) -> Availability:
    if not isolation.guarantees():
        return Availability(isolation, works=False, reason="this kernel does not offer it", warm=False)
    with tempfile.TemporaryDirectory(prefix="haste-") as folder:
        place = Place(*prepare_slot(Path(folder) / "slot"), prepare_empty(Path(folder) / "empty"))
        cell = Cell(isolation, place, interpreter, 1)
        try:
            cell.start(())
            run = cell.run(Job("probe", {"solution.py": b"pass"}, place.empty / "folder", _LIMITS), lambda: False)
        except CellFailed as error:
            return Availability(isolation, works=False, reason=str(error), warm=False)
        finally:
            cell.kill()
        assert run is not None  # nobody cancels it
        reason = judge(run.end, run.stderr)[1]
        return Availability(isolation, works=not reason, reason=reason, warm=isolation.can_fork_warm())
