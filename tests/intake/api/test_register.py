"""The register over HTTP: rights are given, known in every service, and end at their term or when revoked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import typer
from tests.support.checks.projection_waits import up_to_date
from tests.support.histories.audit_events import commit_to_ledger
from tests.support.samples.sample_services import eventually
from tests.support.servers.intake_deployments import intake_command_line, intake_service
from tests.support.servers.served_service import Client, Served, served
from typer.testing import CliRunner

from audit.main import service as audit
from diagnostic.main import service as diagnostic
from embedded.processes.nats import Nats
from followup.main import service as followup
from intake.main import cli
from intake.main import service as intake
from parcours.main import service as parcours
from shared.kernel import paris_date
from shared.messaging import Feed, Inbox, messages_of
from shared.runtime import Service
from shared.runtime.process_role import ProcessRole
from shared.settings import RightsSource

UNIT = "dla-44"
REASON = "Arrivée dans l’équipe."
REQUEST = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Un besoin.",
}

RIGHTS = "/api/v1/identities/rights"
MEETING = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}]}


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rsplit("/", 1)[1])


class Register:
    """Intake in register mode, with its first manager as an operator's command made them."""

    def __init__(self, served: Served, monkeypatch: pytest.MonkeyPatch, command_line: typer.Typer = cli) -> None:
        self.served, self._command_line = served, command_line
        served.speak_to(monkeypatch)

    def first(self, subject: str, role: str, *more: str) -> str:
        command = ["register", "--subject", subject, "--role", role, "--reason", "Mise en service.", *more]
        done = CliRunner().invoke(self._command_line, command)
        assert done.exit_code == 0, done.output
        return done.stdout

    def person(self, subject: str) -> Client:
        """A token that claims the moon: the register alone is believed."""
        return self.served.by("manager", subject=subject, unit="everywhere")

    def id_of(self, subject: str) -> str:
        return str(self.person(subject).get("/api/v1/me").json()["id"])

    def give(self, by: str, to: str, **fields: Any) -> Any:
        body = {"identity": self.id_of(to), "reason": REASON} | fields
        return self.person(by).post("/api/v1/identities/rights", body)


@pytest.fixture
def register(
    database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Register]:
    with served(intake, database, nats, tmp_path, rights_from=RightsSource.REGISTER) as opened:
        register = Register(opened, monkeypatch)
        register.first("claire", "manager", "--unit", UNIT)
        yield register


@pytest.fixture
def intake_by_token(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    with served(intake, database, nats, tmp_path) as opened:
        yield opened


def test_whoever_is_in_no_register_reads_who_they_are_and_nothing_else(register: Register) -> None:
    stranger = register.person("inconnue")
    me = stranger.get("/api/v1/me").json()
    assert me == {"id": register.served.id_of("inconnue"), "rights": []}
    answer = stranger.get("/api/v1/requests")
    assert (answer.status_code, slug(answer)) == (403, "without-rights")


def test_a_manager_lets_an_adviser_in_and_out(register: Register) -> None:
    assert register.give("claire", "inès", role="adviser", unit=UNIT, name="Inès Martin").status_code == 201
    ines = register.person("inès")
    (right,) = ines.get("/api/v1/me").json()["rights"]
    assert (right["role"], right["unit"]) == ("adviser", UNIT)
    assert ines.get("/api/v1/requests").status_code == 200

    identity = f"/api/v1/identities/{register.id_of('inès')}"
    shown = register.person("claire").get(identity).json()
    assert (shown["name"], shown["rights"][0]["role"]) == ("Inès Martin", "adviser")
    reason = {"reason": "Départ."}
    assert register.person("claire").post(f"{identity}/rights/{right['id']}/revocation", reason).status_code == 200
    assert slug(ines.get("/api/v1/requests")) == "without-rights"
    fields = register.person("claire").get(f"{identity}/history").json()
    assert [(event["label"], event["data"]["reason"]) for event in fields if "reason" in event["data"]] == [
        ("Droit donné", REASON),
        ("Droit retiré", "Départ."),
    ]


def test_units_are_those_of_the_table_and_of_the_register_for_whoever_has_a_right(
    database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "competence.toml"
    table.write_text('[departments]\n"44" = "dla-44"\n[units]\n"dla-44" = "DLA de Loire-Atlantique"\n')
    deployed = intake_service(competence=table)
    with served(deployed, database, nats, tmp_path) as opened:
        right = {"identity": str(uuid4()), "role": "adviser", "unit": "dla-49", "reason": REASON}
        assert opened.by("manager", unit="dla-49").post("/api/v1/identities/rights", right).status_code == 201
        for role in ("adviser", "pilot", "committee", "ops"):
            units = opened.by(role).get("/api/v1/units").json()
            assert [(each["code"], each["name"], each["kind"]) for each in units] == [
                ("dla-44", "DLA de Loire-Atlantique", "departmental"),
                ("dla-49", "dla-49", "other"),
            ]
        assert (units[0]["departments"], units[0]["region"]) == (["44"], "52")
        leader = opened.by("leader", unit=None, case=str(uuid4()))
        assert leader.get("/api/v1/units").status_code == 200
        assert opened.anonymous().get("/api/v1/units").status_code == 401


def test_the_register_lists_who_holds_which_right_in_the_reader_s_own_units(intake_by_token: Served) -> None:
    def grant(name: str, **right: Any) -> str:
        identity = str(uuid4())
        body = {"identity": identity, "reason": REASON, "name": name} | right
        answer = intake_by_token.by("regional", unit=None, units=["dla-44", "dla-49"]).post(RIGHTS, body)
        assert answer.status_code == 201, answer.text
        return identity

    def listed(reader: str, *units: str, **asked: Any) -> dict[str, str | None]:
        up_to_date(intake_by_token, intake)
        page = intake_by_token.by(reader, unit=units[0] if units else None, units=units).get(
            "/api/v1/identities", **asked
        )
        assert page.status_code == 200, page.text
        return {each["id"]: each["name"] for each in page.json()["items"]}

    ines = grant("Inès Martin", role="adviser", unit="dla-44", until="2026-12-31")
    yann = grant("Yann Le Goff", role="manager", unit="dla-49", since="2026-06-01")
    auditor = grant("Aziliz Prigent", role="auditor", units=["dla-44", "dla-49"])
    assert listed("manager", "dla-44") == {ines: "Inès Martin", auditor: "Aziliz Prigent"}
    assert listed("manager", "dla-49") == {yann: "Yann Le Goff", auditor: "Aziliz Prigent"}
    assert listed("regional", "dla-44", "dla-49").keys() == {ines, yann, auditor}
    assert listed("dpo", "dla-75") == {}
    assert listed("ops") == dict.fromkeys((ines, yann, auditor))
    both = ("dla-44", "dla-49")
    assert listed("auditor", *both, role="adviser").keys() == {ines}
    assert listed("auditor", *both, unit="dla-49").keys() == {yann, auditor}
    assert listed("auditor", *both, active_on="2026-05-31").keys() == {ines, auditor}
    assert listed("auditor", *both, active_on="2027-01-01").keys() == {yann, auditor}

    client = intake_by_token.by("manager", unit="dla-44")
    shown = client.get(f"/api/v1/identities/{ines}").json()
    of_the_right = f"/api/v1/identities/{ines}/rights/{shown['rights'][0]['id']}"
    assert client.post(f"{of_the_right}/revocation", {"reason": "Départ."}).status_code == 200
    assert listed("auditor", *both, active_on="2026-05-31").keys() == {auditor}
    (right,) = next(each for each in client.get("/api/v1/identities").json()["items"] if each["id"] == ines)["rights"]
    assert (right["role"], right["unit"], right["until"], right["revoked"]) == ("adviser", "dla-44", "2026-12-31", True)
    assert client.get(f"/api/v1/identities/{yann}").status_code == 404, "of another unit"

    pages, after = [], None
    while page := client.get("/api/v1/identities", limit=1, **({"after": after} if after else {})).json():
        pages += [each["id"] for each in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert pages == sorted({ines, auditor})

    def order(sort: str) -> list[str]:
        found, after = [], None
        while page := client.get(
            "/api/v1/identities", sort=sort, limit=1, **({"after": after} if after else {})
        ).json():
            found += [each["id"] for each in page["items"]]
            if (after := page["next"]) is None:
                return found
        return found

    assert (order("granted_at"), order("-granted_at")) == ([ines, auditor], [auditor, ines])
    assert (order("until"), order("-until")) == ([ines, auditor], [ines, auditor]), "without an end: last both ways"
    assert order("-id") == [*reversed(pages)]
    of_another_order = client.get("/api/v1/identities", sort="until", limit=1).json()["next"]
    assert slug(client.get("/api/v1/identities", after=of_another_order)) == "wrong-cursor"
    assert client.get("/api/v1/identities", sort="name").status_code == 422
    for role in ("adviser", "pilot", "committee", "leader"):
        assert intake_by_token.by(role).get("/api/v1/identities").status_code == 403


def test_nobody_gives_more_than_they_have(register: Register) -> None:
    assert slug(register.give("claire", "inès", role="adviser", unit="dla-35")) == "right-beyond-yours"
    assert slug(register.give("claire", "inès", role="dpo", units=[UNIT])) == "right-beyond-yours"
    assert slug(register.give("claire", "claire", role="adviser", unit=UNIT)) == "own-rights"
    assert slug(register.give("inconnue", "inès", role="adviser", unit=UNIT)) == "without-rights"


def test_a_right_holds_from_its_first_day_to_its_last(register: Register) -> None:
    register.first("intérim", "adviser", "--unit", UNIT, "--since", "2031-03-01", "--until", "2031-03-31")
    register.first("horloge", "ops")
    temporary, ops = register.person("intérim"), register.person("horloge")
    answers = []
    for now in ("2031-02-28T12:00:00Z", "2031-03-01T12:00:00Z", "2031-03-31T12:00:00Z", "2031-04-01T12:00:00Z"):
        assert ops.post("/api/v1/clock", {"now": now}).status_code == 200
        answers.append(temporary.get("/api/v1/requests").status_code)
    assert answers == [403, 200, 200, 403]


def test_who_holds_several_rights_says_which(register: Register) -> None:
    register.first("double", "adviser", "--unit", UNIT)
    register.first("double", "manager", "--unit", "dla-35")
    twice = register.person("double")
    assert slug(twice.get("/api/v1/requests")) == "choose-a-right"
    first = twice.get("/api/v1/me").json()["rights"][0]
    assert twice.under(first["id"]).get("/api/v1/requests").status_code == 200
    assert slug(twice.under(str(uuid4())).get("/api/v1/requests")) == "choose-a-right"


def test_a_partner_lists_and_follows_its_territory_until_its_right_is_taken_back(register: Register) -> None:
    register.first("coordination", "regional", "--unit", "dla-r52", "--units", UNIT)
    case = register.person("claire").post("/api/v1/requests", REQUEST).json()["id"]
    assert slug(register.give("claire", "logiciel", role="partner", units=[UNIT])) == "right-beyond-yours"
    assert register.give("coordination", "logiciel", role="partner", units=[UNIT]).status_code == 201
    partner = register.person("logiciel")
    up_to_date(register.served, intake)
    (row,) = partner.get("/api/v1/requests").json()["items"]
    assert (row["id"], row["adviser"]["name"], row["siret"]) == (case, None, "73282932000074")
    assert {each["header"]["case"] for each in partner.get("/events").json()["events"]} == {case}
    for answer in (partner.get(f"/api/v1/requests/{case}"), partner.post("/api/v1/requests", REQUEST)):
        assert (answer.status_code, answer.json()["policy"]) == (403, "role")

    (right,) = partner.get("/api/v1/me").json()["rights"]
    path = f"/api/v1/identities/{register.id_of('logiciel')}/rights/{right['id']}/revocation"
    assert register.person("coordination").post(path, {"reason": "Fin de la convention."}).status_code == 200
    for address in ("/api/v1/requests", "/events"):
        assert slug(partner.get(address)) == "without-rights"


def test_a_leader_is_given_a_dossier_of_the_unit_alone(register: Register) -> None:
    case = register.person("claire").post("/api/v1/requests", REQUEST).json()["id"]
    assert register.give("claire", "maëlle", role="leader", case=case).status_code == 201
    leader = register.person("maëlle")
    assert leader.get(f"/api/v1/requests/{case}").status_code == 200
    assert leader.get(f"/api/v1/requests/{uuid4()}").status_code == 403
    register.first("ailleurs", "manager", "--unit", "dla-35")
    assert slug(register.give("ailleurs", "intruse", role="leader", case=case)) == "right-beyond-yours"


def test_a_leader_s_right_is_taken_back_by_the_unit_of_the_dossier_alone(register: Register) -> None:
    case = register.person("claire").post("/api/v1/requests", REQUEST).json()["id"]
    register.give("claire", "maëlle", role="leader", case=case)
    register.first("ailleurs", "manager", "--unit", "dla-35")
    (right,) = register.person("maëlle").get("/api/v1/me").json()["rights"]
    path = f"/api/v1/identities/{register.id_of('maëlle')}"
    body = {"reason": "Fin de mandat."}
    assert register.person("ailleurs").get(path).status_code == 404
    assert register.person("ailleurs").post(f"{path}/rights/{right['id']}/revocation", body).status_code == 404
    assert register.person("claire").post(f"{path}/rights/{right['id']}/revocation", body).status_code == 200


@pytest.mark.parametrize("confidential", [False, True])
def test_a_case_is_assigned_to_an_adviser_of_its_unit_and_to_nobody_else(
    register: Register, *, confidential: bool
) -> None:
    register.give("claire", "inès", role="adviser", unit=UNIT)
    register.first("ailleurs", "adviser", "--unit", "dla-35")
    register.first("partie", "adviser", "--unit", UNIT, "--until", "2020-12-31")
    register.first("pilote", "pilot", "--units", UNIT)
    claire = register.person("claire")
    path = claire.post("/api/v1/requests", REQUEST).headers["Location"]
    if confidential:
        claire.post(f"{path}/confidentiality", {"ground": "conciliation", "reason": "Ouverte hier."})

    def assign(identity: str) -> Any:
        return claire.post(f"{path}/assignment", {"adviser": identity, "reason": "Congé."})

    def appoint(identity: str) -> Any:
        until = paris_date(datetime.now(UTC)) + timedelta(days=14)
        body = {"adviser": identity, "until": until.isoformat(), "reason": "Congé."}
        return claire.post(f"{path}/stand-in", body)

    strangers = [str(uuid4()), *map(register.id_of, ("ailleurs", "partie", "pilote"))]
    for identity in strangers:
        for answer in (assign(identity), appoint(identity)):
            assert (answer.status_code, slug(answer)) == (422, "identity-without-right")
    assert assign(register.id_of("inès")).status_code == 200
    assert claire.get(path).json()["adviser"]["id"] == register.id_of("inès")


def test_a_mandate_is_a_known_leader_s(
    register: Register, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    """The bearer of a personal link too, whom the register knows by the link and histories by an id of their own."""
    claire = register.person("claire")
    path = claire.post("/api/v1/requests", REQUEST).headers["Location"]
    case = path.rsplit("/", 1)[1]
    claire.post(f"{path}/meetings", MEETING)
    for criterion in ("existing", "employer", "ess"):
        claire.post(f"{path}/criteria", {"criterion": criterion, "verdict": "met", "evidence": "Vu."})
    assert claire.post(f"{path}/admission", {}).status_code == 200
    link = {"name": "Maëlle Kerdoncuff", "role": "leader", "reason": REASON}
    bearer = claire.post(f"{path}/access-links", link).json()["id"]
    register.give("claire", "yann", role="leader", case=case)
    (tmp_path / "diagnostic").mkdir()
    with served(diagnostic, database, nats, tmp_path / "diagnostic", rights_from=RightsSource.REGISTER) as elsewhere:
        log, inbox = register.served.application, Inbox(elsewhere.application, diagnostic.reactions, Feed({}, ""))
        for message in messages_of(
            log, intake.to_integration_event, log.recorder.select_notifications(0, 1000, inclusive_of_start=False)
        ):
            inbox.receive(message, "intake")
        there = elsewhere.by("manager", subject="claire", unit="everywhere")

        def mandate(leader: str) -> Any:
            body = {"leader": leader, "starts_on": "2026-01-01"}
            return there.post(f"/api/v1/diagnoses/{case}/mandates", body)

        for identity in (str(uuid4()), register.id_of("claire")):
            answer = mandate(identity)
            assert (answer.status_code, slug(answer)) == (422, "identity-without-right")
        for identity in (bearer, register.id_of("yann")):
            assert mandate(identity).status_code == 200


def test_the_operator_is_told_what_is_missing(register: Register) -> None:
    run = CliRunner()
    without_unit = run.invoke(cli, ["register", "--subject", "x", "--role", "manager", "--reason", "Mise en service."])
    assert without_unit.exit_code == 1
    assert "Dites pour quelle unité cette personne travaille." in without_unit.stderr
    assert run.invoke(cli, ["register", "--role", "ops", "--reason", "Mise en service."]).exit_code == 2
    assert "already granted" in register.first("claire", "manager", "--unit", UNIT)


@pytest.mark.parametrize("service", [diagnostic, parcours, followup, audit], ids=lambda service: service.name)
def test_every_service_knows_what_the_register_says(
    register: Register, service: Service, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    folder = tmp_path / service.name
    folder.mkdir()
    register.give("claire", "inès", role="adviser", unit=UNIT)
    with served(service, database, nats, folder, rights_from=RightsSource.REGISTER) as elsewhere:
        ines = elsewhere.by("ops", subject="inès")
        inbox = Inbox(elsewhere.application, service.reactions, Feed({}, ""))

        def fields() -> list[Any]:
            log = register.served.application
            entries = log.recorder.select_notifications(0, 1000, inclusive_of_start=False)
            for message in messages_of(log, intake.to_integration_event, entries):
                inbox.receive(message, "intake")
            commit_to_ledger(elsewhere.application)
            return [right["role"] for right in ines.get("/api/v1/me").json()["rights"]]

        assert ines.get("/api/v1/me").json()["rights"] == []
        assert fields() == ["adviser"]
        (right,) = ines.get("/api/v1/me").json()["rights"]
        identity = UUID(register.id_of("inès"))
        reason = {"reason": "Départ."}
        assert (
            register.person("claire")
            .post(f"/api/v1/identities/{identity}/rights/{right['id']}/revocation", reason)
            .status_code
            == 200
        )
        assert fields() == []
        assert "Départ" not in str(elsewhere.application.recorder.entries_of_case(identity))


# Over departments and regions by name

TABLE = """
[departments]
"44" = "dla-44"
"49" = "dla-49"
"35" = "dla-35"
[regions]
"52" = "dla-regional-52"
"""


def test_a_right_over_a_department_or_a_region_lists_exactly_the_dossiers_of_its_units(
    database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "competence.toml").write_text(TABLE)
    deployed = {"competence": tmp_path / "competence.toml"}
    with served(
        intake_service(**deployed), database, nats, tmp_path, ProcessRole.ALL, rights_from=RightsSource.REGISTER
    ) as opened:
        register, cases = Register(opened, monkeypatch, intake_command_line(**deployed)), {}
        for unit in ("dla-44", "dla-49", "dla-35", "dla-regional-52"):
            register.first(unit, "manager", "--unit", unit)
            cases[unit] = register.person(unit).post("/api/v1/requests", REQUEST).json()["id"]
        register.first("région", "auditor", "--territory", "Pays de la Loire")
        register.first("département", "auditor", "--territory", "44")
        register.first("coordination", "regional", "--unit", "dla-regional-52", "--territory", "pays de la loire")

        def listed(subject: str) -> set[str]:
            return {row["id"] for row in register.person(subject).get("/api/v1/requests").json()["items"]}

        region = {cases[unit] for unit in ("dla-44", "dla-49", "dla-regional-52")}
        eventually(lambda: listed("région") == region)
        assert (listed("coordination"), listed("département")) == (region, {cases["dla-44"]})

        given = register.give("coordination", "inès", role="auditor", territories=["44", "49"])
        assert given.status_code == 201, given.text
        assert listed("inès") == {cases["dla-44"], cases["dla-49"]}
        (shown,) = register.person("coordination").get(f"/api/v1/identities/{given.json()['id']}").json()["rights"]
        assert (shown["territories"], shown["units"]) == (["44", "49"], ["dla-44", "dla-49"])
        for territory, refused in (("Armorique", "unknown-territory"), ("Bretagne", "right-beyond-yours")):
            assert slug(register.give("coordination", "inès", role="auditor", territories=[territory])) == refused

        later = tmp_path / "later.toml"
        later.write_text(TABLE.replace('"35" = "dla-35"', '"53" = "dla-35"'))
        later_cli = intake_command_line(competence=later)

        def differing(*more: str) -> tuple[list[str], str]:
            fields = CliRunner().invoke(later_cli, ["territories", "--format", "csv", *more])
            assert fields.exit_code == 0, fields.output
            return fields.stdout.splitlines()[1:], fields.stderr

        lines, territory = differing()
        assert len(lines) == 2 and all("dla-35, dla-44, dla-49, dla-regional-52" in line for line in lines), lines
        assert "2 à donner de nouveau\u202f; rien n’a été fait" in territory
        assert listed("région") == region
        assert "2 donnés de nouveau" in differing("--act")[1]
        assert listed("région") == listed("coordination") == region | {cases["dla-35"]}
        assert differing()[0] == []
