"""The recipes of the operator's guide for back-ups, as they are written there, on a service that the ledger knows."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.support.servers.backup_place import BackupPlace
from tests.support.servers.reconciled_intake import (
    create_requests,
    find_differences,
    published_messages,
    receive_messages,
)
from tests.support.servers.served_service import Serve, Served

from audit.main import service as audit_service
from audit.reconcile.finding import FindingKind
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service as intake_service
from shared.runtime.rebuild_check import check_rebuild

BEFORE, AFTER = 3, 2


@pytest.fixture
def audit(serve: Serve) -> Served:
    return serve(audit_service)


def test_a_service_moves_to_another_database_and_nothing_differs(
    audit: Served, postgres: Postgres, nats: Nats, tmp_path: Path
) -> None:
    key = secrets.token_bytes(32)
    here, there = (BackupPlace(intake_service, postgres, nats, tmp_path, sealing_key=key) for _ in range(2))
    with here.serve() as intake:
        create_requests(intake, BEFORE)
        receive_messages(audit.application, published_messages(intake))
        here.run("pg_dump", intake, tmp_path)
    there.run("pg_restore", intake, tmp_path)
    with there.serve() as moved:
        assert find_differences(audit.application, moved) == []
        lines = [line for line in check_rebuild(intake_service, moved.application, set()) if "aggregate" in line]
        assert [line["matches"] for line in lines] == [True] * len(lines)
        assert "Maëlle 1" in str(lines), "its values can be read under the same sealing key"
        create_requests(moved, 1, first=100)
        receive_messages(audit.application, published_messages(moved)[BEFORE:])
        assert find_differences(audit.application, moved) == []


def test_what_an_older_backup_lost_is_named_once_it_is_declared(
    audit: Served, postgres: Postgres, nats: Nats, tmp_path: Path
) -> None:
    key = secrets.token_bytes(32)
    here, there = (BackupPlace(intake_service, postgres, nats, tmp_path, sealing_key=key) for _ in range(2))
    with here.serve() as intake:
        create_requests(intake, BEFORE)
        here.run("pg_dump", intake, tmp_path)
        create_requests(intake, AFTER, first=100)
        receive_messages(audit.application, published_messages(intake))
    there.run("pg_restore", intake, tmp_path)
    there.run("dla-intake declare-restored", intake, tmp_path)
    with there.serve() as restored:
        create_requests(restored, 1, first=200)
        found = find_differences(audit.application, restored)
        assert [(each.kind, each.position) for each in found] == [
            (FindingKind.RESTORED, BEFORE),
            *((FindingKind.LOST, BEFORE + nth) for nth in range(1, AFTER + 1)),
        ]
