"""Who speaks for the structure, since when and until when, and how many of its leaders must agree?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.kernel import Context, Day, Encrypted, Refusal, event
from shared.kernel.events import command

LEADERS_NEEDED = 1
"""A validation holds when so many leaders agree with one version (our design); what each of them says is kept."""

MANDATE_REVERSED = Refusal("mandate-reversed", "Mandat qui finit avant de commencer", status=422)
NO_MANDATE = Refusal("no-mandate", "Mandat absent à ce jour", status=403)


@command(title="Enregistrer le mandat d’un·e dirigeant·e")
class RecordMandate:
    """A leader speaks for the structure between these days.

    `leader`: the id that they read under `GET /api/v1/me`, by which every history names them. `ends_on` null: until
    further notice. Recording it again replaces what was known."""

    leader: UUID
    starts_on: Day
    ends_on: Day | None = None


@event("mandate-recorded", label="Mandat d’un·e dirigeant·e enregistré")
class MandateRecorded:
    """`leader`: their pseudonym, as the actor's."""

    leader: UUID
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Mandate:
    leader: UUID
    starts_on: date
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A leader contests the version that is before them."""

    leader: str | None
    reasons: Encrypted


def recorded(command: RecordMandate) -> MandateRecorded:
    if command.ends_on and command.ends_on < command.starts_on:
        raise MANDATE_REVERSED("Vérifiez les dates du mandat\u00a0: sa fin précède son début.")
    return MandateRecorded(command.leader, command.starts_on, ends_on=command.ends_on)


def with_mandate(mandates: tuple[Mandate, ...], event: MandateRecorded) -> tuple[Mandate, ...]:
    others = (known for known in mandates if known.leader != event.leader)
    return (*others, Mandate(event.leader, event.starts_on, ends_on=event.ends_on))


def check_mandate(mandates: tuple[Mandate, ...], context: Context) -> None:
    """A leader whose mandate is known speaks while it lasts; one whose mandate is not known is trusted."""
    if any(str(known.leader) == context.actor.id and not known.holds_on(context.now.date()) for known in mandates):
        raise NO_MANDATE(
            "Votre mandat n’a pas commencé ou a pris fin\u00a0: voyez avec votre chargé·e d’accompagnement."
        )


def still_agreeing(validations: tuple[str | None, ...], contesting: str | None) -> tuple[str | None, ...]:
    """Who still agrees once a leader contests; an older validation, whose leader is not known, no longer counts."""
    return tuple(leader for leader in validations if leader not in (None, contesting))
