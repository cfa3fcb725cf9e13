"""Seals of the access log: what is deleted afterwards, by whoever owns the tables, is missed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.support.generated.golden_samples import service
from tests.support.histories.audit_events import commit_to_ledger
from tests.support.servers.served_service import environment_of, ready
from typer.testing import CliRunner

from audit.main import cli as audit_cli
from audit.reconcile.run import check_own_log
from diagnostic.main import cli as diagnostic_cli
from embedded.processes.nats import Nats
from shared.access import AccessLog, AccessLogSealed, AccessRecord, seal_decider
from shared.access.access_log_seal import COLUMNS, SealAccessLog, seal_stream_id, start_of_next_day
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role, paris_date, uuid7
from shared.messaging import messages_of
from shared.settings import Settings
from shared.testing.scenarios import Scenarios

MONDAY = date(2026, 3, 2)
CLIS = {"diagnostic": diagnostic_cli, "audit": audit_cli}


@dataclass
class Sealing:
    """A service with its log, its housekeeping and its command line."""

    name: str
    app: ServiceApplication
    settings: Settings

    def read(self, times: int = 1) -> None:
        log = AccessLog(self.app, timedelta(days=365))
        for _ in range(times):
            read = AccessRecord(Actor("a", Role.AUDITOR), None, operation="o", address="/", correlation=uuid7())
            log.record(replace(read, reason="Contrôle"))

    def days_later(self, days: int) -> None:
        self.app.clock.set_forward(self.app.clock.now() + timedelta(days=days))

    def seal(self) -> Any:
        return service(self.name).seal_access_log(self.app)

    def verify(self) -> tuple[int, list[Any], str]:
        environment = environment_of(self.settings) | {"DLA_DEV_CLOCK": str(self.settings.dev_clock)}
        cli: typer.Typer = CLIS[self.name]
        done = CliRunner().invoke(cli, ["verify-access-log"], env=environment)
        return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def alter(self, statement: str) -> None:
        """As the owner of the tables, who may."""
        self.app.recorder.fetch(statement)


@pytest.fixture
def sealing_of(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Callable[[str], Sealing]]:
    """`sealing_of("audit")`: at noon, so that no test ends on another day than it began."""
    with ExitStack() as leaving:

        def opened(name: str) -> Sealing:
            settings, _ = ready(service(name), database, nats, tmp_path)
            app = leaving.enter_context(closing(service(name).application(settings)))
            app.clock.set_forward(start_of_next_day(paris_date(app.clock.now())) + timedelta(hours=12))
            return Sealing(name, app, settings=settings)

        yield opened


given = Scenarios(seal_decider)


def test_a_day_is_sealed_once_and_days_in_their_order() -> None:
    sealed = AccessLogSealed(MONDAY, 3, digest="ab")
    given().when(SealAccessLog(MONDAY, 3, digest="ab"), by=Role.SERVICE).then(sealed)
    for day in (MONDAY, MONDAY - timedelta(days=1)):
        given(sealed).when(SealAccessLog(day, 4, digest="cd"), by=Role.SERVICE).then()


@pytest.mark.parametrize("name", ["diagnostic", "audit"])
def test_entries_that_are_deleted_are_missed(name: str, sealing_of: Callable[[str], Sealing]) -> None:
    sealing = sealing_of(name)
    first = paris_date(sealing.app.clock.now())
    sealing.read(times=3)
    assert sealing.seal() == [], "the day is not over"
    sealing.days_later(2)
    sealing.read()
    unsealed = {"day": str(first), "sealed": None, "found": 3, "matches": False}
    assert sealing.verify()[:2] == (1, [unsealed])
    assert (sealing.seal(), sealing.seal()) == ([first], [])
    sealing.days_later(2)
    (second,) = sealing.seal()
    assert sealing.verify()[0] == 0
    sealing.alter("DELETE FROM {schema}.access_log WHERE id = (SELECT id FROM {schema}.access_log ORDER BY at LIMIT 1)")
    code, days, said = sealing.verify()
    assert (code, said) == (1, f"{name}: 1 of the 3 entries of {first} are missing\n")
    assert days == [
        {"day": str(first), "sealed": 3, "found": 2, "matches": False},
        {"day": str(second), "sealed": 1, "found": 1, "matches": True},
    ]
    sealing.days_later(362)
    assert [day["day"] for day in sealing.verify()[1]] == [str(second)], "entries of the first may be past their term"


def test_every_column_of_an_entry_is_sealed(sealing_of: Callable[[str], Sealing]) -> None:
    columns = sealing_of("diagnostic").app.recorder.fetch(
        "SELECT attname AS name FROM pg_attribute WHERE attrelid = '{schema}.access_log'::regclass AND attnum > 0"
        " AND NOT attisdropped"
    )
    assert {each["name"] for each in columns} == {*COLUMNS}


def test_a_day_is_sealed_an_hour_after_its_end(sealing_of: Callable[[str], Sealing]) -> None:
    """A read of its last minutes may still be committed, or recorded by a clock that is behind."""
    sealing = sealing_of("diagnostic")
    sealing.read()
    day = paris_date(sealing.app.clock.now())
    sealing.app.clock.set_forward(start_of_next_day(day) + timedelta(minutes=55))
    assert sealing.seal() == []
    sealing.app.clock.set_forward(start_of_next_day(day) + timedelta(minutes=61))
    assert sealing.seal() == [day]


COPY = (
    "INSERT INTO {schema}.access_log (id, at, actor, role, operation, address, units, correlation) SELECT"
    " gen_random_uuid(), at, actor, role, operation, address, units, correlation FROM {schema}.access_log"
)


def test_entries_that_are_altered_or_added_are_seen(sealing_of: Callable[[str], Sealing]) -> None:
    sealing = sealing_of("diagnostic")
    sealing.read(times=2)
    sealing.days_later(2)
    (day,) = sealing.seal()
    assert sealing.verify()[0] == 0
    for alteration, difference in {
        "UPDATE {schema}.access_log SET actor = 'b'": f"the 2 entries of {day} are not those that were sealed",
        "UPDATE {schema}.access_log SET at = at + interval '1 microsecond'": "are not those that were sealed",
        "UPDATE {schema}.access_log SET reason = reason || reason": "are not those that were sealed",
        COPY: f"2 entries were added to the 2 of {day}",
    }.items():
        sealing.alter("CREATE TABLE kept AS TABLE {schema}.access_log")
        sealing.alter(alteration)
        code, _, said = sealing.verify()
        assert code == 1 and difference in said, alteration
        sealing.alter("TRUNCATE {schema}.access_log")
        sealing.alter("INSERT INTO {schema}.access_log TABLE kept")
        sealing.alter("DROP TABLE kept")
    assert sealing.verify()[0] == 0


def test_the_seal_travels_without_who_read_what(sealing_of: Callable[[str], Sealing]) -> None:
    sealing = sealing_of("diagnostic")
    sealing.read()
    sealing.days_later(2)
    sealing.seal()
    app = sealing.app
    entries = app.recorder.entries_of_stream(seal_stream_id("diagnostic"))
    (message,) = messages_of(app, service("diagnostic").to_integration_event, entries)
    assert (message.contract, set(message.body or {})) == ("access-log-sealed:v1", {"day", "entries", "digest"})
    assert message.header.actor == "service:diagnostic"


def test_audit_seals_its_own_in_its_ledger(sealing_of: Callable[[str], Sealing]) -> None:
    sealing = sealing_of("audit")
    for _ in range(2):
        sealing.read()
        sealing.days_later(2)
        sealing.seal()
    commit_to_ledger(sealing.app)
    (size,) = sealing.app.recorder.fetch("SELECT size FROM {schema}.ledger")
    assert size["size"] == 2
    assert (sealing.verify()[0], list(check_own_log(sealing.app))) == (0, [])
    sealing.alter(
        "UPDATE {events} SET state = convert_to(replace(convert_from(state, 'UTF8'), '1', '2'), 'UTF8')"
        " WHERE position = 1"
    )
    code, _, said = sealing.verify()
    assert code == 1 and "audit: the seals themselves were altered" in said
