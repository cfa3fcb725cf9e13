"""/api/v1/requests/{case}/transmission: what the recipient of an orientation reads of a case, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Response

from intake.documents.structure import structure_facts
from intake.domain.orientation import Orientation, OrientationStatus
from intake.domain.personal_link import decider as personal_links
from intake.domain.request import request
from intake.domain.structure import EncryptedContact
from intake.mail.recipients import find_own_orientation
from shared.attachments import AttachmentStatus
from shared.attachments.attachment import decider as attachments
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import Role
from shared.web.auth import Caller, authorize, requires
from shared.web.http import problem_responses
from shared.web.requests import AppDep, Link, case_router
from shared.web.resources import AggregateEndpoints, content_response

SHOWN = frozenset({OrientationStatus.SENT, OrientationStatus.ACKNOWLEDGED})
"""Before the recipient has concluded or declined: what they were sent is not theirs to read after that."""
RecipientDep = Annotated[Caller, requires(Role.RECIPIENT)]


@dataclass(frozen=True, slots=True)
class TransmittedFact:
    """`label`: in French, as in the letter of the orientation."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class TransmittedAttachment:
    """`size`: in bytes."""

    id: UUID
    title: str
    size: int
    href: str


@dataclass(frozen=True, slots=True)
class TransmittedOrientation:
    """What was sent, as long as it waits for an answer or for its outcome; empty once it is concluded or declined.

    `version`: of the orientation, for If-Match. `until`: the last day of the link. `structure`, `contact`: who asks, as
    the structure agreed."""

    id: UUID
    version: int
    status: OrientationStatus
    status_label: str
    unit: str
    until: date | None
    sent_on: date | None
    structure: tuple[TransmittedFact, ...]
    contact: tuple[TransmittedFact, ...]
    reason: str | None
    message: str | None
    attachments: tuple[TransmittedAttachment, ...]
    links: list[Link]


def build_router(orientations: AggregateEndpoints[Orientation]) -> APIRouter:
    router = case_router("/requests/{case}/transmission", "orientations")

    @router.get("", name="get_transmission", summary="Read the orientation that was sent to you")
    def get_transmission(case: UUID, app: AppDep, caller: RecipientDep) -> TransmittedOrientation:
        """With `links`, the answers that you may give next."""
        authorize(caller, case, request.decider.name)
        id_, version, state = _own(app, case, caller)
        is_shown = state.status in SHOWN
        asking = app.load_existing(request.decider, case).state
        assert asking.structure and asking.unit
        return TransmittedOrientation(
            id_,
            version,
            status=state.status,
            status_label=state.status.label,
            unit=asking.unit,
            until=app.load_existing(personal_links, UUID(caller.actor.id)).state.until,
            sent_on=state.dates.get(OrientationStatus.SENT),
            structure=tuple(TransmittedFact(*each) for each in structure_facts(asking.structure)) if is_shown else (),
            contact=_contact(app, asking.contact) if is_shown else (),
            reason=app.key_store.display_text(state.reason) if is_shown and state.reason else None,
            message=app.key_store.display_text(state.message) if is_shown and state.message else None,
            attachments=_attachments(app, case, state) if is_shown else (),
            links=[*map(Link.model_validate, orientations.links(app, caller, case, id_, state))],
        )

    @router.get(
        "/attachments/{attachment}",
        name="download_transmitted_attachment",
        response_class=Response,
        summary="Download an attachment that was sent to you",
        responses={200: {"description": "The file as it was received"}, **problem_responses(410)},
    )
    def download(
        attachment: Annotated[UUID, Path(description="One of those that were transmitted")],
        case: UUID,
        app: AppDep,
        caller: RecipientDep,
        if_none_match: Annotated[str | None, Header(description="The ETag of the content that you have")] = None,
    ) -> Response:
        """One that the structure agreed to transmit; gone once you have concluded or declined."""
        authorize(caller, case, request.decider.name)
        _, _, state = _own(app, case, caller)
        if state.status not in SHOWN or attachment not in state.attachments:
            raise UnknownCase(str(attachment))
        return content_response(app, attachment, if_none_match or "")

    return router


def _own(app: ServiceApplication, case: UUID, caller: Caller) -> tuple[UUID, int, Orientation]:
    """Raises UnknownCase when nothing of this case was sent to the caller."""
    found = find_own_orientation(app, case, UUID(caller.actor.id))
    if found is None:
        raise UnknownCase(str(case))
    return found


def _contact(app: ServiceApplication, contact: EncryptedContact | None) -> tuple[TransmittedFact, ...]:
    if contact is None:
        return ()
    lines = (
        ("Nom", contact.name),
        ("Fonction", contact.function),
        ("Courriel", contact.email),
        ("Téléphone", contact.phone),
    )
    return tuple(TransmittedFact(label, app.key_store.display_text(value)) for label, value in lines if value)


def _attachments(app: ServiceApplication, case: UUID, state: Orientation) -> tuple[TransmittedAttachment, ...]:
    """Without those that were withdrawn since."""
    loaded = [(id_, app.load_existing(attachments, id_).state) for id_ in state.attachments]
    return tuple(
        TransmittedAttachment(
            id_,
            app.key_store.display_text(each.title),
            size=each.size,
            href=f"/api/v1/requests/{case}/transmission/attachments/{id_}",
        )
        for id_, each in loaded
        if each.status is AttachmentStatus.ACTIVE and each.title
    )
