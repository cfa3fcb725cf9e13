"""Snapshots without keys: they show what events show, and nothing that a person said."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.support.checks.secret_words import secrets_in, spelled
from tests.support.generated.golden_samples import SERVICES, service
from tests.support.histories.automatic_openings import UNIT
from tests.support.samples.existing_resources import standing

from embedded.processes.nats import Nats
from shared.eventlog import ServiceApplication, UnknownCase
from shared.eventlog.log import domain_sources

CONTACT = {
    "name": "Azenor",
    "function": "Présidente",
    "email": "azenor@example.org",
    "phone": "0240000000",
}


@pytest.mark.parametrize("name", [each for each in SERVICES if each != "audit"])
def test_no_snapshot_tells_what_a_person_said(
    name: str, database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept here of each aggregate as after its fiftieth event: no story is long enough to leave any."""
    said, handle = set[str](), ServiceApplication.handle

    def hearing(app: Any, decider: Any, stream: Any, command: Any, *more: Any, **named: Any) -> Any:
        said.update(each for each in secrets_in(command) if each.is_sought)
        return handle(app, decider, stream, command, *more, **named)

    monkeypatch.setattr(ServiceApplication, "handle", hearing)
    with standing(name, database, nats, tmp_path) as (running, known):
        if name == "intake":
            path = f"/api/v1/requests/{known['/api/v1/requests/{}']}/contact"
            answer = running.by("adviser").post(path, {"contact": CONTACT, "reason": "Elle préside désormais."})
            assert answer.status_code == 200, answer.text
            assert said >= {*CONTACT.values(), "Maëlle Kerdoncuff"}
        keep_snapshots(running.application)
        kept = running.application.recorder.fetch("SELECT topic, state FROM {schema}.snapshots")
        aggregates = {each["topic"].partition("/")[2].partition(":")[0] for each in kept}
        assert len(aggregates) >= 2, aggregates
        clear = b" ".join(bytes(each["state"]) for each in kept)
        assert UNIT.encode() in clear
        assert len(said) >= 3
        assert [each for each in said if any(spelling in clear for spelling in spelled(each))] == []


@pytest.mark.parametrize("name", [each for each in SERVICES if each != "audit"])
def test_no_snapshot_outlives_a_change_of_its_domain_or_of_the_kernel(name: str) -> None:
    """Every module of the domain that this program has loaded is in the hash of each of the service's own deciders."""
    deciders = [each for each in service(name).deciders if each.evolve.__module__.startswith(f"{name}.domain")]
    modules = {
        Path(module.__file__)
        for path, module in sys.modules.items()
        if path.startswith((f"{name}.domain.", "shared.kernel.")) and module.__file__
    }
    assert deciders and len(modules) > 15
    for decider in deciders:
        assert modules <= set(domain_sources(decider.evolve)), decider.name


def keep_snapshots(app: ServiceApplication) -> None:
    streams = {entry.originator_id for entry in app.recorder.select_notifications(None, 10_000)}
    for decider in app.deciders:
        for stream in streams:
            with suppress(UnknownCase):
                app._snapshot_every_so_often(decider, stream, 0, app.SNAPSHOT_EVERY)
