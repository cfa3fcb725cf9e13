"""Archives: closed cases past their term, which their unit neither reads nor changes until they are needed again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intake.domain.request.state import Request, RequestStatus
from shared.kernel import CaseAccess, Context, Day, Encrypted, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

ARCHIVED = Refusal("case-archived", "Ce dossier est en archive")
NOT_ARCHIVED = Refusal("not-archived", "Ce dossier n’est pas en archive")


@event("case-archived", label="Dossier versé en archive", effective="since")
class CaseArchived:
    """Readable only to those who may consult archives. `adviser`, `confidential`: unchanged."""

    since: date
    adviser: str | None
    confidential: bool


@event("case-unarchived", label="Dossier sorti d’archive")
class CaseUnarchived:
    """`reason`: null when the case resumed by itself."""

    adviser: str | None
    confidential: bool
    reason: Encrypted | None = None


@command(leads_to=(CaseArchived,))
class ArchiveCase:
    """The case has been closed for as long as the unit may need it. It is an archive from its term on: `since`."""

    since: Day


@command(title="Sortir le dossier d’archive", leads_to=(CaseUnarchived,), may_refuse=(NOT_ARCHIVED,))
class UnarchiveCase:
    """The unit needs the case again. Its term counts from that day."""

    reason: Reason


Event = CaseArchived | CaseUnarchived


def archive_case(request: Request, command: ArchiveCase) -> list[CaseArchived]:
    if request.status is not RequestStatus.CLOSED or request.archived:
        return []
    adviser, confidential = _access(request)
    return [CaseArchived(command.since, adviser, confidential=confidential)]


def unarchive_case(request: Request, command: UnarchiveCase, context: Context) -> list[CaseUnarchived]:
    if not request.archived:
        raise NOT_ARCHIVED("Son unité le lit déjà\u00a0: il n’y a rien à en sortir.")
    adviser, confidential = _access(request)
    return [CaseUnarchived(adviser, confidential, reason=context.text(command.reason))]


def resume(request: Request) -> list[CaseUnarchived]:
    """A case that resumes is an archive no longer."""
    return [CaseUnarchived(*_access(request))] if request.archived else []


def require_not_archived(request: Request) -> None:
    if request.archived:
        raise ARCHIVED("Rien n’y change plus. Si vous en avez de nouveau besoin, le ou la DPO peut l’en sortir.")


def case_access(event: Event) -> CaseAccess:
    match event:
        case CaseArchived(_, adviser, confidential=confidential):
            return CaseAccess(adviser, confidential, archived=True)
        case CaseUnarchived(adviser, confidential):
            return CaseAccess(adviser, confidential)


def available_commands(request: Request) -> Iterator[type]:
    if request.status is RequestStatus.CLOSED:
        yield UnarchiveCase if request.archived else ArchiveCase


def _access(request: Request) -> tuple[str | None, bool]:
    """Archiving changes neither the assigned adviser nor the confidentiality."""
    return request.adviser if request.assigned else None, request.confidential is not None


def evolve(request: Request, event: Event) -> Request:
    return replace(request, archived=isinstance(event, CaseArchived))
