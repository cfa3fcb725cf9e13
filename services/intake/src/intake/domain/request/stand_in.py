"""Stand-ins: who is in charge of a case while its adviser is away, until a day after which it goes back by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from uuid import UUID

from intake.domain.request.archive import ARCHIVED
from intake.domain.request.confidentiality import UNIT_MANAGERS_ONLY, CaseAssigned, require_manager, require_open
from intake.domain.request.state import NOT_RECEIVED, OUTCOME_GIVEN, Request, StandIn
from shared.kernel import CaseAccess, Context, Day, Deadline, Encrypted, Reason, Refusal, event, paris_date
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

MOST_DAYS = 366
"""A longer absence is a new assignment."""
STAND_IN, IN_CHARGE = "stand-in", "in-charge"
NOBODY_IN_CHARGE = Refusal("nobody-in-charge", "Personne n’accompagne encore ce dossier")
ALREADY_IN_CHARGE = Refusal("already-in-charge", "Cette personne accompagne déjà ce dossier", depends_on_body=True)
STAND_IN_LASTS = Refusal("stand-in-lasts", "Le remplacement n’est pas fini")


@event("stand-in-appointed", label="Dossier confié pendant une absence")
class StandInAppointed:
    """`adviser` is in charge in place of `stands_in_for`, through the day `until` in Paris."""

    adviser: str
    stands_in_for: str
    until: date
    reason: Encrypted
    confidential: bool


@event("stand-in-ended", label="Fin du remplacement\u00a0: dossier rendu")
class StandInEnded:
    """`adviser`: who is in charge again; `stood_in`: who was until then."""

    adviser: str
    stood_in: str
    confidential: bool


@command(
    title="Confier le dossier pendant une absence",
    leads_to=(StandInAppointed,),
    may_refuse=(
        ALREADY_IN_CHARGE,
        ARCHIVED,
        IMPLAUSIBLE_DATE,
        NOBODY_IN_CHARGE,
        NOT_RECEIVED,
        OUTCOME_GIVEN,
        UNIT_MANAGERS_ONLY,
    ),
)
class AppointStandIn:
    """Another adviser is in charge of the case through the day `until`; then it goes back by itself to whoever was
    before. `adviser`: the id that they read under `GET /api/v1/me`. Given again, it changes the stand-in or the day."""

    adviser: UUID
    until: Day
    reason: Reason


@command(leads_to=(StandInEnded,), may_refuse=(STAND_IN_LASTS,))
class EndStandIn:
    """The last day of a stand-in is over."""


Command = AppointStandIn | EndStandIn
Event = StandInAppointed | StandInEnded


def appoint(request: Request, command: AppointStandIn, context: Context) -> list[StandInAppointed]:
    require_open(request)
    require_manager(request, context.actor)
    away = request.stand_in.stands_in_for if request.stand_in else request.adviser
    if away is None:
        raise NOBODY_IN_CHARGE("Personne n’est à remplacer\u00a0: confiez-lui plutôt le dossier.")
    adviser = str(command.adviser)
    if adviser == away:
        raise ALREADY_IN_CHARGE(
            "Choisissez une autre personne que celle qui s’absente\u202f; pour lui rendre le dossier avant la date, "
            "confiez-le-lui."
        )
    today = paris_date(context.now)
    if not today <= command.until <= today + timedelta(days=MOST_DAYS):
        raise IMPLAUSIBLE_DATE("Le dernier jour du remplacement doit venir, dans l’année au plus.")
    if request.stand_in == StandIn(adviser, away, until=command.until):
        return []
    confidential = request.confidential is not None
    reason = context.text(command.reason)
    return [StandInAppointed(adviser, away, until=command.until, reason=reason, confidential=confidential)]


def end(request: Request, context: Context) -> list[StandInEnded]:
    """Nothing when the case was passed on for good, or is an archive, which its service alone reads."""
    if request.stand_in is None or request.archived:
        return []
    if paris_date(context.now) <= request.stand_in.until:
        raise STAND_IN_LASTS("Le dossier revient le lendemain du dernier jour.")
    confidential = request.confidential is not None
    return [StandInEnded(request.stand_in.stands_in_for, request.stand_in.adviser, confidential=confidential)]


def deadlines(request: Request, event: object) -> Iterable[Deadline]:
    """The day after the last one; none once somebody else is in charge for good."""
    match event:
        case StandInAppointed(until=until):
            yield Deadline(STAND_IN, IN_CHARGE, on=until + timedelta(days=1))
        case CaseAssigned() if request.stand_in:
            yield Deadline(STAND_IN, IN_CHARGE, on=None)


def available_commands(request: Request) -> Iterator[type]:
    if request.adviser:
        yield AppointStandIn
    if request.stand_in:
        yield EndStandIn


def case_access(event: Event) -> CaseAccess:
    return CaseAccess(event.adviser, confidential=event.confidential)


def evolve(request: Request, event: Event) -> Request:
    match event:
        case StandInAppointed(adviser, stands_in_for, until=until):
            standing_in = StandIn(adviser, stands_in_for, until=until)
            return replace(request, adviser=adviser, assigned=True, stand_in=standing_in)
        case StandInEnded(adviser):
            return replace(request, adviser=adviser, assigned=True, stand_in=None)
