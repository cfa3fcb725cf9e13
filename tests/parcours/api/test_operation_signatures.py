"""Signatures of a collective operation over HTTP: tasks, papers, corrections, and names that are not for the unit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.document_reading import text_of
from tests.support.checks.projection_waits import tasks, up_to_date
from tests.support.histories import confidential_case
from tests.support.histories.validated_parcours import given_signatures, validated_case
from tests.support.samples import sample_files
from tests.support.servers.served_service import Client, Serve, Served

from parcours.main import service
from shared.kernel import paris_date

TODAY = paris_date(datetime.now(UTC))
PRICE = 900_00
WAITING = "operation_structures_to_sign"


class Mission:
    """An operation of two structures whose provider is chosen and funded."""

    def __init__(self, running: Served) -> None:
        self.running, self.adviser = running, running.by("adviser")
        dates = {"starts_on": f"{TODAY + timedelta(days=20)}", "ends_on": f"{TODAY + timedelta(days=90)}"}
        mission = {"axis": "finance", "who": "À choisir", "planned_days": 5, **dates}
        planned = {"unit": "dla-44", "title": "Une comptable pour deux", "mission": mission}
        self.operation = str(done(self.adviser.post("/api/v1/operations", planned)).headers["Location"])
        self.number = self.operation.rpartition("/")[2]
        self.structures = [self.join(), self.join()]
        provider = {"provider": "Cabinet Armen", "amount_cents": PRICE, "days": 5, "exception": "Seul cabinet"}
        self.do("/provider", provider)
        envelope = {"unit": "dla-44", "year": TODAY.year, "allocated_cents": 5_000_00}
        done(running.by("manager").post("/api/v1/funds", envelope))
        self.do("/funds")

    @property
    def cases(self) -> list[str]:
        return [case for case, _ in self.structures]

    def join(self) -> tuple[str, str]:
        """A structure's case, and its action in the operation."""
        case, action = validated_case(self.running.application, operation=UUID(self.number))
        return str(case), str(action)

    def post(self, command: str, body: Any = None) -> Any:
        return self.adviser.post(f"{self.operation}/missions/{self.number}{command}", body)

    def do(self, command: str, body: Any = None) -> Any:
        return done(self.post(command, body))

    def start(self, structure: tuple[str, str]) -> Any:
        case, action = structure
        return self.adviser.post(f"/api/v1/parcours/{case}/actions/{action}/start")

    def own(self, case: str) -> dict[str, Any]:
        """What the leader of a structure sees of the operation."""
        leader = self.running.by("leader", case=case, unit=None)
        [seen] = leader.get(f"/api/v1/parcours/{case}").json()["extra"]["operations"]
        return dict(seen)

    def waiting(self) -> set[str]:
        up_to_date(self.running, service)
        return {task["what"] for task in tasks(self.adviser) if task["href"] == self.operation}


@pytest.fixture
def mission(serve: Serve) -> Mission:
    return Mission(serve(service))


def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.json()
    return answer


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


def signs(*cases: str, name: str = "Claire Aubert") -> dict[str, Any]:
    each = [{"case": case, "name": name, "signed_on": f"{TODAY}"} for case in cases]
    return {"signatures": {"structures": each}}


def test_each_structure_signs_for_itself_and_is_a_task_until_it_has(mission: Mission) -> None:
    (first, second), (first_one, _) = mission.cases, mission.structures
    mission.do("/agreement", {"signatures": given_signatures(f"{TODAY}", first)})
    assert {WAITING, "operation_agreement_to_sign"} <= mission.waiting()
    assert (mission.own(first)["signed_on"], mission.own(second)["signed_on"]) == (f"{TODAY}", None)
    assert slug(mission.start(first_one)) == "no-agreement"
    sheet = text_of(done(mission.adviser.get(f"{mission.operation}/documents/fiche-de-l-operation.pdf")).content)
    assert "convention signée le" in sheet
    assert "convention à signer" in sheet
    paper = text_of(done(mission.adviser.get(f"{mission.operation}/documents/convention.pdf")).content)
    assert "Structure 1" in paper
    assert "Structure 2" in paper
    assert "Maëlle" not in paper, "the structures are numbered there, and so are those who sign for them"

    mission.do("/agreement/signatures", signs(second))
    assert not {WAITING, "operation_agreement_to_sign"} & mission.waiting()
    done(mission.start(first_one))


def test_a_structure_that_joins_later_is_a_task_and_starts_once_it_has_signed(mission: Mission) -> None:
    mission.do("/agreement", {"signatures": given_signatures(f"{TODAY}", *mission.cases)})
    assert WAITING not in mission.waiting()
    late = mission.join()
    assert WAITING in mission.waiting()
    assert (mission.own(late[0])["may_start"], mission.own(mission.cases[0])["may_start"]) == (False, True)
    assert slug(mission.start(late)) == "no-agreement"
    done(mission.start(mission.structures[0]))
    mission.do("/agreement/signatures", signs(late[0]))
    assert WAITING not in mission.waiting()
    done(mission.start(late))


def test_the_last_structure_that_has_not_signed_leaves_and_the_agreement_is_in_force(mission: Mission) -> None:
    unsigned, action = mission.join()
    mission.do("/agreement", {"signatures": given_signatures(f"{TODAY}", *mission.cases), "amount_cents": 800_00})
    assert WAITING in mission.waiting()
    leaving = {"reason": "Elle a trouvé une bénévole."}
    done(mission.adviser.post(f"/api/v1/parcours/{unsigned}/actions/{action}/abandonment", leaving))
    assert not {WAITING, "operation_agreement_to_sign"} & mission.waiting()
    assert mission.adviser.get(mission.operation).json()["extra"]["price_cents"] == 800_00
    assert mission.adviser.get(f"/api/v1/funds/dla-44/{TODAY.year}").json()["committed_cents"] == 800_00
    done(mission.start(mission.structures[0]))


def test_agreement_days_and_report_of_an_operation_are_corrected(mission: Mission) -> None:
    mission.do("/agreement", {"signatures": given_signatures(f"{TODAY - timedelta(days=1)}", *mission.cases)})
    done(mission.start(mission.structures[0]))
    mission.do("/days", {"days": 4})
    mission.do("/final-report/receipt", {"received_on": f"{TODAY}"})
    mission.do("/days/correction", {"days": 3, "effective_on": f"{TODAY}", "reason": "Comptée deux fois"})
    mission.do("/agreement/correction", {"amount_cents": 700_00, "reason": "Mal relue"})
    shown = mission.adviser.get(mission.operation).json()
    assert [each["share_cents"] for each in shown["extra"]["shares"]] == [350_00, 350_00]
    assert shown["missions"][mission.number]["days"] == 3
    assert mission.adviser.get(f"/api/v1/funds/dla-44/{TODAY.year}").json()["committed_cents"] == 700_00

    path = f"{mission.operation}/attachments"
    added = mission.adviser.upload(
        f"{path}?kind=final_report", sample_files.pdf(b"rapport"), "attachment; filename=rapport.pdf"
    )
    file = str(done(added).json()["id"])
    mission.do("/final-report/correction", {"attachment": file, "reason": "Le fichier manquait"})
    assert mission.adviser.get(mission.operation).json()["missions"][mission.number]["report_attachment"] == file
    [kept] = mission.adviser.get(path).json()
    assert kept["cited"] == ["final-report-corrected"]


def test_who_signed_for_a_confidential_case_is_not_for_the_rest_of_the_unit(mission: Mission) -> None:
    hidden, shown = mission.cases
    mission.do("/agreement", {"signatures": given_signatures(f"{TODAY}", shown)})
    mission.do("/agreement/signatures", signs(hidden, name="Farida Meziane"))
    confidential_case.replicate_case_access(mission.running.application, hidden, Served.id_of("ines"))
    manager: Client = mission.running.by("manager")
    for asked in ("", "?version=7", "/history", "/changes", f"/missions/{mission.number}"):
        told = done(mission.adviser.get(f"{mission.operation}{asked}")).text
        assert not any(word in told for word in (hidden, "Farida")), asked
        assert "Maëlle" in told, asked
        assert "Farida" in done(manager.get(f"{mission.operation}{asked}")).text, asked
