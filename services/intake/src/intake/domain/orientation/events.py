"""What is recorded of an orientation."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from shared.kernel import Encrypted, LabelledEnum, PersonalData, event


class OrientationStatus(LabelledEnum):
    NEW = "new", "à proposer"
    PROPOSED = "proposed", "proposée"
    CONSENTED = "consented", "acceptée"
    SENT = "sent", "transmise"
    ACKNOWLEDGED = "acknowledged", "bien reçue"
    CONCLUDED = "concluded", "conclue"
    DECLINED = "declined", "déclinée"


class ChaseChannel(LabelledEnum):
    """How the target was asked again."""

    PHONE = "phone", "par téléphone"
    EMAIL = "email", "par courriel"
    LETTER = "letter", "par courrier"
    MEETING = "meeting", "de vive voix"
    OTHER = "other", "autrement"


def _no_attachments(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"attachments": None}


def _without_recipient(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"recipient": None, "name": None, "email": None}


def _typed_by_the_unit(data: dict[str, Any]) -> dict[str, Any]:
    """Before version 2 nobody but the unit could record what the recipient answered."""
    return data | {"on_behalf": True}


def _typed_by_an_unknown_role(data: dict[str, Any]) -> dict[str, Any]:
    """The unit or the leader; only the event's metadata tell which."""
    return data | {"on_behalf": None}


@event("orientation-proposed", label="Orientation proposée", effective="on")
class OrientationProposed:
    """`target`: the listed name of `code`; `other`: an actor who is not in the list and may be a person, so that the
    name has a key of its own."""

    case: UUID
    target: str | None
    reason: Encrypted
    on: date
    code: str | None = None
    other: PersonalData | None = None


@event(
    "orientation-consented",
    version=2,
    label="Accord de la structure pour l’orientation",
    effective="on",
    upcasts={1: _no_attachments},
)
class OrientationConsented:
    """`attachments`: those of the case that the structure agrees to transmit; null before they could be named."""

    on: date
    attachments: tuple[UUID, ...] | None = ()


@event("orientation-sent", version=2, label="Orientation transmise", effective="on", upcasts={1: _without_recipient})
class OrientationSent:
    """`recipient`: under which whoever answers by a link acts; null where the unit sent it by its own means. Their name
    and address have their own key."""

    on: date
    message: Encrypted | None = None
    recipient: UUID | None = None
    name: PersonalData | None = None
    email: PersonalData | None = None


@event("orientation-reminded", label="Orientation rappelée au destinataire par courriel", effective="on")
class OrientationReminded:
    """`number`: which reminder it was, from 1."""

    number: int
    on: date


@event(
    "orientation-acknowledged",
    version=2,
    label="Orientation bien reçue par le destinataire",
    effective="on",
    upcasts={1: _typed_by_the_unit},
)
class OrientationAcknowledged:
    """`on_behalf`: the unit typed it in place of the recipient."""

    on: date
    on_behalf: bool = True


@event("orientation-chased", label="Orientation relancée", effective="on")
class OrientationChased:
    """`by`: who asked the target, by pseudonym; `said`: what was said."""

    channel: ChaseChannel
    said: Encrypted
    on: date
    by: str


@event(
    "orientation-concluded",
    version=2,
    label="Suites de l’orientation",
    effective="on",
    upcasts={1: _typed_by_the_unit},
)
class OrientationConcluded:
    """`on_behalf` as of the acknowledgment."""

    outcome: Encrypted
    on: date
    on_behalf: bool = True


@event(
    "orientation-declined",
    version=2,
    label="Orientation déclinée",
    effective="on",
    upcasts={1: _typed_by_an_unknown_role},
)
class OrientationDeclined:
    """`on_behalf`: the unit typed it, in place of the structure or of the recipient; null where the event does not say
    whether the structure did so itself."""

    reason: Encrypted
    on: date
    on_behalf: bool | None = None
