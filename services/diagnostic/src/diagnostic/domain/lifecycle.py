"""Statuses of a diagnosis, how it opens, and the events by which an edit voids what the leaders read."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from shared.kernel import LabelledEnum, Refusal, event
from shared.kernel.events import command


class DiagnosisStatus(LabelledEnum):
    NEW = "new", "pas commencé"
    OPEN = "open", "en cours"
    SUBMITTED = "submitted", "soumis à la structure"
    CONTESTED = "contested", "contesté par la structure"
    VALIDATED = "validated", "validé par la structure"
    AGREED = "agreed", "plan d’accompagnement convenu"
    STOPPED = "stopped", "arrêté\u00a0: la structure a renoncé"


NOT_OPEN = Refusal("diagnosis-not-open", "Le diagnostic n’est pas ouvert")
ALREADY_AGREED = Refusal("plan-already-agreed", "Le plan d’accompagnement est déjà convenu")
DIAGNOSIS_STOPPED = Refusal("diagnosis-stopped", "Le diagnostic est arrêté")


@event("diagnosis-opened", label="Diagnostic ouvert")
class DiagnosisOpened:
    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    headcount: int | None = None


@event("diagnosis-stopped", label="Diagnostic arrêté\u00a0: la structure a renoncé", effective="on")
class DiagnosisStopped:
    """`on`: the day on which the structure gave up."""

    on: date


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


@command(leads_to=(DiagnosisStopped,))
class StopDiagnosis:
    """The structure gave up before its parcours, on that day. Of no effect once the plan is agreed."""

    on: date


VOIDED = (SubmissionVoided, ValidationVoided)
"""What any edit of the content can lead to besides its own event."""
CONTENT_CLOSED = (NOT_OPEN, ALREADY_AGREED, DIAGNOSIS_STOPPED)
"""What refuses any edit of the content, and any decision on it."""
