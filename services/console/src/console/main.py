"""The console, put together: every screen, no database, and the reader's own rights."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.resources import files

import httpx
import typer
from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from console import consultations, documents, dossiers, event, failures, ledger, live, signing_in, versions
from console.pacing import Pacing
from console.provider import Provider
from console.services import Services
from console.settings import ConsoleSettings
from console.visit import PAGES, Visits
from shared.settings import Misconfigured, load_settings
from shared.web.http import TLS_HEADERS, RateLimiter, SecurityHeadersMiddleware, build_server


class Statics(StaticFiles):
    """Their address changes when they do."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def web(settings: ConsoleSettings, transports: Mapping[str, httpx.AsyncBaseTransport] | None = None) -> FastAPI:
    """`transports`: by service, another way to it than the network, for tests."""
    services, provider = Services(settings.feeds, transports, settings.trusted), Provider(settings)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.gather(services.close(), provider.close())

    app = FastAPI(title="DLA — console", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running)
    app.state.settings, app.state.services, app.state.provider = settings, services, provider
    app.add_middleware(Pacing, rates=RateLimiter(settings))
    app.add_middleware(Visits, settings=settings)
    app.add_middleware(SecurityHeadersMiddleware, told=PAGES | (TLS_HEADERS if settings.secure else {}))
    failures.install(app)
    for part in (signing_in, dossiers, versions, event, live, ledger, consultations, documents):
        app.include_router(part.router)
    app.mount("/statique", Statics(directory=str(files("console").joinpath("static"))))

    @app.get("/livez")
    @app.get("/readyz")
    async def alive() -> dict[str, str]:
        """The console holds nothing: it is ready when it answers, and says on its pages which service does not."""
        return {"status": "ok"}

    return app


cli = typer.Typer(name="dla-console", no_args_is_help=True, add_completion=False, help="DLA — console")


@cli.callback()
def console() -> None:
    """The screens of the DLA."""


@cli.command()
def serve() -> None:
    """Serves the screens until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the addresses of dossiers
    try:
        settings = load_settings(ConsoleSettings)
    except Misconfigured as missing:
        for fault in missing.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(2) from None
    # A watched timeline never ends by itself: it is cut soon, and the browser comes back.
    server = build_server(web(settings), settings, stops_within=2)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise typer.Exit(1)


if __name__ == "__main__":
    cli()
