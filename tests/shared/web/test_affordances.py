"""What may be done next: told to each caller with the state, and nothing else than what would be let through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from tests.support.histories.validated_parcours import validated_case
from tests.support.servers.served_service import Client, Serve, Served

from diagnostic.domain import diagnosis
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service as diagnostic_service
from followup.domain import follow_up
from followup.domain.opening import OpenFollowUp
from followup.main import service as followup_service
from intake.main import service as intake_service
from parcours.domain import parcours
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ReceivedPlan
from parcours.main import service as parcours_service
from shared.kernel import Actor, Decider, Role, paris_date, uuid7
from shared.web.requests import command_endpoints, split_words

UNIT = "dla-44"
REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
        "headcount": 12,
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}
MEETING = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}]}
NOT_MET = {"criterion": "employer", "verdict": "not_met", "evidence": "Premier emploi prévu en mai."}


def links(answer: Any) -> dict[str, dict[str, str]]:
    assert answer.status_code in (200, 201), answer.text
    return {link["rel"]: link for link in answer.json()["links"]}


def assert_lacks(offered: dict[str, dict[str, str]], rels: set[str]) -> None:
    """A rel that no command has is lacking everywhere: only those of commands can be looked for."""
    assert rels <= command_rels(), f"no command is named {rels - command_rels()}"
    assert not rels & offered.keys()


@cache
def command_rels() -> frozenset[str]:
    services = (intake_service, diagnostic_service, parcours_service, followup_service)
    endpoints = (endpoint for service in services for endpoint in command_endpoints(service.routers))
    return frozenset(split_words(each.command.__name__).replace(" ", "-").lower() for each in endpoints)


def assert_each_leads_somewhere(client: Client, offered: dict[str, dict[str, str]]) -> None:
    """Something is read there: a body that says nothing is what is wrong with it."""
    for link in offered.values():
        assert link["method"] == "POST"
        answer = client.post(link["href"], {"surprise": 1})
        assert answer.status_code == 422, (link, answer.text)


def opened(running: Served, decider: Decider[Any], opening: Any) -> UUID:
    """A case begins by itself: here by the command that the phase before leads to."""
    case, app, ourselves = uuid7(), running.application, Actor("service", Role.SERVICE)
    app.handle(decider, case, opening, app.context(case, ourselves))
    return case


def day(ahead: int) -> str:
    return (paris_date(datetime.now(UTC)) + timedelta(days=ahead)).isoformat()


def test_a_request_tells_what_its_adviser_may_do_next(serve: Serve) -> None:
    intake = serve(intake_service)
    adviser, manager = intake.by("adviser", unit=UNIT), intake.by("manager", unit=UNIT)
    received = adviser.post("/api/v1/requests", REQUEST)
    path = received.headers["Location"]
    first = links(adviser.get(path))
    assert links(received) == first, "the answer to a command tells the same"
    assert first["record-meeting"] == {
        "rel": "record-meeting",
        "method": "POST",
        "href": f"{path}/meetings",
        "title": "Consigner un entretien d’accueil",
    }
    assert_lacks(first, {"admit-request"})  # nobody was met
    assert {"propose-orientation", "add-attachment", "transfer-request"} <= first.keys()
    assert_lacks(first, {"receive-request", "grant-derogation"})
    assert_each_leads_somewhere(adviser, first)

    assert_lacks(links(adviser.post(f"{path}/meetings", MEETING)), {"admit-request"})  # the criteria are not examined
    adviser.post(f"{path}/criteria", NOT_MET)
    assert_lacks(links(adviser.get(path)), {"grant-derogation"})  # a manager's
    assert "grant-derogation" in links(manager.get(path))
    adviser.post(f"{path}/withdrawal", {"reason": "La structure renonce."})
    assert links(adviser.get(path)).keys() == {
        "propose-orientation",
        "give-access-link",
        "add-attachment",
        "make-confidential",
    }


def test_whoever_only_reads_a_unit_is_offered_nothing_in_it(serve: Serve) -> None:
    intake = serve(intake_service)
    path = intake.by("adviser", unit=UNIT).post("/api/v1/requests", REQUEST).headers["Location"]
    assert links(intake.by("regional", unit="dla-pdl", units=[UNIT]).get(path)) == {}
    assert links(intake.by("regional", unit=UNIT, units=[UNIT]).get(path))
    assert links(intake.by("auditor", unit=None, units=[UNIT]).get(path)) == {}


def test_an_answer_that_is_given_again_has_the_links_of_the_first(serve: Serve) -> None:
    adviser = serve(intake_service).by("adviser", unit=UNIT)
    first = adviser.post("/api/v1/requests", REQUEST, Idempotency_Key="une-fois")
    adviser.post(f"{first.headers['Location']}/meetings", MEETING)
    again = adviser.post("/api/v1/requests", REQUEST, Idempotency_Key="une-fois")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert_lacks(links(again), {"admit-request"})


def test_a_past_moment_leads_nowhere(serve: Serve) -> None:
    adviser = serve(intake_service).by("adviser", unit=UNIT)
    path = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    assert links(adviser.get(path))
    then = adviser.get(path, version=1).json()
    instant = then["replayed"]["recorded_at"]
    assert "links" not in then
    assert "links" not in adviser.get(path, as_of=instant).json()


def test_an_orientation_and_a_file_tell_their_next_step(serve: Serve) -> None:
    intake = serve(intake_service)
    adviser = intake.by("adviser", unit=UNIT)
    path = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    proposed = adviser.post(f"{path}/orientations", {"target": "France Active", "reason": "Trésorerie tendue."})
    orientation = proposed.headers["Location"]
    assert links(proposed).keys() == {"record-consent", "decline-orientation"}
    assert links(adviser.post(f"{orientation}/consent"))["send-orientation"]["href"] == f"{orientation}/sending"
    leader = intake.by("leader", unit=None, case=path.rpartition("/")[2])
    assert links(leader.get(orientation)).keys() == {"decline-orientation"}

    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    added = adviser.upload(f"{path}/attachments?kind=statutes", pdf, "attachment; filename=statuts.pdf")
    withdrawal = links(added)["withdraw-attachment"]
    (listed,) = adviser.get(f"{path}/attachments").json()
    assert listed["links"] == [withdrawal]
    assert leader.get(f"{path}/attachments").json()[0]["links"] == []
    withdrawn = adviser.post(withdrawal["href"], {"reason": "Doublon"})
    assert links(withdrawn) == {}


def test_a_right_is_taken_back_once_one_was_given(serve: Serve) -> None:
    intake = serve(intake_service)
    identity, manager = str(uuid7()), intake.by("manager", unit=UNIT)
    right = {"identity": identity, "role": "adviser", "unit": UNIT, "reason": "Arrivée"}
    given = manager.post("/api/v1/identities/rights", right)
    assert [link["href"] for link in links(given).values()] == [
        "/api/v1/identities/rights",
        f"/api/v1/identities/{identity}/rights/{given.json()['created']['right']['id']}/revocation",
    ]


def test_a_diagnosis_says_to_each_whose_turn_it_is(serve: Serve) -> None:
    diagnostic = serve(diagnostic_service)
    now = diagnostic.application.clock.now()
    case = opened(
        diagnostic,
        diagnosis.decider,
        OpenDiagnosis(uuid7(), UNIT, adviser="some-adviser", admitted_at=now, headcount=12),
    )
    adviser, leader = diagnostic.by("adviser", unit=UNIT), diagnostic.by("leader", unit=None, case=str(case))
    path = f"/api/v1/diagnoses/{case}"
    assert_lacks(links(adviser.get(path)), {"submit-diagnosis", "correct-session", "prioritise-scenarios"})
    assert links(leader.get(path)).keys() == {"agree-to-share", "add-attachment", "comment-diagnosis"}
    work: dict[str, Any] = {
        "sessions": {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff", "quality": "leader"}]},
        "axes": {"axis": "business_model", "findings": "Une seule subvention.", "rating": 2},
        "employment": {"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5},
        "problem": {"problem": "Comment vivre de ses ventes ?"},
    }
    for step, body in work.items():
        told = links(adviser.post(f"{path}/{step}", body))
    assert {"submit-diagnosis", "correct-session"} <= told.keys()
    assert_each_leads_somewhere(adviser, told)
    submitted = links(adviser.post(f"{path}/submission"))
    assert_lacks(submitted, {"submit-diagnosis", "validate-diagnosis", "agree-plan"})
    turn = links(leader.get(path))
    assert turn.keys() == {
        "validate-diagnosis",
        "contest-diagnosis",
        "agree-to-share",
        "add-attachment",
        "comment-diagnosis",
    }
    assert_each_leads_somewhere(leader, turn)
    read = leader.get(path).json()
    seen = {"version": read["content_version"], "content_hash": read["submission"]["content_hash"]}
    leader.post(turn["validate-diagnosis"]["href"], seen)
    assert links(adviser.get(path))["agree-plan"]["title"] == "Convenir du plan d’accompagnement"
    agreed = links(adviser.post(f"{path}/plan", {"axes": ["business_model"], "objectives": "Vendre."}))
    assert "correct-baseline" in agreed
    assert_lacks(agreed, {"assess-axis", "agree-plan", "correct-session"})


def test_a_parcours_is_built_then_validated_then_carried_out(serve: Serve) -> None:
    running = serve(parcours_service)
    plan = ReceivedPlan(
        uuid7(),
        UNIT,
        adviser="some-adviser",
        admitted_at=running.application.clock.now() - timedelta(days=40),
        axes=("finance",),
    )
    case = opened(running, parcours.decider, OpenParcours(plan))
    adviser, leader = running.by("adviser", unit=UNIT), running.by("leader", unit=None, case=str(case))
    path = f"/api/v1/parcours/{case}"
    first = links(adviser.get(path))
    assert {"rank-axes", "add-action", "abandon-parcours", "add-attachment"} <= first.keys()
    assert_lacks(first, {"share-parcours", "start-action", "remove-action", "open-tender"})
    assert links(leader.get(path)).keys() == {"abandon-parcours", "add-attachment", "comment-parcours"}

    adviser.post(f"{path}/ranking", {"ranking": ["finance"]})
    own = {"kind": "own_action", "axis": "finance", "title": "Un tableau de bord", "who": "La trésorière"}
    consulting = {"kind": "consulting", "axis": "finance", "title": "Un appui", "who": "Un cabinet", "planned_days": 5}
    for action in (own, consulting):
        told = links(adviser.post(f"{path}/actions", action | {"starts_on": day(10), "ends_on": day(90)}))
    assert {"share-parcours", "remove-action", "open-tender"} <= told.keys()
    assert_each_leads_somewhere(adviser, told)

    shared = links(adviser.post(f"{path}/sharing", {"starts_on": day(1), "ends_on": day(180)}))
    assert_lacks(shared, {"validate-parcours", "adjust-parcours"})
    assert links(leader.get(path)).keys() == {
        "validate-parcours",
        "contest-parcours",
        "abandon-parcours",
        "add-attachment",
        "comment-parcours",
    }
    seen = leader.get(path).json()["shared"]
    leader.post(f"{path}/validation", {"version": seen["version"], "content_hash": seen["content_hash"]})
    under_way = links(adviser.get(path))
    assert {"start-action", "retain-provider", "record-introduction", "adjust-parcours"} <= under_way.keys()
    assert_lacks(under_way, {"add-action", "share-parcours", "commit-funds", "record-agreement", "complete-parcours"})
    for action in adviser.get(path).json()["actions"]:
        adviser.post(f"{path}/actions/{action}/carry-over", {"reason": "Après les élections"})
    assert_lacks(links(adviser.get(path)), {"complete-parcours"})  # admitted today: it lasts two months at least
    ended = links(adviser.post(f"{path}/abandonment", {"reason": "La structure renonce."}))
    assert ended.keys() == {"add-attachment", "comment-parcours", "correct-ending"}


def test_a_tender_and_a_fund_tell_theirs(serve: Serve) -> None:
    running = serve(parcours_service)
    adviser, manager = running.by("adviser", unit=UNIT), running.by("manager", unit=UNIT)
    plan = ReceivedPlan(
        uuid7(),
        UNIT,
        adviser="some-adviser",
        admitted_at=running.application.clock.now() - timedelta(days=40),
        axes=("finance",),
    )
    path = f"/api/v1/parcours/{opened(running, parcours.decider, OpenParcours(plan))}"
    action = {"kind": "consulting", "axis": "finance", "title": "Un appui", "who": "Un cabinet", "planned_days": 5}
    adviser.post(f"{path}/actions", action | {"starts_on": day(10), "ends_on": day(90)})
    (number,) = adviser.get(path).json()["actions"]
    terms = {"action": number, "terms_of_reference": "Tenir les comptes", "grid": [{"label": "Prix", "weight": 100}]}
    tender = adviser.post(f"{path}/tenders", terms | {"deadline": f"{day(20)}T12:00:00Z"})
    assert links(tender).keys() == {"invite-provider", "declare-interests", "cancel-tender"}
    assert_each_leads_somewhere(adviser, links(tender))
    assert links(adviser.post(links(tender)["cancel-tender"]["href"], {"reason": "Sans suite"})) == {}

    fund = manager.post("/api/v1/funds", {"unit": UNIT, "year": 2026, "allocated_cents": 10_000_00})
    assert links(fund).keys() == {"adjust-fund"}
    assert links(adviser.get(fund.headers["Location"])) == {}


def test_a_follow_up_is_concluded_once_its_reviews_are_held(serve: Serve) -> None:
    running = serve(followup_service)
    adviser, now = running.by("adviser", unit=UNIT), running.application.clock.now()
    opening = OpenFollowUp(
        uuid7(),
        now,
        structure=uuid7(),
        unit=UNIT,
        adviser="some-adviser",
        baseline={},
        definitions={},
        reviews={"M0": 0},
    )
    path = f"/api/v1/follow-ups/{opened(running, follow_up.decider, opening)}"
    first = links(adviser.get(path))
    assert first["record-review"]["title"] == "Consigner un bilan"
    assert_lacks(first, {"close-follow-up", "correct-review", "request-parcours-update"})
    assert_each_leads_somewhere(adviser, first)
    held = {"held_on": paris_date(now).isoformat(), "appropriation": 4, "summary": "Tout est en place."}
    after = links(adviser.post(f"{path}/reviews/M0/report", held))
    assert {"close-follow-up", "correct-review", "request-parcours-update"} <= after.keys()
    assert_lacks(after, {"record-review", "plan-review"})
    closed = links(adviser.post(f"{path}/closure", {"conclusion": "Les effets durent."}))
    assert closed.keys() == {"correct-review", "add-attachment", "comment-follow-up"}


def test_a_sheet_goes_back_and_forth_until_it_is_published(serve: Serve) -> None:
    running = serve(followup_service)
    adviser, centre = running.by("adviser", unit=UNIT), running.by("resource_centre", unit="crdla-finance")
    lesson = {
        "title": "Sortir d’une seule subvention",
        "theme": "finance",
        "context": "Une petite association.",
        "what_worked": "Des ventes régulières.",
        "limits": "Le temps que cela prend.",
    }
    submitted = adviser.post("/api/v1/sheets", {"lesson": lesson, "names": ["Les Jardins de l’Erdre"]})
    path = submitted.headers["Location"]
    assert [link["href"] for link in links(submitted).values()] == [f"{path}/submission"]
    assert links(centre.get(path)).keys() == {"return-sheet", "publish-sheet"}
    returned = centre.post(f"{path}/return", {"advice": "Dites combien de temps."})
    assert links(returned) == {}
    centre.post(f"{path}/publication", {"lesson": lesson})
    adviser.post(f"{path}/submission", {"lesson": lesson, "names": ["Les Jardins de l’Erdre"]})
    assert links(centre.post(f"{path}/publication", {"lesson": lesson})) == {}
    assert links(adviser.get(path)) == {}


def test_an_admission_is_offered_once_the_guards_would_let_it_pass(serve: Serve) -> None:
    """A meeting, the criteria, and in a crisis an orientation: the guards themselves are asked."""
    adviser = serve(intake_service).by("adviser", unit=UNIT)
    path = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    assert_lacks(links(adviser.post(f"{path}/meetings", MEETING)), {"admit-request"})
    for criterion in ("existing", "employer", "ess"):
        met = {"criterion": criterion, "verdict": "met", "evidence": "Statuts lus."}
        examined = links(adviser.post(f"{path}/criteria", met))
    assert "admit-request" in examined
    crisis = {"level": "critical", "nature": "structural", "causes": ["cash"]}
    assert_lacks(links(adviser.post(f"{path}/difficulty", crisis)), {"admit-request"})
    adviser.post(f"{path}/orientations", {"target": "codefi", "reason": "Dettes sociales."})
    assert "admit-request" in links(adviser.get(path))


def test_each_part_offers_the_commands_that_its_own_guards_let_pass(serve: Serve) -> None:
    running = serve(parcours_service)
    case, consulting = validated_case(running.application)
    adviser, path = running.by("adviser", unit=UNIT), f"/api/v1/parcours/{case}"
    (own,) = (key for key in adviser.get(path).json()["actions"] if key != str(consulting))
    offered = {link["href"] for link in adviser.get(path).json()["links"]}
    assert {f"{path}/actions/{own}/start", f"{path}/actions/{own}/carry-over"} <= offered
    assert f"{path}/actions/{consulting}/start" not in offered, "no agreement is signed"
    started = adviser.post(f"{path}/actions/{own}/start").json()["links"]
    assert f"{path}/actions/{own}/completion" in {link["href"] for link in started}
    done = adviser.post(f"{path}/actions/{own}/completion", {"summary": "Fait."}).json()["links"]
    assert not {f"{path}/actions/{own}/completion", f"{path}/actions/{own}/abandonment"} & {
        each["href"] for each in done
    }
