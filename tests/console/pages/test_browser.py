"""The pages in a real browser: accessibility (axe-core), keyboard, phone, dark mode.

In Debian's Chromium; skipped, and said so, where there is none."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, Route, StorageState, expect
from tests.support import ROOT
from tests.support.checks.accessibility import DESKTOP, faultless
from tests.support.checks.console_in_chromium import CHROMIUM
from tests.support.checks.console_pages import ORIGIN, Switch, World, new_structure, play_case, settings
from tests.support.histories.audit_events import header, store_events
from tests.support.histories.provider_assignments import AGREED, ASKED, parcours_telling
from tests.support.samples.published_statistics import published_statistics
from tests.support.samples.sample_services import eventually
from tests.support.servers.running_witness import COSIGNER, ELEVEN

from audit import health
from audit.health import (
    FAULT_ADVICE,
    FINDINGS_ADVICE,
    HALTED_ADVICE,
    QUORUM_ADVICE,
    REFUSAL_ADVICE,
    TAMPERED_ADVICE,
    CurrentRefusal,
    Health,
    LastReconciliation,
    ServiceProgress,
    WitnessHealth,
)
from audit.ledger.signing import SigningRefusal
from audit.ledger.store import Ledger
from audit.ledger.witnesses import WitnessFault, register_witnesses
from audit.reconcile.restored_logs import AcceptedRestore
from console.main import create_app
from console.pages.rendering import environment
from console.presentation import labels
from console.presentation.plain_values import event_nodes
from console.upstream.stored_events import decode_stored
from embedded.identity.provider import Provider
from embedded.identity.provider_page import Person
from embedded.processes import ports
from parcours.api.provider import ProviderPage
from shared.kernel import stored_tokens
from shared.web.limits import build_server

expect.set_options(timeout=20_000)
MANY = UUID(int=300)
LONG = (
    "Association intercommunale-pour-l’insertion-par-l’activité-économique-et-la-transition-écologique-du-Pays-de-Retz"
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not here: no page was looked at in a browser")


@pytest.fixture(scope="module")
def ways(world: World) -> dict[str, Switch]:
    """Parcours knows a provider's page and nothing else; follow-up is never there."""
    apps = {name: getattr(world, name).web for name in ("intake", "diagnostic", "audit")}
    apps["parcours"] = parcours_telling(lambda: ProviderPage([ASKED], [AGREED]))
    nowhere = Switch(world.intake.web)
    nowhere.out = True
    return {name: Switch(app) for name, app in apps.items()} | {"followup": nowhere}


@pytest.fixture(scope="module")
def console(world: World, ways: dict[str, Switch]) -> Iterator[str]:
    """Its address; the development provider stands beside it."""
    port = ports.choose_ports({"console": None, "provider": None})
    address = f"http://127.0.0.1:{port['console']}"
    person = Person("some-auditor", "Ariane Audren", role="auditor", units=("dla-44",))
    provider = Provider(world.audit.issuer, port["provider"], f"{address}/retour", [person])
    discovery = f"{provider.address}/.well-known/openid-configuration"
    console_settings = settings(address=address, port=port["console"], discovery=discovery, poll_seconds=0.1)
    server = build_server(create_app(console_settings, ways), console_settings, shutdown_seconds=1)
    thread = Thread(target=server.run, name="console")
    with provider.serve():
        thread.start()
        eventually(lambda: server.started)
        yield address
        server.should_exit = True
        thread.join()


def new_session_of(chromium: Chromium, console: str) -> StorageState:
    """What a browser keeps of somebody who has signed in, through the provider's page, as a person does."""
    context = chromium.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(console)
    page.get_by_role("link", name="Se connecter").click()
    page.get_by_role("button", name="Ariane Audren").click()
    page.wait_for_url(f"{console}/")
    store_events = context.storage_state()
    context.close()
    return store_events


session_of = cache(new_session_of)
"""One session for all tests that do not sign out, which ends it for all."""


@contextmanager
def signed_in(
    chromium: Chromium, console: str, session: Callable[[Chromium, str], StorageState] = session_of
) -> Iterator[Page]:
    """In a context of its own, at the first page; a fault of a script fails the test."""
    store_events = session(chromium, console)
    context: BrowserContext = chromium.new_context(locale="fr-FR", viewport=DESKTOP, storage_state=store_events)
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(console)
    yield page
    context.close()
    assert faults == []


def opened(page: Page, console: str, case: object, path: str = "") -> Page:
    page.goto(f"{console}/dossiers/{case}{path}")
    if page.url.partition("?")[0].endswith("/motif"):
        page.get_by_label("Motif").fill("Contrôle annuel de la région")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{console}/dossiers/{case}{path}")
    return page


@pytest.fixture(scope="module")
def many(world: World) -> UUID:
    """A dossier of three hundred events, of one structure with a name that is hard to break."""
    headers = [header(position, "parcours", MANY) for position in range(1, 301)]
    store_events(world.audit.application, headers)
    play_case(world, **new_structure(LONG))
    return MANY


def test_no_page_has_a_fault(
    chromium: Chromium, console: str, world: World, ways: dict[str, Switch], many: UUID
) -> None:
    with signed_in(chromium, console, new_session_of) as page:
        faultless(page)
        page.goto(f"{console}/?q=rien")
        faultless(page)
        page.goto(f"{console}/dossiers/{world.case}")
        faultless(page)  # why?
        faultless(opened(page, console, world.case))
        for path in ("/etat/accueil?version=3", "/etat/suivi", "/etat/diagnostic", "/consultations", "/documents"):
            faultless(opened(page, console, world.case, path))
        page.goto(f"{console}/dossiers/{world.case}")
        page.get_by_role("link", name="Entretien d’accueil").first.click()
        expect(page.locator("[data-state=proven]")).to_be_visible()
        page.locator(".steps summary").first.click()
        faultless(page)
        faultless(opened(page, console, many))
        ways["intake"].instead["/api/v1/requests/statistics/public"] = published_statistics("2026-T3", 1239)
        public = (
            "/mentions-legales",
            "/donnees-personnelles",
            "/accessibilite",
            "/affichage",
            "/plan-du-site",
            "/stats",
        )
        for path in ("/registre", "/titre", "/nulle-part", "/acces#secret", *public):
            page.goto(f"{console}{path}")
            faultless(page)
        page.locator(".published summary").click()
        faultless(page)
        ways["audit"].out = True
        try:
            for path in (f"/dossiers/{world.case}", "/registre"):
                page.goto(f"{console}{path}")
                faultless(page)
        finally:
            ways["audit"].out = False
        page.goto(console)
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("heading", name="Vous êtes déconnecté·e")).to_be_visible()
        faultless(page)
        page.get_by_role("link", name="Se reconnecter").click()
        faultless(page)
        page.get_by_text("Avec un jeton de développement").click()
        page.get_by_label("Jeton").fill(world.token("provider", case=world.case))
        page.get_by_role("button", name="Entrer avec ce jeton").click()
        expect(page.get_by_role("heading", name="Ce que le DLA vous demande")).to_be_visible()
        faultless(page)


def test_a_dossier_is_found_and_replayed_by_keyboard_alone(chromium: Chromium, console: str, world: World) -> None:
    with signed_in(chromium, console) as page:
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("jardins")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{console}/?q=jardins&statut=")
        page.locator(f'.cases a[href*="{world.case}"]').focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Motif")).to_be_focused()
        page.keyboard.type("Contrôle annuel")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Les Jardins de l’Erdre")).to_be_visible()

        page.goto(f"{console}/dossiers/{world.case}/etat/accueil?version=2")
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text("Version 3 sur 5")).to_be_visible()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_text("Version 2 sur 5")).to_be_visible()
        expect(page).to_have_url(f"{console}/dossiers/{world.case}/etat/accueil?version=2")
        slider = page.get_by_role("slider")
        slider.focus()
        page.keyboard.press("End")
        expect(page.get_by_text("Version 5 sur 5")).to_be_visible()
        expect(page.get_by_role("slider")).to_be_focused()
        page.go_back()
        expect(page.get_by_text("Version 2 sur 5")).to_be_visible()


def test_filters_act_as_they_are_chosen(chromium: Chromium, console: str, world: World) -> None:
    with signed_in(chromium, console) as page:
        opened(page, console, world.case)
        page.get_by_role("checkbox", name="Diagnostic partagé").check()
        expect(page.get_by_text("1 événement sur 6")).to_be_visible()
        expect(page.get_by_role("checkbox", name="Diagnostic partagé")).to_be_focused()
        page.get_by_role("checkbox", name="Diagnostic partagé").uncheck()
        expect(page.get_by_text("6 événements")).to_be_visible()
        page.get_by_role("combobox", name="Ordre").select_option("recents")
        expect(page.locator("#fil .events a").first).not_to_have_text("Demande reçue")
        expect(page).to_have_url(re.compile("ordre=recents"))


def test_what_happens_arrives_while_one_watches(chromium: Chromium, console: str, world: World) -> None:
    case = play_case(world, **new_structure("La Filature"))
    world.carried()
    with signed_in(chromium, console) as page:
        opened(page, console, case)
        expect(page.get_by_text("À l’instant", exact=True)).to_be_hidden()
        meeting = {"held_on": "2026-03-01", "participants": [{"name": "Maëlle"}]}
        assert world.intake.by("adviser").post(f"/api/v1/requests/{case}/meetings", meeting).status_code == 200
        world.carried()
        expect(page.get_by_text("À l’instant", exact=True)).to_be_visible()
        expect(page.locator("[data-live] .events a")).to_have_text(["Entretien d’accueil"])
        page.locator("[data-live] .events a").click()
        expect(page.locator("[data-state=proven]")).to_be_visible()


def altered(encoded: str) -> str:
    """The same text in base64, with one bit turned."""
    raw = bytearray(b64decode(encoded))
    raw[len(raw) // 2] ^= 1
    return b64encode(raw).decode()


def line(proof: str, n: int, change: Callable[[str], str]) -> str:
    lines = proof.split("\n")
    lines[n] = change(lines[n])
    return "\n".join(lines)


def told_instead(answer: dict[str, Any], route: Route) -> None:
    route.fulfill(json=answer)


def shown_instead(page: str, route: Route) -> None:
    route.fulfill(body=page, content_type="text/html; charset=utf-8")


def of_signer(name: str, change: Callable[[bytearray], None]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A proof where the signature line of one signer is another: `change` is shown its key's id and what follows."""

    def alteration(body: dict[str, Any]) -> dict[str, Any]:
        before, found, rest = body["proof"].partition(f"— {name} ")
        signature, _, after = rest.partition("\n")
        raw = bytearray(b64decode(signature))
        change(raw)
        return body | {"proof": f"{before}{found}{b64encode(raw).decode()}\n{after}"}

    return alteration


def turned(at: int) -> Callable[[bytearray], None]:
    def change(raw: bytearray) -> None:
        raw[at] ^= 1

    return change


VERIFIED = "Vérifié\u00a0: cet événement est inscrit, et cette page en montre ce qui a été consigné"
WITNESS = COSIGNER.witness_key
ALTERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "le contenu": lambda body: body | {"stored": body["stored"] | {"bytes": altered(body["stored"]["bytes"])}},
    "l’en-tête": lambda body: (
        body | {"proof": line(body["proof"], 1, lambda extra: f"extra {altered(extra.removeprefix('extra '))}")}
    ),
    "une empreinte": lambda body: body | {"proof": line(body["proof"], 3, altered)},
    "le rang": lambda body: body | {"proof": line(body["proof"], 2, lambda _: "index 0")},
    "la signature": of_signer(ORIGIN, turned(40)),
    "la taille": lambda body: body | {"proof": body["proof"].replace("\n\n", "\n\n", 1).replace("dla\n", "dla\n9", 1)},
    "la clé": lambda body: body | {"key": body["key"].replace("registre.example/dla+", "registre.example/dla+0", 1)},
    "la cosignature": of_signer(WITNESS.name, turned(40)),
    "la date de la cosignature": of_signer(WITNESS.name, turned(11)),
    "une cosignature coupée": of_signer(WITNESS.name, lambda raw: raw.__delitem__(slice(8, None))),
    "la clé d’un témoin": lambda body: body | {"witnesses": body["witnesses"].replace("+", "+0", 1)},
}


@pytest.fixture
def cosigned(world: World) -> Iterator[None]:
    """What is signed by now was seen by a witness."""
    app = world.audit.application
    ledger = Ledger(app.recorder)
    signed = ledger.newest_checkpoint()
    assert signed
    register_witnesses(app, [WITNESS], 1)
    text = signed.note.partition("\n\n")[0] + "\n"
    ledger.add_cosignature(signed.size, str(WITNESS), COSIGNER.cosign(text, ELEVEN))
    yield
    register_witnesses(app, [], 0)
    app.recorder.fetch("DELETE FROM {schema}.cosignatures")


def test_a_proof_is_checked_in_the_browser_and_each_alteration_is_seen(
    chromium: Chromium, console: str, world: World, cosigned: None
) -> None:
    with signed_in(chromium, console) as page:
        opened(page, console, world.case)
        page.get_by_role("link", name="Critère d’éligibilité examiné").first.click()
        verdict = page.locator("[data-verdict]")
        expect(verdict).to_have_text(f"{VERIFIED}, sauf 1 valeur scellée, où vous lisez la parole du service.")
        titles = page.locator(".steps strong")
        expect(titles).to_have_text(
            [
                "Le contenu",
                "Les valeurs scellées",
                "L’en-tête",
                "L’inscription",
                "La montée dans l’arbre",
                "La racine",
                "La signature",
                "Les témoins",
            ]
        )
        expect(page.locator(".steps li.done").last).to_contain_text(
            "Un témoin a vu ce point de contrôle\u00a0: temoin.example/un, le 22 novembre 2026 à 12\u00a0h\u00a000."
        )
        asked = page.locator("[data-proof]").get_attribute("data-proof")
        body = page.evaluate("where => fetch(where).then((answer) => answer.json())", asked)
        for what, alteration in ALTERATIONS.items():
            answer = alteration(body)
            assert answer != body
            page.route(f"{console}{asked}", partial(told_instead, answer))
            page.reload()
            expect(page.locator("[data-state=refused] [data-verdict]"), what).to_contain_text("Pas prouvé")
            page.unroute(f"{console}{asked}")
        for keys, said in (
            ("", "sa clé n’est pas connue ici\u00a0: temoin.example/un"),
            (str(replace(WITNESS, public=bytes(32))), "sa clé n’est pas connue ici\u00a0: temoin.example/un"),
            ({"error": "Le service ne répond pas."}, "leurs clés n’ont pas pu être lues"),
        ):
            page.route(f"{console}{asked}", partial(told_instead, body | {"witnesses": keys}))
            page.reload()
            expect(page.locator("[data-state=proven] .steps li.passed-over").last).to_contain_text(said)
            page.unroute(f"{console}{asked}")


def test_without_a_witness_it_is_said_who_alone_vouches_for_the_ledger(
    chromium: Chromium, console: str, world: World
) -> None:
    with signed_in(chromium, console) as page:
        opened(page, console, world.case)
        page.get_by_role("link", name="Demande reçue").first.click()
        expect(page.locator("[data-state=proven] .steps li.passed-over").last).to_contain_text(
            "seul l’exploitant garantit"
        )


def test_a_proof_without_the_content_says_what_it_proves(
    chromium: Chromium, console: str, world: World, ways: dict[str, Switch]
) -> None:
    with signed_in(chromium, console) as page:
        opened(page, console, world.case)
        page.get_by_role("link", name="Demande reçue").first.click()
        ways["intake"].out = True
        try:
            page.reload()
            expect(page.locator("[data-state=proven] [data-verdict]")).to_contain_text(
                "Le contenu ne vous est pas montré"
            )
        finally:
            ways["intake"].out = False


OTHERWISE = "cette page montre autre chose que "
LIES = {
    "son intitulé": (
        "Demande reçue</h1>",
        "Demande refusée</h1>",
        f"{OTHERWISE}ce qui est inscrit\u00a0: son intitulé.",
    ),
    "qui a agi": (
        "chargé·e d’accompagnement</span>",
        "prestataire</span>",
        f"{OTHERWISE}ce qui est inscrit\u00a0: le rôle de qui a agi.",
    ),
    "une valeur en clair": (
        ">association<",
        ">coopérative<",
        f"{OTHERWISE}le contenu consigné\u00a0: Forme juridique.",
    ),
    "un champ": (
        ">Nombre de salarié·es<",
        ">Budget<",
        f"{OTHERWISE}le contenu consigné\u00a0: Nombre de salarié·es.",
    ),
    "une valeur scellée": (
        ">Présidente<",
        ">Trésorière<",
        f"{OTHERWISE}ce que le service dit de ses valeurs scellées\u00a0: Fonction.",
    ),
    "une valeur scellée dite en clair": (
        'class="mark sealed"',
        'class="mark"',
        f"{OTHERWISE}le contenu consigné\u00a0: ",
    ),
}


def test_a_page_that_shows_otherwise_than_what_was_recorded_is_seen(
    chromium: Chromium, console: str, world: World
) -> None:
    with signed_in(chromium, console) as page:
        opened(page, console, world.case)
        page.get_by_role("link", name="Demande reçue").first.click()
        verdict = page.locator("[data-verdict]")
        expect(verdict).to_contain_text("où vous lisez la parole du service")

        source = page.evaluate("fetch(location.href).then((answer) => answer.text())")
        for what, (truth, lie, verdict_said) in LIES.items():
            assert truth in source, what
            page.route(page.url, partial(shown_instead, source.replace(truth, lie)))
            page.reload()
            expect(page.locator("[data-state=refused] [data-verdict]"), what).to_contain_text(verdict_said)
            page.unroute(page.url)


def test_of_a_sealed_value_the_service_is_believed_and_said_to_be(
    chromium: Chromium, console: str, world: World
) -> None:
    """Nothing in the ledger says what it says: a service that lies about it is not found out, and this is told."""
    with signed_in(chromium, console) as page:
        opened(page, console, world.case)
        page.get_by_role("link", name="Demande reçue").first.click()
        asked = page.locator("[data-proof]").get_attribute("data-proof")
        body = page.evaluate("where => fetch(where).then((answer) => answer.json())", asked)
        shown = page.evaluate("fetch(location.href).then((answer) => answer.text())")
        body["stored"]["shown"] = {
            path: "Trésorière" if says == "Présidente" else says for path, says in body["stored"]["shown"].items()
        }
        page.route(f"{console}{asked}", partial(told_instead, body))
        page.route(page.url, partial(shown_instead, shown.replace(">Présidente<", ">Trésorière<")))
        page.reload()
        sealed = len(body["stored"]["shown"])
        assert sealed > 1
        expect(page.locator("[data-state=proven] [data-verdict]")).to_have_text(
            f"{VERIFIED}, sauf {sealed} valeurs scellées, où vous lisez la parole du service."
        )


def without_its_bytes(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"stored": {"error": "Accueil\u00a0: ne répond plus", "status": 503}}


@pytest.mark.parametrize(
    ("instead", "state", "said"),
    [
        (without_its_bytes, "unknown", "le contenu que montre cette page ne l’est pas"),
    ],
)
def test_what_could_not_be_checked_is_in_the_verdict(
    chromium: Chromium,
    console: str,
    world: World,
    instead: Callable[[dict[str, Any]], dict[str, Any]],
    state: str,
    said: str,
) -> None:
    with signed_in(chromium, console) as page:
        opened(page, console, world.case)
        page.get_by_role("link", name="Demande reçue").first.click()
        asked = page.locator("[data-proof]").get_attribute("data-proof")
        body = page.evaluate("where => fetch(where).then((answer) => answer.json())", asked)
        page.route(f"{console}{asked}", partial(told_instead, instead(body)))
        page.reload()
        expect(page.locator(f"[data-state={state}] [data-verdict]")).to_contain_text(said)


HARD: dict[str, Any] = {
    "fte": 0.125,
    "headcount": 60_000,
    "rate": -2.675,
    "result_cents": -220_001,
    "amount": 480_000,
    "fiscal_year": 2026,
    "held_on": "2027-04-01",
    "summer": "2026-07-31T22:30:59.999999Z",
    "winter": "2026-12-31T23:00:00+00:00",
    "never": "2026-02-30",
    "neither": "2026-01-12T10:00 à la mairie",
    "status": "admitted",
    "name": "admitted",
    "notes": "Deux lignes,\n dont une <b>grasse</b> & l’autre\u202f!",
    "content_hash": "e76a13b20d78f03707088af92cd93428",
    "validated": False,
    "salt": "s",
    "nothing": {},
    "below": {"nothing": None, "empty": ""},
    "themes": ["finance", "governance"],
    "participants": ["Une présidente, élue", "Une trésorière"],
    "actions": {
        str(UUID(int=7)): {"planned": {"title": "Suivi des ventes"}, "steps": [{"status": "started"}, [1, 2.5]]}
    },
    "person": str(UUID(int=8)),
    "erased": {"k": str(UUID(int=9)), "c": "AAAA"},
    "altered": {"k": str(UUID(int=9)), "c": "AAAA", "b": "x"},
    "people": [{"name": {"k": str(UUID(int=9)), "c": "AAAA"}, "person": str(UUID(int=9))}],
    "constructor": "constructor",
}
SAMPLES = ROOT / "tests" / "contracts" / "samples" / "stored"


def test_the_browser_reads_every_event_in_the_words_of_the_page(chromium: Chromium, console: str) -> None:
    """Else it would accuse a page that shows the truth."""
    stored = [json.loads(path.read_bytes())["data"] for path in sorted(SAMPLES.glob("*/*.json"))]
    assert len(stored) > 150
    fields = environment().get_template("tree.html").module.fields  # type: ignore[attr-defined]
    given = []
    for data in [*stored, HARD]:
        shown = {path: f"Dit de {path}" for path, _ in stored_tokens(data)} | {"erased": None}
        shown.pop("altered", None)
        read = decode_stored(b64encode(json.dumps({"data": data}).encode()).decode(), shown)
        assert read is not None
        given.append({"data": data, "shown": shown, "page": fields(event_nodes(read))})
    page = chromium.new_context().new_page()
    page.goto(console)
    compared = """([given, words]) => given.map(({data, shown, page}) => {
        const content = document.createElement("div");
        content.innerHTML = page;
        return pageComparison.compareContent(content, data, shown, words).wrong;
    })"""
    results = page.evaluate(compared, [given, labels.browser_labels()])
    assert [each["data"] for each, wrong in zip(given, results, strict=True) if wrong["clear"] or wrong["sealed"]] == []
    page.context.close()


NOW = datetime.now(UTC)
UNWELL = Health(
    healthy=False,
    received=12_345,
    size=12_340,
    checkpoint=health.LastCheckpoint(
        size=12_400, signed_at=NOW - timedelta(days=3), key=f"{ORIGIN}+5e1f0a2b+{'A' * 44}"
    ),
    refusal=CurrentRefusal(
        reason=SigningRefusal.OLDER_DATABASE,
        detail="the ledger has 12340 leaves, and the checkpoint kept in /var/lib/dla/checkpoint signed 12400",
        advice=REFUSAL_ADVICE[SigningRefusal.OLDER_DATABASE],
    ),
    services=[
        ServiceProgress(
            service=name,
            log_id=UUID(int=1),
            position=position,
            announced=announced,
            announced_at=NOW,
            lag=None if announced is None else announced - position,
            halted=halted,
            silent=False,
        )
        for name, position, announced, halted in (
            ("intake", 4_000, 4_000, "it speaks from another log"),
            ("diagnostic", 2_000, 3_500, None),
            ("parcours", 9, None, None),
            ("followup", 12, 12, None),
        )
    ],
    last_reconciliation=LastReconciliation(
        by="Inès", started_at=NOW, ended_at=NOW, findings=3, services={"intake": 4_000}
    ),
    advice=[
        REFUSAL_ADVICE[SigningRefusal.OLDER_DATABASE],
        f"Accueil (intake)\u00a0: {HALTED_ADVICE}",
        QUORUM_ADVICE.format(quorum=2),
        TAMPERED_ADVICE,
        FINDINGS_ADVICE,
    ],
    tampered_events=[UUID(int=n) for n in range(1, 31)],
    witnesses=[
        WitnessHealth(
            name=f"temoin.example/{fault or 'un'}",
            key="k",
            size=size,
            cosigned_at=NOW if size else None,
            behind=size != 12_400,
            fault=fault,
            detail=fault and "the witness answered 409: 12500",
            advice=fault and FAULT_ADVICE[fault],
        )
        for fault, size in (
            (None, 12_400),
            (WitnessFault.UNREACHABLE, None),
            (WitnessFault.AHEAD, 12_500),
            (None, 11_000),
        )
    ],
    quorum=2,
    accepted_restores=[
        AcceptedRestore(
            service="parcours",
            old_log=UUID(int=1),
            new_log=UUID(int=2),
            since=1_200,
            lost=2,
            by="Tanguy",
            reason="Disque perdu le 3 mars",
            accepted_at=NOW,
        )
    ],
)


def test_a_ledger_that_is_not_well_says_all_that_is_wrong_and_what_to_do(
    chromium: Chromium, console: str, ways: dict[str, Switch]
) -> None:
    ways["audit"].instead["/api/v1/ledger/health"] = UNWELL.model_dump(mode="json")
    try:
        with signed_in(chromium, console) as page:
            page.goto(f"{console}/registre")
            faultless(page)
            text_shown = page.locator("main").inner_text()
    finally:
        ways["audit"].instead.clear()
    for said in (
        "Quelqu’un doit regarder. Plus rien n’est signé.",
        *UNWELL.advice,
        "n’est plus écouté",
        "1\u202f500 de retard",
        "rien d’annoncé",
        "3\u00a0écarts",
        "et 10\u00a0autres",
        "2\u00a0événements perdus après la position 1\u202f200",
        "Disque perdu le 3 mars",
        "n’a encore rien cosigné",
        FAULT_ADVICE[WitnessFault.UNREACHABLE],
        "plus de lignes que nous",
        "en retard",
    ):
        assert said in text_shown, said
    assert "the ledger has" not in text_shown, "what is in English is folded away"


def test_nothing_is_asked_of_anybody_else(chromium: Chromium, console: str, world: World) -> None:
    with signed_in(chromium, console) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        opened(page, console, world.case)
        page.goto(f"{console}/registre")
        assert len(asked) > 5
        assert {each for each in asked if not each.startswith(f"{console}/")} == set()


def test_a_timeline_prints_without_what_only_a_screen_needs(chromium: Chromium, console: str, world: World) -> None:
    with signed_in(chromium, console) as page:
        opened(page, console, world.case)
        page.emulate_media(media="print")
        expect(page.get_by_role("link", name="Demande reçue")).to_be_visible()
        for gone in (".top", ".filters", "footer"):
            expect(page.locator(gone)).to_be_hidden()


def test_the_account_of_a_session_is_not_in_any_page(chromium: Chromium, console: str, world: World) -> None:
    with signed_in(chromium, console) as page:
        opened(page, console, world.case)
        assert page.evaluate("document.cookie") == "", "no script reads the session"
        assert "Bearer" not in page.content() and json.dumps(page.evaluate("({...localStorage})")) == "{}"
