"""What a person may choose about a run. Stored whole in the journal's first event."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from .execution import Limits
from .knowledge import Loading
from .model import Role
from .value import Value


class Start(StrEnum):
    WARM = "warm"
    COLD = "cold"


class SearchConfig(Value):
    """The five stages' dials. The paper's numbers are the defaults (arXiv 2606.30911)."""

    prototypes: int = Field(3, ge=1, le=10)
    iterations: int = Field(20, ge=0)
    runner_up_iterations: int = Field(6, ge=0)
    debug_attempts: int = Field(2, ge=0, le=5)
    escalate_after: int = Field(2, ge=1)  # non-improvements in a row until the next scale
    stagnation_after: int = Field(12, ge=1)  # non-improvements in a row that end a branch: two rounds of the scales
    keep_confidence: float = Field(0.8, gt=0.5, lt=1)  # one-sided, of the corrected paired t test on fold gains
    finalists: int = Field(3, ge=1)  # how many candidates are confirmed, and at most so many are averaged
    first_folds: int = Field(2, ge=1)  # folds that run before a clearly worse candidate is stopped
    lost_attempts: int = Field(3, ge=1)  # tries before a machine's failures end a candidate
    runner_up: bool = True
    noise_aware: bool = True
    confirm: bool = True
    ensemble: bool = True
    escalation: bool = True


class Budget(Value):
    """Hard limits of a whole run; None is no limit."""

    time_limit_s: float | None = Field(1800.0, gt=0)
    max_usd: float | None = Field(None, ge=0)  # of model calls
    max_tokens: int | None = Field(None, ge=0)  # input and output of all model calls together


class ModelConfig(Value):
    """Whom the engineer asks. Names are PROVIDER:NAME; a role without one asks `RunConfig.model`."""

    orchestrator: str | None = None
    specialist: str | None = None
    reflect: str | None = None
    fallback: str | None = None  # asked where the first has given up
    base_url: str | None = None  # of an OpenAI- or Anthropic-compatible endpoint
    reply_mode: Literal["tool", "native", "prompted"] = "tool"  # how a typed answer is asked for; local servers differ
    timeout_s: float = Field(300.0, gt=0)  # of one call
    max_output_tokens: int | None = Field(None, ge=1)  # of one call; None: as much as a question asks for
    attempts: int = Field(6, ge=1)  # of one call, with growing pauses, before a model is given up
    # In the form of a price file; from the run's beginning on the whole of what it reckons with.
    prices: dict[str, Any] | None = None


class RunConfig(Value):
    competition: str  # a bundled name, or the absolute path of a folder
    seed: int = Field(0, ge=0)
    model: str = "builtin"
    models: ModelConfig = ModelConfig()
    domain: str | None = None  # settled before the run, where the folder does not state it; None: the run asks
    start: Start = Start.COLD
    order: Literal["random", "textbook"] = "random"
    loading: Loading = Loading.NONE
    competition_tier: bool = True
    # Ranked policies may fill this share of what the tiered one would; 0: the usual budget.
    as_tiered: float = Field(0.0, ge=0, le=1)
    skills_dir: str | None = None  # the store: read at a warm start, and given the run's evidence at its end
    withhold: float = Field(0.15, ge=0, le=0.5)  # share of active skills that is withheld at random; 0: none at all
    search: SearchConfig = SearchConfig()
    budget: Budget = Budget()
    limits: Limits = Limits()
    folds: int | None = Field(None, ge=2, le=20)
    workers: int = Field(1, ge=1)
    python: str | None = None  # the candidates' interpreter; None: our own
    sandbox: Literal["auto", "required", "off"] = "auto"
    executor: str = "local"
    from_solution: str | None = None  # blob of the user's own script
    replay: str | None = None  # the absolute path of a recorded run that answers in the models' place

    def model_of(self, role: Role) -> str:
        """PROVIDER:NAME of whom a role asks first."""
        named: str | None = getattr(self.models, role.value)
        return named or self.model
