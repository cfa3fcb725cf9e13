"""One deployment of intake: what is read before it answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.servers.served_service import served

from embedded.processes.nats import Nats
from intake.bootstrap import Deployment
from intake.main import build_service


def test_the_first_requests_wait_for_no_reference_file(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    deployment = Deployment()
    service = build_service(deployment)
    assert {"reference", "competence"} & vars(deployment).keys() == set(), "a service that describes itself reads none"
    with served(service, database, nats, tmp_path):
        assert vars(deployment).keys() >= {"reference", "competence"}
