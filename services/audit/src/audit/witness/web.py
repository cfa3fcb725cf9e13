"""A witness over HTTP (C2SP tlog-witness): it cosigns checkpoints and serves the last one of each log."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from audit.witness.cosigning import TEXT_MEDIA_TYPE, CheckpointWitness, WitnessResponse
from audit.witness.store import Store, StoreUnusable

MAX_REQUEST_BYTES = 256 << 10
"""63 hashes, and a checkpoint with more signatures than any log has."""
NAME = re.compile(r"[0-9a-f]{64}")
log = logging.getLogger(__name__)


def build_web(witness: CheckpointWitness, store: Store) -> Starlette:
    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_REQUEST_BYTES:
                return PlainTextResponse(f"more than {MAX_REQUEST_BYTES} bytes\n", 413, headers={"Connection": "close"})
        try:
            response: WitnessResponse = await run_in_threadpool(witness.add_checkpoint, bytes(body))
        except StoreUnusable as error:
            log.critical("nothing is cosigned: %s", error)
            return PlainTextResponse("this witness cannot read what it cosigned last\n", 503)
        if response.status >= HTTPStatus.BAD_REQUEST:
            log.warning("refused with %d: %s", response.status, response.body.rstrip())
        return Response(response.body, response.status, media_type=None, headers={"Content-Type": response.media_type})

    def checkpoint(request: Request) -> Response:
        name = request.path_params["name"]
        try:
            note = store.note_named(name) if NAME.fullmatch(name) else None
        except StoreUnusable as error:
            log.critical("unreadable: %s", error)
            return PlainTextResponse("this witness cannot read what it cosigned last\n", 503)
        if note is None:
            return PlainTextResponse("this witness has cosigned nothing of this log\n", 404)
        return Response(note, media_type=None, headers={"Content-Type": TEXT_MEDIA_TYPE, "Cache-Control": "no-cache"})

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{name}/checkpoint", checkpoint, methods=["GET"]),
        ]
    )
