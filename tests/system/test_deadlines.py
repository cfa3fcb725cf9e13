"""Deadlines of a served service: its role `work` fires them by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.samples.sample_services import eventually
from tests.support.servers.served_service import served

from embedded.processes.nats import Nats
from followup.domain.follow_up import decider
from followup.domain.opening import OpenFollowUp
from followup.main import service
from shared.kernel import Actor, Role, uuid7
from shared.messaging import topology
from shared.runtime.process_role import ProcessRole
from shared.settings import NatsAccess


@pytest.mark.parametrize("part", [ProcessRole.ALL, ProcessRole.WORK])
def test_a_review_falls_due_by_itself(
    part: ProcessRole, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    deployer = NatsAccess(nats.url, nats.deployer_seed)
    asyncio.run(topology.install(deployer, "local", service.name, service.reactions.publishers))
    with served(service, database, nats, tmp_path, part) as followup:
        app = followup.http.app.state.application  # type: ignore[attr-defined]
        case = uuid7()
        command = OpenFollowUp(
            uuid7(),
            app.clock.now(),
            structure=uuid7(),
            unit="dla-44",
            adviser="some-adviser",
            baseline={},
            definitions={},
            reviews={"M6": 6},
        )
        app.handle(decider, case, command, app.context(case, Actor("service:followup", Role.SERVICE)))
        app.clock.set_forward(app.clock.now() + timedelta(days=200))
        eventually(lambda: app.load(decider, case).state.reviews["M6"].fell_due)
