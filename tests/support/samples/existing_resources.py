"""One resource of each kind in the unit dla-44, so that each path of OpenAPI names something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.generated.api_surface import REQUEST
from tests.support.generated.golden_samples import service
from tests.support.generated.rights_table import DOSSIER_NAMED, action_on_a_dossier
from tests.support.histories.automatic_openings import UNIT, opened_by_itself
from tests.support.histories.validated_parcours import validated_case
from tests.support.samples import sample_files
from tests.support.servers.reconciled_intake import published_messages, receive_messages
from tests.support.servers.served_service import Client, Served, listening, served

from audit.ledger.signing import CheckpointSigner
from audit.tlog import Signer
from embedded.processes.nats import Nats
from shared.access.replicated_rights import ReplicateRight
from shared.access.replicated_rights import decider as replicated_rights
from shared.kernel import Actor, Right, Role, paris_date, uuid7
from shared.projections import Projector

Known = dict[str, str]
"""By an address up to one of its names, as in "/api/v1/requests/{}/orientations/{}": what to put there."""
REASON = {"reason": "La personne le demande."}
LESSON = {
    "title": "Sortir d’une seule subvention",
    "theme": "finance",
    "context": "Une petite association.",
    "what_worked": "Des ventes régulières.",
    "limits": "Le temps que cela prend.",
}


@contextmanager
def standing(name: str, database: Callable[..., str], nats: Nats, folder: Path) -> Iterator[tuple[Served, Known]]:
    """Audit has received all that intake published, and its bundle asks intake, which is served with it."""
    if name != "audit":
        with served(service(name), database, nats, folder) as running:
            known = STANDS[name](running)
            if name != "intake":
                _hear_of_a_right(running)
            yield running, known
        return
    (own := folder / "intake").mkdir()
    with listening(service("intake"), database, nats, own) as intake:
        case = intake.by("adviser").post("/api/v1/requests", REQUEST).json()["id"]
        _give_a_right(intake)
        feeds = {"intake": str(intake.http.base_url)}
        with served(service(name), database, nats, folder, feeds=feeds, jwks=str(own / "jwks.json")) as running:
            messages = published_messages(intake)
            receive_messages(running.application, messages)
            CheckpointSigner(Signer("registre.example/dla", bytes(range(32))), None).sign(running.application)
            known = {"/api/v1/cases/{}": case, "/api/v1/events/{}": str(messages[0].header.id)}
            yield Served(running.http, intake.issuer, running.web, running.settings), known


def placed(path: str, known: Known, **instead: str) -> dict[str, str]:
    """The names in an address, and what stands there; `instead`: something else under a name.

    Raises LookupError for a kind of thing of which nobody opened one here."""
    found = {}
    for name in re.finditer(r"\{(\w+)\}", path):
        kind = re.sub(r"\{(id|case)\}", "{}", path[: name.end()])
        if name[1] not in instead and kind not in known:
            raise LookupError(f"nothing stands at {kind}: open one in tests/support/samples/existing_resources.py")
        found[name[1]] = instead.get(name[1]) or known[kind]
    return found


def case_of(which: str, known: Known) -> str:
    """The dossier that an operation names, or an event's; any for one that names none."""
    named = DOSSIER_NAMED.search(which)
    if named is None or action_on_a_dossier(which) is None:
        return str(uuid7())
    return known[named["collection"].replace("/events", "/cases") + "/{}"]


def intake(running: Served) -> Known:
    adviser = running.by("adviser")
    case = _made(adviser.post("/api/v1/requests", REQUEST))["id"]
    path = f"/api/v1/requests/{case}"
    orientation = _made(adviser.post(f"{path}/orientations", {"target": "CRESS", "reason": "Un appui à la gestion."}))
    link = {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": "Pour valider."}
    identity, given = _give_a_right(running)
    _made(adviser.post(f"{path}/meetings", {"held_on": "2026-03-02", "participants": [{"name": "La présidente"}]}))
    _made(adviser.post(f"{path}/criteria", {"criterion": "employer", "verdict": "met", "evidence": "Une DSN."}))
    gone = str(uuid7())
    assert running.by("dpo").delete(f"/api/v1/people/{gone}", REASON).status_code == 202
    rules = adviser.get("/api/v1/criteria").json()[0]["version"]
    known = {
        "/api/v1/requests/{}": case,
        "/api/v1/requests/{}/orientations/{}": orientation["id"],
        "/api/v1/requests/{}/access-links/{}": _made(adviser.post(f"{path}/access-links", link))["id"],
        "/api/v1/requests/{}/meetings/{meeting}": "1",
        "/api/v1/requests/{}/transmission/attachments/{attachment}": str(uuid7()),
        "/api/v1/requests/{}/criteria/{criterion}": "employer",
        "/api/v1/identities/{}": identity,
        "/api/v1/identities/{}/rights/{right}": given,
        "/api/v1/people/{}": gone,
        "/api/v1/people/{}/erasure/certificate.{form}": "html",
        "/api/v1/retention/{}": case,
        "/api/v1/criteria/{version}": str(rules),
        "/api/v1/directory/{siren}": "732829320",
    }
    return _of_each_case(running, "/api/v1/requests", case, "statutes", orientations=orientation["id"]) | known


def diagnostic(running: Served) -> Known:
    """The resource centre that is asked for advice goes by the unit's code."""
    opened = opened_by_itself("diagnostic", running.application)
    case, adviser = opened["/api/v1/diagnoses"][0], running.by("adviser")
    path = f"/api/v1/diagnoses/{case}"
    _made(adviser.post(f"{path}/other-schemes", {"name": "Un prêt relais de FONDES"}))
    asked = {"centre": "CRDLA Finance", "question": "Quel plan de trésorerie ?", "unit": UNIT}
    advice = _made(adviser.post(f"{path}/advice", asked))["created"]["advice"]["id"]
    session = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff", "quality": "leader"}]}
    _made(adviser.post(f"{path}/sessions", session))
    _made(adviser.post(f"{path}/axes", {"axis": "governance", "findings": "Tout repose sur deux.", "rating": 2}))
    _made(adviser.post(f"{path}/indicators", {"code": "members", "definition": "Adhérentes et adhérents", "value": 80}))
    economics = {"fiscal_year": 2025, "perimeter": "structure", "budget_cents": 61_200_000}
    sums = {"own_income_cents": 18_900_000, "subsidies_cents": 39_000_000, "result_cents": 0, "cash_cents": 3_100_000}
    _made(adviser.post(f"{path}/economics", economics | sums))
    _comment(running, path, case)
    leader = str(uuid7())
    _made(adviser.post(f"{path}/mandates", {"leader": leader, "starts_on": "2026-01-01"}))
    known = {
        "/api/v1/diagnoses/{}": case,
        "/api/v1/diagnoses/{}/versions/{number}": "1",
        "/api/v1/diagnoses/{}/advice/{advice}": advice,
        "/api/v1/diagnoses/{}/sessions/{session}": "1",
        "/api/v1/diagnoses/{}/comments/{comment}": "1",
        "/api/v1/diagnoses/{}/axes/{axis}": "governance",
        "/api/v1/diagnoses/{}/indicators/{code}": "members",
        "/api/v1/diagnoses/{}/economics/{fiscal_year}": "2025",
        "/api/v1/diagnoses/{}/plan/baseline/{code}": "members",
        "/api/v1/diagnoses/{}/mandates/{leader}": leader,
        "/api/v1/diagnoses/{}/other-schemes/{scheme}": "1",
    }
    return known | _of_each_case(running, "/api/v1/diagnoses", case, "minutes")


def _comment(running: Served, path: str, case: str) -> None:
    """The first of a leader's comments."""
    leader = running.by("leader", unit=None, case=case)
    _made(leader.post(f"{path}/comments", {"text": "Nous en parlerons au conseil."}))


def _asked(adviser: Client, tender: str, provider: Any) -> str:
    """The id of a question about a tender."""
    key = provider["created"]["provider"]["id"]
    made = _made(
        adviser.post(f"{tender}/providers/{key}/questions", {"text": "Les séances se tiennent-elles le soir ?"})
    )
    return str(made["created"]["question"]["id"])


def parcours(running: Served) -> Known:
    case, action = validated_case(running.application)
    adviser, manager = running.by("adviser"), running.by("manager")
    tender = {
        "action": str(action),
        "terms_of_reference": "Recalculer les prix de vente.",
        "grid": [{"label": "Prix", "weight": 100}],
        "deadline": (running.application.clock.now() + timedelta(days=10)).isoformat(),
    }
    asked = _made(adviser.post(f"/api/v1/parcours/{case}/tenders", tender))["id"]
    provider = _made(adviser.post(f"/api/v1/parcours/{case}/tenders/{asked}/providers", {"name": "Cabinet Loire"}))
    question = _asked(adviser, f"/api/v1/parcours/{case}/tenders/{asked}", provider)
    own = next(each for each in adviser.get(f"/api/v1/parcours/{case}").json()["actions"] if each != str(action))
    met = {"whom": "Anaïs Roudaut", "held_on": paris_date(running.application.clock.now()).isoformat()}
    _made(adviser.post(f"/api/v1/parcours/{case}/actions/{own}/introductions", met))
    _comment(running, f"/api/v1/parcours/{case}", str(case))
    fund = _made(manager.post("/api/v1/funds", {"unit": UNIT, "year": 2026, "allocated_cents": 100_000}))["id"]
    today = paris_date(running.application.clock.now())
    mission = {
        "axis": "finance",
        "who": "À choisir",
        "starts_on": (today + timedelta(days=20)).isoformat(),
        "ends_on": (today + timedelta(days=90)).isoformat(),
        "planned_days": 5,
    }
    operation = {"unit": UNIT, "title": "Mutualiser", "mission": mission}
    shared = _made(adviser.post("/api/v1/operations", operation))["id"]
    for_all = _made(adviser.post(f"/api/v1/operations/{shared}/tenders", tender | {"action": shared}))["id"]
    named = {"name": "Cabinet Loire"}
    for_all_provider = _made(adviser.post(f"/api/v1/operations/{shared}/tenders/{for_all}/providers", named))
    for_all_question = _asked(adviser, f"/api/v1/operations/{shared}/tenders/{for_all}", for_all_provider)
    caught_up(running, "parcours")
    known = {
        "/api/v1/parcours/{}": str(case),
        "/api/v1/parcours/{}/versions/{number}": "1",
        "/api/v1/parcours/{}/actions/{action}": own,
        "/api/v1/parcours/{}/actions/{action}/introductions/{introduction}": "1",
        "/api/v1/parcours/{}/comments/{comment}": "1",
        "/api/v1/parcours/{}/tenders/{}": asked,
        "/api/v1/parcours/{}/tenders/{}/providers/{provider}": provider["created"]["provider"]["id"],
        "/api/v1/parcours/{}/tenders/{}/questions/{question}": question,
        "/api/v1/funds/{}": fund,
        "/api/v1/funds/{unit}": UNIT,
        "/api/v1/funds/{unit}/{year}": "2026",
        "/api/v1/funds/figures/{code}": _a_figure(running, "/api/v1/funds"),
        "/api/v1/operations/{}": shared,
        "/api/v1/operations/{}/missions/{action}": shared,
        "/api/v1/operations/{}/tenders/{}": for_all,
        "/api/v1/operations/{}/tenders/{}/providers/{provider}": for_all_provider["created"]["provider"]["id"],
        "/api/v1/operations/{}/tenders/{}/questions/{question}": for_all_question,
    }
    known |= _papers(running, "/api/v1/operations", shared, "minutes", tenders=for_all)
    return known | _of_each_case(running, "/api/v1/parcours", str(case), "minutes", tenders=asked)


def followup(running: Served) -> Known:
    ((collection, (case, *_)),) = opened_by_itself("followup", running.application).items()
    lesson = {"lesson": LESSON, "names": ["Les Jardins de l’Erdre"]}
    sheet = _made(running.by("adviser").post("/api/v1/sheets", lesson))["id"]
    _made(running.by("adviser").post(f"{collection}/{case}/needs", {"theme": "digital", "description": "Un logiciel."}))
    _comment(running, f"{collection}/{case}", case)
    known = {
        f"{collection}/{{}}": case,
        f"{collection}/{{}}/comments/{{comment}}": "1",
        f"{collection}/{{}}/reviews/{{review}}": "M0",
        f"{collection}/{{}}/needs/{{need}}": "1",
        "/api/v1/sheets/{}": sheet,
    }
    return known | _of_each_case(running, collection, case, "minutes")


STANDS: dict[str, Callable[[Served], Known]] = {
    "intake": intake,
    "diagnostic": diagnostic,
    "parcours": parcours,
    "followup": followup,
}


def _give_a_right(running: Served) -> tuple[str, str]:
    """The identity, and its right."""
    right = {"identity": str(uuid7()), "role": "adviser", "unit": UNIT, "reason": "Arrivée dans l’équipe."}
    given = _made(running.by("manager").post("/api/v1/identities/rights", right))["created"]["right"]["id"]
    return right["identity"], given


def _hear_of_a_right(running: Served) -> None:
    """As intake publishes it, of an adviser of the unit."""
    app, identity = running.application, uuid7()
    heard = ReplicateRight(Right(uuid7(), Role.ADVISER, unit=UNIT))
    app.handle(replicated_rights, identity, heard, app.context(identity, Actor("service:intake", Role.SERVICE)))


def _of_each_case(running: Served, collection: str, case: str, kind: str, **within: str) -> Known:
    """What every service has: a person, figures, and what a case has."""
    known = {
        "/api/v1/people/{}": str(uuid7()),
        f"{collection}/figures/{{code}}": _a_figure(running, collection),
    }
    return known | _papers(running, collection, case, kind, **within)


def _papers(running: Served, collection: str, case: str, kind: str, **within: str) -> Known:
    """Attachments, and documents of the case and of what is `within` it."""
    adviser, path = running.by("adviser"), f"{collection}/{case}"
    uploaded = adviser.upload(f"{path}/attachments?kind={kind}", sample_files.pdf(), "attachment; filename=piece.pdf")
    known = {f"{collection}/{{}}/attachments/{{}}": _made(uploaded)["id"]}
    for name, id_ in [("", ""), *within.items()]:
        there, where = (
            (f"{path}/{name}/{id_}", f"{collection}/{{}}/{name}/{{}}") if name else (path, f"{collection}/{{}}")
        )
        papers = adviser.get(f"{there}/documents").json()
        known[f"{where}/documents/{{name}}"] = next((each for each in papers if each["html"]), papers[0])["name"]
        known[f"{where}/documents/{{name}}.{{form}}"] = "html"
    return known


def _a_figure(running: Served, collection: str) -> str:
    return str(running.by("adviser").get(f"{collection}/figures").json()["figures"][0]["code"])


def caught_up(running: Served, name: str) -> None:
    """Each list shows what stands."""
    projector = Projector(running.application, service(name).projections)
    for view in service(name).projections:
        while projector.advance(view):
            pass


def _made(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()
