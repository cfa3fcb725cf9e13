"""The committee's pages: what is shared with it, read, and answered with an opinion by form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.console.pages.leader.conftest import CHANGED, discussed_case, write
from tests.support.checks.console_pages import Browser, Switch, World, text

from diagnostic.main import service as diagnostic_service
from shared.kernel import paris_date
from shared.projections import Projector


def list_anew(world: World) -> None:
    projector = Projector(world.diagnostic.application, diagnostic_service.projections)
    for projection in diagnostic_service.projections:
        while projector.advance(projection):
            pass


@pytest.fixture(scope="module")
def shared(world: World) -> str:
    """A case of which the axes are shared with the committee."""
    case = discussed_case(world)
    until = (paris_date(datetime.now(UTC)) + timedelta(days=60)).isoformat()
    agreed = {"scope": ["axes"], "until": until}
    answer = world.diagnostic.by("leader", case=case).post(f"/api/v1/diagnoses/{case}/sharing-agreement", agreed)
    assert answer.status_code == 200, answer.text
    write(world, case, ("/committee", {}))
    list_anew(world)
    return case


@pytest.fixture
def committee(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("committee", unit="dla-44", units=("dla-44",)))
    return browser


def test_the_first_page_lists_what_is_shared(committee: Browser, shared: str) -> None:
    shown = committee.get("/")
    assert shown.url.path == "/comite" and f'href="/comite/{shared}"' in shown.text
    assert "pas encore d’avis" in text(shown)


def test_only_what_is_shared_is_read_and_an_opinion_is_given_by_form(
    committee: Browser, shared: str, world: World
) -> None:
    read = text(committee.get(f"/comite/{shared}"))
    assert CHANGED in read and "Comment vivre de ses ventes" not in read
    path = f"/dossiers/{shared}/faire/diagnostic/diagnoses/{shared}/opinions"
    form = committee.get(path)
    assert form.status_code == 200 and "Donner" in text(form)
    refused = committee.submit(
        path, form, opinion="favourable", comments="", cle="019c0000-0000-7000-8000-0000000000aa"
    )
    assert refused.status_code == 422 and "Un champ est à corriger" in text(refused)
    key = "019c0000-0000-7000-8000-0000000000ab"
    done = committee.submit(path, form, opinion="favourable", comments="Un projet solide.", cle=key)
    assert done.url.path == f"/comite/{shared}" and "Enregistré" in text(done)
    list_anew(world)
    assert "1 avis" in text(committee.get("/comite"))


def test_a_service_that_is_out_is_named(committee: Browser, ways: dict[str, Switch]) -> None:
    ways["diagnostic"].out = True
    shown = committee.get("/comite")
    assert shown.status_code == 200 and "« Diagnostic" in text(shown) and "Rien n’est partagé" not in text(shown)
