"""The end of an admitted case: reported by the later phases, or given up before its parcours opens."""

from __future__ import annotations

from datetime import date, datetime

from intake.domain.request import archive
from intake.domain.request.archive import CaseUnarchived
from intake.domain.request.state import Request, RequestStatus
from shared.kernel import (
    Context,
    Day,
    Encrypted,
    Ending,
    EndingKind,
    Reason,
    Refusal,
    event,
    paris_date,
    require_past,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

NOT_ADMITTED = Refusal("not-admitted", "La demande n’est pas admise")
ACCOMPANIMENT_STARTED = Refusal("accompaniment-started", "Le parcours est déjà ouvert")

FOLLOW_UP_ENDINGS = (EndingKind.FOLLOWED_UP, EndingKind.UNREACHABLE, EndingKind.CLOSED_DOWN)
"""Those that followup reports, after which an updated parcours may resume the case."""
VOLUNTARY_ENDINGS = frozenset({EndingKind.ABANDONED, EndingKind.WITHDRAWN})
PARCOURS_ENDINGS = VOLUNTARY_ENDINGS | {EndingKind.CLOSED_DOWN}
"""Those of a parcours that ends before its term, each of which may be corrected to another; followup reports and
corrects a closing down too, once the parcours is completed."""


@event("accompaniment-started", label="Plan convenu\u00a0: le parcours s’ouvre")
class AccompanimentStarted:
    pass


@event("accompaniment-ended", label="Fin du parcours notée à l’accueil")
class AccompanimentEnded:
    pass


@event("case-closed", label="Dossier clos", effective="ending.on")
class CaseClosed:
    """`reported_at`: when the other service recorded the end."""

    ending: Ending
    reported_at: datetime | None = None


@event("case-ending-corrected", label="Fin du dossier corrigée", effective="ending.on")
class CaseEndingCorrected:
    ending: Ending


@event("case-given-up", label="Dossier clos\u00a0: la structure renonce avant le parcours", effective="on")
class CaseGivenUp:
    reason: Encrypted
    on: date


@event("case-reopened", label="Dossier rouvert\u00a0: le suivi reprend")
class CaseReopened:
    pass


@command(
    title="Renoncer à l’accompagnement",
    leads_to=(CaseGivenUp,),
    may_refuse=(ACCOMPANIMENT_STARTED, IMPLAUSIBLE_DATE, NOT_ADMITTED),
)
class GiveUpCase:
    """The structure was admitted, and gives up before its parcours opens. `on`: the day on which it did; null for
    today."""

    reason: Reason
    on: Day | None = None


@command(leads_to=(AccompanimentStarted,), may_refuse=(NOT_ADMITTED,))
class StartAccompaniment:
    """The plan is agreed: the parcours opens, and from now on the parcours reports how the case ends."""


@command(leads_to=(AccompanimentEnded, CaseReopened, CaseUnarchived), may_refuse=(NOT_ADMITTED,))
class EndAccompaniment:
    """The parcours is over: the structure may ask again while its follow-up goes on.

    `reported_at`: when the parcours service recorded it."""

    reported_at: datetime | None = None


@command(leads_to=(CaseClosed, CaseEndingCorrected), may_refuse=(NOT_ADMITTED,))
class CloseCase:
    """Nothing is left to do for this case, or its ending is corrected. `reported_at`: when the other service
    recorded it."""

    ending: Ending
    reported_at: datetime | None = None


Event = AccompanimentStarted | AccompanimentEnded | CaseClosed | CaseEndingCorrected | CaseGivenUp | CaseReopened


def start_accompaniment(request: Request) -> list[AccompanimentStarted]:
    if request.status is RequestStatus.CLOSED:
        return []
    _require_admitted(request)
    return [] if request.accompaniment_started else [AccompanimentStarted()]


def end_accompaniment(
    request: Request, command: EndAccompaniment
) -> list[AccompanimentEnded | CaseReopened | CaseUnarchived]:
    if request.status is RequestStatus.CLOSED:
        return [*archive.resume(request), CaseReopened()] if _resumes(request, command) else []
    _require_admitted(request)
    return [] if request.accompaniment_ended else [AccompanimentEnded()]


def close(request: Request, command: CloseCase) -> list[CaseClosed | CaseEndingCorrected]:
    if request.status is RequestStatus.CLOSED:
        assert request.ending is not None
        corrects = {command.ending.kind, request.ending.kind} <= PARCOURS_ENDINGS
        return [CaseEndingCorrected(command.ending)] if corrects and command.ending != request.ending else []
    _require_admitted(request)
    if command.ending.kind in VOLUNTARY_ENDINGS and request.accompaniment_ended:
        return []  # an update of the parcours was abandoned: the follow-up goes on, and will close the case
    return [CaseClosed(command.ending, command.reported_at)]


def give_up(request: Request, command: GiveUpCase, context: Context) -> list[CaseGivenUp]:
    """The scheme is voluntary (S): an admitted structure may stop before its parcours opens."""
    if request.status is not RequestStatus.ADMITTED:
        raise NOT_ADMITTED(
            "Seul un dossier admis peut être abandonné ainsi\u00a0: retirez plutôt la demande.", outcome=request.status
        )
    if request.accompaniment_started or request.accompaniment_ended:
        raise ACCOMPANIMENT_STARTED(
            "Le plan est convenu\u00a0: l’abandon se dit dans le parcours, qui clora le dossier."
        )
    if command.on:
        require_past(command.on, context.now, "Le jour du renoncement")
    return [CaseGivenUp(context.text(command.reason), command.on or paris_date(context.now))]


def _require_admitted(request: Request) -> None:
    if request.status is not RequestStatus.ADMITTED:
        raise NOT_ADMITTED("Seul un dossier admis va jusqu’à la fin d’un accompagnement.", outcome=request.status)


def _resumes(request: Request, command: EndAccompaniment) -> bool:
    """A parcours that was completed after the follow-up closed resumes the case. A message that arrives late, of a
    parcours completed before, does not."""
    return (
        request.ending is not None
        and request.ending.kind in FOLLOW_UP_ENDINGS
        and command.reported_at is not None
        and request.ending_reported_at is not None
        and command.reported_at > request.ending_reported_at
    )


def evolve(request: Request, event: Event) -> Request:
    match event:
        case AccompanimentStarted():
            return replace(request, accompaniment_started=True)
        case AccompanimentEnded():
            return replace(request, accompaniment_ended=True)
        case CaseClosed(ending, reported_at):
            return replace(request, status=RequestStatus.CLOSED, ending=ending, ending_reported_at=reported_at)
        case CaseEndingCorrected(ending):
            return replace(request, status=RequestStatus.CLOSED, ending=ending)
        case CaseGivenUp(on=on):
            return replace(request, status=RequestStatus.CLOSED, ending=Ending(EndingKind.GIVEN_UP, on))
        case CaseReopened():
            return replace(request, status=RequestStatus.ADMITTED, ending=None, ending_reported_at=None)
