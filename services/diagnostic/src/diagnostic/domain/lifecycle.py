"""Statuses of a diagnosis, how it opens, and the events by which an edit voids what the leaders read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.kernel import Refusal, event
from shared.kernel.events import command


class DiagnosisStatus(StrEnum):
    NEW = "new"
    OPEN = "open"
    SUBMITTED = "submitted"
    CONTESTED = "contested"
    VALIDATED = "validated"
    AGREED = "agreed"


NOT_OPEN = Refusal("diagnosis-not-open", "Le diagnostic n’est pas ouvert")
ALREADY_AGREED = Refusal("plan-already-agreed", "Le plan d’accompagnement est déjà convenu")


@event("diagnosis-opened", label="Diagnostic ouvert")
class DiagnosisOpened:
    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    headcount: int | None = None


@event("submission-voided", label="Diagnostic modifié depuis sa soumission\u00a0: il doit être soumis de nouveau")
class SubmissionVoided:
    """`version`: the one that had been submitted."""

    version: int


@event("validation-voided", label="Diagnostic modifié depuis sa validation\u00a0: la validation ne tient plus")
class ValidationVoided:
    """`version`: the one that had been validated."""

    version: int


@command(leads_to=(DiagnosisOpened,))
class OpenDiagnosis:
    """A structure entered the DLA: its diagnosis begins. `headcount` null: not known."""

    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    headcount: int | None = None


VOIDED = (SubmissionVoided, ValidationVoided)
"""What any edit of the content can lead to besides its own event."""
CONTENT_CLOSED = (NOT_OPEN, ALREADY_AGREED)
"""What refuses any edit of the content, and any decision on it."""
