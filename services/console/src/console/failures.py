"""What does somebody read when a page cannot be shown? What happened, whether anything is lost, and what to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from console.asking import ChoiceNeeded, MotiveNeeded, SignInNeeded
from console.forms import Forged
from console.pages import asked_for, go_to, page
from console.services import Trouble
from console.session import begun
from console.visit import PAGES, visit_of

log = logging.getLogger(__name__)
TOLD = {
    400: ("Demande illisible", "Ce qui a été envoyé ne peut pas être lu. Revenez à la page précédente et recommencez."),
    404: ("Page introuvable", "Rien ne se trouve à cette adresse. Elle a peut-être été mal recopiée."),
    405: ("Action impossible ici", "Cette adresse ne se demande pas de cette façon."),
    408: (
        "Envoi interrompu",
        "Ce qui a été envoyé n’est pas arrivé à temps\u00a0: recommencez.",
    ),
    413: ("Formulaire trop long", "Ce qui a été envoyé est trop long. Rien n’a été enregistré."),
}


def install(app: FastAPI) -> None:
    @app.exception_handler(SignInNeeded)
    async def sign_in(request: Request, error: SignInNeeded) -> Response:
        visit = visit_of(request)
        if _comes_from_elsewhere(request) and not error.ended:
            return page(request, "come_in.html", then=asked_for(request))
        visit.session = begun(request.app.state.settings.hours)
        ended = {"fin": "1"} if error.ended else {}
        return go_to(request, f"/connexion?{urlencode({'vers': asked_for(request)} | ended)}")

    @app.exception_handler(ChoiceNeeded)
    async def choice(request: Request, _: ChoiceNeeded) -> Response:
        return go_to(request, f"/titre?{urlencode({'vers': asked_for(request)})}")

    @app.exception_handler(MotiveNeeded)
    async def motive(request: Request, error: MotiveNeeded) -> Response:
        return go_to(request, f"/dossiers/{error.case}/motif?{urlencode({'vers': asked_for(request)})}")

    @app.exception_handler(Trouble)
    async def trouble(request: Request, error: Trouble) -> Response:
        if error.status == 401:
            return await sign_in(request, SignInNeeded(ended=True))
        if error.slug == "choose-a-right":
            return await choice(request, ChoiceNeeded())
        if error.slug == "motive-needed" and "case" in request.path_params:  # an archive, whoever reads it
            return await motive(request, MotiveNeeded(request.path_params["case"]))
        return page(request, "trouble.html", error.status, trouble=error)

    @app.exception_handler(Forged)
    async def forged(request: Request, _: Forged) -> HTMLResponse:
        detail = "Ce formulaire a trop attendu, ou ne vient pas d’ici. Rien n’a été fait\u00a0: recommencez."
        return page(request, "failure.html", 403, heading="Formulaire périmé", detail=detail)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, _: RequestValidationError) -> HTMLResponse:
        return _failed(request, 404)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> HTMLResponse:
        return _failed(request, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> HTMLResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        detail = "L’erreur est consignée. Rien n’est perdu\u00a0: ces pages ne font que lire."
        told = page(request, "failure.html", 500, heading="Cette page n’a pas pu être préparée", detail=detail)
        told.headers.update(PAGES)  # this one is answered outside of what adds them to all the others
        return told


def _failed(request: Request, status: int, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    heading, detail = TOLD.get(status, ("Demande refusée", "La demande n’a pas pu aboutir."))
    told = page(request, "failure.html", status, heading=heading, detail=detail)
    told.headers.update(headers or {})
    return told


def _comes_from_elsewhere(request: Request) -> bool:
    """By a link of another site: the browser kept our strict cookies back, and will bring them if we ask again."""
    return request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site"
