"""Duration of the whole support: two months to two years, unless a manager grants a derogation."""

from __future__ import annotations

from datetime import date

from parcours.domain.guards import MANAGERS_ONLY
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import Parcours
from shared.kernel import Context, Encrypted, Reason, Refusal, Role, add_months, event, format_date, paris_date
from shared.kernel.events import command
from shared.kernel.frozen import replace

MIN_MONTHS, MAX_MONTHS = 2, 24
"""Months, from the admission to the end of the parcours: from the scheme's own description of itself."""

DEROGATION_ALREADY_GRANTED = Refusal("derogation-already-granted", "Dérogation déjà accordée")
WRONG_DURATION = Refusal("wrong-duration", "Durée d’accompagnement hors des limites", depends_on_body=True)


@event("duration-derogation-granted", label="Dérogation de durée accordée")
class DurationDerogationGranted:
    reason: Encrypted


@command(
    title="Accorder une dérogation de durée",
    leads_to=(DurationDerogationGranted,),
    may_refuse=(*REQUIRES_OPEN, MANAGERS_ONLY, DEROGATION_ALREADY_GRANTED),
)
class GrantDurationDerogation:
    """A manager lets the support be shorter than two months or longer than two years, and says why."""

    reason: Reason


Command = GrantDurationDerogation


Event = DurationDerogationGranted


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    if context.actor.role is not Role.MANAGER:
        raise MANAGERS_ONLY("C’est votre responsable qui accorde une dérogation.")
    if parcours.duration_derogation:
        raise DEROGATION_ALREADY_GRANTED("La durée de cet accompagnement bénéficie déjà d’une dérogation.")
    return [DurationDerogationGranted(context.text(command.reason))]


def evolve(parcours: Parcours, event: Event) -> Parcours:
    return replace(parcours, duration_derogation=event.reason)


def require_allowed_update(parcours: Parcours, ends_on: date, today: date) -> None:
    """Raises when the update of a completed parcours would last more than two years from its sharing, unless a
    derogation was granted. The two years from the admission were those of the first support (D)."""
    latest = add_months(today, MAX_MONTHS)
    if parcours.duration_derogation or ends_on <= latest:
        return
    raise WRONG_DURATION(
        "La mise à jour d’un parcours dure deux ans au plus\u00a0: celle-ci prend fin le"
        f" {format_date(latest)} au plus tard, sauf dérogation motivée de votre responsable.",
        latest=latest.isoformat(),
    )


def require_allowed_duration(parcours: Parcours, ends_on: date, *, first: date, last: date) -> None:
    """Raises unless the support that would end that day lasts as long as it should, or a derogation was granted.

    `first` and `last`: the days between which it could be said to end."""
    admitted_on = paris_date(parcours.plan.admitted_at)
    earliest, latest = add_months(admitted_on, MIN_MONTHS), add_months(admitted_on, MAX_MONTHS)
    if parcours.duration_derogation or earliest <= ends_on <= latest:
        return
    raise WRONG_DURATION.of_body(first <= latest and earliest <= last)(
        "De l’admission à son terme, un accompagnement dure entre deux mois et deux ans\u00a0: celui-ci prend fin "
        f"entre le {format_date(earliest)} et le {format_date(latest)}, sauf dérogation motivée de votre responsable.",
        earliest=earliest.isoformat(),
        latest=latest.isoformat(),
    )
