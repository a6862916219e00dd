"""What every test may rely on."""

from __future__ import annotations

import ipaddress
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
# Commands that are run for real must not read or write the skill store of whoever runs the tests.
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="haste-tests-")

# Rooms whose files take longest begin, so that no worker is left alone with one of them at the end.
LONG = ("tests/e2e/", "tests/campaign/", "tests/runner/")

# No test asks a hosted model, and no command that a test runs does either, unless a person opts in.
NETWORK = bool(os.environ.get("HASTE_TESTS_NETWORK"))
if not NETWORK:
    os.environ["HASTE_OFFLINE"] = "1"


@pytest.fixture(autouse=True, scope="session")
def only_this_machine() -> Iterator[None]:
    """Refuses every connection to another machine, whoever opens it."""
    if NETWORK:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(str(address[0])):
            message = f"a test tried to reach {address[0]}; HASTE_TESTS_NETWORK=1 would allow it"
            raise PermissionError(message)
        return connect(self, address)

    return guarded


def _is_here(host: str) -> bool:
    return host == "localhost" or ipaddress.ip_address(host.partition("%")[0]).is_loopback
