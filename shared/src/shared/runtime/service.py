"""A service: its parts put together as one program that runs in three roles, `api`, `work` and `relay`.

`work` runs reactions, deadlines, projections and the service's own workers."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from shared.access import (
    AccessLogSealed,
    access_log_table,
    load_replicated_rights,
    may_know_case,
    read_seals,
    seal_access_log,
)
from shared.contracts.base import PublicEvent
from shared.crypto import ErasureList
from shared.erasure.after_restore import KeyDestruction, key_destruction
from shared.eventlog import ServiceApplication
from shared.health import FindOwnStatus, StatusReader, nothing_more
from shared.kernel import Clock, Decider, Refusal, declared_refusals
from shared.messaging import Feed, Reactions, ServiceToken, ToIntegrationEvent, build_service_token
from shared.projections import Projection, indexes_of
from shared.runtime.api_routes import api_routes
from shared.runtime.process_role import ProcessRole
from shared.runtime.startup import (
    StartupGate,
    StartupPhase,
    StopProcess,
    Worker,
    connection_name,
    log_fatal,
    pool_size,
    run_service,
    serve_when_possible,
)
from shared.runtime.worker_processes import MISCONFIGURED
from shared.settings import Misconfigured, Settings
from shared.telemetry import RequestTelemetryMiddleware
from shared.web.auth import Authenticator, FindProtectedCase, LoadRights, document_roles, no_protected_case
from shared.web.http import (
    FRAMEWORK_OFF,
    SECURITY_HEADERS,
    TLS_HEADERS,
    PlannedRequestsMiddleware,
    RouteIndex,
    SecurityHeadersMiddleware,
    SingleHeadersMiddleware,
    docs_page,
    document_problems,
    operation_id,
    place_shapes,
    polish_openapi,
    problem_pages,
    reject_unknown_parameters,
)
from shared.web.limits import FairUseMiddleware, RateLimiter
from shared.web.requests import command_endpoints, document_commands, exception_handlers
from shared.web.resources import document_events
from shared.web.standard import clock_router, health_router

log = logging.getLogger(__name__)


Workers = Callable[[], Iterable[Callable[[ServiceApplication], Worker]]]
"""Called before anything starts, so that missing settings are reported at once: raises Misconfigured."""


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """The parts of one service: pure deciders, and what connects them to HTTP, NATS and PostgreSQL.

    `publishes`: the contracts that `to_integration_event` makes of the service's own events. `tables`: more SQL for the
    migration step, with `{schema}` for the schema. `workers`: more workers for the role `work`. `hourly`: housekeeping
    of that role, once an hour. `seal_access_log`, `read_seals`: of the days of the access log. `erases_again`: repeats
    an erasure that a database restored from a back-up has undone. `own_settings`: settings of this service alone; it
    does not start when they are wrong. `tags`: French descriptions of the OpenAPI tags, by name. `examples`: a JSON
    file with an example body by the path of its command. `descriptions`: a TOML file with the OpenAPI descriptions of
    the service's own fields. `prepare`: reads what the first requests would otherwise wait for. `find_own_status`: what
    the service measures beyond what all do."""

    name: str
    title: str
    deciders: tuple[Decider[Any], ...]
    routers: tuple[APIRouter, ...]
    to_integration_event: ToIntegrationEvent
    publishes: tuple[type[PublicEvent], ...]
    reactions: Reactions
    projections: tuple[Projection, ...] = ()
    tables: str = ""
    workers: Workers = tuple
    own_settings: type[BaseSettings] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    examples: Path | None = None
    descriptions: Path | None = None
    hourly: tuple[Callable[[ServiceApplication], object], ...] = ()
    prepare: Callable[[], object] | None = None
    erases_again: Callable[[ServiceApplication, UUID], KeyDestruction] = key_destruction
    seal_access_log: Callable[[ServiceApplication], object] = seal_access_log
    read_seals: Callable[[ServiceApplication], Iterable[AccessLogSealed]] = read_seals
    find_own_status: FindOwnStatus = nothing_more
    load_rights: LoadRights = load_replicated_rights
    find_protected_case: FindProtectedCase = no_protected_case

    def application(
        self, settings: Settings, url: SecretStr | None = None, role: ProcessRole | None = None
    ) -> ServiceApplication:
        """`url`: of the role that owns the tables, to migrate; else the one that serves. `role`: of a process that
        serves; null for a command."""
        retention = timedelta(days=settings.access_log_days)
        return ServiceApplication(
            self.name,
            self.deciders,
            (url or settings.database_url).get_secret_value(),
            settings.sealing_key.get_secret_value(),
            Clock(settings.dev_clock),
            pool_size=pool_size(role or ProcessRole.ALL, settings),
            connection_name=connection_name(self.name, role, settings) if role else f"dla-{self.name}",
            tables=access_log_table(retention, settable_clock=settings.dev_clock is not None)
            + indexes_of(self.projections)
            + self.tables,
            erasure_list=ErasureList(settings.erasure_list) if settings.erasure_list else None,
            former_key=settings.former_sealing_key.get_secret_value() if settings.former_sealing_key else None,
            may_know_case=may_know_case,
            transit_keys=[key.get_secret_value() for key in settings.transit_keys],
        )

    def problems(self) -> dict[str, problem_pages.ProblemPage]:
        """The problems that the service answers, by slug."""
        own = self.descriptions.with_name("problems.toml") if self.descriptions else None
        return problem_pages.problem_catalogue(self.refusals(), own)

    def refusals(self) -> set[Refusal]:
        """What the rules of the service refuse, and its operations before they ask the rules."""
        endpoints = [*command_endpoints(self.routers)]
        commands = {command for decider in self.deciders for command in decider.commands}
        commands |= {command for each in endpoints for command in (each.command, each.becomes) if command}
        refused = {refusal for command in commands for refusal in declared_refusals(command)}
        return refused | {refusal for each in endpoints for refusal in each.may_refuse}

    def feed(self, settings: Settings, token: ServiceToken | None = None) -> Feed:
        """`token`: where it is watched elsewhere too."""
        bases = {publisher: str(url) for publisher, url in settings.feeds.items()}
        return Feed(bases, token or build_service_token(settings), settings.trusted)

    def web(
        self,
        settings: Settings | None = None,
        role: ProcessRole = ProcessRole.ALL,
        fatal: StopProcess | None = None,
        processes: int = 1,
        place: int = 0,
    ) -> FastAPI:
        """The HTTP application; its lifespan runs the background tasks of the role. Without settings it only describes
        itself (OpenAPI).

        `fatal(reason)` is called when the process must end and be started anew: NATS refused it a permission, say.
        `processes`: how many of this program answer on one port; `place`: which of them this one is.
        Raises Misconfigured when a worker of this role lacks a setting."""
        workers = self.workers() if settings and role in (ProcessRole.ALL, ProcessRole.WORK) else ()

        @asynccontextmanager
        async def lifespan(web: FastAPI) -> AsyncIterator[None]:
            assert settings is not None
            run = partial(run_service, self, web, settings, role, processes, [*workers], fatal or log_fatal, place)
            conninfo = settings.database_url.get_secret_value()
            try:
                async with serve_when_possible(run, conninfo, partial(setattr, web.state, "phase"), fail):
                    yield
            except Misconfigured as error:
                if fatal is None:
                    raise
                fail(error)
                yield  # the server stops at once

        def fail(error: Exception) -> None:
            code = MISCONFIGURED if isinstance(error, Misconfigured) else 1
            (fatal or log_fatal)(str(error), code)

        web = FastAPI(
            title=self.title,
            version="0.1.0",
            lifespan=lifespan,
            redirect_slashes=False,
            openapi_url=None,  # docs_page serves it
            docs_url=None,
            redoc_url=None,
            generate_unique_id_function=operation_id,
            telemetry=FRAMEWORK_OFF,
            dependencies=[Depends(reject_unknown_parameters)],
        )
        describe = web.openapi

        @cache
        def openapi() -> dict[str, Any]:
            shaped = place_shapes(document_events(describe(), self.deciders))
            problems = document_commands(document_problems(shaped), command_endpoints(self.routers))
            described = document_roles(problems, web.routes)
            return polish_openapi(described, self.tags, self.examples, self.descriptions)

        web.openapi = openapi  # type: ignore[method-assign]
        exception_handlers.install(web)
        docs_page.install(web)
        problem_pages.install(web, self.problems())
        routes = api_routes(self) if role in (ProcessRole.ALL, ProcessRole.API) else []
        index = RouteIndex(routes)
        web.add_middleware(PlannedRequestsMiddleware, index=index)
        web.add_middleware(SingleHeadersMiddleware)
        if settings is not None:

            def prove_token(token: str) -> str | None:
                authenticator: Authenticator = web.state.authenticator
                return authenticator.prove_token(token)

            web.state.phase = StartupPhase.WAITING
            web.add_middleware(FairUseMiddleware, rates=RateLimiter(settings), prove_token=prove_token)
            web.add_middleware(StartupGate, phase=lambda: web.state.phase)
        web.add_middleware(
            SecurityHeadersMiddleware,
            headers=SECURITY_HEADERS | (TLS_HEADERS if settings and settings.over_tls else {}),
        )
        web.add_middleware(RequestTelemetryMiddleware)
        web.include_router(health_router)
        web.router.routes.extend([index, *routes])
        if settings is not None and settings.dev_clock:
            web.router.routes.extend(clock_router.routes)
        return web

    def status_reader(self, app: ServiceApplication) -> StatusReader:
        return StatusReader(
            app,
            self.reactions.publishers,
            projections=[projection.name for projection in self.projections],
            find_own=self.find_own_status,
        )

    def warm_up(self) -> None:
        """Reads what the first requests would otherwise wait for; again, it costs nothing."""
        if self.prepare:
            self.prepare()
