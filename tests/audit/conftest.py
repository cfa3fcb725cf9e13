"""A ledger on a real log: events received, integrated and signed by hand, and served."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.servers.served_service import Serve, Served

from audit.ledger.signing import CheckpointSigner
from audit.main import service
from audit.tlog import Signer
from shared.eventlog import ServiceApplication

ORIGIN = "registre.example/dla"
SEED = bytes(range(32))


@pytest.fixture
def audit(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def app(audit: Served) -> ServiceApplication:
    application: ServiceApplication = audit.http.app.state.application  # type: ignore[attr-defined]
    return application


@pytest.fixture
def checkpoint_file(tmp_path: Path) -> Path:
    return tmp_path / "last-checkpoint"


@pytest.fixture
def checkpoint_signer(checkpoint_file: Path) -> CheckpointSigner:
    return CheckpointSigner(Signer(ORIGIN, SEED), checkpoint_file)
