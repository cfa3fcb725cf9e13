"""Each page of the console with full, empty, long and failing data: faults that axe finds, weight, shift, server time.

make pages      plays the tour, some minutes, and prints a table in Markdown

Ends with 1 where a page has a fault, weighs more than 100 kB or moves while it loads. The server's time is that of this
machine, in milliseconds, the median of some readings one after the other. It needs Debian's Chromium."""

from __future__ import annotations

import os
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page
from tests.support.checks.accessibility import AXE, LOOKS
from tests.support.checks.console_in_chromium import CHROMIUM, enter_by_token, launched_chromium
from tests.support.generated.operator_screens import post
from tests.support.samples.sample_services import eventually

from embedded.demo.placeholders import fictional_numbers
from embedded.demo.player import Player
from embedded.demo.script import TOUR, read_stories
from embedded.stack import Stack

UNIT, EMPTY_UNIT = "dla-44", "dla-53"
MAX_BYTES = 100_000
READINGS = 9
LONG = (
    "Association intercommunale de préfiguration d’un tiers-lieu d’innovation sociale, culturelle et nourricière du"
    " Haut-Bocage"
)
FIND_SHIFT = """() => new Promise(done => {
    let shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(each => { shift += each.value; }))
        .observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => setTimeout(() => done(shift), 50));
})"""


@dataclass(frozen=True, slots=True)
class Visit:
    """`state`: full, empty, long or error. `status`: what the console answers."""

    who: str
    page: str
    state: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """`weight`: bytes over the network at a first visit; `shift`: as Cumulative Layout Shift counts it; `milliseconds`:
    until the whole answer was there."""

    visit: Visit
    faults: Sequence[str]
    weight: int
    shift: float
    milliseconds: float

    @property
    def is_good(self) -> bool:
        return not self.faults and self.weight <= MAX_BYTES and self.shift == 0


@contextmanager
def played_stack() -> Iterator[tuple[Stack, dict[str, str]]]:
    """With the cases of the tour, by title, and one whose words are long."""
    with TemporaryDirectory(prefix="dla-pages-") as folder, Stack(Path(folder) / ".dla") as stack:
        numbers = fictional_numbers(time.time())
        with Player(stack) as player:
            stories = [player.play(each, numbers) for each in read_stories(TOUR)]
        cases = {title: case for story in stories for case, title in story.cases.items()}
        yield stack, cases | {"long": receive_long_case(stack, next(numbers)[0])}


def receive_long_case(stack: Stack, siret: str) -> str:
    token = stack.issuer.mint("adviser", subject="pages", unit=UNIT)
    structure = {"name": LONG, "legal_form": "association", "department": "44", "siret": siret, "headcount": 12}
    request = {
        "structure": structure | {"fte": 9.5},
        "contact": {
            "name": "Perrine Guéguen-Kerdoncuff de la Chapelle-sur-Erdre",
            "email": f"{'perrine.' * 9}@example.org",
        },
        "need": "Une seule subvention porte les deux tiers de notre budget. " * 60,
    }
    with httpx.Client(
        base_url=stack.addresses["intake"], headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
    ) as intake:
        return str(httpx.Response(200, content=post(intake, "/api/v1/requests", request)).json()["id"])


def visits(cases: Mapping[str, str]) -> Iterator[Visit]:
    full, crisis = cases["La Fabrique des Possibles"], cases["La Ressourcerie des Marais"]
    for page in ("/connexion", "/acces", "/stats", "/mentions-legales", "/donnees-personnelles", "/accessibilite"):
        yield Visit("nobody", page, state="full")
    for page in ("/plan-du-site", "/apparence", "/affichage", "/empreinte"):
        yield Visit("nobody", page, state="full")
    yield Visit("nobody", "/rien", state="error", status=404)
    shared = ["/aujourdhui", "/aujourdhui?qui=unite", "/dossiers", "/mon-agenda", "/mes-courriels", "/titre"]
    for page in (*shared, "/nouvelle-demande"):
        yield Visit("adviser", page, state="full")
        yield Visit("adviser elsewhere", page, state="empty")
    for case, state in ((full, "full"), (crisis, "full"), (cases["long"], "long")):
        yield Visit("adviser", f"/dossiers/{case}/travail", state=state)
        yield Visit("adviser", f"/dossiers/{case}", state=state)
        yield Visit("adviser", f"/dossiers/{case}/documents", state=state)
    for phase in ("accueil", "diagnostic", "parcours", "suivi"):
        yield Visit("adviser", f"/dossiers/{full}/etat/{phase}", state="full")
    yield Visit("adviser", f"/dossiers/{cases['long']}/faire/intake/requests/{cases['long']}/meetings", state="long")
    yield Visit("adviser", "/dossiers?q=intercommunale", state="long")
    yield Visit("adviser", "/dossiers?q=personne", state="empty")
    for page in ("/responsable", "/derogations", "/droits", "/chiffres"):
        yield Visit("manager", page, state="full")
        yield Visit("manager elsewhere", page, state="empty")
    for page in ("mon-accompagnement", "avis/diagnostic", "avis/parcours", "consultations"):
        yield Visit("leader", f"/dossiers/{full}/{page}", state="full")
    yield Visit("leader of the long case", f"/dossiers/{cases['long']}/mon-accompagnement", state="long")
    yield Visit("provider", f"/dossiers/{full}/ma-mission", state="full")
    yield Visit("committee", "/comite", state="full")
    yield Visit("resource centre", "/conseils", state="full")
    yield Visit("dpo", "/conservation", state="full")
    yield Visit("dpo", "/effacement", state="full")
    yield Visit("dpo", "/consultations", state="full")
    yield Visit("operator", "/exploitation", state="full")
    yield Visit("auditor", "/registre", state="full")
    yield Visit("pilot", "/chiffres", state="full")


def visits_without_a_service(cases: Mapping[str, str]) -> Iterator[Visit]:
    """While parcours does not answer."""
    full = cases["La Fabrique des Possibles"]
    yield Visit("adviser", "/aujourdhui", state="error")
    yield Visit("adviser", f"/dossiers/{full}/travail", state="error")
    yield Visit("adviser", f"/dossiers/{full}/documents", state="error")
    yield Visit("adviser", f"/dossiers/{full}/etat/parcours", state="error", status=503)
    yield Visit("manager", "/responsable", state="error")
    yield Visit("manager", "/derogations", state="error")
    yield Visit("operator", "/exploitation", state="error")


class Visitor:
    """Opens pages as people of each role, and measures them."""

    def __init__(self, chromium: Chromium, stack: Stack, cases: Mapping[str, str]) -> None:
        self._chromium, self._stack, self._cases = chromium, stack, cases
        self._cookies: dict[str, list[Any]] = {"nobody": []}

    def see(self, visit: Visit) -> Seen:
        with self._context(visit.who) as context:
            page = context.new_page()
            weight, status = self._open(context, page, visit)
            faults = [] if status == visit.status else [f"HTTP {status}"]
            shift = page.evaluate(FIND_SHIFT)
            page.evaluate(AXE.axe_script)
            for size, scheme, question in LOOKS:
                page.set_viewport_size(size)
                page.emulate_media(color_scheme=scheme)
                found = page.evaluate("question => axe.run(question)", {"resultTypes": ["violations"], **question})
                faults += [f"{each['id']} at {each['nodes'][0]['target'][0]}" for each in found["violations"]]
            cookies = {each["name"]: each["value"] for each in context.cookies()}
        return Seen(visit, faults, weight=weight, shift=shift, milliseconds=self._milliseconds(visit, cookies))

    def _open(self, context: BrowserContext, page: Page, visit: Visit) -> tuple[int, int]:
        """The bytes that came over the network, and the status."""
        received: list[float] = []
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda each: received.append(each["encodedDataLength"]))
        answer = page.goto(f"{self._stack.console}{visit.page}", wait_until="load")
        assert answer is not None
        return round(sum(received)), answer.status

    def _milliseconds(self, visit: Visit, cookies: Mapping[str, str]) -> float:
        def reading(http: httpx.Client) -> float:
            began = time.perf_counter()
            http.get(visit.page)
            return (time.perf_counter() - began) * 1000

        with httpx.Client(base_url=self._stack.console, cookies=dict(cookies), trust_env=False, timeout=30) as http:
            return statistics.median(reading(http) for _ in range(READINGS))

    @contextmanager
    def _context(self, who: str) -> Iterator[BrowserContext]:
        """A browser that has fetched nothing yet, signed in."""
        if who not in self._cookies:
            self._cookies[who] = self._sign_in(who)
        context = self._chromium.new_context(locale="fr-FR", viewport=LOOKS[0][0])
        context.add_cookies(self._cookies[who])
        yield context
        context.close()

    def _sign_in(self, who: str) -> list[Any]:
        context = self._chromium.new_context(locale="fr-FR")
        enter_by_token(context.new_page(), self._stack.console, self._token(who))
        cookies = context.cookies()
        context.close()
        return [*cookies]

    def _token(self, who: str) -> str:
        mint: Callable[..., str] = self._stack.issuer.mint
        role, _, other = who.partition(" ")
        match role:
            case "adviser" | "manager":
                return mint(role, subject=f"pages-{role}", unit=EMPTY_UNIT if other else UNIT)
            case "leader":
                case = self._cases["long" if other else "La Fabrique des Possibles"]
                return mint(role, subject="pages-leader", case=case)
            case "provider":
                return mint(role, subject="demo-gael", case=self._cases["La Fabrique des Possibles"])
            case "operator":
                return mint("ops", subject="pages-operator")
            case "resource":
                return mint("resource_centre", subject="pages-centre", unit="crdla-environnement")
            case "pilot":
                return mint(role, subject="pages-pilot")
            case _:
                return mint(role, subject=f"pages-{role}", unit=UNIT, units=[UNIT])


def printed(found: Sequence[Seen], cases: Mapping[str, str]) -> Iterator[str]:
    yield "| page | who | data | axe | kB | moved | ms |"
    yield "|---|---|---|---|---|---|---|"
    for each in found:
        page = each.visit.page
        for case in cases.values():
            page = page.replace(case, "{id}")
        faults = ", ".join(each.faults) or "0"
        yield (
            f"| `{page}` | {each.visit.who} | {each.visit.state} | {faults} | {each.weight / 1000:.0f}"
            f" | {each.shift:.3f} | {each.milliseconds:.0f} |"
        )


def main() -> None:
    if CHROMIUM is None:
        sys.exit("Chromium is not here: apt-get install chromium")
    with played_stack() as (stack, cases), launched_chromium() as chromium:
        visitor = Visitor(chromium, stack, cases)
        found = [visitor.see(each) for each in visits(cases)]
        parcours = stack.pids["parcours"]
        os.kill(parcours, signal.SIGKILL)
        eventually(lambda: is_silent(stack.addresses["parcours"]))
        found += [visitor.see(each) for each in visits_without_a_service(cases)]
    for line in printed(found, cases):
        print(line)
    bad = [each for each in found if not each.is_good]
    print(f"\n{len(found)} pages, {len(bad)} with something to mend.")
    sys.exit(bool(bad))


def is_silent(address: str) -> bool:
    try:
        httpx.get(address, trust_env=False)
    except httpx.TransportError:
        return True
    return False


if __name__ == "__main__":
    main()
