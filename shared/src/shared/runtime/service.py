"""What is a service made of? One program, three roles: api, work (reactions, due dates and views), relay."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI
from pydantic_settings import BaseSettings

from shared.access import ACCESS_LOG_TABLE, AccessLog, load_replicated_rights
from shared.contracts.base import PublicEvent
from shared.crypto import ErasureList, ErasureListDamaged
from shared.erasure.after_restore import KeyDestruction, key_destruction, repeat_lost_erasures
from shared.erasure.erasure import decider as key_erasure
from shared.eventlog import ServiceApplication
from shared.kernel import Clock, Decider
from shared.messaging import Feed, Inbox, Reactions, Relay, Subscriptions, ToIntegrationEvent
from shared.projections import Projection, Projector
from shared.runtime.scheduler import Scheduler
from shared.settings import Misconfigured, Settings
from shared.web.auth import Authenticator, FindProtectedCase, LoadRights, document_roles, no_protected_case
from shared.web.http import (
    SECURITY_HEADERS,
    TLS_HEADERS,
    RateLimiter,
    RateLimitMiddleware,
    SecurityHeadersMiddleware,
    docs_page,
    document_problems,
    operation_id,
    polish_openapi,
    reject_unknown_parameters,
)
from shared.web.requests import exception_handlers
from shared.web.resources import MAX_CONCURRENT_UPLOADS
from shared.web.standard import clock_router, feed_router, health_router, me_router
from shared.web.standard.access_log import router as access_log_router

log = logging.getLogger(__name__)


class ProcessRole(StrEnum):
    ALL = "all"
    API = "api"
    WORK = "work"
    RELAY = "relay"


class Worker(Protocol):
    """What goes on behind the requests, in threads of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


Workers = Callable[[], Iterable[Callable[[ServiceApplication], Worker]]]
"""Asked before anything starts, so that what the deployment forgot is said at once: raises Misconfigured."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that makes one service: pure deciders, and the named bridges around them.

    `tables`: SQL that the migration step runs too, `{schema}` filled in. `workers`: what else the role `work` runs.
    `hourly`: what else `work` looks at each hour.
    `erases_again`: how what was erased is, when the database was restored from before.
    `own_settings`: what a deployment tells this service alone, which it does not start without understanding.
    `tags`: by name, what they are in French; `examples`: a JSON file, a body by the path of its command;
    `descriptions`: a TOML file, what the fields of its own mean in OpenAPI."""

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
    erases_again: Callable[[ServiceApplication, UUID], KeyDestruction] = key_destruction
    load_rights: LoadRights = load_replicated_rights
    find_protected_case: FindProtectedCase = no_protected_case

    def application(self, settings: Settings) -> ServiceApplication:
        return ServiceApplication(
            self.name,
            self.deciders,
            settings.database_url.get_secret_value(),
            settings.sealing_key.get_secret_value(),
            Clock(settings.dev_clock),
            tables=ACCESS_LOG_TABLE + self.tables,
            erasure_list=ErasureList(settings.erasure_list) if settings.erasure_list else None,
            former_key=settings.former_sealing_key.get_secret_value() if settings.former_sealing_key else None,
        )

    def _remember_erasures(self, app: ServiceApplication) -> None:
        """Before anybody is answered. Raises Misconfigured when the list cannot be read: it is better not to start."""
        if key_erasure not in self.deciders:
            return
        try:
            repeat_lost_erasures(app, self.erases_again)
        except (OSError, ErasureListDamaged) as error:
            raise Misconfigured([f"DLA_ERASURE_LIST: {error}"]) from error

    def feed(self, settings: Settings) -> Feed:
        bases = {publisher: str(url) for publisher, url in settings.feeds.items()}
        return Feed(bases, settings.service_token.get_secret_value(), settings.trusted)

    def web(
        self,
        settings: Settings | None = None,
        part: ProcessRole = ProcessRole.ALL,
        fatal: Callable[[str], None] | None = None,
    ) -> FastAPI:
        """The HTTP side, and behind it whatever the role runs. Without settings: only to describe itself.

        `fatal` is told why the process must end, to be started anew by whoever watches over it, rather than linger
        deaf or dumb. Raises Misconfigured when a worker of this role lacks what it needs."""
        workers = self.workers() if settings and part in (ProcessRole.ALL, ProcessRole.WORK) else ()

        @asynccontextmanager
        async def lifespan(web: FastAPI) -> AsyncIterator[None]:
            assert settings is not None
            app = await asyncio.to_thread(self.application, settings)
            await asyncio.to_thread(self._remember_erasures, app)
            web.state.application, web.state.authenticator = (
                app,
                Authenticator(settings, app, self.load_rights, self.find_protected_case),
            )
            web.state.access_log = AccessLog(app, timedelta(days=settings.access_log_days))
            web.state.uploads = asyncio.Semaphore(MAX_CONCURRENT_UPLOADS)
            web.state.addresses = {name: str(url) for name, url in settings.feeds.items()}
            try:
                async with self._behind(app, settings, part, [make(app) for make in workers], fatal or _only_said):
                    yield
            finally:
                await asyncio.to_thread(app.close)

        web = FastAPI(
            title=self.title,
            version="0.1.0",
            lifespan=lifespan,
            redirect_slashes=False,
            docs_url=None,
            redoc_url=None,
            generate_unique_id_function=operation_id,
            dependencies=[Depends(reject_unknown_parameters)],
        )
        describe = web.openapi

        @cache
        def openapi() -> dict[str, Any]:
            described = document_roles(document_problems(describe()), web.routes)
            return polish_openapi(described, self.tags, self.examples, self.descriptions)

        web.openapi = openapi  # type: ignore[method-assign]
        exception_handlers.install(web)
        docs_page.install(web)
        if settings is not None:
            web.state.rates = RateLimiter(settings)
            web.add_middleware(RateLimitMiddleware, rates=web.state.rates)
        web.add_middleware(
            SecurityHeadersMiddleware, told=SECURITY_HEADERS | (TLS_HEADERS if settings and settings.over_tls else {})
        )
        web.include_router(health_router)
        if part in (ProcessRole.ALL, ProcessRole.API):
            for router in self.routers:
                web.include_router(router)
            web.include_router(me_router)
            web.include_router(access_log_router)
            web.include_router(feed_router(self.to_integration_event))
        if settings is not None and settings.dev_clock:
            web.include_router(clock_router)
        return web

    @asynccontextmanager
    async def _behind(
        self,
        app: ServiceApplication,
        settings: Settings,
        part: ProcessRole,
        workers: Sequence[Worker],
        fatal: Callable[[str], None],
    ) -> AsyncIterator[None]:
        region, access = settings.region, settings.access
        feed = self.feed(settings)
        inbox = Inbox(app, self.reactions, feed)
        projector = Projector(app, self.projections)
        kept = timedelta(days=settings.access_log_days)
        scheduler = Scheduler(app, [AccessLog(app, kept).expire, *(partial(each, app) for each in self.hourly)])
        relay = Relay(app, self.to_integration_event, region=region, access=access, fatal=fatal)
        subscriptions = Subscriptions(inbox, region=region, access=access, fatal=fatal)
        async with AsyncExitStack() as leaving:
            leaving.callback(feed.close)
            if part in (ProcessRole.ALL, ProcessRole.RELAY):
                relaying = asyncio.create_task(relay.run())
                leaving.push_async_callback(asyncio.wait, [relaying])
                leaving.push_async_callback(relay.stop)
            if part in (ProcessRole.ALL, ProcessRole.WORK):
                everybody: list[Worker] = [projector, scheduler, *workers]
                for worker in everybody:
                    worker.start()
                    leaving.push_async_callback(asyncio.to_thread, worker.stop)
                await subscriptions.start()
                leaving.push_async_callback(subscriptions.stop)
            yield


def _only_said(reason: str) -> None:
    log.critical("%s", reason)
