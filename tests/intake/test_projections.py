"""Projection of the requests of a unit."""

from uuid import UUID

from tests.support.servers.integration import listed

from intake.domain import orientation
from intake.domain.request.ending import (
    AccompanimentEnded,
    CaseClosed,
    CaseGivenUp,
    CaseReopened,
)
from intake.domain.request.outcome import RequestAdmitted, RequestNotAdmitted, RequestOriented, RequestWithdrawn
from intake.domain.request.reception import LinkedRequestOpened, RequestReceived
from intake.domain.request.transfer import RequestTransferred
from intake.domain.structure import EncryptedContact, LegalForm, Structure
from intake.projections import requests
from shared.kernel import Ending, EndingKind, PersonalData
from shared.projections import Row
from shared.testing.scenarios import CASE, NOW, UNIT, text

GARDENS = Structure("Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074")
CONTACT = EncryptedContact(str(UUID(int=9)), PersonalData(UUID(int=9), "Maëlle Kerdoncuff"))
RECEIVED = RequestReceived(GARDENS, UUID(int=8), contact=CONTACT, need=text("Une seule subvention."), unit=UNIT)
LINKED = LinkedRequestOpened(
    UUID(int=5), GARDENS, structure_id=UUID(int=8), contact=CONTACT, theme="finance", unit=UNIT
)
ADMITTED = RequestAdmitted(
    "2021-1",
    UUID(int=8),
    unit=UNIT,
    adviser="adviser-2",
    legal_form=LegalForm.ASSOCIATION,
    department="44",
    headcount=12,
)


def row(*events: object) -> Row:
    return listed(requests, *events)


# Listed


def test_the_list_shows_who_came_where_and_to_whom() -> None:
    assert row(RECEIVED) == {
        "status": "received",
        "structure": "Les Jardins de l’Erdre",
        "department": "44",
        "structure_id": str(UUID(int=8)),
        "unit": UNIT,
        "adviser": "some-adviser",
        "origin": None,
        "received_at": "2026-03-02T09:00:00Z",
        "siren": "732829320",
        "siret": "73282932000074",
        "rna": None,
        "legal_form": "association",
        "section": None,
        "headcount": None,
    }


def test_a_linked_request_has_no_adviser_until_somebody_admits_it() -> None:
    assert (row(LINKED)["adviser"], row(LINKED)["origin"]) == (None, str(UUID(int=5)))
    assert row(LINKED, ADMITTED)["adviser"] == "adviser-2"


def test_the_list_shows_how_a_request_and_its_case_ended() -> None:
    why = text("Trésorerie tendue.")
    proposed = orientation.OrientationProposed(CASE, "France Active", reason=why, on=NOW.date(), code="france_active")
    elsewhere = orientation.OrientationProposed(
        CASE, None, reason=why, on=NOW.date(), other=PersonalData(CASE, "Maëlle Kerdoncuff")
    )
    of_before = orientation.OrientationProposed(CASE, "Maëlle Kerdoncuff", reason=why, on=NOW.date())
    decided = RequestOriented(text("Hors du champ."), (UUID(int=6),))
    oriented = row(RECEIVED, proposed, elsewhere, of_before, decided)
    assert (oriented["status"], oriented["oriented_to"]) == ("oriented", ["France Active", "autre", "autre"])
    assert row(RECEIVED, RequestTransferred("unit-2", text("Siège.")))["status"] == "transferred"
    refused = row(RECEIVED, RequestNotAdmitted(text("Hors du champ."), text("Aucun acteur local.")))
    assert (refused["status"], "oriented_to" in refused) == ("not_admitted", False)
    assert row(RECEIVED, RequestWithdrawn(text("Plus le temps.")))["status"] == "withdrawn"
    ended = row(RECEIVED, ADMITTED, AccompanimentEnded(), CaseClosed(Ending(EndingKind.FOLLOWED_UP, NOW.date())))
    assert (ended["status"], ended["accompaniment_ended"], ended["ending"]) == (
        "closed",
        True,
        {"kind": "followed_up", "on": NOW.date().isoformat()},
    )
    assert row(RECEIVED, ADMITTED, CaseGivenUp(text("Renoncement."), NOW.date()))["ending"]["kind"] == "given_up"
    resumed = row(RECEIVED, ADMITTED, CaseClosed(Ending(EndingKind.FOLLOWED_UP, NOW.date())), CaseReopened())
    assert (resumed["status"], resumed["ending"]) == ("admitted", None)
