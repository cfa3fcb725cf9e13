"""Several rights of one person: each opens what is its own in every service, and none lends anything to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.support.generated.api_surface import REQUEST
from tests.support.generated.golden_samples import SERVICES
from tests.support.histories.audit_events import commit_to_ledger
from tests.support.histories.automatic_openings import opened_by_itself
from tests.support.samples.existing_resources import caught_up
from tests.support.servers.all_services import House, house
from tests.support.servers.served_service import Client

from embedded.processes.nats import Nats
from intake.domain.register import register
from intake.domain.register.rights import GrantRight, RevokeRight
from shared.kernel import PHASE_SERVICES, Actor, Role, paris_date, uuid7
from shared.settings import RightsSource

HERE, ELSEWHERE = "dla-44", "dla-75"
READ = {
    "intake": "/api/v1/requests/{}",
    "diagnostic": "/api/v1/diagnoses/{}",
    "parcours": "/api/v1/parcours/{}",
    "followup": "/api/v1/follow-ups/{}",
    "audit": "/api/v1/cases/{}/timeline",
}
MEETING = {"held_on": "2026-03-02", "participants": [{"name": "La présidente"}]}
NUMBERS = {HERE: "73282932000074", ELSEWHERE: "55208131766522"}


class People:
    """Claire has many rights; Inès is an adviser of one unit, Paul of the other."""

    def __init__(self, services: House) -> None:
        self.services = services
        self.rights: dict[str, str] = {}
        for subject, unit in (("ines", HERE), ("paul", ELSEWHERE)):
            self.give(subject, subject, Role.ADVISER, unit=unit)
        self.cases = {unit: self.receives(subject, unit) for subject, unit in (("ines", HERE), ("paul", ELSEWHERE))}

    def give(self, subject: str, name: str, role: Role, **scope: Any) -> None:
        app = self.services["intake"].application
        identity = UUID(self.services["intake"].id_of(subject))
        granted = GrantRight(identity, role, reason="Arrivée.", **scope)
        receipt = app.handle(register.decider, identity, granted, app.context(identity, Actor("ops", Role.OPS)))
        self.rights[name] = str(receipt.state.active[-1].id)

    def revoke(self, subject: str, name: str) -> None:
        app = self.services["intake"].application
        identity = UUID(self.services["intake"].id_of(subject))
        command = RevokeRight(UUID(self.rights[name]), "Fin.")
        app.handle(register.decider, identity, command, app.context(identity, Actor("ops", Role.OPS)))

    def receives(self, subject: str, unit: str) -> str:
        body = REQUEST | {"structure": REQUEST["structure"] | {"siret": NUMBERS[unit]}}
        answer = self.services.by("intake", "adviser", subject=subject).post("/api/v1/requests", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def claire(self, service: str, right: str | None = None) -> Client:
        client = self.services.by(service, "adviser", subject="claire")
        return client.under(self.rights.get(right, right)) if right else client

    def carry(self) -> None:
        self.services.carry()
        commit_to_ledger(self.services["audit"].application)


@pytest.fixture
def people(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[People]:
    with house(database, nats, tmp_path, rights_from=RightsSource.REGISTER) as services:
        people = People(services)
        today = paris_date(services["intake"].application.clock.now())
        case, theirs = (UUID(people.cases[unit]) for unit in (HERE, ELSEWHERE))
        people.give("claire", "here", Role.ADVISER, unit=HERE)
        people.give("claire", "elsewhere", Role.MANAGER, unit=ELSEWHERE)
        people.give("claire", "leader", Role.LEADER, case=case)
        people.give("claire", "provider", Role.PROVIDER, case=theirs)
        people.give("claire", "expired", Role.MANAGER, unit=HERE, until=today - timedelta(days=1))
        people.give("claire", "to come", Role.MANAGER, unit=HERE, since=today + timedelta(days=1))
        people.carry()
        for name in PHASE_SERVICES:
            for unit, each in people.cases.items():
                opened_by_itself(name, services[name].application, UUID(each), unit)
            caught_up(services[name], name)
        people.carry()
        yield people


def told(answer: Any) -> str:
    """The status, or the rule or the slug that refused."""
    if answer.status_code != 403:
        return str(answer.status_code)
    problem = answer.json()
    return str(problem.get("policy") or problem["type"].rpartition("/")[2])


def write(people: People, service: str, right: str, case: str) -> str:
    client, path = people.claire(service, right), READ[service].format(case)
    if service == "intake":
        return told(client.post(f"{path}/meetings", MEETING))
    return told(client.post(f"{path}/comments", {"text": "Nous en parlerons."}))


def listed(client: Client, path: str) -> set[str]:
    return {row["id"] for row in client.get(path).json()["items"]}


def test_each_right_opens_its_own_case_in_every_service_and_no_other(people: People) -> None:
    case, theirs = people.cases[HERE], people.cases[ELSEWHERE]
    for service in SERVICES:
        path = READ[service]

        def reads(right: str | None, case: str, service: str = service, path: str = path) -> str:
            return told(people.claire(service, right).get(path.format(case)))

        opened = {right: (reads(right, case), reads(right, theirs)) for right in ("here", "elsewhere", "leader")}
        assert opened == {"here": ("200", "404"), "elsewhere": ("404", "200"), "leader": ("200", "own-case")}, service
        assert (reads("provider", case), reads("provider", theirs)) == ("role", "role")
        for none in (
            None,
            "expired",
            "to come",
            people.rights["ines"],
            str(uuid7()),
            str(UUID(int=0)),
            "here,elsewhere",
        ):
            assert (reads(none, case), reads(none, theirs)) == ("choose-a-right", "choose-a-right"), none
    for service in PHASE_SERVICES:
        assert [write(people, service, "here", each) for each in (case, theirs)] == ["200", "404"], service
        assert [write(people, service, "elsewhere", each) for each in (case, theirs)] == ["404", "200"], service
        assert write(people, service, "leader", theirs) in ("own-case", "role")
        collection = READ[service].removesuffix("/{}")
        assert listed(people.claire(service, "here"), collection) == {case}
        assert listed(people.claire(service, "elsewhere"), collection) == {theirs}
        assert told(people.claire(service, "leader").get(collection)) == "role"
    page = "/api/v1/parcours/{}/provider"
    provider = people.claire("parcours", "provider")
    assert [told(provider.get(page.format(each))) for each in (theirs, case)] == ["200", "own-case"]
    own = people.claire("parcours").get("/api/v1/provider-cases").json()["items"]
    assert [(each["case"], each["right"]) for each in own] == [(theirs, people.rights["provider"])]
    assert told(people.claire("parcours", "here").get("/api/v1/provider-cases")) == "role"


def test_a_right_that_is_revoked_opens_nothing_at_the_next_request(people: People) -> None:
    case, theirs = people.cases[HERE], people.cases[ELSEWHERE]
    people.revoke("claire", "here")
    for service in SERVICES:
        if service != "intake":
            assert told(people.claire(service, "here").get(READ[service].format(case))) == "200", "not heard of yet"
    people.carry()
    for service in SERVICES:
        path = READ[service]
        assert told(people.claire(service, "here").get(path.format(case))) == "choose-a-right", service
        assert told(people.claire(service, "elsewhere").get(path.format(case))) == "404"
        assert told(people.claire(service, "elsewhere").get(path.format(theirs))) == "200"
        if service in PHASE_SERVICES:
            assert write(people, service, "here", case) == "choose-a-right"


def test_a_personal_link_and_an_account_lend_each_other_nothing(people: People) -> None:
    """Nor do the links to two cases that one person was given."""
    case, theirs = people.cases[HERE], people.cases[ELSEWHERE]
    secrets = {}
    for subject, unit in (("ines", HERE), ("paul", ELSEWHERE)):
        path = f"/api/v1/requests/{people.cases[unit]}/access-links"
        given = {"role": "leader", "name": "Claire Le Goff", "reason": "Présidente."}
        answer = people.services.by("intake", "adviser", subject=subject).post(path, given)
        secrets[unit] = answer.json()["secret"]
    people.carry()
    for service in SERVICES:
        http, path = people.services[service].http, READ[service]
        (link,) = Client(http, secrets[HERE]).get("/api/v1/me").json()["rights"]
        for unit, own, other in ((HERE, case, theirs), (ELSEWHERE, theirs, case)):
            bearer = Client(http, secrets[unit])
            assert [told(bearer.get(path.format(each))) for each in (own, other)] == ["200", "own-case"], service
            for right in people.rights.values():
                assert told(bearer.under(right).get(path.format(own))) == "choose-a-right"
        assert told(people.claire(service, link["id"]).get(path.format(case))) == "choose-a-right"
        assert told(Client(http, secrets[ELSEWHERE]).under(link["id"]).get(path.format(case))) == "choose-a-right"
