"""What a link to a case opens to a provider: its own in that case, and in the collective operations of its actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from parcours.api.tenders import tenders_of
from parcours.domain import parcours
from parcours.domain.collective import operation
from parcours.domain.state import Action, ActionStatus
from parcours.domain.tender.state import Tender
from shared.eventlog import ServiceApplication
from shared.temporal import PRESENT, CaseAt, NotYetOpened, PointInTime, load_case_at


@dataclass(frozen=True, slots=True)
class ProviderPart:
    """A parcours, or a collective `operation`: its tenders, and the actions or the mission that call providers in."""

    operation: UUID | None
    then: CaseAt
    actions: Mapping[UUID, Action]

    def tenders(self) -> Iterator[tuple[UUID, Tender]]:
        return tenders_of(self.then)

    def candidacies(self, account: str) -> list[tuple[UUID, Tender, UUID]]:
        """Each tender that the account was invited to, and its key in it."""
        return [
            (number, state, key)
            for number, state in self.tenders()
            for key, candidate in state.candidates.items()
            if candidate.account == account
        ]

    def assigned(self, account: str) -> set[UUID]:
        """The actions that the account was chosen for."""
        return {key for key, action in self.actions.items() if action.retained and action.retained.account == account}


def load_provider_parts(
    app: ServiceApplication, case: UUID, then: CaseAt, point: PointInTime = PRESENT
) -> Iterator[ProviderPart]:
    """`then`: the case at that point in time. An operation counts for as long as an action of the case is in it."""
    actions = then.load(parcours.decider, case).state.actions
    yield ProviderPart(None, then, actions=actions)
    standing = (action for action in actions.values() if action.status is not ActionStatus.ABANDONED)
    for key in dict.fromkeys(action.operation for action in standing if action.operation):
        if at := _load_operation(app, key, then, point):
            yield ProviderPart(key, at, actions=at.load(operation.decider, key).state.missions)


def _load_operation(app: ServiceApplication, key: UUID, then: CaseAt, point: PointInTime) -> CaseAt | None:
    """A version is that of the case: of the operation counts what was recorded by then."""
    if point.version is None:
        try:
            return load_case_at(app, operation.decider, key, point)
        except NotYetOpened:
            return None
    now = load_case_at(app, operation.decider, key, PRESENT)
    recorded = [pair for pair in now.counted if pair[0].id <= then.last.id]
    version = sum(entry.originator_id == key for entry, _ in recorded)
    return CaseAt(recorded, recorded[-1][0], version=version) if version else None
