"""When is a closed dossier an archive, which its unit works on no more? From its term on, until it is needed again."""

from __future__ import annotations

from collections.abc import Iterator

from intake.domain.commands import ArchiveDossier, UnarchiveDossier
from intake.domain.events import DossierArchived, DossierUnarchived, Event
from intake.domain.state import Request, Status
from shared.kernel import CaseAccess, Context, Refusal

ARCHIVED = Refusal("dossier-archived", "Ce dossier est en archive")
NOT_ARCHIVED = Refusal("not-archived", "Ce dossier n’est pas en archive")


def decided(request: Request, command: ArchiveDossier | UnarchiveDossier, context: Context) -> list[Event]:
    adviser, confidential = in_charge_by_name(request)
    match command:
        case ArchiveDossier(since):
            if request.status is not Status.CLOSED or request.archived:
                return []
            return [DossierArchived(since, adviser, confidential=confidential)]
        case UnarchiveDossier(motive):
            if not request.archived:
                raise NOT_ARCHIVED("Son unité le lit déjà\u00a0: il n’y a rien à en sortir.")
            return [DossierUnarchived(adviser, confidential, motive=context.text(motive))]


def reopened(request: Request) -> list[Event]:
    """A case that resumes is worked on again."""
    return [DossierUnarchived(*in_charge_by_name(request))] if request.archived else []


def check_worked_on(request: Request) -> None:
    if request.archived:
        raise ARCHIVED("Rien n’y change plus. Si vous en avez de nouveau besoin, le ou la DPO peut l’en sortir.")


def case_access(_request: Request, event: Event) -> CaseAccess | None:
    match event:
        case DossierArchived(_, adviser, confidential=confidential):
            return CaseAccess(adviser, confidential, archived=True)
        case DossierUnarchived(adviser, confidential):
            return CaseAccess(adviser, confidential)
    return None


def available_commands(request: Request) -> Iterator[type]:
    if request.status is Status.CLOSED:
        yield UnarchiveDossier if request.archived else ArchiveDossier


def in_charge_by_name(request: Request) -> tuple[str | None, bool]:
    """An archive changes neither who was put in charge, nor whether it is confidential."""
    return request.adviser if request.by_name else None, request.confidential is not None
