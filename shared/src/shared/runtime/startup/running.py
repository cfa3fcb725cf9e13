"""A service while it runs: its log opened and checked, and the background tasks of its role."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from fastapi import FastAPI

from shared.access import AccessLog
from shared.crypto import ErasureListDamaged
from shared.documents import PdfRenderer
from shared.erasure.after_restore import repeat_lost_erasures
from shared.erasure.erasure import decider as key_erasure
from shared.eventlog import LogWatch, ServiceApplication, TablesUnusable
from shared.messaging import Inbox, Relay, ServiceToken, Subscriptions, build_service_token
from shared.projections import Projector
from shared.runtime.observation import metrics_served, part_reporter
from shared.runtime.process_role import ProcessRole
from shared.runtime.scheduler import Scheduler
from shared.runtime.serving_role import check_serving_role
from shared.runtime.startup.connections import check_connections
from shared.runtime.startup.sessions import check_sessions
from shared.settings import Misconfigured, Settings
from shared.web.auth import Authenticator
from shared.web.limits import LARGE_FILES, PAST, PDFS, UPLOADS, Slots
from shared.web.requests import MAX_WAITING_READS

if TYPE_CHECKING:
    from shared.runtime.service import Service

log = logging.getLogger(__name__)


class Worker(Protocol):
    """A background task with threads of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class StopProcess(Protocol):
    """Ends the process, because of `reason`. `code`: its exit code; MISCONFIGURED where starting again cannot help."""

    def __call__(self, reason: str, code: int = 1) -> None: ...


@asynccontextmanager
async def run_service(
    service: Service,
    web: FastAPI,
    settings: Settings,
    role: ProcessRole,
    processes: int,
    workers: Sequence[Callable[[ServiceApplication], Worker]],
    fatal: StopProcess,
    place: int = 0,
) -> AsyncIterator[None]:
    """Opens the log, checks that it can be served, and runs the tasks of the role. Raises Misconfigured, or one of
    OUTAGES."""
    await asyncio.to_thread(check_sessions, settings.database_url.get_secret_value())
    app = await asyncio.to_thread(service.application, settings, role=role)
    try:
        await asyncio.to_thread(_check_tables, app)
        await asyncio.to_thread(check_serving_role, app, settings)
        await asyncio.to_thread(check_connections, app, settings, role, processes)
        await asyncio.to_thread(_repeat_erasures, service, app)
        await asyncio.to_thread(service.warm_up)
    except BaseException:
        await asyncio.to_thread(app.close)
        raise
    _set_state(service, web, app, settings)
    try:
        token = web.state.service_token
        with metrics_served(settings, place, web.state.status):
            async with _run_background(service, app, settings, role, [make(app) for make in workers], fatal, token):
                yield
    finally:
        await asyncio.to_thread(web.state.pdf_renderer.close)
        await asyncio.to_thread(app.close)


def _set_state(service: Service, web: FastAPI, app: ServiceApplication, settings: Settings) -> None:
    """What endpoints find in `request.app.state`."""
    state = web.state
    state.application = app
    state.authenticator = Authenticator(settings, app, service.load_rights, service.find_protected_case)
    state.access_log = AccessLog(app, timedelta(days=settings.access_log_days))
    state.publishers = frozenset(service.reactions.publishers)
    state.waiting_reads = asyncio.Semaphore(MAX_WAITING_READS)
    state.projections = tuple(projection.name for projection in service.projections)
    state.pdf_renderer = PdfRenderer()
    state.pdf_slots, state.past_slots, state.upload_slots = Slots(PDFS), Slots(PAST), Slots(UPLOADS)
    state.large_file_slots = Slots(LARGE_FILES)
    state.addresses = {name: str(url) for name, url in settings.feeds.items()}
    state.trusted = settings.trusted
    state.status = service.status_reader(app)
    state.service_token = build_service_token(settings)


def _check_tables(app: ServiceApplication) -> None:
    try:
        app.check_tables()
    except TablesUnusable as error:
        raise Misconfigured([str(error)]) from error


def _repeat_erasures(service: Service, app: ServiceApplication) -> None:
    """Repeats the erasures that a restore has undone, before any request is answered. Raises Misconfigured when the
    list cannot be read: better not to start."""
    if key_erasure not in service.deciders:
        return
    try:
        repeat_lost_erasures(app, service.erases_again)
    except (OSError, ErasureListDamaged) as error:
        raise Misconfigured([f"DLA_ERASURE_LIST: {error}"]) from error


@asynccontextmanager
async def _run_background(
    service: Service,
    app: ServiceApplication,
    settings: Settings,
    role: ProcessRole,
    workers: Sequence[Worker],
    fatal: StopProcess,
    token: ServiceToken,
) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        if role in (ProcessRole.ALL, ProcessRole.RELAY):
            relay = Relay(
                app, service.to_integration_event, region=settings.region, access=settings.access, fatal=fatal
            )
            relay_task = asyncio.create_task(relay.run())
            stack.push_async_callback(asyncio.wait, [relay_task])
            stack.push_async_callback(relay.stop)
        if role in (ProcessRole.ALL, ProcessRole.WORK):
            if role is ProcessRole.WORK:
                workers = [LogWatch(app.service, app.recorder.max_notification_id, app.recorder.notifier), *workers]
            await _start_work(stack, service, app, settings, workers, fatal, token)
        yield


async def _start_work(
    stack: AsyncExitStack,
    service: Service,
    app: ServiceApplication,
    settings: Settings,
    workers: Sequence[Worker],
    fatal: StopProcess,
    token: ServiceToken,
) -> None:
    """Made for this role alone: subscriptions cost half a start of a process that only answers."""
    feed = service.feed(settings, token)
    stack.callback(feed.close)
    inbox = Inbox(app, service.reactions, feed)
    projector = Projector(app, service.projections)
    retention = timedelta(days=settings.access_log_days)
    housekeeping = [partial(each, app) for each in (service.seal_access_log, *service.hourly)]
    scheduler = Scheduler(app, [AccessLog(app, retention).expire, *housekeeping])
    subscriptions = Subscriptions(inbox, region=settings.region, access=settings.access, fatal=fatal)
    reporter = part_reporter(app, projector, scheduler, subscriptions, token)
    all_workers: list[Worker] = [projector, scheduler, *workers, reporter]
    for worker in all_workers:
        worker.start()
        stack.push_async_callback(asyncio.to_thread, worker.stop)
    await subscriptions.start()
    stack.push_async_callback(subscriptions.stop)


def log_fatal(reason: str, code: int = 1) -> None:
    log.critical("%s (%d)", reason, code)
