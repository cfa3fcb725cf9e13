"""TLS between all programs: each verifies its peer, and sends nothing unencrypted."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from eventsourcing.persistence import PersistenceError
from nats.errors import Error as NatsError
from pydantic import SecretStr
from tests.support.samples.sample_services import REGION, Desk, Workshop, desk_at, eventually, register_in_turn
from tests.support.servers.certificate_authority import ELSEWHERE, Authority, Files
from tests.support.servers.running_server import up
from tests.support.servers.served_service import environment_of, ready
from tests.support.servers.tls_proxy import TlsFront
from tests.support.servers.transport_harness import DESK, WORKSHOP, Carrier, Loop

from diagnostic.main import service as diagnostic
from embedded.processes import ports
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.eventlog.storage.factory import LogFactory, url_settings
from shared.kernel import uuid7
from shared.messaging import Feed, FeedUnavailable
from shared.messaging.nats_access import connect
from shared.messaging.permissions import accounts
from shared.settings import NatsAccess


class NatsOverTls(Nats):
    files: Files

    @property
    def url(self) -> str:
        return f"tls://127.0.0.1:{self.port}"

    def _settings(self) -> str:
        certificate, key = self.files
        return f'{super()._settings()}tls {{cert_file: "{certificate}", key_file: "{key}", handshake_first: auto}}\n'


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("another"))


@pytest.fixture
def nats(authority: Authority, tmp_path: Path) -> Iterator[Nats]:
    told = accounts([DESK, WORKSHOP], REGION)
    server = NatsOverTls(
        tmp_path / "nats", ports.choose_ports({"nats": None})["nats"], services=["desk", "workshop"], accounts=told
    )
    server.files = authority.server()
    with up(server):
        yield server


@pytest.fixture
def carrier(loop: Loop, nats: Nats, desk: Desk, authority: Authority, workshops: object) -> Iterator[Carrier]:
    with ExitStack() as leaving:
        yield Carrier(loop, nats, desk, leaving, authority.file)


# NATS


def test_events_travel_over_tls(desk: Desk, workshop: Workshop, carrier: Carrier) -> None:
    carrier.install()
    carrier.relay()
    carrier.subscribe_workshop(workshop)
    register_in_turn(desk, cases=3, steps=3)
    eventually(lambda: workshop.steps() == desk.steps())
    assert carrier.deaths == []


def entered(loop: Loop, access: NatsAccess) -> None:
    async def enter() -> None:
        await (await connect(access, allow_reconnect=False)).close()

    loop.do(enter())


def test_a_nats_that_another_authority_signed_for_is_not_believed(
    loop: Loop, carrier: Carrier, another: Authority
) -> None:
    entered(loop, carrier.deployer)
    for authorities in (another.file, None):
        with pytest.raises((ssl.SSLError, NatsError)):
            entered(loop, replace(carrier.deployer, authorities=authorities))


def test_a_nats_that_says_it_has_no_tls_is_told_nothing(loop: Loop, tmp_path: Path, authority: Authority) -> None:
    """nats-py would go on in clear: whoever is on the way would only have to say so."""
    plain = Nats(tmp_path / "plain", ports.choose_ports({"nats": None})["nats"])
    with up(plain):
        access = NatsAccess(f"tls://127.0.0.1:{plain.port}", plain.deployer_seed, authorities=authority.file)
        with pytest.raises((ssl.SSLError, NatsError, OSError)):
            entered(loop, access)
        entered(loop, replace(access, url=plain.url))


# PostgreSQL


@pytest.fixture
def front(loop: Loop, postgres: Postgres, authority: Authority) -> Iterator[TlsFront]:
    front = TlsFront(loop, authority.server(), postgres.port)
    yield front
    front.close()


def through(front: TlsFront, url: str, authority: Authority) -> str:
    address, _, database = url.rpartition("/")
    return f"{address.rpartition(':')[0]}:{front.port}/{database}?sslmode=verify-full&sslrootcert={authority.file}"


def test_the_log_is_kept_over_tls(
    front: TlsFront, authority: Authority, database: Callable[..., str], another: Authority
) -> None:
    url = through(front, database("desk"), authority)
    desk = desk_at(url, "desk")
    with closing(desk.app):
        desk.app.create_tables()
        desk.register(uuid7(), 1)
        assert len(desk.steps()) == 1
    assert front.over_tls >= 1
    for refused in (url.replace(str(authority.file), str(another.file)), url.replace("verify-full", "disable")):
        assert not reaches(refused)


def test_a_postgresql_of_another_name_is_not_believed(
    loop: Loop, postgres: Postgres, authority: Authority, database: Callable[..., str]
) -> None:
    url = database("desk")
    assert reaches(url)
    with closing(TlsFront(loop, authority.server(ELSEWHERE), postgres.port)) as front:
        assert not reaches(through(front, url, authority))


def reaches(url: str) -> bool:
    """As a service's log does."""
    factory = LogFactory(url_settings(url) | {"POSTGRES_CONNECT_TIMEOUT": "2"})
    try:
        with factory.datastore.get_connection():
            return True
    except PersistenceError:
        return False
    finally:
        factory.close()


# A service in production


@pytest.fixture
def port(
    database: Callable[..., str], postgres: Postgres, front: TlsFront, authority: Authority, nats: Nats, tmp_path: Path
) -> Iterator[int]:
    """Where a diagnostic in production answers."""
    port, files = ports.choose_ports({"api": None})["api"], authority.server()
    owner = database()
    serving = postgres.ensure_serving_role(owner.rpartition("/")[2])
    settings, _ = ready(diagnostic, lambda _: serving, nats, tmp_path, owner_url=SecretStr(owner))
    told = environment_of(settings) | {
        "DLA_MODE": "production",
        "DLA_TRANSIT_KEYS": b64encode(os.urandom(32)).decode(),
        "DLA_IDENTITY_KEY": b64encode(os.urandom(32)).decode(),
        "DLA_HOST": "0.0.0.0",
        "DLA_PORT": str(port),
        "DLA_DATABASE_URL": through(front, settings.database_url.get_secret_value(), authority),
        "DLA_CA_FILE": str(authority.file),
        "DLA_TLS_CERTIFICATE": str(files.certificate),
        "DLA_TLS_KEY": str(files.key),
        "DLA_ISSUER": "https://identite.example.org",
        "DLA_ERASURE_LIST": str(tmp_path / "erased"),
        "DLA_FEEDS": json.dumps({"intake": "https://intake.example.org"}),
    }
    command = [sys.executable, "-m", "diagnostic", "serve", "--role", "api"]
    with subprocess.Popen(command, env=os.environ | told) as process:
        try:
            eventually(lambda: process.poll() is not None or listens(port))
            yield port
        finally:
            process.terminate()


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_a_service_in_production_answers_over_tls_only(port: int, authority: Authority, another: Authority) -> None:
    address = f"https://127.0.0.1:{port}"
    trusting: list[ssl.SSLContext] = [ssl.create_default_context(cafile=each.file) for each in (authority, another)]
    assert httpx.get(f"{address}/readyz", verify=trusting[0]).json() is not None
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/readyz")
    told = []
    everybody: list[ssl.SSLContext | bool] = [*trusting, True]
    for trusted in everybody:
        with closing(Feed({"diagnostic": address}, "token", trusted)) as feed, pytest.raises(FeedUnavailable) as error:
            feed.page("diagnostic", None, 0)
        told.append(str(error.value))
    assert "401" in told[0]
    assert "CERTIFICATE_VERIFY_FAILED" in told[1]
    assert "CERTIFICATE_VERIFY_FAILED" in told[2]
