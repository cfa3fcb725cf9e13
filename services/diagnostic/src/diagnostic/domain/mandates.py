"""Mandates of the structure's leaders: who speaks for the structure, since when and until when."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from diagnostic.domain.lifecycle import NOT_OPEN
from shared.kernel import Context, Day, Refusal, event, paris_date
from shared.kernel.events import command
from shared.kernel.frozen import frozen

MANDATE_REVERSED = Refusal("mandate-reversed", "Mandat qui finit avant de commencer", status=422)
NO_MANDATE = Refusal("no-mandate", "Mandat absent à ce jour", status=403)


@frozen
class Mandate:
    leader: UUID
    starts_on: date
    ends_on: date | None = None

    def is_valid_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@event("mandate-recorded", label="Mandat d’un·e dirigeant·e enregistré")
class MandateRecorded:
    """`leader`: their pseudonym, as the actor's."""

    leader: UUID
    starts_on: date
    ends_on: date | None = None


@command(
    title="Enregistrer le mandat d’un·e dirigeant·e",
    leads_to=(MandateRecorded,),
    may_refuse=(NOT_OPEN, MANDATE_REVERSED),
)
class RecordMandate:
    """A leader speaks for the structure between these days.

    `leader`: the id that they read under `GET /api/v1/me`, by which every history names them. `ends_on` null: until
    further notice. Recording it again replaces the previous dates."""

    leader: UUID
    starts_on: Day
    ends_on: Day | None = None


def decide(command: RecordMandate) -> MandateRecorded:
    if command.ends_on and command.ends_on < command.starts_on:
        raise MANDATE_REVERSED("Vérifiez les dates du mandat\u00a0: sa fin précède son début.")
    return MandateRecorded(command.leader, command.starts_on, ends_on=command.ends_on)


def evolve(mandates: tuple[Mandate, ...], event: MandateRecorded) -> tuple[Mandate, ...]:
    others = (mandate for mandate in mandates if mandate.leader != event.leader)
    return (*others, Mandate(event.leader, event.starts_on, ends_on=event.ends_on))


def check_mandate(mandates: tuple[Mandate, ...], context: Context) -> None:
    """A leader decides while their mandate lasts. One without any is trusted only as long as the case knows none."""
    day = paris_date(context.now)
    own = [mandate for mandate in mandates if str(mandate.leader) == context.actor.id]
    if mandates and not any(mandate.is_valid_on(day) for mandate in own):
        why = "n’a pas commencé ou a pris fin" if own else "n’est pas connu, et celui d’autres dirigeant·es l’est"
        raise NO_MANDATE(f"Votre mandat {why}\u00a0: voyez avec votre chargé·e d’accompagnement.")
