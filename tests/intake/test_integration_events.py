"""Integration events of intake: what the other services receive."""

from dataclasses import replace
from uuid import UUID

import pytest
from tests.support.servers.integration import NO_APPLICATION, entry, recorded

from intake.domain.request.ending import (
    CaseClosed,
    CaseGivenUp,
)
from intake.domain.request.outcome import RequestAdmitted, RequestNotAdmitted, RequestOriented, RequestWithdrawn
from intake.domain.request.reception import LinkedRequestOpened, RequestReceived
from intake.domain.request.transfer import RequestTransferred, TransferReceived, TransferTakenOver
from intake.domain.structure import EncryptedContact, LegalForm, Structure
from intake.integration_events import to_integration_event
from shared.contracts import intake as contracts
from shared.contracts.base import PublicEvent
from shared.contracts.registry import other_cases
from shared.kernel import Ending, EndingKind, PersonalData
from shared.testing.scenarios import NOW, UNIT, text

GARDENS = Structure("Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074")
CONTACT = EncryptedContact(str(UUID(int=9)), PersonalData(UUID(int=9), "Maëlle Kerdoncuff"))
RECEIVED = RequestReceived(GARDENS, UUID(int=8), contact=CONTACT, need=text("Une seule subvention."), unit=UNIT)
LINKED = LinkedRequestOpened(
    UUID(int=5), GARDENS, structure_id=UUID(int=8), contact=CONTACT, theme="finance", unit=UNIT
)
TAKEN_OVER = TransferReceived(UUID(int=5), GARDENS, structure_id=UUID(int=8), contact=CONTACT, unit=UNIT)
ADMITTED = RequestAdmitted(
    "2021-1",
    UUID(int=8),
    unit=UNIT,
    adviser="adviser-2",
    legal_form=LegalForm.ASSOCIATION,
    department="44",
    headcount=12,
)


# Told


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            ADMITTED,
            contracts.RequestAdmitted(
                structure=UUID(int=8),
                unit=UNIT,
                adviser="adviser-2",
                legal_form="association",
                department="44",
                headcount=12,
                rules="2021-1",
            ),
        ),
        (
            RequestOriented(text("Hors du champ."), (UUID(int=6),)),
            contracts.RequestOriented(orientations=1),
        ),
        (RequestNotAdmitted(text("Hors du champ."), text("Personne.")), contracts.RequestNotAdmitted()),
        (CaseClosed(Ending(EndingKind.ABANDONED, NOW.date())), contracts.CaseClosed(kind="abandoned", on=NOW.date())),
        (CaseGivenUp(text("Renoncement."), NOW.date()), contracts.CaseClosed(kind="given_up", on=NOW.date())),
    ],
)
def test_the_others_are_told_of_outcomes_and_ends(event: object, expected: PublicEvent) -> None:
    assert to_integration_event(recorded(event), entry(), NO_APPLICATION) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (TAKEN_OVER, contracts.TransferReceived(origin=UUID(int=5))),
        (TransferTakenOver(UUID(int=6)), contracts.TransferTakenOver(request=UUID(int=6))),
        (LINKED, contracts.LinkedRequestOpened(origin=UUID(int=5), theme="finance")),
        (replace(LINKED, origin=None), contracts.LinkedRequestOpened(origin=None, theme="finance")),
    ],
)
def test_a_case_that_follows_another_names_it_and_nothing_else(event: object, expected: PublicEvent) -> None:
    published = to_integration_event(recorded(event), entry(), NO_APPLICATION)
    assert published == expected
    named = other_cases(published.publisher, published.topic(), published.model_dump(mode="json"))
    assert named == [each for each in expected.model_dump().values() if isinstance(each, UUID)]


@pytest.mark.parametrize(
    "event", [RECEIVED, RequestTransferred(UNIT, text("Siège.")), RequestWithdrawn(text("Plus le temps."))]
)
def test_the_rest_stays_at_home(event: object) -> None:
    assert to_integration_event(recorded(event), entry(), NO_APPLICATION) is None
