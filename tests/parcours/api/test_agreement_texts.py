"""An agreement read and signed over HTTP by those who are part of it, and by nobody else."""

from __future__ import annotations

from typing import Any

from tests.parcours.api.test_provider_cases import done, fund, open_case, running
from tests.support.histories.validated_parcours import validated_case
from tests.support.servers.registered_people import give_right
from tests.support.servers.served_service import Served

from shared.kernel import Right, Role, paris_date, uuid7

__all__ = ["running"]
CHOSEN = {"provider": "Le cabinet", "amount_cents": 400_000, "days": 5, "exception": "Seul spécialiste du bois."}


def recorded(running: Served) -> tuple[str, str]:
    """The address of the action, and of the provider's page of the case; the unit has signed."""
    app, adviser = running.application, running.by("adviser")
    case, action = validated_case(app)
    for subject in ("cabinet", "rival"):
        open_case(running, subject, case)
    give_right(running, "maelle", Right(uuid7(), Role.LEADER, case=case))
    of_action = f"/api/v1/parcours/{case}/actions/{action}"
    done(adviser.post(f"{of_action}/provider", CHOSEN | {"account": Served.id_of("cabinet")}))
    done(running.by("manager").post("/api/v1/funds", fund(app.clock.now())))
    done(adviser.post(f"{of_action}/funds"))
    today = paris_date(app.clock.now()).isoformat()
    body = {"signatures": {"unit": {"name": "Paul Rivoal", "signed_on": today}}}
    done(adviser.post(f"{of_action}/agreement", body))
    return of_action, f"/api/v1/parcours/{case}/provider"


def test_an_agreement_is_read_and_signed_by_its_parties(running: Served) -> None:
    of_action, page = recorded(running)
    cabinet, maelle = running.by("provider", subject="cabinet"), running.by("leader", subject="maelle")
    (awaited,) = done(cabinet.get(page))["agreements"]
    of_case = of_action.partition("/actions/")[0]
    signed_by_the_unit_alone = running.by("adviser").get(of_case).json()["version"]
    assert (awaited["href"], awaited["signed"]) == (f"{of_action}/agreement", False)
    for client, end, name in ((cabinet, "provider", "Nadia Le Goff"), (maelle, "structure", "Maëlle Kerdoncuff")):
        read = done(client.get(f"{of_action}/agreement"))
        assert read["document"]["title"] == "Convention tripartite" and read["in_force"] is False
        assert read["sign"] == f"{of_action}/agreement/signatures/{end}"
        done(client.post(read["sign"], {"content_hash": read["content_hash"], "name": name}))
    signed = done(maelle.get(f"{of_action}/agreement"))
    assert signed["in_force"] and signed["sign"] is None
    before = done(maelle.get(f"{of_action}/agreement", version=signed_by_the_unit_alone))
    assert (before["in_force"], before["sign"]) == (False, None), "a past text is not signed"
    assert [each["party"] for each in before["signatures"] if each["name"]] == ["unit"]
    assert before["content_hash"] == signed["content_hash"]
    never = cabinet.get(f"{of_action}/agreement", version=1)
    assert refusal(never) == (404, "unknown-action"), "the action was not planned yet"
    names = {each["party"]: each["name"] for each in signed["signatures"]}
    assert names == {"structure": "Maëlle Kerdoncuff", "unit": "Paul Rivoal", "provider": "Nadia Le Goff"}
    assert done(cabinet.get(page))["agreements"] == []
    shown = maelle.get(
        f"{of_action.partition('/actions/')[0]}/documents/convention-{of_action.rpartition('/')[2]}.html"
    )
    assert f"Signée à l’écran par lien personnel, sur le texte d’empreinte {signed['content_hash']}" in shown.text
    assert "L’original signé fait foi" not in shown.text


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def test_another_provider_neither_reads_nor_signs_it(running: Served) -> None:
    of_action, page = recorded(running)
    rival, adviser = running.by("provider", subject="rival"), running.by("adviser")
    assert refusal(rival.get(f"{of_action}/agreement")) == (403, "not-your-assignment")
    assert done(rival.get(page))["agreements"] == []
    read = done(adviser.get(f"{of_action}/agreement"))
    assert read["sign"] is None, "the unit records its own signature with the agreement"
    body = {"content_hash": read["content_hash"], "name": "Quelqu’un"}
    assert refusal(rival.post(f"{of_action}/agreement/signatures/provider", body)) == (403, "not-your-assignment")
    for client in (adviser, rival):
        assert client.post(f"{of_action}/agreement/signatures/structure", body).status_code == 403
