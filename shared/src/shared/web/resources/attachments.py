"""Attachments of a case over HTTP, the same in each service: uploaded as they are, listed, downloaded, withdrawn."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import chain
from secrets import token_bytes
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

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
from shared.attachments.chunks import ATTACHMENT_ERASED, AttachmentChunks, attachment_id, read_attachment
from shared.attachments.media_types import ACTIVE_CONTENT, DAMAGED, REFUSED_TYPE
from shared.eventlog import LoadedAggregate, Receipt, ServiceApplication, UnknownCase
from shared.kernel import Refusal, Role
from shared.names.lookup import PersonNames
from shared.temporal import PRESENT, PointInTime
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.http import problem_responses
from shared.web.limits import Slots
from shared.web.requests import (
    AppDep,
    IdempotencyKeyHeader,
    Link,
    PointInTimeDep,
    PrefersMinimalDep,
    ResourceRouter,
    case_router,
)
from shared.web.resources.command_result import CommandResult, CommandResultFields
from shared.web.resources.commands import AggregateEndpoints
from shared.web.resources.resource import CaseParts
from shared.web.resources.state import plain_state
from shared.web.resources.uploads import read_upload, title_and_name

BINARY_SCHEMA: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
Disposition = Annotated[
    str,
    Header(
        max_length=2000,
        description="The name of the file (RFC 6266), and its title if it has another; never in an address",
        examples=["attachment; filename*=UTF-8''convention%20sign%C3%A9e.pdf; title*=UTF-8''Convention%20tripartite"],
    ),
]


class ListedAttachment(BaseModel):
    """An attachment of a case, without its content."""

    id: UUID = Field(description="Derived from the case and the content")
    version: int = Field(description="The number of events recorded of it")
    status: AttachmentStatus = Field(description="Whether its content is still there")
    kind: str = Field(description="What the document is, one of the service's own kinds")
    title: str = Field(description="The title that was given with the file")
    file_name: str = Field(description="The name of the file")
    media_type: str = Field(description="Found in the content, whatever the Content-Type said")
    size: int = Field(description="In bytes")
    content_hash: str = Field(description="SHA-256 of the salt's bytes followed by the content, in hexadecimal")
    salt: str = Field(description="16 random bytes, in hexadecimal")
    added_by: str = Field(description="Who added it, by pseudonym")
    role: Role = Field(description="The role they acted under")
    names: dict[str, str] = Field(description="The name of who added it, by pseudonym, where this service knows it")
    cited: list[str] = Field(description="What in the case refers to it")
    reason: str | None = Field(description="Why it was withdrawn, if it was")
    links: list[Link] = Field(default=[], description="The commands that you may send next")


KIND_OF_THE_UNIT = Refusal("kind-of-the-unit", "Pièce que l’unité ajoute", status=403)


def check_nothing(_app: ServiceApplication, _case: UUID, _caller: Caller) -> None:
    """The right to the case is enough."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a role outside the unit adds to a case: files of these `kinds`.

    `check` raises one of `may_refuse` when the caller may not add to this case."""

    kinds: frozenset[StrEnum]
    check: Callable[[ServiceApplication, UUID, Caller], None] = check_nothing
    may_refuse: tuple[Refusal, ...] = ()


Contributions = Mapping[Role, Contribution]


def attachments_router(
    collection: str,
    case: AggregateEndpoints[Any],
    kinds: type[StrEnum],
    *readers: Role,
    contributions: Contributions | None = None,
    tag: str = "attachments",
) -> ResourceRouter:
    """A router of `/{collection}/{case}/attachments`. `kinds`: the service's own; the unit adds any and withdraws.

    `contributions`: what leaders and providers add. One of these roles that is not among the `readers` reads what it
    added itself, and nothing else. `tag`: another one in a service that has attachments of two kinds of aggregates."""
    contributions = contributions or {}
    router = case_router(f"{collection}/{{case}}/attachments", tag)
    attachments = AggregateEndpoints(router, decider, within=case)
    _add_upload(attachments, kinds, contributions)
    attachments.command("/withdrawal", WithdrawAttachment, *STAFF, in_transaction=AttachmentChunks)
    attachments.readers = frozenset(readers)
    own_only = frozenset(contributions) - frozenset(readers)
    _add_list(attachments, case, own_only, *readers, *own_only)
    _add_download(attachments, own_only, *readers, *own_only)
    return router


def _add_upload(
    attachments: AggregateEndpoints[Attachment], kinds: type[StrEnum], contributions: Contributions
) -> None:
    roles = (*STAFF, *contributions)
    refusals = [refusal for each in contributions.values() for refusal in each.may_refuse]
    if contributions:
        refusals.append(KIND_OF_THE_UNIT)
    declared = attachments.declare_creation(
        AddAttachment, "", roles, may_refuse=(REFUSED_TYPE, ACTIVE_CONTENT, DAMAGED, *refusals)
    )

    @attachments.router.post(
        "",
        status_code=201,
        response_model=CommandResult,
        response_model_exclude_unset=True,
        summary=declared.summary,
        responses={
            **problem_responses(409, 410),
            200: {"model": CommandResult, "description": "The case has this content already"},
            415: {"description": "The type of the content is not accepted"},
        },
        openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(ACCEPTED_TYPES, BINARY_SCHEMA)}},
    )
    async def add_attachment(
        request: Request,
        app: AppDep,
        caller: Annotated[Caller, requires(*roles)],
        case: UUID,
        response: Response,
        kind: Annotated[kinds, Query(description="What the document is")],  # type: ignore[valid-type]  # the service's
        content_disposition: Disposition,
        minimal: PrefersMinimalDep,
        idempotency_key: IdempotencyKeyHeader = None,
    ) -> CommandResultFields:
        """The body is the file as it is, at most 10 MiB. Its type is found in its content, whatever the Content-Type
        says. Adding the same content twice gives the first attachment back (200)."""
        authorize(caller, case, attachments.case_kind)
        await run_in_threadpool(attachments.require, app, case)
        if contribution := contributions.get(caller.actor.role):
            await run_in_threadpool(_check_contribution, contribution, app, case, caller, kind)
        title, name = title_and_name(content_disposition)
        slots: Slots = request.app.state.upload_slots
        async with slots.hold(caller.actor.id):
            content = await read_upload(request)

            def add() -> Receipt:
                stream = attachment_id(app, case, content)
                return attachments.handle(
                    app,
                    caller,
                    lambda: _add_command(content, kind, title, name),
                    case=case,
                    stream=stream,
                    request=f"{kind} {title} {name} {stream}",
                    key=idempotency_key,
                    in_transaction=AttachmentChunks(app, stream, content),
                )

            receipt = await run_in_threadpool(add)
        response.headers["Location"] = attachments.address(case, receipt.id)
        response.status_code = 201 if receipt.events else 200
        return attachments.result(app, caller, case, receipt, response, minimal=minimal)


def _check_contribution(
    contribution: Contribution, app: ServiceApplication, case: UUID, caller: Caller, kind: StrEnum
) -> None:
    contribution.check(app, case, caller)
    if kind not in contribution.kinds:
        raise KIND_OF_THE_UNIT(
            "Cette pièce est de celles que l’unité du DLA ajoute au dossier\u00a0: transmettez-la à la personne qui "
            "vous accompagne.",
            kinds=sorted(contribution.kinds),
        )


def _add_list(
    attachments: AggregateEndpoints[Attachment],
    of_case: AggregateEndpoints[Any],
    own_only: Container[Role],
    *roles: Role,
) -> None:
    @attachments.router.get("", name="list", response_model=list[ListedAttachment], summary="List the attachments")
    def list_(
        case: UUID,
        app: AppDep,
        caller: Annotated[Caller, requires(*roles)],
        at: PointInTimeDep,
        response: Response,
    ) -> Any:
        """Those of the case, now or at a point in time, without their content; a version is the case's. Withdrawn ones
        too, with the reason. A provider sees its own."""
        authorize(caller, case, attachments.case_kind)
        then = load_case_for_response(app, of_case.decider, case, at, response)
        loaded = [(added, then.load(decider, added)) for added in then.streams_opened_by(AttachmentAdded)]
        return list_loaded(app, caller, case, loaded, PersonNames(app), at)

    def list_loaded(
        app: ServiceApplication,
        caller: Caller,
        case: UUID,
        loaded: Iterable[tuple[UUID, LoadedAggregate[Attachment]]],
        people: PersonNames,
        at: PointInTime = PRESENT,
    ) -> list[Any]:
        shown = [each for each in loaded if _may_read(each[1].state, caller, own_only)]
        names = people.find({attachment.state.added_by for _, attachment in shown})
        return [
            plain_state(app, added, attachment)
            | {"names": {who: name for who, name in names.items() if who == attachment.state.added_by}}
            | {"links": attachments.links_at(app, caller, case, added, attachment.state, at)}
            for added, attachment in shown
        ]

    of_case.parts_within.append(
        CaseParts(
            "attachments",
            ListedAttachment,
            roles=frozenset(roles),
            decider=decider,
            opened_by=AttachmentAdded,
            show=list_loaded,
        )
    )


def _may_read(attachment: Attachment, caller: Caller, own_only: Container[Role]) -> bool:
    return caller.actor.role not in own_only or attachment.added_by == caller.actor.id


def _add_download(attachments: AggregateEndpoints[Attachment], own_only: Container[Role], *roles: Role) -> None:
    @attachments.router.get(
        "/{id}",
        response_class=Response,
        summary="Download an attachment",
        responses={
            200: {
                "content": dict.fromkeys(ACCEPTED_TYPES, BINARY_SCHEMA),
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
        if_none_match: Annotated[str | None, Header(description="The ETag of the content that you have")] = None,
    ) -> Response:
        """The content, as it was received: it never changes, and once withdrawn it is destroyed. A provider downloads
        its own."""
        authorize(caller, case, attachments.case_kind)
        attachments.require(app, case, id)
        if not _may_read(app.load_existing(decider, id).state, caller, own_only):
            raise UnknownCase(str(id))
        return content_response(app, id, if_none_match or "")


def _add_command(content: bytearray, kind: StrEnum, title: str, name: str) -> AddAttachment:
    """Raises Refused for a type that is not accepted."""
    media_type, salt = media_type_of(content, name).name, token_bytes(16)
    digest = sha256(salt)
    digest.update(content)
    return AddAttachment(
        kind,
        title,
        file_name=name,
        media_type=media_type,
        size=len(content),
        content_hash=digest.hexdigest(),
        salt=salt.hex(),
    )


def content_response(app: ServiceApplication, id: UUID, known_etags: str) -> Response:  # noqa: A002
    """The content of an attachment, to be saved. Raises ATTACHMENT_ERASED."""
    attachment = app.load_existing(decider, id).state
    if attachment.status is AttachmentStatus.WITHDRAWN:
        raise ATTACHMENT_ERASED("Cette pièce jointe a été retirée du dossier\u00a0: son contenu est détruit.")
    assert attachment.file_name is not None
    name = safe_file_name(app.key_store.decrypt(attachment.file_name), attachment.media_type)
    etag = f'"{attachment.content_hash}"'
    if etag in known_etags:
        return Response(status_code=304, headers={"ETag": etag})
    chunks = read_attachment(app, id, attachment)
    first = next(chunks)  # before the response begins: the content may be gone
    return StreamingResponse(
        chain([first], chunks),
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
