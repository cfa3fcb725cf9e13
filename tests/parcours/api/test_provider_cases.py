"""What is a provider's own over all cases: each right's case, with its tenders and assignments, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.support.histories.validated_parcours import given_signatures, validated_case
from tests.support.servers.registered_people import give_right, served_to_registered_people
from tests.support.servers.served_service import Client, Served

from embedded.processes.nats import Nats
from shared.access import AccessLogQuery
from shared.kernel import Right, Role, paris_date, uuid7

OWN = "/api/v1/provider-cases"
LAST_DAY = date(2099, 12, 31)


@pytest.fixture
def running(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    with served_to_registered_people(database, nats, tmp_path) as running:
        yield running


def open_case(running: Served, subject: str, case: UUID, until: date | None = LAST_DAY) -> UUID:
    return give_right(running, subject, Right(uuid7(), Role.PROVIDER, case=case, until=until))


def done(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def consulted(adviser: Client, case: UUID, action: UUID, *accounts: str) -> str:
    grid = [{"label": "Prix", "weight": 100}]
    deadline = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    terms = {"action": str(action), "terms_of_reference": "Étude.", "grid": grid, "deadline": deadline}
    tender = adviser.post(f"/api/v1/parcours/{case}/tenders", terms).headers["Location"]
    for account in accounts:
        done(adviser.post(f"{tender}/providers", {"name": account, "account": Served.id_of(account)}))
    return str(tender)


def test_a_provider_lists_its_accesses_tenders_and_assignments_over_all_cases(running: Served) -> None:
    app, adviser, cabinet = running.application, running.by("adviser"), running.by("provider", subject="cabinet")
    (asked, action), (chosen, mission), unopened = validated_case(app), validated_case(app), uuid7()
    rights = [open_case(running, "cabinet", case) for case in (asked, chosen, unopened)]
    for case in (asked, chosen):
        open_case(running, "rival", case)
    tender = consulted(adviser, asked, action, "cabinet", "rival")
    exception = {"provider": "Le cabinet", "amount_cents": 400_000, "days": 5, "exception": "Seul spécialiste du bois."}
    of_mission = f"/api/v1/parcours/{chosen}/actions/{mission}"
    done(adviser.post(f"{of_mission}/provider", exception | {"account": Served.id_of("cabinet")}))

    first, second, third = done(cabinet.get(OWN))["items"]
    assert [each["right"] for each in (first, second, third)] == [str(each) for each in rights]
    assert [each["case"] for each in (first, second, third)] == [str(asked), str(chosen), str(unopened)]
    assert {each["until"] for each in (first, second, third)} == {LAST_DAY.isoformat()}
    assert (third["tenders"], third["assignments"]) == ([], []), "its parcours has not opened"
    (invited,) = first["tenders"]
    assert (invited["answered"], invited["retained"], first["assignments"]) == (False, None, [])
    done(cabinet.under(first["right"]).post(invited["href"], {"amount_cents": 300_000, "days": 4, "summary": "Offre."}))
    (page,) = done(cabinet.under(first["right"]).get(OWN))["items"]
    assert (page["tenders"][0]["answered"], page["tenders"][0]["id"]) == (True, tender.rpartition("/")[2])

    (to_sign,) = second["assignments"]
    assert (to_sign["action"], to_sign["agreement"], to_sign["days"]) == (str(mission), "to_sign", None)
    assert to_sign["report_due_on"] is None, "there is nothing to report on before the agreement"
    today = paris_date(app.clock.now()).isoformat()
    done(running.by("manager").post("/api/v1/funds", fund(app.clock.now() + timedelta(days=30))))
    done(adviser.post(f"{of_mission}/funds"))
    done(adviser.post(f"{of_mission}/agreement", {"signatures": given_signatures(today)}))
    done(adviser.post(f"{of_mission}/start"))
    done(adviser.post(f"{of_mission}/days", {"days": 2}))
    (signed,) = done(cabinet.get(OWN))["items"][1]["assignments"]
    assert (signed["agreement"], signed["days"], signed["days_done"], signed["days_left"]) == ("signed", 5, 2, 3)
    assert signed["report_due_on"] == signed["ends_on"]
    done(cabinet.under(second["right"]).post(f"{of_mission}/final-report/receipt", {"received_on": today}))
    (reported,) = done(cabinet.get(OWN))["items"][1]["assignments"]
    assert (reported["report_due_on"], reported["report_received_on"]) == (None, today)
    assert [done(cabinet.under(each["right"]).get(each["href"])) for each in (first, second)]


def fund(year_of: datetime) -> dict[str, Any]:
    return {"unit": "dla-44", "year": year_of.year, "allocated_cents": 1_000_000}


def test_it_is_limited_to_the_provider_s_own_rights_and_to_what_is_its_own_in_each_case(running: Served) -> None:
    app, adviser = running.application, running.by("adviser")
    (case, action), (elsewhere, other) = validated_case(app), validated_case(app)
    for subject in ("cabinet", "rival"):
        open_case(running, subject, case)
    open_case(running, "rival", elsewhere)
    open_case(running, "former", elsewhere, until=date(2026, 1, 1))
    consulted(adviser, case, action, "cabinet")
    tender = consulted(adviser, elsewhere, other, "rival")
    done(adviser.post(f"{tender}/providers", {"name": "Sans accès"}))

    (own,) = done(running.by("provider", subject="cabinet").get(OWN))["items"]
    assert (own["case"], len(own["tenders"])) == (str(case), 1)
    shown = {each["case"]: each["tenders"] for each in done(running.by("provider", subject="rival").get(OWN))["items"]}
    assert {where: len(tenders) for where, tenders in shown.items()} == {str(case): 0, str(elsewhere): 1}, (
        "of a case that is open to it, what is another's is not shown"
    )
    assert running.by("provider", subject="former").get(OWN).json()["type"].endswith("/without-rights")
    refused = adviser.get(OWN)
    assert (refused.status_code, refused.json()["policy"]) == (403, "role")
    assert running.anonymous().get(OWN).status_code == 401

    reads = running.web.state.access_log.entries
    assert {read["operation"] for read in reads(AccessLogQuery(elsewhere))} == {"provider_cases_list_provider_cases"}


def test_pages_follow_the_order_in_which_the_rights_were_given(running: Served) -> None:
    cases = [uuid7() for _ in range(3)]
    for case in cases:
        open_case(running, "cabinet", case)
    cabinet = running.by("provider", subject="cabinet")
    first = done(cabinet.get(OWN, limit=2))
    last = done(cabinet.get(OWN, limit=2, after=first["next"]))
    assert [each["case"] for each in (*first["items"], *last["items"])] == [str(case) for case in cases]
    assert last["next"] is None


def test_an_award_is_not_told_before_every_candidate_is_informed(running: Served) -> None:
    app, adviser = running.application, running.by("adviser")
    case, action = validated_case(app)
    open_case(running, "cabinet", case)
    cabinet = running.by("provider", subject="cabinet")
    tender = consulted(adviser, case, action, "cabinet")
    for name in ("Deux", "Trois"):
        done(adviser.post(f"{tender}/providers", {"name": name}))
    winner, loser, _ = done(adviser.get(tender))["candidates"]
    for key in (winner, loser):
        done(
            adviser.post(
                f"{tender}/providers/{key}/proposal", {"amount_cents": 300_000, "days": 4, "summary": "Offre."}
            )
        )
    app.clock.set_forward(app.clock.now() + timedelta(days=21))
    done(adviser.post(f"{tender}/interests", {"conflict": False}))
    for key, score in ((winner, 16), (loser, 9)):
        done(adviser.post(f"{tender}/providers/{key}/scores", {"scores": [score]}))
    done(adviser.post(f"{tender}/award", {"provider": winner}))

    def shown() -> tuple[bool | None, int]:
        (own,) = done(cabinet.get(OWN))["items"]
        return own["tenders"][0]["retained"], len(own["assignments"])

    assert shown() == (None, 0)
    today = paris_date(app.clock.now()).isoformat()
    done(adviser.post(f"{tender}/providers/{winner}/information", {"informed_on": today}))
    assert shown() == (True, 0), "it knows; what follows waits for the others"
    done(adviser.post(f"{tender}/providers/{loser}/information", {"informed_on": today}))
    assert shown() == (True, 1)


def test_candidates_read_each_answer_and_not_who_asked(running: Served) -> None:
    app, adviser = running.application, running.by("adviser")
    case, action = validated_case(app)
    for subject in ("cabinet", "rival"):
        open_case(running, subject, case)
    tender = consulted(adviser, case, action, "cabinet", "rival")
    cabinet, rival = (running.by("provider", subject=each) for each in ("cabinet", "rival"))
    page = f"/api/v1/parcours/{case}/provider"

    def shown(who: Client) -> Any:
        (tender,) = done(who.get(page))["tenders"]
        return tender

    asked = {"text": "Le soir ?"}
    done(cabinet.post(shown(cabinet)["ask"], asked))
    refused = rival.post(shown(cabinet)["ask"], asked)
    assert refused.json()["type"].endswith("/not-your-candidacy")
    assert (shown(cabinet)["questions"], shown(rival)["questions"]) == (
        [{"text": "Le soir ?", "answer": None, "own": True}],
        [],
    ), "before it is answered, a question is its candidate's and the unit's"
    (question,) = done(adviser.get(tender))["questions"]
    done(adviser.post(f"{tender}/questions/{question}/answer", {"answer": "Oui."}))
    assert [shown(who)["questions"] for who in (cabinet, rival)] == [
        [{"text": "Le soir ?", "answer": "Oui.", "own": own}] for own in (True, False)
    ]
