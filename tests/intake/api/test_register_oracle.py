"""The register: an identity of other units is answered as one that nobody has, to readers and to writers. A structure
that another unit has received is received as one that nobody knows."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.checks.sql_statements import SqlStatements
from tests.support.generated.api_surface import REQUEST
from tests.support.generated.golden_samples import service
from tests.support.histories.confidential_case import REASONS
from tests.support.samples.existing_resources import caught_up
from tests.support.servers.served_service import Client, Serve, Served

from shared.kernel import uuid7

ELSEWHERE = "dla-75"
NUMBERS = ("73282932000074", "55208131766522")
RIGHTS = "/api/v1/identities/rights"
REASON = {"reason": "Essai."}


def give(by: Client, identity: str, **right: Any) -> str:
    answer = by.post(RIGHTS, {"identity": identity, "reason": "Arrivée dans l’équipe."} | right)
    assert answer.status_code == 201, answer.text
    return identity


def kept_elsewhere(running: Served) -> dict[str, str]:
    """Identities of another unit, by what their rights are to."""
    ines, manager = (running.by(role, subject="ines", unit=ELSEWHERE) for role in ("adviser", "manager"))
    cases = []
    for number in NUMBERS:
        body = REQUEST | {"structure": REQUEST["structure"] | {"siret": number}}
        cases.append(str(ines.post("/api/v1/requests", body).json()["id"]))
    usual, secret = cases
    mixed = give(ines, str(uuid7()), role="leader", case=usual)
    found = {
        "a unit": give(manager, str(uuid7()), role="adviser", unit=ELSEWHERE),
        "one case": give(ines, str(uuid7()), role="leader", case=usual),
        "two cases": give(ines, give(ines, str(uuid7()), role="leader", case=usual), role="leader", case=secret),
        "a unit and a case": give(manager, mixed, role="adviser", unit=ELSEWHERE),
        "a confidential case": give(ines, str(uuid7()), role="leader", case=secret),
    }
    assert ines.post(f"/api/v1/requests/{secret}/confidentiality", REASONS).status_code == 200
    return found


def answered(client: Client, statements: SqlStatements, identity: str, right: str) -> list[Any]:
    """What each operation on the identity says, with its headers and the statements that it sent."""
    path = f"/api/v1/identities/{identity}"
    revocation = f"{path}/rights/{right}/revocation"
    sent = [
        *(("GET", each, None, {}) for each in (path, *(f"{path}/{each}" for each in ("history", "stored", "changes")))),
        ("GET", f"{path}/rights/{right}", None, {}),
        ("POST", revocation, REASON, {}),
        ("POST", revocation, REASON, {"If_Match": '"1"'}),
        ("POST", revocation, REASON, {"Idempotency_Key": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40"}),
        ("POST", revocation, {}, {}),
    ]
    answers: list[Any] = []
    for method, address, body, headers in sent:
        statements.take()
        answer = client.get(address) if method == "GET" else client.post(address, body, **headers)
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in ("date", "x-request-id")}
        answers.append((method, address.replace(identity, "").replace(right, ""), answer.status_code))
        answers.append((answer.text, kept, statements.take()))
    return answers


@pytest.mark.parametrize("role", ["adviser", "manager", "regional"])
def test_an_identity_of_another_unit_is_answered_as_one_that_nobody_has(
    role: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Word for word, and statement for statement: whoever knows a pseudonym does not learn that it has rights."""
    running = serve(service("intake"))
    kept, statements = kept_elsewhere(running), SqlStatements(monkeypatch)
    colleague, of_the_unit = running.by(role), running.by("manager", unit=ELSEWHERE)
    nothing = answered(colleague, statements, str(uuid7()), str(uuid7()))
    assert {answer[2] for answer in nothing[::2]} == {403, 404, 422} - ({403} if role != "adviser" else set())
    for what, identity in kept.items():
        state = of_the_unit.get(f"/api/v1/identities/{identity}").json()
        for right in (*(each["id"] for each in state["rights"]), str(uuid7())):
            assert answered(colleague, statements, identity, right) == nothing, what


def test_a_right_of_its_unit_is_revoked_and_one_beyond_it_is_not(serve: Serve) -> None:
    """An identity with rights in two units is each unit's, for its own rights alone."""
    running = serve(service("intake"))
    here, there = (running.by("manager", unit=unit) for unit in ("dla-44", ELSEWHERE))
    identity = give(here, str(uuid7()), role="adviser", unit="dla-44")
    give(there, identity, role="adviser", unit=ELSEWHERE)
    rights = {each["unit"]: each["id"] for each in here.get(f"/api/v1/identities/{identity}").json()["rights"]}
    address = f"/api/v1/identities/{identity}/rights"
    beyond = here.post(f"{address}/{rights[ELSEWHERE]}/revocation", REASON)
    assert (beyond.status_code, beyond.json()["type"].rpartition("/")[2]) == (403, "right-beyond-yours")
    assert here.post(f"{address}/{rights['dla-44']}/revocation", REASON).status_code == 200
    assert there.post(f"{address}/{rights[ELSEWHERE]}/revocation", REASON).status_code == 200


@pytest.mark.parametrize(
    ("role", "is_shown"), [("regional", False), ("auditor", False), ("dpo", False), ("manager", True)]
)
def test_a_right_to_a_confidential_case_names_it_to_those_who_may_see_it(
    role: str, is_shown: bool, serve: Serve
) -> None:
    """An identity that has rights over a unit too is read in that unit: the id of its confidential case is not."""
    running = serve(service("intake"))
    ines, manager = (running.by(each, subject="ines", unit=ELSEWHERE) for each in ("adviser", "manager"))
    secret = str(ines.post("/api/v1/requests", REQUEST).json()["id"])
    identity = give(manager, give(ines, str(uuid7()), role="leader", case=secret), role="adviser", unit=ELSEWHERE)
    rights = [each["id"] for each in manager.get(f"/api/v1/identities/{identity}").json()["rights"]]
    assert ines.post(f"/api/v1/requests/{secret}/confidentiality", REASONS).status_code == 200
    path = f"/api/v1/identities/{identity}"
    reader = running.by(role, unit=ELSEWHERE)
    for address in (path, f"{path}/history", f"{path}/changes", f"{path}?version=1", f"{path}/rights/{rights[0]}"):
        answer = reader.get(address)
        assert (answer.status_code, secret in answer.text) == (200, is_shown), f"{address}: {answer.text}"
    assert reader.get(f"{path}/stored").status_code == (200 if is_shown else 403)


def test_two_numbers_of_a_structure_do_not_tell_that_another_unit_has_received_it(serve: Serve) -> None:
    """Whoever opens a request for each number would be refused the second one if they were known to be of one."""
    running = serve(service("intake"))
    both = REQUEST["structure"] | {"siret": NUMBERS[0], "rna": "W442000123"}
    path = running.by("adviser", unit=ELSEWHERE).post("/api/v1/requests", REQUEST | {"structure": both})
    assert path.status_code == 201, path.text
    caught_up(running, "intake")

    def received(**numbers: str | None) -> Any:
        structure = REQUEST["structure"] | {"siret": None, "rna": None} | numbers
        return running.by("adviser").post("/api/v1/requests", REQUEST | {"structure": structure})

    answers = [received(siret=NUMBERS[0]), received(rna="W442000123")]
    assert [answer.status_code for answer in answers] == [201, 201], answers[1].text
    ids = {running.by("adviser").get(each.headers["Location"]).json()["structure"]["id"] for each in answers}
    assert len(ids) == 2
