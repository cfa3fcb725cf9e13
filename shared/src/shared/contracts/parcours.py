"""Integration events of parcours: how the support goes on and ends."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts import access_log, erasure
from shared.contracts.base import PublicEvent


class FromParcours(PublicEvent):
    publisher: ClassVar[str] = "parcours"


class ParcoursValidated(FromParcours):
    """The structure validated a version of its parcours."""

    name: ClassVar[str] = "parcours-validated"

    validated_version: int = Field(description="The version of the parcours that was validated")
    content_hash: str = Field(description="SHA-256 of its content, in hexadecimal")
    actions: dict[str, int] = Field(description="Number of actions by kind")


class ParcoursCompleted(FromParcours):
    """Every action is done or given up and the debrief took place: follow-up begins, or goes on after an update."""

    name: ClassVar[str] = "parcours-completed"

    structure: UUID = Field(description="The same for the same structure, from one case to the next")
    unit: str = Field(description="The unit that supports the structure")
    adviser: str = Field(description="Pseudonym of the adviser in charge")
    actions_done: int = Field(description="Number of actions done")
    actions_abandoned: int = Field(description="Number of actions given up")
    actions_carried_over: int = Field(
        default=0, description="Number of actions that the structure carries on by itself"
    )
    baseline: dict[str, float] = Field(
        default_factory=dict, description="Value of each indicator by code, as the diagnosis measured it"
    )
    definitions: dict[str, str] = Field(
        default_factory=dict, description="By code, what each indicator counts that is not a standard one"
    )


class ParcoursAbandoned(FromParcours):
    """The support ended before its term. Published again when its ending is corrected."""

    name: ClassVar[str] = "parcours-abandoned"

    kind: str = Field(
        default="abandoned",
        description="`abandoned` (by the adviser), `withdrawn` (by the structure) or `closed_down` (it has ceased)",
    )
    on: date | None = Field(default=None, description="The day on which it ended; null: that of the recording")


class ParcoursUpdateAbandoned(FromParcours):
    """The update of a completed parcours is given up: the parcours is completed again as it was, and its follow-up goes
    on."""

    name: ClassVar[str] = "parcours-update-abandoned"


class ParcoursContested(FromParcours):
    """A leader of the structure contests a version of the parcours. The reason stays with the case."""

    name: ClassVar[str] = "parcours-contested"

    contested_version: int = Field(description="The version of the parcours that is contested")


class PersonErased(FromParcours, erasure.PersonErased):
    """A person was erased from this service: their key is destroyed."""


class AccessLogSealed(FromParcours, access_log.AccessLogSealed):
    """The reads that this service recorded on a day are counted and hashed."""


PUBLISHED_EVENTS = (
    ParcoursValidated,
    ParcoursContested,
    ParcoursCompleted,
    ParcoursAbandoned,
    ParcoursUpdateAbandoned,
    PersonErased,
    AccessLogSealed,
)
