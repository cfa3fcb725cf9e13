"""Integration events of intake: who entered the DLA, which cases follow which, who may see a case, rights, and
erasures."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts import access_log
from shared.contracts.base import PublicEvent


class FromIntake(PublicEvent):
    publisher: ClassVar[str] = "intake"


class RequestAdmitted(FromIntake):
    """A structure entered the DLA."""

    name: ClassVar[str] = "request-admitted"

    structure: UUID = Field(
        description="The same for the same structure, from one case to the next; it does not identify it"
    )
    unit: str = Field(description="The unit that supports the structure")
    adviser: str = Field(description="Pseudonym of the adviser in charge")
    legal_form: str = Field(description="Code of the legal form")
    department: str = Field(description="Code of the department")
    headcount: int | None = Field(default=None, description="Employees; null when not known")
    rules: str = Field(description="Version of the criteria that it was admitted by")


class RequestOriented(FromIntake):
    """A structure did not enter the DLA and was directed to other actors."""

    name: ClassVar[str] = "request-oriented"

    orientations: int = Field(description="To how many actors, at least one")


class RequestNotAdmitted(FromIntake):
    """A structure did not enter the DLA, and was directed to nobody."""

    name: ClassVar[str] = "request-not-admitted"


class TransferTakenOver(FromIntake):
    """The unit to which a request was transferred goes on with it, under a case of its own."""

    name: ClassVar[str] = "transfer-taken-over"
    other_cases: ClassVar[tuple[str, ...]] = ("request",)

    request: UUID = Field(description="The case of the receiving unit")


class TransferReceived(FromIntake):
    """A unit took over a request that another unit had transferred to it: this case begins."""

    name: ClassVar[str] = "transfer-received"
    other_cases: ClassVar[tuple[str, ...]] = ("origin",)

    origin: UUID = Field(description="The case of the unit that transferred it")


class LinkedRequestOpened(FromIntake):
    """A need that the follow-up of another case found opened this case."""

    name: ClassVar[str] = "linked-request-opened"
    other_cases: ClassVar[tuple[str, ...]] = ("origin",)

    origin: UUID | None = Field(description="The case whose follow-up found the need; null when it was confidential")
    theme: str = Field(description="Code of an axis of change")


class CaseClosed(FromIntake):
    """A case is closed. Published again when its ending is corrected."""

    name: ClassVar[str] = "case-closed"

    kind: str = Field(
        description="`followed_up`, `unreachable`, `closed_down`, `abandoned`, `withdrawn` (from the parcours), or "
        "`given_up` (before it)"
    )
    on: date = Field(description="The day on which it ended")


class CaseAccessChanged(FromIntake):
    """Who may see a case has changed: its adviser, its confidentiality, or whether it is an archive. The reason stays
    in intake."""

    name: ClassVar[str] = "case-access-changed"

    adviser: str | None = Field(default=None, description="Pseudonym of the adviser in charge")
    confidential: bool = Field(description="Only the adviser in charge and their manager see it in the unit")
    archived: bool = Field(
        default=False, description="Closed to those who worked on it; read by those who may read archives"
    )


class EmergencyAccessOpened(FromIntake):
    """A colleague reads a confidential case for a few hours. The reason stays in intake."""

    name: ClassVar[str] = "emergency-access-opened"

    person: str = Field(description="Pseudonym of whoever reads it")
    until: datetime = Field(description="When the access ends")


class RightGranted(FromIntake):
    """An identity was given a right. The case of the event is the identity: the person's pseudonym as an id."""

    name: ClassVar[str] = "right-granted"

    right: UUID = Field(description="The right")
    role: str = Field(description="Code of the role")
    unit: str | None = Field(default=None, description="The unit that the role is held in")
    units: tuple[str, ...] = Field(
        default=(), description="The units that the right covers, where it covers a territory"
    )
    case: UUID | None = Field(
        default=None, description="The only case that the right covers, for leaders and providers"
    )
    since: date | None = Field(default=None, description="First day of the right")
    until: date | None = Field(default=None, description="Last day of the right")
    person: UUID | None = Field(
        default=None,
        description="For a personal link: the pseudonym under which its bearer acts, the same for all links",
    )


class RightRevoked(FromIntake):
    """A right was taken back from an identity. The case of the event is the identity."""

    name: ClassVar[str] = "right-revoked"

    right: UUID = Field(description="The right")


class NameRecorded(FromIntake):
    """What a structure or a person who works on a case is called, encrypted under the deployment's transit key.

    Who has no such key reads no name: not the broker, nor a hub, nor a partner. Published when the structure enters the
    DLA, when its name is corrected, when a right is granted by name or a personal link is given."""

    name: ClassVar[str] = "name-recorded"
    encrypted: ClassVar[tuple[str, ...]] = ("ciphertext",)

    id: UUID = Field(description="Whom it names: the structure, or the person’s pseudonym")
    kind: str = Field(description="`structure` or `person`")
    ciphertext: str | None = Field(
        description="Nonce and ciphertext of AES-256-GCM, in base64. Null once the case or the person is erased"
    )


class PersonErasureOrdered(FromIntake):
    """A person is to be erased. Each service destroys the person's key and confirms it."""

    name: ClassVar[str] = "person-erasure-ordered"

    person: UUID = Field(description="The person’s key")
    units: tuple[str, ...] | None = Field(
        default=None,
        description="The territory of the DPO who ordered it: a service whose cases name the person beyond it erases "
        "nothing; null for an order that a restored service repeats",
    )


class CaseErasureOrdered(FromIntake):
    """A case is past its retention period. Each service destroys the case's key."""

    name: ClassVar[str] = "case-erasure-ordered"

    retention: str = Field(description="The period that has ended: `not_admitted` or `closed`")


class AccessLogSealed(FromIntake, access_log.AccessLogSealed):
    """The reads that this service recorded on a day are counted and hashed."""


PUBLISHED_EVENTS = (
    RequestAdmitted,
    RequestOriented,
    RequestNotAdmitted,
    TransferTakenOver,
    TransferReceived,
    LinkedRequestOpened,
    CaseClosed,
    CaseAccessChanged,
    EmergencyAccessOpened,
    RightGranted,
    RightRevoked,
    NameRecorded,
    PersonErasureOrdered,
    CaseErasureOrdered,
    AccessLogSealed,
)
