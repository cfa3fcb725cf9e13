"""How is a publisher's log read over HTTP? By pages, after a number; what the stream did not bring is asked for here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter

from shared.eventlog.application import ServiceApplication
from shared.transport.wire import Published

LARGEST_PAGE = 500


class Feed:
    """`bases`: each publisher's address (DLA_FEEDS); `token`: this service's own."""

    def __init__(self, bases: Mapping[str, str], token: str) -> None: ...


def feed_router(app: ServiceApplication, published: Published, dependencies: Sequence[Any] = ()) -> APIRouter:
    """`GET /events`: everything this service recorded, as headers and public bodies. `dependencies` guard it."""
    raise NotImplementedError
