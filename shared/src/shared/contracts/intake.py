"""What intake tells: who entered the DLA, who did not, and when a case is over."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import PublicEvent


class FromIntake(PublicEvent):
    publisher: ClassVar[str] = "intake"


class RequestAdmitted(FromIntake):
    """A structure entered the DLA. `structure` tells the same structure from one case to the next, and not who it is;
    `headcount` null: not known; `rules`: the version of the criteria it was admitted by."""

    name: ClassVar[str] = "request-admitted"

    structure: UUID
    unit: str
    adviser: str
    legal_form: str
    department: str
    headcount: int | None = None
    rules: str


class RequestOriented(FromIntake):
    """A structure did not enter the DLA and was directed to `orientations` other actors."""

    name: ClassVar[str] = "request-oriented"

    orientations: int


class CaseClosed(FromIntake):
    """Nothing more is to be done for the case. `ending`: followed_up, abandoned, given_up (before the parcours)."""

    name: ClassVar[str] = "case-closed"

    ending: str


class CaseAccessChanged(FromIntake):
    """Who is in charge of the case from now on, by pseudonym; `confidential`: only they and their manager see it;
    `archived`: it is closed to those who worked on it, and read by who may consult archives. It is told when that
    changes, and what it rests on stays with intake."""

    name: ClassVar[str] = "case-access-changed"

    adviser: str | None = None
    confidential: bool
    archived: bool = False


class RightGranted(FromIntake):
    """The case is an identity: a person, by the pseudonym under which every history names them. It was given a role;
    `unit`, `units` and `case` say over what, `since` and `until` are the first and last days. When the case is a
    personal link, `person` is by whom its bearer acts, in every history and from one link to the next."""

    name: ClassVar[str] = "right-granted"

    right: UUID
    role: str
    unit: str | None = None
    units: tuple[str, ...] = ()
    case: UUID | None = None
    since: date | None = None
    until: date | None = None
    person: UUID | None = None


class RightRevoked(FromIntake):
    """The case is an identity, from which a right was taken back."""

    name: ClassVar[str] = "right-revoked"

    right: UUID


class PersonErasureOrdered(FromIntake):
    """A person is to be forgotten by every service: each destroys what opens their values, and confirms."""

    name: ClassVar[str] = "person-erasure-ordered"

    person: UUID


class CaseErased(FromIntake):
    """The case is past the time for which it is kept: each service destroys what opens it. `retention`: not_admitted or
    closed."""

    name: ClassVar[str] = "case-erased"

    retention: str


PUBLISHED_EVENTS = (
    RequestAdmitted,
    RequestOriented,
    CaseClosed,
    CaseAccessChanged,
    RightGranted,
    RightRevoked,
    PersonErasureOrdered,
    CaseErased,
)
