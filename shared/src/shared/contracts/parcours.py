"""What parcours tells: how the accompaniment goes on and ends."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts import erasure
from shared.contracts.base import PublicEvent


class FromParcours(PublicEvent):
    publisher: ClassVar[str] = "parcours"


class ParcoursValidated(FromParcours):
    """The structure validated version `validated_version` of its parcours. `actions` counts them by kind."""

    name: ClassVar[str] = "parcours-validated"

    validated_version: int
    content_hash: str
    actions: dict[str, int]


class ParcoursCompleted(FromParcours):
    """Every action is settled and the debrief was held: follow-up begins, or goes on after an update of the parcours.

    `baseline` and `definitions`, by indicator code, are what the diagnosis measured: what follow-up compares with."""

    name: ClassVar[str] = "parcours-completed"

    structure: UUID
    unit: str
    adviser: str
    actions_done: int
    actions_abandoned: int
    actions_carried_over: int = 0
    baseline: dict[str, float] = Field(default_factory=dict)
    definitions: dict[str, str] = Field(default_factory=dict)


class ParcoursAbandoned(FromParcours):
    """The structure or the adviser ended the accompaniment before its term."""

    name: ClassVar[str] = "parcours-abandoned"


class ParcoursUpdateAbandoned(FromParcours):
    """The update of a parcours that was completed once is given up: it is completed again as it was, and its follow-up
    goes on."""

    name: ClassVar[str] = "parcours-update-abandoned"


class PersonErased(FromParcours, erasure.PersonErased):
    """Somebody was forgotten: their key is destroyed in this service. `values`: how many values it sealed."""


PUBLISHED_EVENTS = (ParcoursValidated, ParcoursCompleted, ParcoursAbandoned, ParcoursUpdateAbandoned, PersonErased)
