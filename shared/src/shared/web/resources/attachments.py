"""Attachments over HTTP, the same in each service: added as they are, listed, downloaded, withdrawn."""

from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256
from itertools import chain
from secrets import token_bytes
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from shared.attachments import (
    ACCEPTED_TYPES,
    AddAttachment,
    Attachment,
    AttachmentAdded,
    AttachmentStatus,
    WithdrawAttachment,
    media_type_of,
    safe_file_name,
)
from shared.attachments.attachment import decider
from shared.attachments.chunks import ATTACHMENT_ERASED, AttachmentChunks, address, read_attachment
from shared.eventlog import Receipt, ServiceApplication
from shared.kernel import Role
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.http import problem_responses
from shared.web.requests import AppDep, IdempotencyKeyHeader, PointInTimeDep, case_router
from shared.web.resources.affordances import Link
from shared.web.resources.commands import AggregateEndpoints, CommandResult
from shared.web.resources.states import plain_state
from shared.web.resources.uploads import read_upload, title_and_name

BINARY_RESPONSES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
Disposition = Annotated[
    str,
    Header(
        max_length=2000,
        description="RFC 6266: the file's name, and its title if it has another; both are sealed, and so in no address",
        examples=["attachment; filename*=UTF-8''convention%20sign%C3%A9e.pdf; title*=UTF-8''Convention%20tripartite"],
    ),
]


class ListedAttachment(BaseModel):
    """An attachment; `content_hash` is the SHA-256 of the salt's bytes followed by the content."""

    id: UUID
    version: int
    step: AttachmentStatus
    kind: str
    title: str
    file_name: str
    media_type: str
    size: int
    content_hash: str
    salt: str
    cited: list[str]
    motive: str | None
    links: list[Link] = []


def attachments_router(
    collection: str, case: AggregateEndpoints[Any], kinds: type[StrEnum], *readers: Role, by: tuple[Role, ...] = STAFF
) -> APIRouter:
    """Mounts `/{collection}/{case}/attachments`; `kinds` are the service's own."""
    router = case_router(f"{collection}/{{case}}/attachments", "attachments")
    attachments = Attachments(router, decider, within=case)
    attachments.add(kinds, *by)
    attachments.command("/withdrawal", WithdrawAttachment, *by, in_transaction=AttachmentChunks)
    attachments.list_and_download(*readers)
    return router


class Attachments(AggregateEndpoints[Attachment]):
    def add(self, kinds: type[StrEnum], *roles: Role) -> None:
        async def add_attachment(
            request: Request,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: UUID,
            response: Response,
            kind: Any,
            content_disposition: Disposition,
            idempotency_key: IdempotencyKeyHeader = None,
        ) -> CommandResult:
            """A file is added to the case: the body is the file as it is, at most 10 MiB. Its type is found in its
            content, whatever the Content-Type says. Adding the same content twice gives the first one back (200)."""
            authorize(caller, case)
            await run_in_threadpool(self._check_stands, app, case)
            title, name = title_and_name(content_disposition)
            async with request.app.state.uploads:
                content = await read_upload(request)
                add = _added(kind, title, name)

                def keep() -> Receipt:
                    stream, command = address(app, case, content), add(content)
                    said = f"{kind} {title} {name} {stream}"
                    pieces = AttachmentChunks(app, stream, content)
                    return self._handled(
                        app,
                        caller,
                        case,
                        stream,
                        said,
                        idempotency_key,
                        completed=lambda *_: command,
                        in_transaction=pieces,
                    )

                receipt = await run_in_threadpool(keep)
            response.headers["Location"] = f"{self._router.prefix.format(case=case)}/{receipt.id}"
            response.status_code = 201 if receipt.events else 200
            return self._done(app, caller, case, receipt, response)

        operation = self._opening(AddAttachment, "", roles, (title_and_name, read_upload, _added))
        add_attachment.__dict__["operation"] = operation
        add_attachment.__annotations__["kind"] = Annotated[kinds, Query(description="What the document is")]
        self._router.add_api_route(
            "",
            add_attachment,
            methods=["POST"],
            status_code=201,
            response_model=CommandResult,
            summary=operation.title,
            responses={
                **problem_responses(409, 410),
                200: {"model": CommandResult, "description": "The case has this content already"},
                415: {"description": "The content is of no type that is kept"},
            },
            openapi_extra={
                "requestBody": {"required": True, "content": dict.fromkeys(ACCEPTED_TYPES, BINARY_RESPONSES)}
            },
        )

    def list_and_download(self, *roles: Role) -> None:
        @self._router.get("", response_model=list[ListedAttachment], summary="The attachments of the case")
        def index(
            case: UUID,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            moment: PointInTimeDep,
            response: Response,
        ) -> Any:
            """Withdrawn ones too, with the reason; not their content. Now, or as they were; `version` is the case's."""
            assert self._within is not None
            authorize(caller, case)
            found = load_case_for_response(app, self._within._decider, case, moment, response)
            known = [(added, found.loaded(decider, added)) for added in found.begun_by(AttachmentAdded)]
            return [
                plain_state(app, added, loaded) | {"links": self._links_then(caller, case, added, loaded.state, moment)}
                for added, loaded in known
            ]

        @self._router.get(
            "/{id}",
            response_class=Response,
            summary="The content of an attachment",
            responses={
                200: {
                    "content": dict.fromkeys(ACCEPTED_TYPES, BINARY_RESPONSES),
                    "description": "The file as it was received",
                },
                304: {"description": "Unchanged: the ETag is the hash"},
                **problem_responses(410),
            },
        )
        def download(
            id: UUID,  # noqa: A002
            case: UUID,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            if_none_match: Annotated[str | None, Header()] = None,
        ) -> Response:
            authorize(caller, case)
            self._check_stands(app, case, id)
            return _content(app, id, if_none_match or "")


def _added(kind: StrEnum, title: str, name: str) -> Callable[[bytearray], AddAttachment]:
    def add(content: bytearray) -> AddAttachment:
        media_type, salt = media_type_of(content, name).name, token_bytes(16)
        told = sha256(salt)
        told.update(content)
        return AddAttachment(
            kind,
            title,
            file_name=name,
            media_type=media_type,
            size=len(content),
            content_hash=told.hexdigest(),
            salt=salt.hex(),
        )

    return add


def _content(app: ServiceApplication, id: UUID, seen: str) -> Response:  # noqa: A002
    attachment = app.load_existing(decider, id).state
    if attachment.step is AttachmentStatus.WITHDRAWN:
        raise ATTACHMENT_ERASED("Cette pièce jointe a été retirée du dossier\u00a0: son contenu est détruit.")
    assert attachment.file_name is not None
    name = safe_file_name(app.key_store.decrypt(attachment.file_name), attachment.media_type)
    etag = f'"{attachment.content_hash}"'
    if etag in seen:
        return Response(status_code=304, headers={"ETag": etag})
    pieces = read_attachment(app, id, attachment)
    first = next(pieces)  # before anything is answered: it may be gone
    return StreamingResponse(
        chain([first], pieces),
        media_type=attachment.media_type,
        headers={
            "ETag": etag,
            "Content-Length": str(attachment.size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
