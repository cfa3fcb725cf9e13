"""Reactions of followup to the integration events of other services."""

from __future__ import annotations

from followup.domain import follow_up, opening, parcours_update
from followup.ownership import find_protected_case
from followup.settings import load_settings
from shared.access import follow_case_access, follow_emergency_access, follow_register
from shared.contracts.diagnostic import BaselineCorrected
from shared.contracts.parcours import ParcoursAbandoned, ParcoursCompleted, ParcoursUpdateAbandoned
from shared.erasure.reactions import follow_erasures
from shared.messaging import CommandDispatch, Header, Reactions
from shared.names.transit import follow_names

reactions = Reactions("followup")
follow_register(reactions)
follow_erasures(reactions, find_protected_case)
follow_case_access(reactions)
follow_emergency_access(reactions)
follow_names(reactions)


@reactions.on(ParcoursCompleted)
def open_follow_up(event: ParcoursCompleted, header: Header) -> CommandDispatch:
    """The parcours has ended: its follow-up opens, or resumes if it had opened before an update of the parcours."""
    command = opening.OpenFollowUp(
        header.id,
        header.recorded_at,
        structure=event.structure,
        unit=event.unit,
        adviser=event.adviser,
        baseline=event.baseline,
        definitions=event.definitions,
        reviews=load_settings().reviews,
    )
    return CommandDispatch(follow_up.decider, header.case, command=command)


@reactions.on(BaselineCorrected)
def replicate_baseline_correction(event: BaselineCorrected, header: Header) -> CommandDispatch:
    """Diagnostic corrected a figure: reviews, those already held included, are compared with the corrected one."""
    command = opening.ReplicateBaselineCorrection(
        event.code, event.value, effective_on=event.effective_on, corrected_at=header.recorded_at
    )
    return CommandDispatch(follow_up.decider, header.case, command=command)


@reactions.on(ParcoursAbandoned)
def drop_parcours_update(_: ParcoursAbandoned, header: Header) -> CommandDispatch:
    """The parcours was abandoned: the follow-up no longer waits for its update."""
    return CommandDispatch(follow_up.decider, header.case, command=parcours_update.DropParcoursUpdate())


@reactions.on(ParcoursUpdateAbandoned)
def drop_abandoned_update(_: ParcoursUpdateAbandoned, header: Header) -> CommandDispatch:
    """Only the update was abandoned: the follow-up goes on with its reviews, and can be concluded."""
    return CommandDispatch(follow_up.decider, header.case, command=parcours_update.DropParcoursUpdate())
