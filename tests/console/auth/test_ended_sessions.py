"""The end of a session: a copied cookie is refused afterwards, by every process, and when nobody can tell."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from tests.support.checks.console_pages import ADDRESS, Browser, Switch, World, settings, text
from tests.support.servers.in_process_client import InProcessClient

from console.auth.ended_sessions import HOUR_SECONDS, EndedSessions, EndedSessionsUnavailable
from console.auth.session import ReaderSession, new_session
from console.main import create_app
from console.pages.live import event_stream
from console.upstream.phase_pages import CASE_PAGES, CHILD_PAGES
from console.upstream.services import Reader, Services, UpstreamError

PUBLIC = {
    *("/acces", "/connexion", "/connexion/fournisseur", "/connexion/jeton", "/retour", "/livez", "/readyz"),
    *("/lien", "/lien/{token}", "/lien-perdu", "/empreinte", "/empreinte/{event}/{fingerprint}"),
    *("/mentions-legales", "/donnees-personnelles", "/accessibilite", "/affichage", "/plan-du-site", "/stats"),
    *("/.well-known/security.txt", "/agenda/{token}.ics", "/desabonnement/{token}"),
}
"""Pages for people who are not signed in."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of ended sessions."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    return folder


class Deployment:
    """Processes of one console, and browsers in which the same person may be signed in."""

    def __init__(self, ways: dict[str, Switch], running: ExitStack) -> None:
        self._ways, self._running = ways, running

    def process(self, folder: Path) -> FastAPI:
        return create_app(settings(sessions=folder), self._ways)

    def browser(self, process: FastAPI, cookies: httpx.Cookies | None = None) -> Browser:
        http = InProcessClient(process, base_url=ADDRESS, raise_server_exceptions=False, cookies=cookies)
        return Browser(self._running.enter_context(http))


@pytest.fixture
def deployment(ways: dict[str, Switch]) -> Iterator[Deployment]:
    with ExitStack() as running:
        yield Deployment(ways, running)


def copied(browser: Browser) -> httpx.Cookies:
    return httpx.Cookies(dict(browser.http.cookies))


def signed_in(deployment: Deployment, process: FastAPI, world: World) -> Browser:
    browser = deployment.browser(process)
    assert browser.enter(world.token()).url.path == "/"
    return browser


def calls(ways: dict[str, Switch]) -> int:
    return sum(len(way.asked) for way in ways.values())


def pages_of(process: FastAPI) -> set[tuple[str, str]]:
    """Each method and address of a page for people who are signed in."""
    pages = {
        (method, route.path_format)
        for route in iter_route_contexts(process.routes)
        for method in route.methods or ()
        if route.path_format and route.path_format not in PUBLIC
    }
    assert len(pages) > 12
    return pages


def test_a_stolen_cookie_is_refused_at_every_page_after_sign_out(
    deployment: Deployment, folder: Path, ways: dict[str, Switch], world: World
) -> None:
    process = deployment.process(folder)
    owner = signed_in(deployment, process, world)
    owner.open(world.case)
    command = f"requests/{world.case}/meetings"
    assert owner.get(f"/dossiers/{world.case}/faire/intake/{command}").status_code == 200
    thief = deployment.browser(process, copied(owner))
    shown = thief.get(f"/dossiers/{world.case}")
    assert "Les Jardins de l’Erdre" in shown.text, "the copy works before"
    stolen, csrf = copied(thief), _csrf(shown)
    assert "Vous êtes déconnecté·e" in text(owner.submit("/deconnexion", owner.get("/")))
    before, phase = calls(ways), next(iter(CASE_PAGES))
    others = {
        "phase": phase,
        "name": phase,
        "form": "pdf",
        "service": "intake",
        "path": command,
    }
    for method, path in sorted(pages_of(process)):
        values = defaultdict(lambda: world.case, others)
        if "{stream}" in path:
            values["name"] = next(iter(CHILD_PAGES))
        where = path.replace("{path:path}", "{path}").format_map(values)
        thief.http.cookies = httpx.Cookies(stolen)
        answer = thief.http.request(
            method, where, data={"csrf": csrf} if method == "POST" else None, headers={"Origin": ADDRESS}
        )
        if method == "POST" and "/faire/" in where:
            assert answer.status_code == 401 and "Votre session est terminée" in answer.text, where
        elif method == "POST":
            refused = answer.status_code == 403 and "Formulaire périmé" in answer.text
            assert refused or answer.url.path == "/connexion", where
        else:
            assert answer.url.path == "/connexion", where
        assert "Se déconnecter" not in answer.text, where
    assert calls(ways) == before, "no service was called with the token of the session"


def _csrf(shown: httpx.Response) -> str:
    return shown.text.partition('name="csrf" value="')[2].partition('"')[0]


def test_a_stolen_cookie_is_refused_by_every_process(deployment: Deployment, folder: Path, world: World) -> None:
    one, other = deployment.process(folder), deployment.process(folder)
    owner = signed_in(deployment, one, world)
    stolen = copied(owner)
    thief = deployment.browser(other, stolen)
    assert thief.get("/").url.path == "/", "processes share sessions"
    owner.submit("/deconnexion", owner.get("/"))
    shown = thief.get("/")
    assert shown.url.path == "/connexion" and "Votre session est terminée" in text(shown)
    later = deployment.browser(deployment.process(folder), stolen)
    assert later.get("/").url.path == "/connexion", "a process that starts later knows"


def test_a_cookie_of_before_a_change_of_the_session_dies_with_it(
    deployment: Deployment, folder: Path, world: World
) -> None:
    """The cookie is written anew with each reason and each right: they are one session."""
    process = deployment.process(folder)
    owner = signed_in(deployment, process, world)
    thief = deployment.browser(process, copied(owner))
    owner.open(world.case)
    owner.submit("/deconnexion", owner.get("/"))
    assert thief.get("/").url.path == "/connexion"


def test_who_signs_in_again_ends_the_session_that_the_browser_had(
    deployment: Deployment, folder: Path, world: World
) -> None:
    process = deployment.process(folder)
    owner = signed_in(deployment, process, world)
    thief = deployment.browser(process, copied(owner))
    owner.enter(world.token())
    assert thief.get("/").url.path == "/connexion" and owner.get("/").url.path == "/"


def test_a_session_that_the_services_refuse_ends_for_every_copy(
    deployment: Deployment, folder: Path, world: World
) -> None:
    process = deployment.process(folder)
    owner = deployment.browser(process)
    shown = owner.enter(world.token() + "x")
    assert shown.url.path == "/connexion" and len(entries(folder)) == 1


def entries(folder: Path) -> list[Path]:
    return [entry for hour in folder.iterdir() if hour.is_dir() for entry in hour.iterdir()]


def test_a_call_that_a_page_makes_after_the_sign_out_is_not_made(
    ways: dict[str, Switch], folder: Path, world: World
) -> None:
    """Also where the page was asked for before, and watches the case for a quarter of an hour."""
    ended, session = begun_session(folder)

    async def watch() -> tuple[list[str], int]:
        services = Services(settings().feeds, ways)
        reader = Reader(world.token(), reason="Contrôle annuel", is_over=partial(ended.contains, session))
        stream = event_stream(services, reader, UUID(world.case), {}, 0.01, lambda *_: "news")
        first = await anext(stream)
        await ended.add(session)
        before = calls(ways)
        async with asyncio.timeout(20):
            rest = [each async for each in stream]
        with pytest.raises(UpstreamError) as refused:
            await services.get(reader, "audit", "/api/v1/me")
        assert (refused.value.status, refused.value.slug) == (401, "session-over")
        await services.close()
        return [first, *rest], calls(ways) - before

    told, made = asyncio.run(watch())
    assert len(told) == 1 and made == 0


def begun_session(folder: Path, **changes: Any) -> tuple[EndedSessions, ReaderSession]:
    ended = EndedSessions(folder)
    ended.prepare()
    session = msgspec.structs.replace(new_session(1), folder=asyncio.run(ended.folder_id()), token="t", **changes)
    return ended, session


def unmount(folder: Path) -> None:
    folder.rename(folder.with_name("unmounted"))


def empty(folder: Path) -> None:
    (folder / "folder-id").unlink()


def break_an_hour(folder: Path) -> None:
    for hour in folder.iterdir():
        if hour.is_dir():
            for entry in hour.iterdir():
                entry.unlink()
            hour.rmdir()
    now = int(time.time())
    for until in (now // HOUR_SECONDS + n for n in range(-1, 15)):
        (folder / str(until)).write_text("no folder")


@pytest.mark.parametrize("break_it", [unmount, empty, break_an_hour])
def test_where_nobody_can_tell_what_has_ended_nobody_is_let_in(
    deployment: Deployment, folder: Path, ways: dict[str, Switch], world: World, break_it: Callable[[Path], None]
) -> None:
    process = deployment.process(folder)
    owner = signed_in(deployment, process, world)
    shown = owner.get("/")
    break_it(folder)
    before = calls(ways)
    refused = owner.get(f"/dossiers/{world.case}")
    assert refused.status_code == 503 and "Les sessions ne peuvent pas être vérifiées" in text(refused)
    assert "set-cookie" not in refused.headers, "the browser keeps its session for afterwards"
    assert calls(ways) == before
    out = owner.submit("/deconnexion", shown)
    assert out.status_code == 503 and "Vous n’êtes pas encore déconnecté·e" in text(out)
    assert owner.get("/connexion").status_code == 503
    if break_it is not break_an_hour:
        assert owner.get("/readyz").status_code == 503
    assert owner.get("/livez").status_code == 200
    stranger = deployment.browser(process)
    if break_it is not break_an_hour:
        assert stranger.enter(world.token()).status_code == 503, "and nobody signs in"


def test_once_the_folder_is_back_the_session_goes_on(deployment: Deployment, folder: Path, world: World) -> None:
    owner = signed_in(deployment, deployment.process(folder), world)
    unmount(folder)
    assert owner.get("/").status_code == 503
    folder.with_name("unmounted").rename(folder)
    assert owner.get("/").status_code == 200 and owner.get("/readyz").status_code == 200


def test_a_folder_that_was_lost_revives_no_session(deployment: Deployment, folder: Path, world: World) -> None:
    owner = signed_in(deployment, deployment.process(folder), world)
    stolen = copied(owner)
    owner.submit("/deconnexion", owner.get("/"))
    unmount(folder)
    folder.mkdir()
    again = deployment.process(folder)
    assert deployment.browser(again, stolen).get("/").url.path == "/connexion"


def test_processes_that_share_no_folder_accept_no_session_of_each_other(
    deployment: Deployment, folder: Path, tmp_path: Path, world: World
) -> None:
    owner = signed_in(deployment, deployment.process(folder), world)
    apart = tmp_path / "apart"
    apart.mkdir()
    assert deployment.browser(deployment.process(apart), copied(owner)).get("/").url.path == "/connexion"


def test_a_session_of_before_ends_were_recorded_is_over(folder: Path) -> None:
    ended, session = begun_session(folder)
    assert not asyncio.run(ended.contains(session))
    assert asyncio.run(ended.contains(msgspec.structs.replace(session, id="", folder="")))


def test_an_end_that_cannot_be_written_is_not_claimed(folder: Path) -> None:
    ended, session = begun_session(folder)
    (folder / str(int(session.until) // HOUR_SECONDS)).write_text("no folder")
    with pytest.raises(EndedSessionsUnavailable):
        asyncio.run(ended.add(session))


def test_an_end_is_kept_as_long_as_its_cookie_is_good_and_then_removed(folder: Path) -> None:
    ended, current = begun_session(folder)
    asyncio.run(ended.add(current))
    long_over = msgspec.structs.replace(current, id="long-over", until=time.time() - 4 * HOUR_SECONDS)
    just_over = msgspec.structs.replace(current, id="just-over", until=time.time() - HOUR_SECONDS)
    for session in (long_over, just_over, current, current):
        asyncio.run(ended.add(session))
    assert {entry.name for entry in entries(folder)} == {current.id, "just-over"}
    assert sorted(each.name for each in folder.iterdir() if not each.is_dir()) == ["folder-id"], "no draft is left"


def test_what_is_kept_of_a_session_is_its_id_alone(folder: Path) -> None:
    ended, session = begun_session(folder, name="Ariane Audren")
    asyncio.run(ended.add(session))
    (entry,) = entries(folder)
    assert entry.read_bytes() == b"" and entry.name == session.id
    assert entry.parent.stat().st_mode & 0o777 == 0o700
