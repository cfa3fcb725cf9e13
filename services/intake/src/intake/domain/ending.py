"""How does an admitted case come to its end? As the later phases tell it, or because the structure gives up before."""

from __future__ import annotations

from intake.domain import archive
from intake.domain.commands import CloseCase, EndAccompaniment, Ending, GiveUpCase, StartAccompaniment
from intake.domain.events import (
    AccompanimentEnded,
    AccompanimentStarted,
    CaseClosed,
    CaseGivenUp,
    CaseReopened,
    Event,
)
from intake.domain.state import Request, Status
from shared.kernel import Context, Refusal

NOT_ADMITTED = Refusal("not-admitted", "La demande n’est pas admise")
ACCOMPANIMENT_STARTED = Refusal("accompaniment-started", "Le parcours est déjà ouvert")


def told(request: Request, command: StartAccompaniment | EndAccompaniment | CloseCase) -> list[Event]:
    """What the other services tell of an admitted case; told twice, it changes nothing."""
    if request.status is Status.CLOSED:
        return [*archive.reopened(request), CaseReopened()] if _resumes(request, command) else []
    if request.status is not Status.ADMITTED:
        raise NOT_ADMITTED("Seul un dossier admis va jusqu’à la fin d’un accompagnement.", outcome=request.status)
    match command:
        case StartAccompaniment():
            return [] if request.accompaniment_started else [AccompanimentStarted()]
        case EndAccompaniment():
            return [] if request.accompaniment_ended else [AccompanimentEnded()]
        case CloseCase(Ending.ABANDONED) if request.accompaniment_ended:
            return []  # an update of the parcours is given up: the follow-up goes on, and will close the case
        case CloseCase(ending, told_at):
            return [CaseClosed(ending, told_at)]


def _resumes(request: Request, command: StartAccompaniment | EndAccompaniment | CloseCase) -> bool:
    """A parcours completed after the follow-up was closed resumes it. One heard late, but told before, does not."""
    return (
        isinstance(command, EndAccompaniment)
        and request.ending is Ending.FOLLOWED_UP
        and command.told_at is not None
        and request.ending_told_at is not None
        and command.told_at > request.ending_told_at
    )


def give_up(request: Request, command: GiveUpCase, context: Context) -> list[Event]:
    """The scheme is voluntary (S): an admitted structure may stop before its parcours opens."""
    if request.status is not Status.ADMITTED:
        raise NOT_ADMITTED(
            "Seul un dossier admis peut être abandonné ainsi\u00a0: retirez plutôt la demande.", outcome=request.status
        )
    if request.accompaniment_started or request.accompaniment_ended:
        raise ACCOMPANIMENT_STARTED(
            "Le plan est convenu\u00a0: l’abandon se dit dans le parcours, qui clora le dossier."
        )
    return [CaseGivenUp(context.text(command.motive))]
