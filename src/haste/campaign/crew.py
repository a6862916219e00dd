"""Runs side by side, one thread each. Decides nothing; a run that fails is told of and never ends a campaign."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable

from haste.schema.campaign import Assignment, RunEnded, RunId

POLL_S = 0.2  # how soon a request to pause is noticed


class Paused(BaseException):
    """The campaign is to be left as it is. No `Exception`, so that nothing on the way mistakes it for a failure."""


class Crew:
    """`work` carries one run to its end in the thread that calls it. It must call `pause_point` now and then."""

    def __init__(self, work: Callable[[Assignment], RunEnded]) -> None:
        self._work = work
        self._threads: dict[RunId, threading.Thread] = {}
        self._ended: queue.SimpleQueue[RunEnded | BaseException] = queue.SimpleQueue()
        self._stopping = threading.Event()

    def pause_point(self) -> bool:
        """Raises Paused once the crew is stopping; else False, so that it serves as a run's `interrupted`."""
        if self._stopping.is_set():
            raise Paused
        return False

    def pause(self, seconds: float) -> None:
        """Sleep in a run's thread. Raises Paused as soon as the crew is stopping."""
        self._stopping.wait(seconds)
        self.pause_point()

    def carry_on(self, running: Iterable[Assignment]) -> None:
        """Begin those that are not under way in this process."""
        for one in running:
            if one.run not in self._threads:
                thread = threading.Thread(target=self._carry_out, args=(one,), name=one.run, daemon=True)
                self._threads[one.run] = thread
                thread.start()

    def wait(self, interrupted: Callable[[], bool]) -> RunEnded:
        """The next run that ends. Raises Paused when the person asks for it, and what a thread could not handle."""
        while True:
            if interrupted():
                raise Paused
            try:
                ended = self._ended.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if isinstance(ended, BaseException):
                raise ended
            self._threads.pop(ended.run).join()
            return ended

    def stop(self) -> None:
        """Every run is left where its journal stands; their candidates are killed."""
        self._stopping.set()
        for thread in self._threads.values():
            thread.join()

    def _carry_out(self, one: Assignment) -> None:
        try:
            self._ended.put(self._work(one))
        except Paused:
            return
        except BaseException as fault:
            self._ended.put(fault)
