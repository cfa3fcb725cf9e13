"""What diagnostic does when the other services tell something."""

from __future__ import annotations

from diagnostic.domain import commands, diagnosis
from shared.access import follow_in_charge, follow_register
from shared.contracts.intake import RequestAdmitted
from shared.erasure.reactions import follow_erasures
from shared.messaging import Header, Reactions, To

reactions = Reactions("diagnostic")
follow_register(reactions)
follow_erasures(reactions)
follow_in_charge(reactions)


@reactions.on(RequestAdmitted)
def open_diagnosis(event: RequestAdmitted, header: Header) -> To:
    """A structure entered the DLA: its diagnosis opens by itself."""
    command = commands.OpenDiagnosis(event.structure, event.unit, event.adviser, header.recorded_at, event.headcount)
    return To(diagnosis.decider, header.case, command)
