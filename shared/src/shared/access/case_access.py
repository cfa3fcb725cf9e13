"""Who is in charge of a case, and who reads it? Each service's own copy of what intake says, heard in order."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.intake import CaseAccessChanged
from shared.kernel import CaseAccess, Context, Decider, event, uuid7_after
from shared.kernel.events import command
from shared.messaging import CommandDispatch, Header, Reactions


@event("case-access-replicated", label="Personne en charge du dossier, et confidentialité, connues de ce service")
class CaseAccessReplicated:
    adviser: str | None
    confidential: bool
    archived: bool = False


@command(leads_to=(CaseAccessReplicated,))
class ReplicateCaseAccess:
    adviser: str | None
    confidential: bool
    archived: bool = False


@dataclass(frozen=True, slots=True)
class CaseAccessState:
    """Beside the case's own aggregate, which may open later."""

    adviser: str | None = None
    confidential: bool = False
    archived: bool = False


def decide(heard: CaseAccessState, command: ReplicateCaseAccess, _context: Context) -> list[CaseAccessReplicated]:
    if command == ReplicateCaseAccess(heard.adviser, heard.confidential, archived=heard.archived):
        return []
    return [CaseAccessReplicated(command.adviser, command.confidential, archived=command.archived)]


def evolve(_heard: CaseAccessState, event: CaseAccessReplicated) -> CaseAccessState:
    return CaseAccessState(event.adviser, event.confidential, archived=event.archived)


def case_access(_heard: CaseAccessState, event: CaseAccessReplicated) -> CaseAccess:
    return CaseAccess(event.adviser, event.confidential, archived=event.archived)


decider: Decider[CaseAccessState] = Decider(
    "case_access",
    CaseAccessState(),
    decide=decide,
    evolve=evolve,
    commands=(ReplicateCaseAccess,),
    events=(CaseAccessReplicated,),
    case_access=case_access,
)


def follow_case_access(reactions: Reactions) -> None:
    """For the reactions of each phase that intake hands cases to."""

    @reactions.on(CaseAccessChanged)
    def hear_in_charge(told: CaseAccessChanged, header: Header) -> CommandDispatch:
        """Somebody else is in charge of the case, or it becomes confidential or an archive, or no longer is."""
        stream = uuid7_after(header.case, "in-charge")
        return CommandDispatch(
            decider,
            stream,
            command=ReplicateCaseAccess(told.adviser, told.confidential, archived=told.archived),
            case=header.case,
        )
