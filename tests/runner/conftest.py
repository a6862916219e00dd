"""What every test of this room shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haste.executor import zygote


@pytest.fixture(autouse=True, scope="package")
def _scripts_of_the_toy_import_two_packages() -> Iterator[None]:
    """Their supervisors import those, and no other that would be imported for nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zygote, "PRELOAD", ("numpy", "pandas"))
        yield
