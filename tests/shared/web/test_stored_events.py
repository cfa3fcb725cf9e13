"""The stored events of a case: sealed values are opened for those who read the state that they belong to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.support.generated.api_surface import REQUEST
from tests.support.servers.served_service import Client, Serve

from intake.main import service
from shared.erasure import person_erasure_id
from shared.kernel import uuid7
from shared.web.http import REDACTED

LINK_REASON, HOLD_REASON, ERASURE_REASON = "Pour valider ensemble.", "Un contentieux est en cours.", "Elle le demande."


def opened(reader: Client, path: str) -> str:
    """All texts of stored values and of the history."""
    stored, history = reader.get(f"{path}/stored"), reader.get(f"{path}/history")
    assert (stored.status_code, history.status_code) == (200, 200)
    shown: list[Any] = [each["shown"] for each in stored.json()["events"]]
    return f"{shown} {[each['data'] for each in history.json()]}"


def test_what_is_sealed_is_opened_for_who_reads_it_in_a_state(serve: Serve) -> None:
    """Personal links are read by the unit, the reason of a suspended destruction by the DPO who gives it."""
    intake = serve(service)
    adviser, dpo = intake.by("adviser"), intake.by("dpo")
    case = adviser.post("/api/v1/requests", REQUEST).json()["id"]
    path = f"/api/v1/requests/{case}"
    link = {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": LINK_REASON}
    assert adviser.post(f"{path}/access-links", link).status_code == 201
    assert dpo.post(f"/api/v1/retention/{case}/hold", {"reason": HOLD_REASON}).status_code == 200
    of_the_unit, of_the_leader = opened(adviser, path), opened(intake.by("leader", unit=None, case=case), path)
    assert "Un besoin." in of_the_unit and "Un besoin." in of_the_leader
    assert LINK_REASON in of_the_unit and LINK_REASON not in of_the_leader
    assert HOLD_REASON not in of_the_unit + of_the_leader
    assert REDACTED in of_the_leader, "that there is something is no secret: its event is in the history"


def test_an_id_leads_to_no_stream_of_another_kind(serve: Serve) -> None:
    """Nobody's order of erasure, nor the rights of a colleague, under the address of a request."""
    intake = serve(service)
    adviser, person = intake.by("adviser"), uuid7()
    assert intake.by("dpo").delete(f"/api/v1/people/{person}", {"reason": ERASURE_REASON}).status_code == 202
    right = {"identity": str(uuid7()), "role": "adviser", "unit": "dla-44", "reason": "Arrivée dans l’équipe."}
    assert intake.by("manager").post("/api/v1/identities/rights", right).status_code == 201
    unknown = adviser.get(f"/api/v1/requests/{uuid7()}/stored").text
    for other in (person_erasure_id(person), UUID(right["identity"])):
        for shown in ("stored", "history", "changes"):
            for reader in (adviser, intake.by("manager"), intake.by("auditor", units=["dla-44"])):
                answer = reader.get(f"/api/v1/requests/{other}/{shown}")
                assert (answer.status_code, answer.text) == (404, unknown)
