"""Waiting for somebody else: how long before asking again, no longer than there is time, and not after Ctrl-C."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from haste.schema.model import ModelFault

T = TypeVar("T")

FIRST_PAUSE_S = 1.0  # at most, after a first failure; twice that after the next, and so on
LONGEST_PAUSE_S = 60.0
LONGEST_HINT_S = 600.0  # a provider that asks for a longer pause is given up
NOT_WAITED_FOR = "not waited for"  # how the record words a call that was left to itself
POLL_S = 0.2  # how soon Ctrl-C and the end of the time are noticed


class Abandoned(Exception):
    """It was not waited for any longer."""


def in_time(call: Callable[[], T], over: Callable[[], bool]) -> T:
    """What `call` returns or raises, or Abandoned once `over` says so; the call then goes on unheard to its own end.

    It runs in a thread of its own, since a library that waits for a server listens to nobody meanwhile.
    """
    done: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((call(), None))
        except BaseException as fault:  # whatever it is, it belongs to whoever waits
            done.put((None, fault))

    threading.Thread(target=run, daemon=True).start()  # a daemon: it must not keep a finished run from ending
    while True:
        try:
            value, fault = done.get(timeout=POLL_S)
        except queue.Empty:
            if over():
                raise Abandoned from None
            continue
        if fault is not None:
            raise fault
        return value  # type: ignore[return-value]


def growing_pause_s(fault: ModelFault, chance: float, attempt: int) -> float | None:
    """A growing pause with full jitter, or the provider's hint if longer; None where that is too long to wait.

    `chance` is in [0, 1). The jitter spreads many runs that met the same overload
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    pause = chance * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))
    pause = max(pause, fault.retry_after_s or 0.0)  # a hint of nothing would use up all attempts at once
    return None if pause > LONGEST_HINT_S else pause
