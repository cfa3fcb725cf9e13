"""The certified provider, running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.servers.certified_provider import Provider, installed


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    installed()
    provider = Provider(tmp_path)
    provider.start()
    yield provider
    provider.stop()
