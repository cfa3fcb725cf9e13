"""What was a resource centre asked, and what did it answer? For who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from diagnostic.domain.advice import seen_by
from diagnostic.domain.diagnosis import decider
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import Actor, Role
from shared.temporal import CaseAt


@dataclass(frozen=True, slots=True)
class AdviceReading:
    """A question to a resource centre, and its answer once there is one."""

    advice: UUID
    centre: str
    question: str
    received_on: date | None
    answer: str | None


def advice(app: ServiceApplication, then: CaseAt, case: UUID, reader: Actor) -> list[AdviceReading]:
    """What the reader may see of it. Raises UnknownCase to a centre that had been asked nothing of this case."""
    found = seen_by(reader, then.loaded(decider, case).state.advice)
    if reader.role is Role.RESOURCE_CENTRE and not found:
        raise UnknownCase(str(case))
    shown = app.vault.shown
    return [
        AdviceReading(
            each.advice,
            shown(each.centre),
            question=shown(each.question),
            received_on=each.received_on,
            answer=shown(each.answer) if each.answer else None,
        )
        for each in found
    ]
