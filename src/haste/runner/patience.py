"""Waiting for somebody else no longer than there is time, and not after Ctrl-C."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

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
