"""Security headers: a browser may run, load, frame and store nothing of what a service answers."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.support.generated.golden_samples import SERVICES, service
from tests.support.servers.certificate_authority import Authority
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.served_service import Served, served

from embedded.processes.nats import Nats
from intake.main import service as intake_service
from shared.runtime.process_role import ProcessRole
from shared.web.http import SECURITY_HEADERS


def refuses_everything(headers: Any) -> None:
    for name, value in SECURITY_HEADERS.items():
        assert headers[name] == value, name


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_is_asked_of_whom_the_answer_has_them(name: str) -> None:
    """Nothing runs behind: every operation answers that it cannot, from wherever it fails."""
    web = service(name).web()
    http = InProcessClient(web, raise_server_exceptions=False)
    statuses = set()
    asked = [(method, path) for path, found in web.openapi()["paths"].items() for method in found]
    for method, path in [*asked, ("get", "/nowhere"), ("delete", "/livez")]:
        answer = http.request(method.upper(), re.sub(r"\{\w+\}", "0", path), json={} if method == "post" else None)
        refuses_everything(answer.headers)
        assert "server" not in answer.headers
        statuses.add(answer.status_code)
    assert statuses >= {200, 401, 404, 405, 500}


@pytest.mark.parametrize("name", SERVICES)
def test_the_reference_tells_each_operation_without_a_script_or_another_server(name: str) -> None:
    web = service(name).web()
    answer = InProcessClient(web).get("/docs")
    assert answer.headers["Content-Type"].startswith("text/html")
    told = re.findall(r'<details id="([^"]+)">', answer.text)
    known = [each["operationId"] for found in web.openapi()["paths"].values() for each in found.values()]
    assert sorted(told) == sorted(known)
    loads_nothing(answer.text)
    shows_its_own_style_alone(answer)


def loads_nothing(page: str) -> None:
    assert not re.search(r"<(script|link|img|iframe|object|embed|form)\b|\son\w+=|\sstyle=|url\(|@import", page)


def shows_its_own_style_alone(answer: Any) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{hashed}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    certificate, key = Authority(tmp_path).server()
    with served(
        intake_service, database, nats, tmp_path, ProcessRole.API, tls_certificate=certificate, tls_key=key
    ) as running:
        yield running


def test_over_tls_a_browser_comes_back_by_tls_alone(intake: Served) -> None:
    answer = intake.anonymous().get("/livez")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    refuses_everything(answer.headers)
    assert "Strict-Transport-Security" not in InProcessClient(service("intake").web()).get("/livez").headers


def test_a_document_shows_its_own_style_alone(intake: Served) -> None:
    adviser = intake.by("adviser")
    received = adviser.post("/api/v1/requests", {
        "structure": {"name": "Les Jardins", "legal_form": "association", "department": "44", "siret": "73282932000074",
                      "headcount": 12, "fte": 9.5},
        "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Notre modèle repose sur une seule subvention.",
    })  # fmt: skip
    listed = adviser.get(f"{received.headers['Location']}/documents").json()
    (address, *_) = [each["html"] for each in listed if each["html"]]
    answer = adviser.get(address)
    loads_nothing(answer.text)
    shows_its_own_style_alone(answer)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
