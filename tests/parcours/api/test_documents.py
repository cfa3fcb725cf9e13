"""Documents of a parcours and of its tender over HTTP: before and after they exist, for whom, and erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.document_reading import text_of
from tests.support.histories.validated_parcours import given_signatures, validated_case
from tests.support.samples import sample_files
from tests.support.servers.served_service import Client, Serve, Served

from parcours.main import service
from shared.kernel import Actor, Encrypted, Role, paris_date
from shared.names import RecordStructureName, name_decider, structure_name_id

NAMED = "Les Jardins de l’Erdre"
ERASED = "«\u202feffacé\u202f»"


@pytest.fixture
def running(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def adviser(running: Served) -> Client:
    return running.by("adviser")


@pytest.fixture
def action(running: Served) -> tuple[UUID, UUID]:
    app = running.application
    case, action = validated_case(app)
    name = RecordStructureName(UUID(int=8), Encrypted(case, NAMED))
    app.handle(name_decider, structure_name_id(case), name, app.context(case, Actor("service:parcours", Role.SERVICE)))
    return case, action


@pytest.fixture
def case(action: tuple[UUID, UUID]) -> str:
    return f"/api/v1/parcours/{action[0]}"


def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.json()
    return answer


def open_tender(running: Served, adviser: Client, case: str, action: tuple[UUID, UUID]) -> tuple[str, list[str]]:
    """A tender of three providers, of which two answered, and the keys of the two."""
    deadline = running.application.clock.now() + timedelta(days=10)
    opened = {
        "action": str(action[1]),
        "terms_of_reference": "Recalculer les prix de vente.",
        "grid": [{"label": "Prix", "weight": 100}],
        "deadline": deadline.isoformat(),
    }
    where = str(done(adviser.post(f"{case}/tenders", opened)).headers["Location"])
    for name in ("Cabinet Armen", "Coopérative Sillon", "Atelier des Deux Rives"):
        done(adviser.post(f"{where}/providers", {"name": name}))
    armen, sillon, _ = adviser.get(where).json()["candidates"]
    for key, amount in ((armen, 480_000), (sillon, 450_000)):
        proposal = {"amount_cents": amount, "days": 5, "summary": "Cinq journées sur place."}
        done(adviser.post(f"{where}/providers/{key}/proposal", proposal))
    return where, [armen, sillon]


def chosen(running: Served, adviser: Client, where: str, keys: list[str]) -> None:
    clock = running.application.clock
    clock.set_forward(clock.now() + timedelta(days=11))
    done(adviser.post(f"{where}/interests", {"conflict": False}))
    for key, score in zip(keys, (17, 14), strict=True):
        done(adviser.post(f"{where}/providers/{key}/scores", {"scores": [score]}))
    assert adviser.get(where).json()["extra"] == {"scores": dict(zip(keys, (17.0, 14.0), strict=True))}
    done(adviser.post(f"{where}/award", {"provider": keys[0]}))
    today = paris_date(clock.now()).isoformat()
    for key in keys:
        done(adviser.post(f"{where}/providers/{key}/information", {"informed_on": today}))


def listed(client: Client, where: str) -> dict[str, Any]:
    return {each["name"]: each for each in client.get(f"{where}/documents").json()}


def assert_not_yet(answer: Any, expected: str) -> None:
    assert (answer.status_code, answer.json()["title"]) == (409, "Ce document n’existe pas encore")
    assert expected in answer.json()["detail"]


def test_from_the_terms_of_reference_to_the_signed_agreement(
    running: Served, adviser: Client, case: str, action: tuple[UUID, UUID]
) -> None:
    convention, projet = f"{case}/documents/convention-{action[1]}", "documents/projet-de-convention"
    assert_not_yet(adviser.get(f"{convention}.pdf"), "n’est pas encore enregistrée")
    assert listed(adviser, case)["feuille-de-route"]["lacking"] is None

    where, keys = open_tender(running, adviser, case, action)
    papers = listed(adviser, where)
    assert {name for name, each in papers.items() if each["lacking"] is None} == {"cahier-des-charges"}
    for name in ("grille-d-analyse", "proces-verbal", "projet-de-convention"):
        assert papers[name]["html"] is papers[name]["pdf"] is None
        assert_not_yet(adviser.get(f"{where}/documents/{name}.html"), papers[name]["lacking"])

    chosen(running, adviser, where, keys)
    for each in listed(adviser, where).values():
        assert adviser.get(each["html"]).headers["Content-Type"] == "text/html; charset=utf-8"
        assert adviser.get(each["pdf"]).headers["Content-Type"] == "application/pdf"
    before = adviser.get(f"{where}/{projet}.pdf")
    assert before.headers["Content-Disposition"].startswith('inline; filename="projet-de-convention-v')
    for expected in ("Projet de convention tripartite", NAMED, "Cabinet Armen", "4 800,00 €"):
        assert expected in text_of(before.content)
    version = adviser.get(where).json()["version"]

    today = paris_date(running.application.clock.now()).isoformat()
    disposition = "attachment; filename=convention.pdf"
    proof = adviser.upload(f"{case}/attachments?kind=signed_agreement", sample_files.pdf(), disposition).json()["id"]
    fund = {"unit": "dla-44", "year": running.application.clock.now().year, "allocated_cents": 500_000}
    assert running.by("manager").post("/api/v1/funds", fund).status_code == 201
    done(adviser.post(f"{case}/actions/{action[1]}/funds"))
    signed = {"signatures": given_signatures(today), "attachment": proof}
    done(adviser.post(f"{case}/actions/{action[1]}/agreement", signed))
    after = text_of(adviser.get(f"{convention}.pdf").content)
    assert "Projet" not in after
    for expected in (
        "Convention tripartite",
        "Cabinet Armen",
        "Recalculer les prix de vente.",
        "Maëlle Kerdoncuff",
        "pièce jointe « convention.pdf »",
    ):
        assert expected in after
    assert_not_yet(adviser.get(f"{where}/{projet}.pdf"), "parmi les documents du parcours")
    assert adviser.get(f"{where}/{projet}.pdf", version=version).content == before.content


def test_the_documents_are_for_those_who_may_read_the_parcours(
    running: Served, adviser: Client, case: str, action: tuple[UUID, UUID]
) -> None:
    where, _ = open_tender(running, adviser, case, action)
    own, other = running.by("leader", case=str(action[0])), running.by("leader", case=str(UUID(int=7)))
    provider = running.by("provider", case=str(action[0]))
    for path in (
        f"{case}/documents",
        f"{case}/documents/feuille-de-route.html",
        f"{where}/documents",
        f"{where}/documents/cahier-des-charges.pdf",
    ):
        assert own.get(path).status_code == 200
        for stranger in (other, provider, running.by("committee")):
            assert stranger.get(path).status_code == 403, path
        assert running.anonymous().get(path).status_code == 401


def test_a_provider_whose_key_is_destroyed_is_erased_from_the_documents_and_nobody_else(
    running: Served, adviser: Client, case: str, action: tuple[UUID, UUID]
) -> None:
    where, keys = open_tender(running, adviser, case, action)
    chosen(running, adviser, where, keys)
    draft = f"{where}/documents/projet-de-convention"
    version, before = adviser.get(where).json()["version"], adviser.get(f"{draft}.html")
    assert "Cabinet Armen" in before.text

    app = running.application
    app.recorder.fetch("UPDATE {schema}.data_keys SET wrapped = NULL WHERE key_id = %s", [UUID(keys[0])])
    app.key_store.evict()
    erased = adviser.get(f"{draft}.html", version=version)
    assert "Cabinet Armen" not in erased.text
    assert ERASED in erased.text
    assert "Cinq journées sur place." in erased.text
    assert erased.headers["ETag"] != before.headers["ETag"]
    paper = text_of(adviser.get(f"{where}/documents/proces-verbal.pdf").content)
    assert "« effacé » Oui" in paper
    assert "Coopérative Sillon Oui" in paper
