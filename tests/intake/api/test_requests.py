"""Requests over HTTP: the way in, and what is refused without recording anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from tests.support.servers.served_service import Client, Served, served

from embedded.processes.nats import Nats
from intake.main import service
from shared.runtime.process_role import ProcessRole

REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "732 829 320 00074",
        "headcount": 12,
        "fte": 9.5,
    },
    "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle@example.org"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}
HARD = ("existing", "employer", "ess")
RECORDED = "SELECT count(*) AS n FROM {events}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("intake")


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, folder: Path) -> Iterator[Served]:
    with served(service, database, nats, folder) as running:
        yield running


@pytest.fixture
def adviser(intake: Served) -> Client:
    return intake.by("adviser")


@pytest.fixture
def request_path(adviser: Client) -> str:
    received = adviser.post("/api/v1/requests", REQUEST)
    assert received.status_code == 201, received.text
    return str(received.headers["Location"])


def recorded(intake: Served) -> int:
    application: Any = intake.http.app.state.application  # type: ignore[attr-defined]
    return int(application.recorder.fetch(RECORDED)[0]["n"])


def assert_problem(answer: Any, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"].endswith(f"/{slug}")
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


# The way in


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("L’Atelier\u00a0: 2\u202ffois", "L’Atelier\u00a0: 2\u202ffois"),
        ("A\x1bB\x07C\tD", "A B C D"),
        ("\u202aE\u0301veil\u202c\u200b", "Éveil"),
        ("A\nB", None),
        ("Asso \u202eexe.fdp", None),
    ],
)
def test_a_name_is_stored_as_it_is_seen_or_refused(adviser: Client, typed: str, stored: str | None) -> None:
    received = adviser.post("/api/v1/requests", REQUEST | {"structure": REQUEST["structure"] | {"name": typed}})
    if stored is None:
        assert_problem(received, 422, "invalid-request")
    else:
        assert received.status_code == 201, received.text
        assert adviser.get(received.headers["Location"]).json()["structure"]["name"] == stored


def test_a_request_is_received_and_read_back(adviser: Client) -> None:
    received = adviser.post("/api/v1/requests", REQUEST)
    assert received.headers["ETag"] == '"1"'
    assert received.json()["events"] == ["request-received"]
    read = adviser.get(received.headers["Location"]).json()
    assert read["contact"]["name"] == "Maëlle Kerdoncuff"
    assert read["structure"]["siret"] == "73282932000074"
    assert read["status"] == "received"


def test_a_structure_is_admitted_after_a_meeting_and_the_criteria(adviser: Client, request_path: str) -> None:
    assert_problem(adviser.post(f"{request_path}/admission"), 409, "no-meeting")
    meeting = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}], "notes": "Bonne écoute."}
    assert adviser.post(f"{request_path}/meetings", meeting).status_code == 200
    problem = assert_problem(adviser.post(f"{request_path}/admission"), 409, "criteria-not-assessed")
    assert "emploie" in problem["detail"]
    for criterion in HARD:
        assessed = {"criterion": criterion, "verdict": "met", "evidence": "Statuts et DSN consultés."}
        assert adviser.post(f"{request_path}/criteria", assessed).status_code == 200
    admitted = adviser.post(f"{request_path}/admission", {"reason": "Besoin clair, équipe motivée."})
    assert admitted.json()["events"] == ["request-admitted"]
    assert_problem(adviser.post(f"{request_path}/withdrawal", {"reason": "Trop tard"}), 409, "outcome-already-given")


def test_only_a_manager_derogates(intake: Served, adviser: Client, request_path: str) -> None:
    not_met = {"criterion": "employer", "verdict": "not_met", "evidence": "Premier emploi prévu en mai."}
    adviser.post(f"{request_path}/criteria", not_met)
    derogation = {"criterion": "employer", "reason": "Première embauche accompagnée."}
    assert_problem(adviser.post(f"{request_path}/derogations", derogation), 403, "forbidden")
    assert intake.by("manager").post(f"{request_path}/derogations", derogation).status_code == 200


def test_a_structure_that_does_not_enter_is_oriented_with_its_consent(adviser: Client, request_path: str) -> None:
    target = {"target": "France Active Pays de la Loire", "reason": "Besoin de trésorerie immédiat."}
    opened = adviser.post(f"{request_path}/orientations", target)
    assert opened.status_code == 201, opened.text
    orientation = opened.headers["Location"]
    assert orientation.startswith(f"{request_path}/orientations/")
    assert_problem(adviser.post(f"{orientation}/sending"), 409, "no-consent")
    for step in ("consent", "sending", "acknowledgment"):
        assert adviser.post(f"{orientation}/{step}").status_code == 200
    outcome = {"reason": "Hors du cadre du DLA.", "orientations": [opened.json()["id"]]}
    assert adviser.post(f"{request_path}/orientation", outcome).json()["events"] == ["request-oriented"]
    history = [event["event"] for event in adviser.get(f"{request_path}/history").json()]
    assert history[1:] == [
        "orientation-proposed",
        "orientation-consented",
        "orientation-sent",
        "orientation-acknowledged",
        "request-oriented",
    ]


def test_orientation_goes_on_all_along_in_any_phase_and_once_the_case_is_closed(
    intake: Served, adviser: Client, request_path: str
) -> None:
    """A structure that calls back is directed to who can help, whether or not it is still accompanied."""
    leader = intake.by("leader", unit=None, case=request_path.rsplit("/", 1)[1])

    def oriented(target: str) -> dict[str, Any]:
        opened = adviser.post(f"{request_path}/orientations", {"target": target, "reason": "Besoin de trésorerie."})
        assert opened.status_code == 201, opened.text
        path = opened.headers["Location"]
        assert_problem(adviser.post(f"{path}/sending"), 409, "no-consent")
        assert leader.post(f"{path}/consent").status_code == 200
        for step, body in (("sending", None), ("acknowledgment", None), ("outcome", {"outcome": "Prêt accordé."})):
            assert adviser.post(f"{path}/{step}", body).status_code == 200
        read: dict[str, Any] = adviser.get(path).json()
        assert read["status"] == "concluded"
        return read

    adviser.post(f"{request_path}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}]})
    for criterion in HARD:
        adviser.post(f"{request_path}/criteria", {"criterion": criterion, "verdict": "met", "evidence": "Statuts."})
    assert adviser.post(f"{request_path}/admission").status_code == 200
    assert oriented("france_active")["target"] == "France Active"

    assert leader.post(f"{request_path}/giving-up", {"reason": "Le projet est reporté."}).status_code == 200
    assert adviser.get(request_path).json()["status"] == "closed"
    afterwards = oriented("La banque de quartier")
    assert (afterwards["target"], afterwards["other"]) == (None, "La banque de quartier")


def test_an_outcome_names_orientations_of_its_own_case(adviser: Client, request_path: str) -> None:
    outcome = {"reason": "Hors du cadre du DLA.", "orientations": [str(uuid4())]}
    assert_problem(adviser.post(f"{request_path}/orientation", outcome), 409, "no-orientation")


def test_an_orientation_answers_in_its_own_case_only(adviser: Client, request_path: str) -> None:
    opened = adviser.post(f"{request_path}/orientations", {"target": "CRESS", "reason": "Réseau sectoriel."})
    other = {**REQUEST, "structure": {**REQUEST["structure"], "siret": None, "rna": "W442001234"}}
    elsewhere = adviser.post("/api/v1/requests", other).headers["Location"]
    answer = adviser.post(f"{elsewhere}/orientations/{opened.json()['id']}/consent")
    assert_problem(answer, 404, "unknown-case")


def test_an_orientation_is_no_request_and_a_request_no_orientation(adviser: Client, request_path: str) -> None:
    opened = adviser.post(f"{request_path}/orientations", {"target": "CRESS", "reason": "Réseau sectoriel."})
    orientation, case = opened.json()["id"], request_path.rsplit("/", 1)[1]
    assert_problem(adviser.get(f"/api/v1/requests/{orientation}"), 404, "unknown-case")
    assert_problem(adviser.get(f"{request_path}/orientations/{case}"), 404, "unknown-case")
    target = {"target": "CRESS", "reason": "Réseau sectoriel."}
    assert_problem(adviser.post(f"/api/v1/requests/{orientation}/orientations", target), 404, "unknown-case")
    outcome = {"reason": "Hors du cadre du DLA.", "orientations": [case]}
    assert_problem(adviser.post(f"{request_path}/orientation", outcome), 409, "no-orientation")


def test_a_key_given_for_one_case_answers_for_no_other(adviser: Client, request_path: str) -> None:
    other = {**REQUEST, "structure": {**REQUEST["structure"], "siret": None, "rna": "W442001234"}}
    elsewhere = adviser.post("/api/v1/requests", other).headers["Location"]
    target = {"target": "CRESS", "reason": "Réseau sectoriel."}
    adviser.post(f"{request_path}/orientations", target, Idempotency_Key="k")
    assert_problem(
        adviser.post(f"{elsewhere}/orientations", target, Idempotency_Key="k"), 422, "idempotency-key-reused"
    )


def test_one_open_case_per_structure_and_unit(intake: Served, adviser: Client, request_path: str) -> None:
    told = assert_problem(adviser.post("/api/v1/requests", REQUEST), 409, "case-already-open")
    assert "case" not in told, "it reads the same when that case is confidential"
    told = assert_problem(intake.by("manager").post("/api/v1/requests", REQUEST), 409, "case-already-open")
    assert request_path.endswith(told["case"])
    assert intake.by("adviser", unit="dla-35").post("/api/v1/requests", REQUEST).status_code == 201
    adviser.post(f"{request_path}/withdrawal", {"reason": "Projet reporté."})
    assert adviser.post("/api/v1/requests", REQUEST).status_code == 201


def test_a_structure_has_one_open_case_by_whichever_of_its_numbers_it_is_named(intake: Served, adviser: Client) -> None:
    def asks(siret: str | None, rna: str | None, name: str = "Les Jardins de l’Erdre") -> Any:
        structure = {**REQUEST["structure"], "name": name, "siret": siret, "rna": rna}
        return adviser.post("/api/v1/requests", {**REQUEST, "structure": structure})

    first = asks(None, "W442000123").headers["Location"]
    for siret, rna in ((REQUEST["structure"]["siret"], "W442000123"), (None, "w44 2000123")):
        assert_problem(asks(siret, rna), 409, "case-already-open")
    corrected = {
        "structure": {**REQUEST["structure"], "rna": "W442000123"},
        "effective_on": "2026-03-02",
        "reason": "Immatriculée depuis.",
    }
    assert adviser.post(f"{first}/corrections", corrected).status_code == 200
    assert_problem(asks(REQUEST["structure"]["siret"], None), 409, "case-already-open")
    other = asks("35600000000048", None, "La Poste").headers["Location"]
    claimed = {**corrected, "structure": {**REQUEST["structure"], "siret": "35600000000048", "rna": "W442000123"}}
    assert_problem(adviser.post(f"{other}/corrections", claimed), 409, "case-already-open")
    adviser.post(f"{first}/withdrawal", {"reason": "Projet reporté."})
    assert asks(REQUEST["structure"]["siret"], None).status_code == 201


def test_a_structure_that_comes_back_under_another_of_its_numbers_is_the_same_one(
    database: Callable[..., str], nats: Nats, folder: Path
) -> None:
    with served(service, database, nats, folder, ProcessRole.ALL) as intake:
        adviser = intake.by("adviser")
        by_rna = {**REQUEST["structure"], "siret": None, "rna": "W442000123"}
        first = adviser.post("/api/v1/requests", {**REQUEST, "structure": by_rna}).headers["Location"]
        adviser.post(f"{first}/withdrawal", {"reason": "Projet reporté."})
        end = time.monotonic() + 10
        while not adviser.get("/api/v1/requests", rna="W442000123", status="withdrawn").json()["items"]:
            assert time.monotonic() < end, "the view never caught up"
        both = {**REQUEST["structure"], "rna": "W442000123"}
        back = adviser.post("/api/v1/requests", {**REQUEST, "structure": both}).headers["Location"]
        before, now = adviser.get(first).json(), adviser.get(back).json()
        assert now["structure"]["id"] == before["structure"]["id"]
        assert now["earlier"] == [before["id"]]


def test_one_open_case_though_many_ask_at_once(adviser: Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: adviser.post("/api/v1/requests", REQUEST).status_code, range(8)))
    assert sorted(answers) == [201, *[409] * 7]


def test_the_list_finds_a_structure_without_its_accents(database: Callable[..., str], nats: Nats, folder: Path) -> None:
    with served(service, database, nats, folder, ProcessRole.ALL) as intake:
        adviser = intake.by("adviser")
        request = {**REQUEST, "structure": {**REQUEST["structure"], "name": "École des Métiers d’Été"}}
        path = adviser.post("/api/v1/requests", request).headers["Location"]
        end = time.monotonic() + 10
        while not (items := adviser.get("/api/v1/requests", q="ecole ete").json()["items"]):
            assert time.monotonic() < end, "the view never caught up"
        assert path.endswith(items[0]["id"])
        assert items[0]["structure"]["name"] == "École des Métiers d’Été"
        assert not adviser.get("/api/v1/requests", q="mairie").json()["items"]
        siret = items[0]["siret"]
        for part in (siret[:7], siret[5:], f"{siret[:3]} {siret[3:6]}", f"ecole {siret[-5:]}"):
            assert adviser.get("/api/v1/requests", q=part).json()["items"], part
        assert not adviser.get("/api/v1/requests", q=f"{siret[:7]}x").json()["items"]
        assert not adviser.get("/api/v1/requests", status="admitted").json()["items"]


# Said again, or too late


@pytest.mark.parametrize("other", [{"unit": "dla-75"}, {"role": "manager"}, {"role": "regional", "units": ["dla-44"]}])
def test_a_key_used_under_another_right_of_the_same_person_never_gets_the_first_answer(
    intake: Served, other: dict[str, Any]
) -> None:
    who = {"role": "adviser", "unit": "dla-44", "subject": "of-two-units"}
    first = intake.by(**who).post("/api/v1/requests", REQUEST, Idempotency_Key="abc")
    assert first.status_code == 201, first.text
    refused = intake.by(**(who | other)).post("/api/v1/requests", REQUEST, Idempotency_Key="abc")
    assert_problem(refused, 422, "idempotency-key-reused")
    assert first.json()["id"] not in refused.text
    again = intake.by(**who).post("/api/v1/requests", REQUEST, Idempotency_Key="abc")
    assert again.json()["id"] == first.json()["id"] and recorded(intake) == 1


def test_a_repeated_idempotency_key_gets_the_first_answer(intake: Served, adviser: Client) -> None:
    first = adviser.post("/api/v1/requests", REQUEST, Idempotency_Key="abc")
    again = adviser.post("/api/v1/requests", REQUEST, Idempotency_Key="abc")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert recorded(intake) == 1
    changed = {**REQUEST, "need": "Un autre besoin."}
    assert_problem(adviser.post("/api/v1/requests", changed, Idempotency_Key="abc"), 422, "idempotency-key-reused")
    assert_problem(
        intake.by("adviser", subject="another").post("/api/v1/requests", REQUEST, Idempotency_Key="abc"),
        409,
        "case-already-open",
    )


def test_a_stale_version_is_told_the_current_one(adviser: Client, request_path: str) -> None:
    meeting = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}]}
    assert adviser.post(f"{request_path}/meetings", meeting, If_Match='"1"').status_code == 200
    problem = assert_problem(adviser.post(f"{request_path}/meetings", meeting, If_Match='"1"'), 409, "stale-version")
    assert problem["current_version"] == 2
    assert_problem(adviser.post(f"{request_path}/meetings", meeting, If_Match="hier"), 400, "malformed-request")


# What nobody can mean


def changed(**structure: Any) -> dict[str, Any]:
    return {**REQUEST, "structure": {**REQUEST["structure"], **structure}}


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (changed(siret="73282932000075"), 422, "wrong-number"),
        (changed(siret="1"), 422, "wrong-number"),
        (changed(siret=None), 422, "wrong-number"),
        (changed(siret=None, rna="X"), 422, "wrong-number"),
        (changed(department="99"), 422, "unknown-department"),
        (changed(headcount=-1), 422, "invalid-request"),
        (changed(headcount="douze"), 422, "invalid-request"),
        (changed(legal_form="secte"), 422, "invalid-request"),
        (changed(surprise=True), 422, "invalid-request"),
        ({**REQUEST, "need": "   "}, 422, "invalid-request"),
        ({**REQUEST, "need": "nul\0"}, 422, "invalid-request"),
        ({**REQUEST, "need": "\u202e\u200b"}, 422, "invalid-request"),
        ({**REQUEST, "nul\0": "x"}, 422, "invalid-request"),
        ({**REQUEST, "need": 7}, 422, "invalid-request"),
        ({**REQUEST, "need": "x" * 9000}, 422, "invalid-request"),
        ({**REQUEST, "need": "x" * 300_000}, 413, "body-too-large"),
        ({}, 422, "invalid-request"),
        ([], 422, "invalid-request"),
        (None, 422, "invalid-request"),
    ],
)
def test_what_nobody_can_mean_is_refused_and_nothing_recorded(
    intake: Served, adviser: Client, body: Any, status: int, slug: str
) -> None:
    assert_problem(adviser.post("/api/v1/requests", body), status, slug)
    assert recorded(intake) == 0


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"need": NaN}', b'{"need": "\\ud800"}', b""])
def test_a_body_that_is_not_readable_json_is_told_so(intake: Served, adviser: Client, content: bytes) -> None:
    answer = adviser.post_raw("/api/v1/requests", content)
    assert answer.status_code in (400, 413, 422), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert recorded(intake) == 0


@pytest.mark.parametrize("held_on", ["1789-07-14", "2199-01-01", "hier", 20260302, "2026-02-30"])
def test_an_absurd_date_is_refused(adviser: Client, request_path: str, held_on: Any) -> None:
    answer = adviser.post(f"{request_path}/meetings", {"held_on": held_on, "participants": [{"name": "Maëlle"}]})
    assert answer.status_code == 422
    assert adviser.get(request_path).json()["version"] == 1


def test_an_unknown_case_is_told_so(adviser: Client) -> None:
    unknown = f"/api/v1/requests/{uuid4()}"
    assert_problem(adviser.get(unknown), 404, "unknown-case")
    assert_problem(adviser.get(f"{unknown}/history"), 404, "unknown-case")
    assert_problem(adviser.post(f"{unknown}/admission"), 404, "unknown-case")
    assert_problem(adviser.get("/api/v1/requests/pas-un-uuid"), 422, "invalid-request")
    assert_problem(adviser.get("/api/v1/requests", q="\0"), 422, "invalid-request")
    assert_problem(adviser.get("/api/v1/requests", status="\0"), 422, "invalid-request")
    assert adviser.get("/api/v1/requests", q="50%\\_").json()["items"] == []
    assert_problem(adviser.get("/api/v1/nulle-part"), 404, "not-found")


# Who calls


def forged(**changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": "https://dev-issuer.dla.invalid", "aud": "dla", "sub": "x", "exp": now + 60, "role": "adviser"}
    return jwt.encode({"alg": "ES256"}, claims | changes, ECKey.generate_key("P-256"))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "abc",
        "a.b.c",
        forged(),
        jwt.encode({"alg": "HS256"}, {"sub": "x", "role": "adviser"}, OctKey.import_key("secret-secret-secret-secret")),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4Iiwicm9sZSI6ImFkdmlzZXIifQ.",
    ],
    ids=["empty", "no token", "not base64", "another key", "HS256", "alg none"],
)
def test_a_token_that_nobody_signed_is_refused(intake: Served, token: str) -> None:
    assert_problem(Client(intake.http, token).post("/api/v1/requests", REQUEST), 401, "unauthenticated")
    assert recorded(intake) == 0


def test_without_a_token_nothing_is_shown(intake: Served, request_path: str) -> None:
    for path in (request_path, f"{request_path}/history", "/api/v1/requests", "/events"):
        assert_problem(intake.anonymous().get(path), 401, "unauthenticated")
    assert intake.anonymous().get("/livez").status_code == 200
    assert intake.anonymous().get("/readyz").status_code == 200


def test_an_expired_token_and_one_for_somebody_else_are_refused(intake: Served) -> None:
    key = intake.issuer._key
    for changes in ({"exp": int(time.time()) - 3600}, {"aud": "another"}, {"iss": "https://elsewhere"}):
        claims: dict[str, Any] = {"iss": "https://dev-issuer.dla.invalid", "aud": "dla", "sub": "x", "role": "adviser"}
        claims |= {"exp": int(time.time()) + 60}
        claims |= changes
        token = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)
        assert_problem(Client(intake.http, token).get("/api/v1/requests"), 401, "unauthenticated")


def test_a_leader_opens_the_own_case_only(intake: Served, request_path: str) -> None:
    own = request_path.rsplit("/", 1)[1]
    assert intake.by("leader", case=own).get(request_path).status_code == 200
    assert_problem(intake.by("leader", case=str(uuid4())).get(request_path), 403, "forbidden")
    assert_problem(intake.by("leader").get(request_path), 403, "forbidden")
    assert_problem(intake.by("leader", case=own).get("/api/v1/requests"), 403, "forbidden")


def test_the_feed_is_for_services_and_partners(intake: Served, request_path: str) -> None:
    assert_problem(intake.by("pilot").get("/events"), 403, "forbidden")
    page = intake.by("service").get("/events").json()
    (event,) = page["events"]
    assert request_path.endswith(event["header"]["case"])
    assert "Kerdoncuff" not in str(page)


def test_an_event_names_the_rules_it_was_decided_by(intake: Served, adviser: Client, request_path: str) -> None:
    assessed = {"criterion": "ess", "verdict": "met", "evidence": "Statuts consultés."}
    adviser.post(f"{request_path}/criteria", assessed)
    headers = [event["header"] for event in intake.by("service").get("/events").json()["events"]]
    assert [header["rules"] for header in headers] == [None, "2021-1"]


def test_an_issuer_that_does_not_answer_is_told(database: Callable[..., str], nats: Nats, tmp_path: Path) -> None:
    with served(service, database, nats, tmp_path) as intake:
        token = intake.issuer.mint("adviser", subject="x", unit="dla-44")
        keys = (tmp_path / "jwks.json").read_text()
        (tmp_path / "jwks.json").write_text("{")
        problem = assert_problem(Client(intake.http, token).get("/api/v1/requests"), 503, "issuer-unreachable")
        assert problem["title"] == "Identification indisponible"
        (tmp_path / "jwks.json").write_text(keys)


@pytest.mark.parametrize(
    "changes", [{"unit": ["dla-44"]}, {"case": 5}, {"sub": "x" * 300}, {"role": "king"}, {"role": None}]
)
def test_a_claim_that_would_be_unreadable_history_is_refused(intake: Served, changes: dict[str, Any]) -> None:
    key = intake.issuer._key
    claims: dict[str, Any] = {"iss": "https://dev-issuer.dla.invalid", "aud": "dla", "sub": "x", "role": "adviser"}
    token = jwt.encode({"alg": "ES256", "kid": key.kid}, claims | {"exp": int(time.time()) + 60} | changes, key)
    assert_problem(Client(intake.http, token).post("/api/v1/requests", REQUEST), 401, "unauthenticated")
    assert recorded(intake) == 0


def test_who_reads_no_dossier(intake: Served, request_path: str) -> None:
    own = request_path.rsplit("/", 1)[1]
    for role in ("provider", "service", "pilot", "ops"):
        assert_problem(intake.by(role, case=own).get(request_path), 403, "forbidden")


# The development clock


def test_the_development_clock_goes_forward_only(intake: Served) -> None:
    ops = intake.by("ops")
    now = ops.get("/api/v1/clock").json()["now"]
    assert ops.post("/api/v1/clock", {"now": "2031-01-01T09:00:00Z"}).json()["now"].startswith("2031-01-01T09:00:0")
    assert_problem(ops.post("/api/v1/clock", {"now": now}), 409, "clock-out-of-reach")
    assert_problem(intake.by("adviser").post("/api/v1/clock", {"now": now}), 403, "forbidden")
    for beyond in ("9999-12-31T23:59:59-12:00", "9998-01-01T00:00:00Z"):
        assert_problem(ops.post("/api/v1/clock", {"now": beyond}), 409, "clock-out-of-reach")
    assert ops.get("/api/v1/clock").json()["now"].startswith("2031-01-01")


# When the database does not answer


def test_alive_though_the_database_is_gone(
    database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(service, database, nats, tmp_path) as intake:
        path = intake.by("adviser").post("/api/v1/requests", REQUEST).headers["Location"]
        application: Any = intake.http.app.state.application  # type: ignore[attr-defined]

        def gone(*_: Any, **__: Any) -> Any:
            raise psycopg.OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(application.recorder.datastore.pool, "getconn", gone)
        assert intake.anonymous().get("/livez").status_code == 200
        assert intake.anonymous().get("/readyz").status_code == 503
        answer = intake.by("adviser").get(path)
        assert_problem(answer, 503, "storage-unavailable")
        assert answer.headers["Retry-After"]
