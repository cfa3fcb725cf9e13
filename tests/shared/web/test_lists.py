"""A list over HTTP: filtered, searched, sorted by any key it has, and read to its end page by page, on real rows."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.servers.served_service import Client, Served, served

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake import projections as views
from intake.main import service
from shared.kernel import fold_text, paris_date
from shared.projections import Projector

NAMES = ["Éco-lieu", "école du Bois", "Atelier", "Zinc et Cie", "zèbre", "L’Abri", "Ça tourne", "100 % vélo", "Œuvre"]
SORTS = ["id", "structure", "status", "received_at", "outcome_at"]
LIST = "/api/v1/requests"


@pytest.fixture(scope="module")
def intake(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One request a name: every other is Erwan's, every third was withdrawn, and two are of another department."""

    def database(_: str) -> str:
        return postgres.ensure_database("lists", connections=-1)

    with served(service, database, nats, tmp_path_factory.mktemp("lists")) as running:
        for number, name in enumerate(NAMES):
            adviser = running.by("adviser", subject="erwan" if number % 2 else "some-adviser")
            structure = {
                "name": name,
                "legal_form": "association",
                "department": "35" if number > 6 else "44",
                "rna": f"W44200{number:04}",
            }
            body = {"structure": structure, "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Un besoin."}
            received = adviser.post(LIST, body)
            assert received.status_code == 201, received.text
            if number % 3 == 0:
                adviser.post(f"{received.headers['Location']}/withdrawal", {"reason": "Projet reporté."})
        projector = Projector(running.application, service.projections)
        while projector.advance(views.requests):
            pass
        yield running


@pytest.fixture(scope="module")
def adviser(intake: Served) -> Client:
    return intake.by("adviser")


def listed(by: Client, /, **wanted: Any) -> list[dict[str, Any]]:
    answer = by.get(LIST, **wanted)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["items"]
    return rows


def names(by: Client, /, **wanted: Any) -> set[str]:
    return {row["structure"]["name"] for row in listed(by, **wanted)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(SORTS),
    descending=st.booleans(),
    limit=st.integers(1, 10),
    filters=st.fixed_dictionaries(
        {}, optional={"status": st.sampled_from(["received", "withdrawn"]), "q": st.sampled_from(["e", "zebre"])}
    ),
)
def test_whatever_the_order_the_pages_make_up_the_list(
    adviser: Client, key: str, descending: bool, limit: int, filters: dict[str, str]
) -> None:
    wanted = filters | {"sort": f"-{key}" if descending else key}
    whole = listed(adviser, **wanted)
    pages, after = [], None
    while True:
        page = adviser.get(LIST, **wanted, limit=limit, **({"after": after} if after else {})).json()
        pages += page["items"]
        assert len(page["items"]) <= limit
        if (after := page["next"]) is None:
            break
    assert pages == whole
    values = [row["structure"]["name"] if key == "structure" else row.get(key) for row in whole]
    there = [fold_text(value) for value in values if value is not None]
    assert values[len(there) :] == [None] * (len(values) - len(there)), "what has no value comes last"
    assert there == sorted(there, reverse=descending) or key == "structure"


def test_names_are_sorted_without_their_accents(adviser: Client) -> None:
    assert [row["structure"]["name"] for row in listed(adviser, sort="structure")] == [
        "100 % vélo",
        "Atelier",
        "Ça tourne",
        "Éco-lieu",
        "école du Bois",
        "L’Abri",
        "Œuvre",
        "zèbre",
        "Zinc et Cie",
    ]


def test_a_list_is_filtered_by_each_of_its_fields(adviser: Client) -> None:
    assert names(adviser, status="withdrawn") == {"Éco-lieu", "Zinc et Cie", "Ça tourne"}
    assert names(adviser, department="35") == {"100 % vélo", "Œuvre"}
    assert names(adviser, department="35", q="velo") == {"100 % vélo"}
    assert names(adviser, q="%") == {"100 % vélo"}
    assert names(adviser, q="l'abri") == {"L’Abri"}
    assert names(adviser, q="oeuvre") == {"Œuvre"}
    assert names(adviser, rna="w44\u00a02000 000") == {"Éco-lieu"}
    assert names(adviser, unit="dla-35") == set()
    assert names(adviser, unit="dla-44") == set(NAMES)


def test_a_filter_given_several_times_takes_rows_with_any_of_its_values(intake: Served, adviser: Client) -> None:
    received, withdrawn = (names(adviser, status=status) for status in ("received", "withdrawn"))
    assert received and withdrawn
    assert names(adviser, status=["received", "withdrawn"]) == received | withdrawn
    assert names(adviser, status=["received", "withdrawn"], adviser="me") == names(adviser, adviser="me")
    erwan = intake.by("adviser", subject="erwan")
    assert names(erwan, adviser=["me", Served.id_of("some-adviser")]) == names(erwan)
    assert listed(adviser, status=["received", "withdrawn"], limit=3, sort="structure") == listed(
        adviser, limit=3, sort="structure"
    )
    too_many = adviser.get(LIST, status=["received"] * 21)
    assert (too_many.status_code, "status" in too_many.text) == (422, True)


def test_an_adviser_asks_for_their_own(intake: Served, adviser: Client) -> None:
    own = names(adviser, adviser="me")
    assert own == set(NAMES[0::2])
    assert names(intake.by("adviser", subject="erwan"), adviser="me") == set(NAMES) - own


def test_a_list_is_bounded_by_the_day_of_opening(adviser: Client) -> None:
    today = paris_date(datetime.now(UTC))
    tomorrow = today + timedelta(days=1)
    assert names(adviser, opened_since=today.isoformat()) == set(NAMES)
    assert names(adviser, opened_before=today.isoformat()) == set()
    assert names(adviser, opened_since=tomorrow.isoformat()) == set()
    assert names(adviser, opened_before=tomorrow.isoformat()) == set(NAMES)


def test_all_the_rows_are_counted_when_that_is_asked(adviser: Client) -> None:
    assert adviser.get(LIST, limit=2).json()["total"] is None
    assert adviser.get(LIST, limit=2, count="true").json()["total"] == len(NAMES)
    assert adviser.get(LIST, limit=2, count="true", status="withdrawn").json()["total"] == 3


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"colour": "bleu"}, "ce champ n’existe pas"),
        ({"sort": "colour"}, "valeurs permises"),
        ({"sort": "-"}, "valeurs permises"),
        ({"opened_since": "hier"}, "une date (AAAA-MM-JJ) est attendue"),
        ({"limit": "201"}, "doit être inférieur ou égal à 200"),
        ({"department": "\0"}, "caractères illisibles"),
    ],
)
def test_what_a_list_does_not_know_is_told(adviser: Client, wanted: dict[str, str], said: str) -> None:
    answer = adviser.get(LIST, **wanted)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (422, "invalid-request")
    assert said in answer.json()["detail"]


def test_a_cursor_is_of_its_own_order(adviser: Client) -> None:
    after = adviser.get(LIST, limit=2, sort="structure").json()["next"]
    forged = base64.urlsafe_b64encode(json.dumps(["structure", "\0", "x"]).encode()).decode()
    lone = base64.urlsafe_b64encode(b'["structure", "\\ud800", "x"]').decode()
    for wrong in (after[:-3], "pas-un-curseur", forged, lone, base64.urlsafe_b64encode(b"[1, 2]").decode(), ""):
        answer = adviser.get(LIST, sort="structure", after=wrong)
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (422, "wrong-cursor"), wrong
    assert adviser.get(LIST, sort="-structure", after=after).json()["type"].endswith("/wrong-cursor")
    assert adviser.get(LIST, sort="structure", after=after).status_code == 200
