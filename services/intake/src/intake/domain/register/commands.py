"""What is asked of the register of rights, and what it records."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from annotated_types import Len

from shared.kernel import Day, Encrypted, Line, Motive, PersonalData, PersonalLine, Role, event
from shared.kernel.events import command


@command(title="Donner un droit")
class GrantRight:
    """Somebody is given a role, over a unit, a territory or one dossier, for a while.

    `identity` is the id that the person reads under `GET /api/v1/me`. `unit`: for which they work; `units`: those that
    a right over a territory covers, or else `territories`: departments by code and regions by name, which stand for the
    units that are competent there. `case`: the only one that a leader sees. `since` and `until`: first and last
    days. `name` helps to recognise them, and is sealed."""

    identity: UUID
    role: Role
    motive: Motive
    unit: Line | None = None
    units: Annotated[tuple[Line, ...], Len(0, 200)] = ()
    case: UUID | None = None
    since: Day | None = None
    until: Day | None = None
    name: PersonalLine | None = None
    territories: Annotated[tuple[Line, ...], Len(0, 200)] = ()


@command(title="Retirer un droit")
class RevokeRight:
    """A right is taken back, at once and for good."""

    right: UUID
    motive: Motive


@command
class RenewRight:
    """A right over named territories is given anew, over the units that these stand for today."""

    right: UUID


@command
class OpenByLink:
    """A personal link opens one dossier, until its last day, to whoever `person` names."""

    person: UUID
    role: Role
    case: UUID
    until: date


@command
class EndLink:
    """A personal link opens nothing any more."""


@event("right-granted", label="Droit donné")
class RightGranted:
    """`person`: as whom the bearer of a personal link acts, the same from one link to the next. `territories`: by which
    names `units` were said, and what these stood for then."""

    right: UUID
    role: Role
    motive: Encrypted
    unit: str | None = None
    units: tuple[str, ...] = ()
    case: UUID | None = None
    since: date | None = None
    until: date | None = None
    name: PersonalData | None = None
    person: UUID | None = None
    territories: tuple[str, ...] = ()


@event("right-revoked", label="Droit retiré")
class RightRevoked:
    right: UUID
    motive: Encrypted
