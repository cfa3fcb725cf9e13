"""The cases that a case comes from or leads to, as the integration events of its timeline name them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from audit.timeline import TimelineEvent
from shared.contracts.followup import NeedFound
from shared.contracts.intake import LinkedRequestOpened, TransferReceived, TransferTakenOver
from shared.contracts.registry import find_contract, other_cases
from shared.kernel import LabelledEnum


class CaseRelation(LabelledEnum):
    """What another case is to this one."""

    TRANSFERRED_FROM = "transferred_from", "dossier de l’unité qui a transféré la demande"
    TAKEN_OVER_AS = "taken_over_as", "dossier de l’unité qui a repris la demande"
    ORIGIN_OF_NEED = "origin_of_need", "dossier dont le suivi a repéré le besoin"
    REQUEST_FOR_NEED = "request_for_need", "demande ouverte pour un besoin repéré pendant le suivi"


RELATIONS = {
    TransferReceived: CaseRelation.TRANSFERRED_FROM,
    TransferTakenOver: CaseRelation.TAKEN_OVER_AS,
    LinkedRequestOpened: CaseRelation.ORIGIN_OF_NEED,
    NeedFound: CaseRelation.REQUEST_FOR_NEED,
}
TRANSFERS = frozenset({CaseRelation.TRANSFERRED_FROM, CaseRelation.TAKEN_OVER_AS})


@dataclass(frozen=True, slots=True)
class LinkedCase:
    id: UUID
    relation: CaseRelation


def find_linked_cases(events: Iterable[TimelineEvent]) -> Iterator[LinkedCase]:
    """In the order in which they became known."""
    for event in events:
        received = event.received
        relation = RELATIONS.get(find_contract(received.publisher, received.contract))  # type: ignore[arg-type]
        if relation is not None and received.body is not None:
            for case in other_cases(received.publisher, received.contract, json.loads(received.body)):
                yield LinkedCase(case, relation)


def follow_transfers(
    case: UUID, load: Callable[[UUID], Sequence[TimelineEvent]], shows_bodies: Callable[[UUID], bool | None]
) -> dict[UUID, Sequence[TimelineEvent]]:
    """The events of the case and of those that it was transferred from and taken over as, from one to the next; a chain
    ends at a case of which only the headers are shown, and before one of which nothing is."""
    found, waiting = {case: load(case)}, [case]
    while waiting:
        if not shows_bodies(current := waiting.pop()):
            continue
        for linked in find_linked_cases(found[current]):
            if linked.relation in TRANSFERS and linked.id not in found and shows_bodies(linked.id) is not None:
                found[linked.id] = load(linked.id)
                waiting.append(linked.id)
    return found
