"""Attachments of a case: their kinds, and the events that cite one as their proof."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from parcours.domain.state import Action
from shared.attachments import CiteAttachment, attachment
from shared.kernel import CompanionCommand, Context, event_name
from shared.kernel.frozen import replace

REQUIRES_ATTACHMENT = (attachment.UNKNOWN_ATTACHMENT, attachment.WITHDRAWN)
"""What refuses an event that cites an attachment as its proof."""


class ParcoursAttachmentKind(StrEnum):
    TERMS_OF_REFERENCE = "terms_of_reference"
    SIGNED_AGREEMENT = "signed_agreement"
    SIGNED_AMENDMENT = "signed_amendment"
    FINAL_REPORT = "final_report"
    DELIVERABLE = "deliverable"
    INVOICE = "invoice"
    MINUTES = "minutes"
    OTHER = "other"


OF_LEADERS = frozenset(
    {
        ParcoursAttachmentKind.SIGNED_AGREEMENT,
        ParcoursAttachmentKind.SIGNED_AMENDMENT,
        ParcoursAttachmentKind.MINUTES,
        ParcoursAttachmentKind.OTHER,
    }
)
"""What a leader adds: the papers that the structure signed."""
OF_PROVIDERS = frozenset(
    {ParcoursAttachmentKind.FINAL_REPORT, ParcoursAttachmentKind.DELIVERABLE, ParcoursAttachmentKind.INVOICE}
)
"""What a provider adds, of its own assignment."""


class CitingEvent(Protocol):
    """An event that names its proof, where there is one."""

    @property
    def action(self) -> UUID: ...

    @property
    def attachment(self) -> UUID | None: ...


def cite_attachment(event: CitingEvent, context: Context) -> Iterator[CompanionCommand]:
    if event.attachment:
        cite = CiteAttachment(event_name(event).name, event.action)
        yield CompanionCommand(attachment.decider, event.attachment, command=cite, case=context.case)


def with_attachment(action: Action, event: CitingEvent) -> Action:
    return replace(action, proofs=(*action.proofs, event.attachment)) if event.attachment else action
