"""The one tree of errors, named by whose fault it is.

    HasteError
    |-- ConfigError        the user's options or files of settings        exit 2
    |-- CompetitionError   the competition's folder                       exit 3
    |-- SubmissionError    a submission that cannot be scored             exit 4
    |-- StoreError         the run's folder on disk                       exit 5
    |   `-- JournalCorrupt a journal that was torn in its middle or edited
    |-- ExecutorError      this machine's ability to run candidates       exit 6
    |   `-- SandboxUnavailable  isolation was required and is not there
    `-- ProviderError      a language model's provider                    exit 7

What a candidate does wrong is no error: it is an `Outcome`. The end of a budget is a `StopReason`.
"""

from __future__ import annotations


class HasteError(Exception):
    """What went wrong, where, and what to do about it, in words for the person at the terminal."""

    exit_code = 1
    kind = "error"

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.where, self.hint = message, where, hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{advice}"


class ConfigError(HasteError):
    exit_code, kind = 2, "config"


class CompetitionError(HasteError):
    exit_code, kind = 3, "competition"


class SubmissionError(HasteError):
    exit_code, kind = 4, "submission"


class StoreError(HasteError):
    exit_code, kind = 5, "store"


class JournalCorrupt(StoreError):
    kind = "journal"


class ExecutorError(HasteError):
    exit_code, kind = 6, "executor"


class SandboxUnavailable(ExecutorError):
    kind = "sandbox"


class ProviderError(HasteError):
    exit_code, kind = 7, "provider"
