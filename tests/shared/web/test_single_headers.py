"""A header that is read once and comes twice: refused, as a proxy and the service could each believe another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.generated.golden_samples import SERVICES, openapi_of
from tests.support.servers.served_service import Served, served

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service as intake_service
from shared.web.http import SINGLE_HEADERS

REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
        "headcount": 12,
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}
READ_AS_A_LIST: set[str] = set()
"""Headers of OpenAPI that may come twice: none so far."""


@pytest.fixture(scope="module")
def intake(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    def database(name: str) -> str:
        return postgres.ensure_database(f"headers_{name}", connections=-1)

    with served(intake_service, database, nats, tmp_path_factory.mktemp("headers")) as running:
        yield running


def positions(intake: Served) -> int:
    return len(intake.application.recorder.select_notifications(None, 1000))


def send(intake: Served, *extra: tuple[str, str]) -> Any:
    token = intake.issuer.mint("adviser", unit="dla-44", subject="some-adviser")
    return intake.http.post("/api/v1/requests", json=REQUEST, headers=[("Authorization", f"Bearer {token}"), *extra])


@pytest.mark.parametrize(
    "twice",
    [
        *sorted(SINGLE_HEADERS - {"authorization", "host", "content-type", "content-length"}),
        "DLA-Right",
        "DLA-Reason",
        "DLA-Correlation",
        "DLA-Wait-For",
        "dla-unknown",
    ],
)
def test_a_header_that_is_read_once_and_comes_twice_is_refused(intake: Served, twice: str) -> None:
    before = positions(intake)
    for values in (("a", "b"), ("a", "a")):
        refused = send(intake, *((twice, value) for value in values))
        assert refused.status_code == 400, refused.text
        assert refused.json()["type"].endswith("/repeated-header") and twice.lower() in refused.json()["detail"]
        assert refused.headers["Content-Security-Policy"], "with the headers of every answer"
    assert positions(intake) == before


@pytest.mark.parametrize("twice", ["Authorization", "authorization", "AUTHORIZATION"])
def test_two_tokens_are_refused_whoever_they_are(intake: Served, twice: str) -> None:
    """A proxy that judges the second would let pass what the first opens."""
    other = intake.issuer.mint("manager", unit="dla-75", subject="another")
    for value in (f"Bearer {other}", "Bearer x", "Basic eDp5", ""):
        refused = send(intake, (twice, value))
        assert (refused.status_code, refused.json()["title"]) == (400, "En-tête répété")
        assert "authorization" in refused.json()["detail"]


@pytest.mark.parametrize("name", ["Content-Type", "Content-Length", "Host"])
def test_two_that_say_what_the_body_is_or_for_whom_are_refused(intake: Served, name: str) -> None:
    request = intake.http.build_request("POST", "/api/v1/requests", json=REQUEST)
    request.headers = type(request.headers)([*request.headers.multi_items(), (name, request.headers[name])])
    assert intake.http.send(request).json()["type"].endswith("/repeated-header")


def test_one_of_each_and_two_of_what_is_a_list_pass(intake: Served) -> None:
    passed = send(intake, ("Idempotency-Key", "k"), ("Accept", "application/json"), ("Accept", "*/*"), ("Prefer", "x"))
    assert passed.status_code == 201, passed.text


@pytest.mark.parametrize("name", SERVICES)
def test_every_header_that_an_operation_takes_is_among_them(name: str) -> None:
    taken = {
        parameter["name"].lower()
        for operations in openapi_of(name)["paths"].values()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "header"
    }
    assert taken - READ_AS_A_LIST
    left = {each for each in taken - READ_AS_A_LIST - SINGLE_HEADERS if not each.startswith("dla-")}
    assert left == set()
