"""Exception handlers: every failure of a service becomes a problem (RFC 9457) that repeats nothing of the request."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Route

from shared.crypto import KeyErased
from shared.eventlog import OUTAGES, IdempotencyKeyReused, StaleVersion, UnknownCase
from shared.kernel import Refused, format_instant, format_number
from shared.telemetry import route_of
from shared.temporal import (
    MAX_EVENTS,
    MAX_ROWS,
    FutureInstant,
    NotYetOpened,
    PastBusy,
    TooManyEvents,
    TooManyRows,
    VersionNotReached,
)
from shared.web.http import SECURITY_HEADERS, ProblemError, findings, problem_response, summary

log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    @app.exception_handler(ProblemError)
    async def handle_problem(_: Request, error: ProblemError) -> JSONResponse:
        return problem_response(error.status_code, error.slug, error.title, error.detail, error.headers, **error.extra)

    @app.exception_handler(Refused)
    async def handle_refused(_: Request, error: Refused) -> JSONResponse:
        return problem_response(error.status, error.slug, error.title, error.detail, **error.extra)

    @app.exception_handler(UnknownCase)
    async def handle_unknown_case(_: Request, __: UnknownCase) -> JSONResponse:
        return problem_response(
            404,
            "unknown-case",
            "Dossier inconnu",
            "Aucun dossier que votre droit ouvre ne porte cet identifiant dans ce service. Vérifiez l’adresse\u202f; si"
            " l’on vous a parlé de ce dossier, adressez-vous à la ou au responsable de l’unité qui l’accompagne.",
        )

    @app.exception_handler(StaleVersion)
    async def handle_stale_version(_: Request, error: StaleVersion) -> JSONResponse:
        return problem_response(
            409,
            "stale-version",
            "Le dossier a changé entre-temps",
            f"Le dossier en est à la version {error.current}\u00a0: relisez-le avant de recommencer.",
            current_version=error.current,
        )

    @app.exception_handler(NotYetOpened)
    async def handle_not_yet_opened(_: Request, error: NotYetOpened) -> JSONResponse:
        detail = f"Le premier événement date du {format_instant(error.first)}, heure de Paris."
        return problem_response(404, "not-yet", "Rien encore à cette date", detail)

    @app.exception_handler(VersionNotReached)
    async def handle_version_not_reached(_: Request, error: VersionNotReached) -> JSONResponse:
        detail = f"Le dossier en est à la version {error.current}."
        return problem_response(404, "unknown-version", "Version inconnue", detail, current_version=error.current)

    @app.exception_handler(FutureInstant)
    async def handle_future_instant(_: Request, error: FutureInstant) -> JSONResponse:
        detail = f"Nous sommes le {format_instant(error.now)}, heure de Paris\u00a0: demandez un instant passé."
        return problem_response(422, "still-to-come", "Cet instant n’est pas encore passé", detail)

    @app.exception_handler(TooManyEvents)
    async def handle_too_many_events(_: Request, __: TooManyEvents) -> JSONResponse:
        detail = (
            f"Les dossiers à relire pour ce jour comptent plus de {format_number(MAX_EVENTS)} événements, la limite"
            " d’une réponse\u00a0: demandez-le une unité à la fois (unit=…)."
        )
        return problem_response(422, "too-much-past", "Trop d’histoire pour une seule réponse", detail)

    @app.exception_handler(TooManyRows)
    async def handle_too_many_rows(_: Request, __: TooManyRows) -> JSONResponse:
        detail = (
            f"Ces chiffres du passé portent sur plus de {format_number(MAX_ROWS)} dossiers, la limite d’une"
            " réponse\u00a0: demandez-les une unité à la fois (unit=…)."
        )
        return problem_response(422, "too-much-past", "Trop d’histoire pour une seule réponse", detail)

    @app.exception_handler(PastBusy)
    async def handle_past_busy(_: Request, __: PastBusy) -> JSONResponse:
        detail = "D’autres consultent le passé, ou il se prépare encore\u00a0: réessayez dans un instant."
        return problem_response(503, "past-busy", "Un instant…", detail, {"Retry-After": "10"})

    @app.exception_handler(IdempotencyKeyReused)
    async def handle_reused_idempotency_key(_: Request, __: IdempotencyKeyReused) -> JSONResponse:
        return problem_response(
            422,
            "idempotency-key-reused",
            "Clé d’idempotence déjà employée",
            "Cette clé accompagnait une autre demande\u00a0: choisissez-en une nouvelle.",
        )

    async def handle_outage(request: Request, error: Exception) -> JSONResponse:
        log.warning("%s %s: the database does not answer: %r", request.method, route_of(request.scope), error)
        return problem_response(
            503,
            "storage-unavailable",
            "Service momentanément indisponible",
            "Les données ne répondent pas\u00a0: réessayez dans un instant, avec la même clé d’idempotence.",
            {"Retry-After": "5"},
        )

    for kind in OUTAGES:
        app.add_exception_handler(kind, handle_outage)

    @app.exception_handler(KeyErased)
    async def handle_erased_data_key(_: Request, __: KeyErased) -> JSONResponse:
        return problem_response(
            410,
            "erased",
            "Données effacées",
            "Ces données ont été effacées, à la demande de la personne ou au terme de leur conservation.",
        )

    @app.exception_handler(RequestValidationError)
    async def handle_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
        found = findings(error.errors())
        extra: dict[str, Any] = {"errors": found.errors} | ({"more_errors": found.more} if found.more else {})
        return problem_response(422, "invalid-request", "Données invalides", summary(found.errors), **extra)

    @app.exception_handler(HTTPException)
    async def handle_http_error(request: Request, error: HTTPException) -> JSONResponse:
        slug, title, detail = HTTP.get(
            error.status_code, ("http-error", "Demande refusée", "La demande n’a pas pu aboutir.")
        )
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(sorted(_methods_at(app, request)))
        return problem_response(error.status_code, slug, title, detail, headers)

    @app.exception_handler(Exception)
    async def handle_unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, route_of(request.scope), exc_info=error)
        return problem_response(
            500,
            "unexpected",
            "Erreur inattendue",
            "L’erreur est consignée\u202f; rien n’a été enregistré à moitié.",
            SECURITY_HEADERS,  # this one is answered outside of what adds them to all the others
        )


def _methods_at(app: FastAPI, request: Request) -> set[str]:
    """Of all routes of the path: the framework names those of the first only."""
    routes = (route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, Route))
    there = (route for route in routes if route.path_regex.match(request.url.path))
    return {method for route in there for method in route.methods or ()}


HTTP = {
    404: ("not-found", "Adresse inconnue", "Rien ne répond à cette adresse."),
    405: ("method-not-allowed", "Méthode non permise", "Cette adresse n’accepte pas cette méthode HTTP."),
    400: ("malformed-request", "Demande illisible", "Le corps de la demande n’est pas du JSON lisible."),
}
