"""A ledger on a real log: what audit has heard, integrated and signed by hand, and served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serving import Served, served

from audit.ledger.note import Signer
from audit.ledger.signing import Signing
from audit.main import service
from embedded.nats import Nats
from shared.eventlog.application import ServiceApplication

ORIGIN = "registre.example/dla"
SEED = bytes(range(32))


@pytest.fixture
def audit(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    with served(service, database, nats, tmp_path) as running:
        yield running


@pytest.fixture
def app(audit: Served) -> ServiceApplication:
    application: ServiceApplication = audit.http.app.state.application  # type: ignore[attr-defined]
    return application


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "last-checkpoint"


@pytest.fixture
def signing(memory: Path) -> Signing:
    return Signing(Signer(ORIGIN, SEED), memory)
