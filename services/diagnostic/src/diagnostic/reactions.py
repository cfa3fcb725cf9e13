"""Reactions of diagnostic to the integration events of other services."""

from __future__ import annotations

from diagnostic.domain import diagnosis, lifecycle
from diagnostic.ownership import find_protected_case
from shared.access import follow_case_access, follow_emergency_access, follow_register
from shared.contracts.intake import CaseClosed, RequestAdmitted
from shared.erasure.reactions import follow_erasures
from shared.kernel import EndingKind
from shared.messaging import CommandDispatch, Header, Reactions
from shared.names.transit import follow_names

reactions = Reactions("diagnostic")
follow_register(reactions)
follow_erasures(reactions, find_protected_case)
follow_case_access(reactions)
follow_emergency_access(reactions)
follow_names(reactions)


@reactions.on(RequestAdmitted)
def open_diagnosis(event: RequestAdmitted, header: Header) -> CommandDispatch:
    """A structure entered the DLA: its diagnosis opens."""
    command = lifecycle.OpenDiagnosis(
        event.structure, event.unit, adviser=event.adviser, admitted_at=header.recorded_at, headcount=event.headcount
    )
    return CommandDispatch(diagnosis.decider, header.case, command=command)


@reactions.on(CaseClosed)
def stop_diagnosis(event: CaseClosed, header: Header) -> CommandDispatch | None:
    """The structure gave up before its parcours: nothing of its diagnosis waits any more."""
    if event.kind != EndingKind.GIVEN_UP:
        return None
    return CommandDispatch(diagnosis.decider, header.case, command=lifecycle.StopDiagnosis(event.on))
