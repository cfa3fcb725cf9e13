"""Attachments cited as proofs: of the case, and not withdrawn."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.histories.validated_parcours import given_signatures, validated_case
from tests.support.samples import sample_files
from tests.support.servers.served_service import Client, Serve, Served

from parcours.domain import parcours
from parcours.domain.assignment import selection
from parcours.domain.funding import fund, payments
from parcours.main import service
from shared.kernel import Actor, Role, paris_date

TODAY = paris_date(datetime.now(UTC)).isoformat()


@pytest.fixture
def running(serve: Serve) -> Served:
    return serve(service)


def upload(adviser: Client, case: UUID, kind: str, text: bytes) -> str:
    path = f"/api/v1/parcours/{case}/attachments?kind={kind}"
    return str(adviser.upload(path, sample_files.pdf(text), "attachment; filename=preuve.pdf").json()["id"])


def agreement(attachment: str) -> dict[str, Any]:
    return {"signatures": given_signatures(TODAY), "attachment": attachment}


def fund_assignment(running: Served, case: UUID, action: UUID, account: str | None = None) -> None:
    app, today = running.application, datetime.now(UTC)
    manager = Actor("some-manager", Role.MANAGER, unit="dla-44")
    opened = fund.fund_id("dla-44", today.year)
    app.handle(
        fund.decider,
        opened,
        fund.OpenFund("dla-44", today.year, allocated_cents=1_000_000),
        app.context(opened, manager),
    )
    retain = selection.RetainProvider(
        action, "Cabinet Aubépine", amount_cents=400_000, days=5, exception="Seul cabinet"
    )
    for command in (replace(retain, account=account), payments.CommitFunds(action)):
        app.handle(parcours.decider, case, command, app.context(case, manager))


def test_what_was_signed_and_received_is_proved_by_files_of_the_case(running: Served) -> None:
    case, action = validated_case(running.application)
    adviser, path = running.by("adviser"), f"/api/v1/parcours/{case}"
    fund_assignment(running, case, action)
    signed = upload(adviser, case, "signed_agreement", b"convention")
    recorded = adviser.post(f"{path}/actions/{action}/agreement", agreement(signed))
    assert (recorded.status_code, recorded.json()["events"]) == (200, ["agreement-recorded"])
    assert adviser.post(f"{path}/actions/{action}/start").status_code == 200
    amended = upload(adviser, case, "signed_amendment", b"avenant")
    amendment = {"extra_days": 1, "attachment": amended}
    amendment |= {"signatures": given_signatures(TODAY)}
    assert adviser.post(f"{path}/actions/{action}/amendments", amendment).status_code == 200
    report = upload(adviser, case, "final_report", b"rapport")
    receipt = {"received_on": TODAY, "attachment": report}
    assert adviser.post(f"{path}/actions/{action}/final-report/receipt", receipt).status_code == 200

    assert adviser.get(path).json()["actions"][str(action)]["proofs"] == [signed, amended, report]
    cited = [each["cited"] for each in adviser.get(f"{path}/attachments").json()]
    assert cited == [["agreement-recorded"], ["amendment-signed"], ["final-report-received"]]


def test_a_file_that_is_unknown_withdrawn_or_of_another_case_proves_nothing(running: Served) -> None:
    case, action = validated_case(running.application)
    other, _ = validated_case(running.application)
    adviser, path = running.by("adviser"), f"/api/v1/parcours/{case}"
    fund_assignment(running, case, action)
    withdrawn = upload(adviser, case, "signed_agreement", b"brouillon")
    adviser.post(f"{path}/attachments/{withdrawn}/withdrawal", {"reason": "Version non signée"})
    elsewhere = upload(adviser, other, "signed_agreement", b"convention")
    for proof, slug in (
        (str(uuid4()), "unknown-attachment"),
        (elsewhere, "unknown-attachment"),
        (withdrawn, "attachment-withdrawn"),
    ):
        answer = adviser.post(f"{path}/actions/{action}/agreement", agreement(proof))
        assert answer.json()["type"].endswith(f"/{slug}")
    read = adviser.get(path).json()["actions"][str(action)]
    assert (read["agreement"], read["proofs"]) == (None, [])


def test_a_provider_proves_its_report_with_its_own_file_and_reads_no_other(running: Served) -> None:
    case, action = validated_case(running.application)
    path = f"/api/v1/parcours/{case}"
    adviser, provider = running.by("adviser"), running.by("provider", subject="p1", unit=None, case=str(case))
    stranger = running.by("provider", subject="p2", unit=None, case=str(case))
    fund_assignment(running, case, action, Served.id_of("p1"))
    kept = upload(adviser, case, "minutes", b"compte rendu")

    def hand_in(by: Client, kind: str, text: bytes) -> Any:
        at = f"{path}/attachments?kind={kind}"
        return by.upload(at, sample_files.pdf(text), "attachment; filename=rapport.pdf")

    assert hand_in(provider, "final_report", b"rapport").json()["type"].endswith("/not-your-assignment"), "not signed"
    of = f"{path}/actions/{action}"
    adviser.post(f"{of}/agreement", {"signatures": given_signatures(TODAY)})
    assert adviser.post(f"{of}/start").status_code == 200
    assert hand_in(stranger, "final_report", b"rapport").json()["type"].endswith("/not-your-assignment")
    assert hand_in(provider, "signed_agreement", b"rapport").json()["type"].endswith("/kind-of-the-unit")
    report = hand_in(provider, "final_report", b"rapport")
    assert report.status_code == 201, report.text
    received = {"received_on": TODAY, "attachment": report.json()["id"]}
    assert provider.post(f"{of}/final-report/receipt", received).status_code == 200

    [own] = provider.get(f"{path}/attachments").json()
    assert (own["id"], own["added_by"], own["role"]) == (report.json()["id"], Served.id_of("p1"), "provider")
    assert own["cited"] == ["final-report-received"]
    assert provider.get(f"{path}/attachments/{own['id']}").content == sample_files.pdf(b"rapport")
    assert provider.get(f"{path}/attachments/{kept}").status_code == 404
    assert stranger.get(f"{path}/attachments").json() == []
    assert stranger.get(f"{path}/attachments/{own['id']}").status_code == 404
    assert [each["role"] for each in adviser.get(f"{path}/attachments").json()] == ["adviser", "provider"]

    complete = hand_in(provider, "final_report", b"rapport complet").json()["id"]
    correction = {"attachment": complete, "reason": "Il manquait l’annexe."}
    assert adviser.post(f"{of}/final-report/correction", correction).status_code == 200
    assert adviser.get(path).json()["actions"][str(action)]["proofs"] == [complete]


def test_a_leader_adds_the_papers_that_the_structure_signed_to_its_own_case(running: Served) -> None:
    case, _ = validated_case(running.application)
    other, _ = validated_case(running.application)
    leader = running.by("leader", unit=None, case=str(case))
    added = upload(leader, case, "signed_agreement", b"convention")
    [listed] = running.by("adviser").get(f"/api/v1/parcours/{case}/attachments").json()
    assert (listed["id"], listed["role"]) == (added, "leader")
    kind = f"/api/v1/parcours/{case}/attachments?kind=final_report"
    refused = leader.upload(kind, sample_files.pdf(b"rapport"), "attachment; filename=r.pdf")
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (403, "kind-of-the-unit")
    elsewhere = f"/api/v1/parcours/{other}/attachments?kind=other"
    assert leader.upload(elsewhere, sample_files.pdf(b"x"), "attachment; filename=r.pdf").status_code == 403
