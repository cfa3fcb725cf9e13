"""Bundle of a case over HTTP: one file that can be verified without the services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from audit.bundle.archive import BundleTooLarge, build_archive
from audit.bundle.collect import NotSignedYet, ServiceUnavailable, collect_bundle, fetch_contents, withhold_contents
from audit.bundle.write import build_entries
from audit.ownership import CASE
from audit.phase_services import PhaseServices
from audit.problems import not_signed_yet
from shared.kernel import Role
from shared.web.auth import (
    STAFF,
    Caller,
    CallerDep,
    authorize_headers,
    confidential_problem,
    forwarded_headers,
    requires,
)
from shared.web.http import ProblemError, problem_responses
from shared.web.limits import Slots
from shared.web.requests import AppDep, case_router

router = case_router("/cases", "cases")
READERS = frozenset({*STAFF, Role.AUDITOR, Role.DPO, Role.LEADER, Role.SERVICE})


class Zip(Response):
    media_type = "application/zip"


async def take_turn(request: Request, caller: CallerDep) -> AsyncIterator[None]:
    """Until the file is sent, for it is in memory. Raises ProblemError: 429 or 503."""
    slots: Slots = request.app.state.large_file_slots
    async with slots.hold(caller.actor.id):
        yield


@router.get(
    "/{id}/bundle",
    dependencies=[Depends(take_turn)],
    response_class=Zip,
    responses=problem_responses(409),
    summary="Bundle of a case with its proofs, verifiable offline",
)
def bundle(
    id: UUID,  # noqa: A002
    request: Request,
    app: AppDep,
    caller: Annotated[Caller, requires(*READERS)],
    sealed: Annotated[bool, Query(description="Without the plaintext of encrypted values, for archives")] = False,
) -> Response:
    """Every event's header with its proof, and the contents that each service shows to the caller; for a confidential
    case, auditors get no content. Verify it with `dla-audit verify`, or with other tools: the file explains how. The
    bytes stay the same until more is signed or shown."""
    if authorize_headers(caller, id, CASE):
        reader = forwarded_headers(request, caller)
        contents_of = partial(fetch_contents, services=PhaseServices.of(request), case=id, reader=reader)
    else:
        contents_of = partial(withhold_contents, problem=confidential_problem())
    try:
        raw = build_archive(build_entries(collect_bundle(app, id, contents_of, sealed=sealed)))
    except NotSignedYet:
        raise not_signed_yet() from None
    except ServiceUnavailable as service:
        raise ProblemError(
            503,
            "service-unavailable",
            "Un service ne répond pas",
            f"{service}\u00a0: ce service n’a ni montré ses contenus, ni refusé de le faire\u202f; réessayez.",
            {"Retry-After": "5"},
        ) from service
    except BundleTooLarge:
        raise ProblemError(
            409, "bundle-too-large", "Dossier trop volumineux", "Ce dossier ne tient pas dans un seul fichier."
        ) from None
    name = f"dossier-{id}-scelle.zip" if sealed else f"dossier-{id}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Zip(raw, headers=headers)
