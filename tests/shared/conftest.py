"""An empty log for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.support.samples.note_aggregate import open_notes

from shared.eventlog import ServiceApplication


@pytest.fixture
def url(database: Callable[..., str]) -> str:
    return database("notes")


@pytest.fixture
def app(url: str) -> Iterator[ServiceApplication]:
    application = open_notes(url)
    application.create_tables()
    yield application
    application.close()
