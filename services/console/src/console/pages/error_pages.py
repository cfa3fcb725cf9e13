"""Error pages: what happened, whether anything is lost, and what to do, in French."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from console.auth.ended_sessions import EndedSessionsUnavailable
from console.auth.request_session import PAGE_HEADERS, get_session, is_cross_site
from console.pages.forms import TYPED_FIELDS, ForgedForm, StaleForm
from console.pages.rendering import page, redirect, requested_page
from console.upstream.reader import ChoiceNeeded, ReasonNeeded, SignInNeeded
from console.upstream.services import UpstreamError

log = logging.getLogger(__name__)
ERROR_TEXTS = {
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
        request_session = get_session(request)
        if is_cross_site(request) and not error.ended:
            request_session.set_aside()
            return page(request, "come_in.html", then=requested_page(request))
        try:
            await request_session.end()
        except EndedSessionsUnavailable:
            return sessions_unavailable_page(request)
        ended = {"fin": "1"} if error.ended else {}
        return redirect(request, f"/connexion?{urlencode({'vers': requested_page(request)} | ended)}")

    @app.exception_handler(EndedSessionsUnavailable)
    async def handle_unavailable_sessions(request: Request, _: EndedSessionsUnavailable) -> HTMLResponse:
        return sessions_unavailable_page(request)

    @app.exception_handler(ChoiceNeeded)
    async def choice(request: Request, _: ChoiceNeeded) -> Response:
        return redirect(request, f"/titre?{urlencode({'vers': requested_page(request)})}")

    @app.exception_handler(ReasonNeeded)
    async def reason(request: Request, error: ReasonNeeded) -> Response:
        return redirect(request, f"/dossiers/{error.case}/motif?{urlencode({'vers': requested_page(request)})}")

    @app.exception_handler(UpstreamError)
    async def upstream(request: Request, error: UpstreamError) -> Response:
        if error.status == 401:
            return await sign_in(request, SignInNeeded(ended=True))
        if error.slug == "choose-a-right":
            return await choice(request, ChoiceNeeded())
        if (
            error.slug == "reason-needed" and "case" in request.path_params
        ):  # an archived case needs a reason from everybody
            return await reason(request, ReasonNeeded(request.path_params["case"]))
        return page(request, "upstream_error.html", error.status, error=error, case=request.path_params.get("case"))

    @app.exception_handler(ForgedForm)
    async def handle_forged_form(request: Request, _: ForgedForm) -> HTMLResponse:
        detail = "Ce formulaire a trop attendu, ou ne vient pas d’ici. Rien n’a été fait\u00a0: recommencez."
        return page(request, "failure.html", 403, heading="Formulaire périmé", detail=detail)

    @app.exception_handler(StaleForm)
    async def handle_stale_form(request: Request, error: StaleForm) -> HTMLResponse:
        return page(request, "stale_form.html", 403, action=request.url.path, fields=error.fields, typed=TYPED_FIELDS)

    @app.exception_handler(RequestValidationError)
    async def handle_invalid_request(request: Request, _: RequestValidationError) -> HTMLResponse:
        return _error_page(request, 404)

    @app.exception_handler(HTTPException)
    async def handle_http_error(request: Request, error: HTTPException) -> HTMLResponse:
        return _error_page(request, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def handle_unexpected(request: Request, error: Exception) -> HTMLResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        detail = (
            "L’erreur est consignée. Ce qui était enregistré n’est pas touché\u202f; ce que vous écriviez reste dans ce"
            " navigateur."
            if request.method == "POST"
            else "L’erreur est consignée. Rien n’est perdu\u00a0: cette page ne fait que lire."
        )
        response = page(request, "failure.html", 500, heading="Cette page n’a pas pu être préparée", detail=detail)
        response.headers.update(
            PAGE_HEADERS
        )  # this response leaves outside the middleware that adds them to the others
        return response


def sessions_unavailable_page(request: Request) -> HTMLResponse:
    """Nothing is shown, and the browser keeps its session: it is accepted again once its state can be read."""
    signing_out = request.url.path == "/deconnexion"
    get_session(request).set_aside()
    if signing_out:
        heading = "Vous n’êtes pas encore déconnecté·e"
        detail = (
            "La fin de votre session n’a pas pu être enregistrée. Revenez à la page précédente et recommencez dans un"
            " instant\u202f; sur un ordinateur partagé, fermez aussi toutes les fenêtres du navigateur."
        )
    else:
        heading = "Les sessions ne peuvent pas être vérifiées"
        detail = (
            "Par sécurité, rien n’est montré tant que la console ne sait pas quelles sessions sont terminées. Rien"
            " n’est perdu, et vous restez connecté·e\u00a0: réessayez dans un instant."
        )
    response = page(request, "failure.html", 503, heading=heading, detail=detail)
    response.headers["Retry-After"] = "30"
    return response


def _error_page(request: Request, status: int, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    heading, detail = ERROR_TEXTS.get(status, ("Demande refusée", "La demande n’a pas pu aboutir."))
    response = page(request, "failure.html", status, heading=heading, detail=detail)
    response.headers.update(headers or {})
    return response
