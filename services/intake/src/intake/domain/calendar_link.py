"""The calendar link of one person of the DLA: a secret address of their due dates, renewed or ended at any time.

The secret is derived from the number of the link and stored nowhere, so that its owner may be shown it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from shared.kernel import Context, Decider, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace


@event("calendar-link-made", label="Lien d’agenda créé")
class CalendarLinkMade:
    """`identity`: of the register. `number`: 1 for the first; the former ones open nothing any more."""

    identity: UUID
    number: int


@event("calendar-link-ended", label="Lien d’agenda retiré")
class CalendarLinkEnded:
    number: int


@command(title="Créer un nouveau lien d’agenda", leads_to=(CalendarLinkMade,))
class MakeCalendarLink:
    """Another secret address of your due dates, for a calendar program. The former one opens nothing any more."""


@command(title="Retirer le lien d’agenda", leads_to=(CalendarLinkEnded,))
class EndCalendarLink:
    """The address opens nothing any more. Of no effect a second time."""


@frozen
class CalendarLink:
    """`made`: how many there were; the last one opens the due dates while `is_open`."""

    identity: UUID | None = None
    made: int = 0
    is_open: bool = False

    @property
    def number(self) -> int | None:
        return self.made if self.is_open else None


Command = MakeCalendarLink | EndCalendarLink
Event = CalendarLinkMade | CalendarLinkEnded


def calendar_link_id(pseudonym: Callable[[str], UUID], identity: UUID) -> UUID:
    """The stream of a person's link."""
    return pseudonym(f"calendar link {identity}")


def decide(link: CalendarLink, command: Command, context: Context) -> list[Event]:
    match command:
        case MakeCalendarLink():
            return [CalendarLinkMade(context.case, link.made + 1)]
        case EndCalendarLink():
            return [CalendarLinkEnded(link.made)] if link.is_open else []


def evolve(link: CalendarLink, event: Event) -> CalendarLink:
    match event:
        case CalendarLinkMade(identity, number):
            return CalendarLink(identity, number, is_open=True)
        case CalendarLinkEnded():
            return replace(link, is_open=False)


def available_commands(link: CalendarLink) -> Iterator[type]:
    yield MakeCalendarLink
    if link.is_open:
        yield EndCalendarLink


calendar_link_decider: Decider[CalendarLink] = Decider(
    "calendar_link",
    CalendarLink(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
