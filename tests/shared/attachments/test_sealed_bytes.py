"""Attachments over a real socket: a broken upload leaves nothing, and no byte is stored as plaintext."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from tests.support.samples import sample_files
from tests.support.samples.sample_services import eventually
from tests.support.servers.served_service import Client, Served, listening

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from followup.domain.follow_up import decider
from followup.domain.opening import OpenFollowUp
from followup.integration_events import to_integration_event
from followup.main import service
from shared.kernel import Actor, Role, uuid7
from shared.messaging import encode, messages_of
from shared.web.resources.uploads import MAX_FILE_BYTES

MARK = b"MARQUE-EN-CLAIR-7f3a9c-"
NAMED = f"attachment; filename={MARK.decode()}.pdf"


@pytest.fixture
def followup(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    with listening(service, database, nats, tmp_path) as running:
        yield running


@pytest.fixture
def adviser(followup: Served) -> Client:
    return followup.by("adviser")


@pytest.fixture
def path(followup: Served) -> str:
    app, case = followup.application, uuid7()
    command = OpenFollowUp(
        uuid7(),
        app.clock.now(),
        structure=UUID(int=8),
        unit="dla-44",
        adviser="some-adviser",
        baseline={"fte": 10.5},
        definitions={},
    )
    app.handle(decider, case, command, app.context(case, Actor("service:followup", Role.SERVICE)))
    return f"/api/v1/follow-ups/{case}/attachments"


def kept(followup: Served) -> tuple[int, int]:
    """Events of attachments, and pieces of files."""
    (row,) = followup.application.recorder.fetch(
        "SELECT (SELECT count(*) FROM {events} WHERE topic LIKE %s) AS e,"
        " (SELECT count(*) FROM {schema}.attachment_chunks) AS p",
        ("attachment-%",),
    )
    return row["e"], row["p"]


def said(followup: Served, path: str, length: str, body: bytes) -> socket.socket:
    """A connection on which somebody has begun to send a file."""
    where = urlsplit(str(followup.http.base_url))
    line = socket.create_connection((where.hostname, where.port), timeout=20)
    token = followup.issuer.mint("adviser", subject="some-adviser", unit="dla-44")
    head = (
        f"POST {path}?kind=review_report HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Disposition: {NAMED}\r\n{length}\r\n\r\n"
    )
    line.sendall(head.encode() + body)
    return line


def test_whoever_goes_away_half_way_leaves_nothing(
    followup: Served, adviser: Client, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = sample_files.pdf(MARK, 500_000)
    uploads = followup.web.state.upload_slots
    with caplog.at_level(logging.DEBUG):
        for length, body in (
            (f"Content-Length: {len(content)}", content[:-1]),
            (f"Content-Length: {MAX_FILE_BYTES}", content),
            ("Transfer-Encoding: chunked", f"{len(content):x}\r\n".encode() + content + b"\r\n"),
        ):
            line = said(followup, path, length, body)
            eventually(lambda: uploads.in_use == 1)
            line.close()
            eventually(lambda: uploads.in_use == 0)
    assert kept(followup) == (0, 0)
    assert "failed" not in logged(caplog)
    assert MARK.decode() not in logged(caplog)
    assert adviser.upload(f"{path}?kind=review_report", content, NAMED).status_code == 201


@pytest.mark.parametrize("length", [f"Content-Length: {MAX_FILE_BYTES + 1}", "Content-Length: 99999999999"])
def test_a_file_announced_as_too_large_is_refused_before_it_is_sent(followup: Served, path: str, length: str) -> None:
    with said(followup, path, length, b"") as line:
        assert line.recv(4096).startswith(b"HTTP/1.1 413 ")
    assert kept(followup) == (0, 0)


def test_a_file_that_proves_too_large_on_the_way_is_refused_without_its_end(followup: Served, path: str) -> None:
    chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
    with said(followup, path, "Transfer-Encoding: chunked", chunk * (MAX_FILE_BYTES // 65_536 + 1)) as line:
        assert line.recv(4096).startswith(b"HTTP/1.1 413 ")
    assert kept(followup) == (0, 0)


def test_many_files_at_once_are_all_kept(followup: Served, adviser: Client, path: str) -> None:
    def add(n: int) -> int:
        content = sample_files.pdf(f"bilan {n} ".encode(), 1_500_000)
        return int(adviser.upload(f"{path}?kind=review_report", content, NAMED).status_code)

    with ThreadPoolExecutor(9) as pool:
        assert list(pool.map(add, range(9))) == [201] * 9
    assert kept(followup) == (9, 18)


def test_no_byte_of_a_file_nor_its_name_is_anywhere_in_clear(
    followup: Served, adviser: Client, path: str, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    content = sample_files.pdf(MARK, 1_500_000)
    with caplog.at_level(logging.DEBUG):
        added = adviser.upload(f"{path}?kind=review_report", content, NAMED)
        assert adviser.get(added.headers["Location"]).content == content
        refused = adviser.upload(f"{path}?kind=review_report", b"<html>" + MARK * 100, NAMED)
    app = followup.application
    told = messages_of(app, to_integration_event, app.recorder.select_notifications(None, 100))
    assert len(told) == 2
    assert not any(MARK in encode(message) for message in told)
    assert MARK.decode() not in logged(caplog) + refused.text

    (row,) = app.recorder.fetch("SELECT oid FROM pg_database WHERE datname = current_database()")
    assert not found_in(postgres, row["oid"], MARK)
    control = b"TEMOIN-EN-CLAIR-7f3a9c-"
    app.recorder.fetch(
        "INSERT INTO {schema}.attachment_chunks VALUES (%s, 0, %s, %s)",
        (uuid7(), uuid7(), sample_files.pdf(control, 1_500_000)),
    )
    assert found_in(postgres, row["oid"], control), "this search finds nothing, whatever is there"


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What the service said; the test's own client speaks for itself."""
    return "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore")))


def found_in(postgres: Postgres, database: int, mark: bytes) -> list[Path]:
    """Files of the server that hold these bytes, its WAL and its log included; of other tests' databases none."""
    others = {folder for folder in postgres.data.joinpath("base").iterdir() if folder.name != str(database)}
    files_of_it = (file for file in postgres.folder.rglob("*") if file.is_file() and file.parent not in others)
    return [file for file in files_of_it if mark in file.read_bytes()]
