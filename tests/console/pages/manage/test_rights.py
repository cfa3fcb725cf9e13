"""« Droits »: who holds which right, given and revoked by whom, until when; and how one is revoked on a screen."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.support.checks.console_pages import Browser, Switch, World, text

from console.pages.manage import rights
from console.pages.manage.rights import state_of, what_it_covers
from shared.kernel import paris_date

TODAY = paris_date(datetime.now(UTC))
GRANT = "/faire/intake/identities/rights"
IDENTITIES = re.compile(r'href="/droits/([0-9a-f-]{36})"')
ONWARD = re.compile(r'href="([^"]+)">Personnes suivantes')
RIGHT: dict[str, Any] = {"role": "adviser", "unit": "dla-44", "units": [], "territories": [], "case": None}


@pytest.fixture
def manager(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("manager", unit="dla-44"))
    return browser


def grant(world: World, name: str, by: str = "manager", **fields: Any) -> str:
    """A right of somebody new, listed: their identity."""
    identity = str(uuid4())
    body = {"identity": identity, "name": name, "role": "adviser", "unit": "dla-44", "reason": "Arrivée en mars."}
    units: dict[str, Any] = {"unit": "dla-pdl", "units": ("dla-44", "dla-49")} if by == "regional" else {}
    answer = world.intake.by(by, **units).post("/api/v1/identities/rights", body | fields)
    assert answer.status_code in (200, 201), answer.text
    world.listed()
    return identity


def revoke_path(shown: Any) -> str:
    return str(shown.text.partition('class="part-links"><a href="')[2].partition('"')[0])


def test_a_manager_reads_who_has_a_right_and_until_when(manager: Browser, world: World) -> None:
    until = TODAY + timedelta(days=30)
    identity = grant(world, "Anne Le Bris", until=until.isoformat())
    assert 'href="/droits"' in manager.get("/responsable").text
    shown = manager.get("/droits?ordre=terme")
    assert "Anne Le Bris" in text(shown) and "Jusqu’au" in text(shown)
    assert "en vigueur" in text(manager.get("/droits?quand=tous"))
    assert f'href="/droits/{identity}"' in shown.text
    assert "Anne Le Bris" not in text(manager.get("/droits?role=committee"))


def test_a_right_says_by_whom_and_why_and_is_revoked_from_its_page(manager: Browser, world: World) -> None:
    identity = grant(world, "Yann Kermarrec")
    shown = manager.get(f"/droits/{identity}")
    read = text(shown)
    assert "Yann Kermarrec" in read and "Ses droits" in read and "en vigueur" in read
    assert "Arrivée en mars." in read and "par une personne sans nom connu (responsable" in read
    path = revoke_path(shown)
    form = manager.get(path)
    assert "Retirer un droit" in text(form) and 'href="/droits"' in form.text
    key, version = (
        form.text.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("cle", "version-lue")
    )
    done = manager.submit(path, form, cle=key, **{"version-lue": version, "reason": "Départ en juin."})
    assert done.url.path == "/droits" and "Retirer un droit" in text(done)
    read = text(manager.get(f"/droits/{identity}"))
    assert "retiré" in read and "Retiré le" in read and "Départ en juin." in read
    assert "Retirer ce droit" not in read
    world.listed()
    assert "Yann Kermarrec" not in text(manager.get("/droits"))
    assert "Yann Kermarrec" in text(manager.get("/droits?quand=tous"))


def test_who_gave_a_right_is_named_where_the_register_knows_them(manager: Browser, world: World) -> None:
    of_the_manager = world.intake.id_of("names-herself")
    body = {
        "identity": of_the_manager,
        "name": "Claire Morvan",
        "role": "manager",
        "unit": "dla-44",
        "reason": "Poste.",
    }
    regional = world.intake.by("regional", unit="dla-pdl", units=("dla-44", "dla-49"))
    assert regional.post("/api/v1/identities/rights", body | {"reason": "Poste."}).status_code in (200, 201)
    identity = str(uuid4())
    body = {"identity": identity, "name": "Loïc Riou", "role": "adviser", "unit": "dla-44", "reason": "Arrivée."}
    claire = world.intake.by("manager", subject="names-herself")
    assert claire.post("/api/v1/identities/rights", body).status_code in (200, 201)
    assert "par Claire Morvan (responsable" in text(manager.get(f"/droits/{identity}"))


def test_a_right_beyond_one_s_own_is_not_offered_to_be_revoked(manager: Browser, world: World) -> None:
    committee = {"role": "committee", "unit": None, "units": ["dla-44"]}
    identity = grant(world, "Comité de Loire", by="regional", **committee)
    shown = manager.get(f"/droits/{identity}")
    assert "Comité de Loire" in text(shown)
    assert "Retirer ce droit" not in text(shown)


def test_the_list_is_narrowed_to_a_unit_of_one_s_own(browser: Browser, world: World) -> None:
    here, there = grant(world, "Soazig Helou"), grant(world, "Tangi Corre", by="regional", unit="dla-49")
    browser.enter(world.token("regional", unit="dla-pdl", units=("dla-44", "dla-49")))
    everything = browser.get("/droits?role=adviser")
    assert here in everything.text and there in everything.text
    narrowed = browser.get("/droits?role=adviser&unite=dla-49")
    assert there in narrowed.text and here not in narrowed.text
    assert '<option value="dla-49" selected>' in narrowed.text
    assert here in browser.get("/droits?role=adviser&unite=dla-971").text, "no unit of theirs: as if none was chosen"
    assert "Aucun droit ne correspond" in text(browser.get("/droits?role=committee&unite=dla-pdl"))


def test_a_manager_of_one_unit_has_none_to_choose(manager: Browser) -> None:
    assert 'name="unite"' not in manager.get("/droits").text


def test_an_operator_narrows_the_list_to_any_unit(browser: Browser, world: World) -> None:
    identity = grant(world, "Enora Pennec", by="regional", unit="dla-49")
    browser.enter(world.token("ops", unit=None))
    assert identity in browser.get("/droits?unite=dla-49").text
    assert identity not in browser.get("/droits?unite=dla-44").text


def test_the_second_page_goes_on_where_the_first_ended(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "PAGE_IDENTITIES", 2)
    until = (TODAY + timedelta(days=9)).isoformat()
    granted = [grant(world, f"Malo Lucas {n}", by="regional", unit="dla-49", until=until) for n in range(5)]
    browser.enter(world.token("regional", unit="dla-pdl", units=("dla-44", "dla-49")))
    shown = browser.get("/droits?role=adviser&unite=dla-49&ordre=recents")
    assert "Revenir au début" not in text(shown)
    read = IDENTITIES.findall(shown.text)
    while onward := ONWARD.search(shown.text):
        shown = browser.get(html.unescape(onward[1]))
        assert '<option value="dla-49" selected>' in shown.text and "Revenir au début" in text(shown)
        found = IDENTITIES.findall(shown.text)
        assert len(found) <= 2 and not set(found) & set(read)
        read += found
    assert read[:5] == granted[::-1]


@pytest.mark.parametrize("role", ["manager", "regional"])
def test_who_may_grant_a_right_finds_the_form_where_they_look(browser: Browser, world: World, role: str) -> None:
    identity = grant(world, "Gaëlle Jaffré")
    units: dict[str, Any] = {"unit": "dla-pdl", "units": ("dla-44",)} if role == "regional" else {"unit": "dla-44"}
    browser.enter(world.token(role, **units))
    assert f'href="{GRANT}"' in browser.get("/droits").text
    assert (f'href="{GRANT}"' in browser.get("/responsable").text) == (role == "manager")
    own = browser.get(f"/droits/{identity}")
    assert f'href="{GRANT}?identity={identity}"' in own.text
    assert f'value="{identity}"' in browser.get(f"{GRANT}?identity={identity}").text


def test_an_auditor_says_why_before_a_person_s_rights_are_shown(browser: Browser, world: World) -> None:
    identity = grant(world, "Maël Bihan")
    browser.enter(world.token("auditor"))
    asked = browser.get(f"/droits/{identity}")
    assert "Pourquoi consultez-vous ces droits" in text(asked)
    shown = browser.submit(f"/dossiers/{identity}/motif", asked, motif="Contrôle annuel", vers=f"/droits/{identity}")
    assert "Maël Bihan Ses droits" in text(shown) and "Retirer ce droit" not in text(shown)
    assert GRANT not in browser.get("/droits").text and GRANT not in shown.text


def test_an_operator_reads_rights_and_no_name(browser: Browser, world: World) -> None:
    identity = grant(world, "Nolwenn Tanguy")
    browser.enter(world.token("ops", unit=None))
    shown = browser.get("/droits")
    assert identity in shown.text
    assert "Nolwenn Tanguy" not in shown.text and f"/droits/{identity}" not in shown.text
    assert browser.get(f"/droits/{identity}").url.path == "/exploitation"


def test_nothing_is_said_of_rights_while_intake_is_silent(
    manager: Browser, world: World, ways: dict[str, Switch]
) -> None:
    identity = grant(world, "Erwan Le Goff")
    ways["intake"].out = True
    read = text(manager.get("/droits"))
    assert "ne répond pas" in read and "Aucun droit ne correspond" not in read
    assert manager.get(f"/droits/{identity}").status_code == 503


def test_without_its_history_a_right_is_shown_all_the_same(
    manager: Browser, world: World, ways: dict[str, Switch]
) -> None:
    identity = grant(world, "Erwan Le Goff")
    down = {"status": 503, "type": "/problems/unavailable", "title": "Indisponible", "detail": "Il ne répond pas."}
    ways["intake"].refusals[f"/api/v1/identities/{identity}/history"] = down
    read = text(manager.get(f"/droits/{identity}"))
    assert "en vigueur" in read and "manque ici pour l’instant" in read and "Donné le" not in read


def test_nobody_is_found_under_an_unknown_identity(manager: Browser) -> None:
    assert manager.get(f"/droits/{uuid4()}").status_code == 404


def test_somebody_without_a_right_reads_the_identity_to_hand_on(
    browser: Browser, world: World, ways: dict[str, Switch]
) -> None:
    identity = world.intake.id_of("newcomer")
    for service in ("audit", "intake"):
        ways[service].instead["/api/v1/me"] = {"id": identity, "rights": []}
    read = text(browser.enter(world.token("adviser", subject="newcomer", unit="dla-44")))
    assert "aucun droit ne vous est donné aujourd’hui" in read
    assert f"Votre identifiant, à transmettre à qui vous donnera un droit : {identity}" in read


def test_who_has_a_right_reads_their_identity_too(browser: Browser, world: World) -> None:
    browser.enter(world.token("adviser", subject="one-of-the-unit", unit="dla-44"))
    assert world.intake.id_of("one-of-the-unit") in text(browser.get("/titre"))


def test_the_identity_is_said_to_be_missing_while_intake_is_silent(
    browser: Browser, world: World, ways: dict[str, Switch]
) -> None:
    browser.enter(world.token("manager", unit="dla-44"))
    ways["intake"].out = True
    assert "ne peut pas être lu pour l’instant" in text(browser.get("/titre"))


def test_an_adviser_has_no_such_page(browser: Browser, world: World) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    assert browser.get("/droits").url.path == "/aujourdhui"
    assert browser.get(f"/droits/{uuid4()}").url.path == "/aujourdhui"


@pytest.mark.parametrize(
    ("since", "until", "revoked", "state"),
    [
        (0, 0, False, "in_force"),
        (None, None, False, "in_force"),
        (1, None, False, "future"),
        (None, -1, False, "ended"),
        (-9, -1, True, "revoked"),
    ],
)
def test_the_last_day_of_a_right_counts(since: int | None, until: int | None, revoked: bool, state: str) -> None:
    right = RIGHT | {"since": day(since), "until": day(until)}
    assert state_of(right, TODAY, revoked=revoked) == state


def day(days: int | None) -> str | None:
    return None if days is None else (TODAY + timedelta(days=days)).isoformat()


def test_a_territory_goes_by_the_names_that_were_given() -> None:
    assert what_it_covers(RIGHT | {"units": ["dla-44", "dla-49"]}) == "dla-44, dla-49"
    assert what_it_covers(RIGHT | {"unit": None, "units": ["dla-44"], "territories": ["Bretagne"]}) == "Bretagne"
    assert what_it_covers(RIGHT | {"case": str(uuid4())}) == "un seul dossier"
