"""An auditor steps through the versions of a case, reads an event with its proof, and sees the ledger's health."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64decode
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.checks.console_pages import Browser, Switch, World, new_structure, play_case, settings, text

from console.pages.live import event_stream, format_positions, lines_of_arrivals, parse_positions, sse_message
from console.presentation.timeline import TimelineLine
from console.upstream.services import Reader, Services


def event_named(browser: Browser, case: str, label: str) -> str:
    """The address of the page of an event that the timeline shows."""
    shown = browser.open(case)
    found = re.search(rf'href="(/dossiers/{case}/evenements/[0-9a-f-]+)">{label}', shown.text)
    assert found, shown.text
    return found[1]


def test_each_version_says_what_its_event_changed(auditor: Browser, world: World) -> None:
    path = f"/dossiers/{world.case}/etat/accueil"
    shown = text(auditor.open(world.case, f"{path}?version=2"))
    assert "Version 2 sur 5" in shown and "Entretien d’accueil" in shown
    assert "Entretiens" in shown and "12 janvier 2026" in shown
    assert "existence" not in shown.casefold(), "the criterion comes later"
    third = auditor.get(f"{path}?version=3")
    assert "Critères › Existence" in text(third) and "Association déclarée depuis 2009." in text(third)
    assert f'rel="prev" href="{path}?version=2"' in third.text and f'rel="next" href="{path}?version=4"' in third.text
    assert "modifié" in text(third)


def test_without_a_version_it_is_the_last(auditor: Browser, world: World) -> None:
    shown = auditor.open(world.case, f"/dossiers/{world.case}/etat/accueil")
    assert "Version 5 sur 5" in text(shown) and "L’état d’aujourd’hui" in text(shown)
    assert 'rel="next"' not in shown.text and "signaux faibles" in text(shown)


def test_a_version_that_never_was_is_said_so(auditor: Browser, world: World) -> None:
    shown = auditor.open(world.case, f"/dossiers/{world.case}/etat/accueil?version=99")
    assert shown.status_code == 404 and "Le dossier en est à la version 5." in text(shown)
    assert auditor.get(f"/dossiers/{world.case}/etat/accueil?version=0").status_code == 404
    assert auditor.get(f"/dossiers/{world.case}/etat/cuisine").status_code == 404


def test_a_phase_that_was_not_reached_and_one_that_is_out_are_told_apart(
    auditor: Browser, world: World, ways: dict[str, Switch]
) -> None:
    case = str(uuid4())
    assert "n’en est pas là" in text(auditor.open(case, f"/dossiers/{case}/etat/diagnostic"))
    shown = auditor.open(world.case, f"/dossiers/{world.case}/etat/parcours")
    assert shown.status_code == 503 and "Le service « Parcours » ne répond pas" in text(shown)
    ways["audit"].out = True
    still = auditor.get(f"/dossiers/{world.case}/etat/accueil?version=2")
    assert still.status_code == 200 and "Entretien d’accueil" in text(still), "the service tells its own versions"


def test_an_event_says_what_led_to_it_and_where_it_stands(auditor: Browser, world: World) -> None:
    shown = auditor.get(event_named(auditor, world.case, "Entretien d’accueil"))
    assert "Un projet solide." in text(shown) and "une personne" in text(shown)
    assert "Demande reçue" in text(shown), "the event before"
    assert f"/dossiers/{world.case}/etat/accueil?version=2" in shown.text


def test_an_event_of_another_dossier_is_not_shown_in_this_one(auditor: Browser, world: World) -> None:
    shown = auditor.open(world.case, f"/dossiers/{world.case}/evenements/{uuid4()}")
    assert shown.status_code == 404 and "Événement inconnu" in text(shown)


def test_without_its_service_an_event_still_has_its_header(
    auditor: Browser, world: World, ways: dict[str, Switch]
) -> None:
    path = event_named(auditor, world.case, "Demande reçue")
    ways["intake"].out = True
    shown = auditor.get(path)
    assert shown.status_code == 200
    assert "Le service « Accueil » ne répond pas" in text(shown) and "Empreinte du contenu" in text(shown)


def test_all_that_a_browser_needs_to_check_an_event_is_given_to_it(auditor: Browser, world: World) -> None:
    path = event_named(auditor, world.case, "Demande reçue")
    page = auditor.get(path)
    asked = re.search(r'data-proof="([^"]+)"', page.text)
    assert asked
    told: dict[str, Any] = auditor.get(unescape(asked[1])).json()
    assert told["proof"].startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert told["key"].startswith("registre.example/dla+") and told["checkpoint"].startswith("registre.example/dla\n")
    assert told["witnesses"] == "", "no witness is asked here"
    assert json.loads(b64decode(told["stored"]["bytes"]))["data"]["structure"]["legal_form"] == "association"
    assert "Présidente" in told["stored"]["shown"].values()
    kept = auditor.get(f"{path}/preuve.tlog-proof")
    assert kept.text == told["proof"] and "attachment" in kept.headers["Content-Disposition"]


def test_what_is_missing_of_a_proof_is_said_in_its_place(
    auditor: Browser, world: World, ways: dict[str, Switch]
) -> None:
    path = event_named(auditor, world.case, "Demande reçue")
    ways["intake"].out = True
    told = auditor.get(f"{path}/preuve?service=intake&position=1").json()
    assert "ne répond pas" in told["stored"]["error"] and told["proof"].startswith("c2sp.org")


def test_the_ledgers_health_is_read_by_who_watches_over_it(
    auditor: Browser, world: World, ways: dict[str, Switch]
) -> None:
    shown = text(auditor.get("/registre"))
    assert "Le registre" in shown and "registre.example/dla" in shown
    assert "Aucune n’a encore été menée à son terme" in shown and "aucun n’a cosigné" in shown
    ways["audit"].out = True
    assert "Le service « Audit » ne répond pas" in text(auditor.get("/registre"))


def test_who_may_not_see_it_is_told_so(browser: Browser, world: World) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    shown = text(browser.get("/registre"))
    assert "Votre rôle ne permet pas cette action" in shown and "lignes (registre.example/dla)" in shown


# -- what arrives while somebody watches


def watched(
    world: World, ways: dict[str, Switch], case: str, seen: dict[str, int], until: int, meanwhile: Any
) -> list[str]:
    """The first `until` things that a watched timeline is sent; after the first, `meanwhile` happens."""

    async def watch() -> list[str]:
        services = Services(settings().feeds, ways)
        reader = Reader(world.token(), reason="Contrôle annuel")

        def shown(news: Any, _: Any) -> str:
            return "\n".join(event["event"] for event in news)

        told: list[str] = []
        async for each in event_stream(services, reader, UUID(case), seen, 0, shown):
            told.append(each)
            if len(told) == 1:
                await asyncio.to_thread(meanwhile)
            if len(told) == until:
                break
        await services.close()
        return told

    return asyncio.run(watch())


def test_what_is_recorded_meanwhile_arrives_once_and_in_order(world: World, ways: dict[str, Switch]) -> None:
    case = play_case(world, **new_structure("L’Atelier du Marais"))
    world.carried()
    by = world.audit.by("adviser")
    last = by.get(f"/api/v1/cases/{case}/timeline").json()["basis"]
    seen = {name: reached["position"] for name, reached in last.items()}

    def meanwhile() -> None:
        adviser = world.intake.by("adviser")
        for day in ("2026-02-01", "2026-02-02"):
            meeting = {"held_on": day, "participants": [{"name": "Maëlle"}]}
            assert adviser.post(f"/api/v1/requests/{case}/meetings", meeting).status_code == 200
        world.carried()

    quiet, news, again = watched(world, ways, case, seen, 3, meanwhile)
    assert quiet.startswith(":") and again.startswith(":")
    assert "event: arrivee\n" in news and news.count("data: meeting-recorded\n") == 2
    (reached,) = re.findall(r"^id: (.*)$", news, re.MULTILINE)
    assert parse_positions(reached)["intake"] == seen["intake"] + 2


def test_what_came_before_the_connection_is_not_lost(world: World, ways: dict[str, Switch]) -> None:
    (first,) = watched(world, ways, world.case, {}, 1, lambda: None)
    assert "data: request-received\n" in first and "data: diagnosis-opened\n" in first


def test_who_did_what_arrives_is_named_as_in_the_timeline(world: World, ways: dict[str, Switch]) -> None:
    path = f"/api/v1/cases/{world.case}/timeline"
    answer = world.audit.by("adviser").get(path).json()
    (actor,) = {each["actor"] for each in answer["events"] if each["event"] == "request-received"}
    ways["audit"].instead[path] = answer | {"names": {actor: "Claire Le Goff"}}

    async def watch() -> list[TimelineLine]:
        services, reader = Services(settings().feeds, ways), Reader(world.token(), reason="Contrôle annuel")
        lines: list[TimelineLine] = []

        def shown(news: Any, names: Any) -> str:
            lines.extend(lines_of_arrivals(news, names))
            return ""

        async for _ in event_stream(services, reader, UUID(world.case), {}, 0, shown):
            break
        await services.close()
        return lines

    named = {line.event["event"]: line.actor_name for line in asyncio.run(watch())}
    assert (named["request-received"], named["diagnosis-opened"]) == ("Claire Le Goff", None)


def test_a_dossier_is_read_only_when_the_ledger_has_grown(world: World, ways: dict[str, Switch]) -> None:
    watched(world, ways, world.case, {"intake": 10**6, "diagnostic": 10**6}, 5, lambda: None)
    paths = [each.url.path for each in ways["audit"].asked]
    assert paths.count("/tlog/checkpoint") == 5
    assert sum("timeline" in path for path in paths) == 1


def test_an_outage_is_waited_for(world: World, ways: dict[str, Switch]) -> None:
    ways["audit"].out = True

    def back() -> None:
        ways["audit"].out = False

    out, told = watched(world, ways, world.case, {}, 2, back)
    assert out.startswith(":") and "event: arrivee" in told


def test_who_may_no_longer_read_is_told_nothing_more(world: World, ways: dict[str, Switch]) -> None:
    async def watch() -> list[str]:
        services = Services(settings().feeds, ways)
        elsewhere = Reader(world.token(units=["dla-35"]), reason="Contrôle annuel")
        told = [each async for each in event_stream(services, elsewhere, UUID(world.case), {}, 0, lambda *_: "")]
        await services.close()
        return told

    assert asyncio.run(watch()) == []


def test_a_message_keeps_to_its_lines_and_a_cursor_to_its_shape() -> None:
    assert sse_message("arrivee", "intake:3", "<li>\nun\n</li>") == (
        "event: arrivee\nid: intake:3\ndata: <li>\ndata: un\ndata: </li>\n\n"
    )
    assert parse_positions("intake:3,diagnostic:12,<script>:x") == {"intake": 3, "diagnostic": 12}
    assert parse_positions(format_positions({"intake": 3})) == {"intake": 3}


@pytest.mark.parametrize("path", ["direct", "etat/accueil", "evenements/01993f2e-5c00-7a10-8a51-3f6f7c1b2d40"])
def test_nobody_watches_without_signing_in(browser: Browser, world: World, path: str) -> None:
    assert browser.get(f"/dossiers/{world.case}/{path}").url.path == "/connexion"
