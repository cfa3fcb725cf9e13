"""The console service: composition and command line. No database: pages call the services with the reader's token."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.resources import files

import httpx
import typer
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from console.auth.ended_sessions import EndedSessions, EndedSessionsUnavailable
from console.auth.providers import Providers
from console.auth.request_session import PAGE_HEADERS, RequestSessionMiddleware
from console.commands.operations import Catalogue
from console.pages import design, error_pages, live, sign_in, theme_choice
from console.pages.account import calendar_feed, mail_preferences
from console.pages.leader import agreement, decision, home, public_receipt, receipts
from console.pages.manage import derogations, hand_over, rights, unit
from console.pages.operate import status
from console.pages.partners import committee, resource_centre
from console.pages.partners import provider as provider_pages
from console.pages.protection import erasure, retention
from console.pages.public import information, published_statistics
from console.pages.reading import access_log, cases, documents, downloads, event, ledger, versions
from console.pages.recipient import mailed_link, transmission
from console.pages.work import case_work, command_form, emergency, new_request, tender, today
from console.public_information import PublicPagesSettings
from console.rate_limiting import PageRateLimitMiddleware
from console.secret_forms import SecretFormMiddleware
from console.session_checking import SessionCheckMiddleware
from console.settings import ConsoleSettings
from console.upstream.published_statistics import PublishedStatistics
from console.upstream.services import Services
from shared.documents import PdfRenderer
from shared.settings import Misconfigured, Mode, collect_faults, load_settings
from shared.telemetry import (
    RequestTelemetryMiddleware,
    configure_logs,
    process_metrics_served,
    start_tracing,
    stop_tracing,
)
from shared.web.http import FRAMEWORK_OFF, TLS_HEADERS, SecurityHeadersMiddleware
from shared.web.limits import PDFS, RateLimiter, Slots, build_server

PAGES = (
    sign_in,
    mailed_link,
    transmission,
    mail_preferences,
    calendar_feed,
    today,
    unit,
    hand_over,
    derogations,
    rights,
    cases,
    new_request,
    case_work,
    emergency,
    tender,
    command_form,
    home,
    decision,
    agreement,
    receipts,
    public_receipt,
    provider_pages,
    committee,
    resource_centre,
    versions,
    event,
    live,
    ledger,
    status,
    retention,
    erasure,
    access_log,
    downloads,
    documents,
    design,
    theme_choice,
    information,
    published_statistics,
)
"""The modules of the screens; the fixed addresses before those with a variable part."""


class ImmutableStaticFiles(StaticFiles):
    """Static files that browsers may keep for ever: their address changes when they do. They alone are compressed: how
    small a page becomes would tell a stranger what is written on it (BREACH)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(
    settings: ConsoleSettings,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    public: PublicPagesSettings | None = None,
) -> FastAPI:
    """The ASGI application. `transports`: by service, what replaces the network, for tests. `public`: what its public
    pages say. Raises OSError when the folder of ended sessions cannot be written."""
    ended_sessions = EndedSessions(settings.sessions)
    ended_sessions.prepare()
    services, providers = Services(settings.feeds, transports, settings.trusted), Providers(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with process_metrics_served(settings.metrics_host, settings.metrics_port, "console"):
            yield
        app.state.pdf_renderer.close()
        await asyncio.gather(services.close(), providers.close())

    app = FastAPI(
        title="DLA — console",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        telemetry=FRAMEWORK_OFF,
    )
    app.state.settings, app.state.services, app.state.providers = settings, services, providers
    app.state.catalogue = Catalogue(services)
    app.state.public, app.state.published = public or PublicPagesSettings(), PublishedStatistics(services)
    app.state.pdf_renderer, app.state.pdf_slots = PdfRenderer(), Slots(PDFS)
    app.add_middleware(PageRateLimitMiddleware, rates=RateLimiter(settings))
    app.add_middleware(SessionCheckMiddleware)
    app.add_middleware(SecretFormMiddleware)
    app.add_middleware(RequestSessionMiddleware, settings=settings, ended_sessions=ended_sessions)
    app.add_middleware(SecurityHeadersMiddleware, headers=PAGE_HEADERS | (TLS_HEADERS if settings.secure else {}))
    app.add_middleware(RequestTelemetryMiddleware)
    error_pages.install(app)
    for module in PAGES:
        app.include_router(module.router)
    app.mount("/statique", GZipMiddleware(ImmutableStaticFiles(directory=str(files("console").joinpath("static")))))

    @app.get("/livez")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def ready(response: Response) -> dict[str, str]:
        """503 while sessions cannot be checked. Its pages name each service that does not answer."""
        try:
            await ended_sessions.folder_id()
        except EndedSessionsUnavailable:
            response.status_code = 503
            return {"status": "unavailable", "sessions": "DLA_CONSOLE_SESSIONS cannot be read"}
        return {"status": "ok"}

    return app


cli = typer.Typer(name="dla-console", no_args_is_help=True, add_completion=False, help="DLA — console")


@cli.callback()
def console() -> None:
    """The screens of the DLA."""


@cli.command()
def serve() -> None:
    """Serves the screens until SIGTERM."""
    try:
        collect_faults(partial(load_settings, ConsoleSettings), partial(load_settings, PublicPagesSettings))
        settings, public = load_settings(ConsoleSettings), load_settings(PublicPagesSettings)
    except Misconfigured as missing:
        for fault in missing.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(2) from None
    configure_logs(settings.log_format, settings.log_level, shows_texts=settings.mode is Mode.DEVELOPMENT)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the addresses of cases
    # A live timeline never ends by itself: cut it soon; the browser reconnects.
    try:
        app = create_app(settings, public=public)
    except OSError as error:
        typer.echo(f"DLA_CONSOLE_SESSIONS cannot be written: {error}", err=True)
        raise typer.Exit(2) from None
    server = build_server(app, settings, shutdown_seconds=2)
    if settings.otlp_endpoint:
        start_tracing(str(settings.otlp_endpoint), "console", ratio=settings.traces_ratio)
    gc.collect()
    gc.freeze()  # else each full collection looks through all that was loaded, and every page waits for it
    with suppress(KeyboardInterrupt):
        server.run()
    stop_tracing()
    if not server.started:
        raise typer.Exit(1)


if __name__ == "__main__":
    cli()
