"""Attachments of a case: their kinds, and the events that cite one as their proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

from parcours.domain.state import Action
from shared.attachments import CiteAttachment, attachment
from shared.kernel import CompanionCommand, Context, LabelledEnum, event_name
from shared.kernel.frozen import replace

REQUIRES_ATTACHMENT = (attachment.UNKNOWN_ATTACHMENT, attachment.WITHDRAWN)
"""What refuses an event that cites an attachment as its proof."""


class ParcoursAttachmentKind(LabelledEnum):
    TERMS_OF_REFERENCE = "terms_of_reference", "cahier des charges"
    SIGNED_AGREEMENT = "signed_agreement", "convention signée"
    SIGNED_AMENDMENT = "signed_amendment", "avenant signé"
    FINAL_REPORT = "final_report", "rapport final du prestataire"
    DELIVERABLE = "deliverable", "livrable du prestataire"
    INVOICE = "invoice", "facture"
    MINUTES = "minutes", "procès-verbal ou compte rendu"
    OTHER = "other", "autre pièce"


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
