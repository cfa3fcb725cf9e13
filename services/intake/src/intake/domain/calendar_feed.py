"""The calendar feed of one person of the DLA: a secret address of their due dates, renewed or ended at any time.

The secret is derived from the number of the link and stored nowhere, so that its owner may be shown it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from shared.kernel import Context, Decider, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace


@event("calendar-feed-made", label="Lien d’agenda créé")
class CalendarFeedMade:
    """`identity`: of the register. `number`: 1 for the first; the former ones open nothing any more."""

    identity: UUID
    number: int


@event("calendar-feed-ended", label="Lien d’agenda retiré")
class CalendarFeedEnded:
    number: int


@command(title="Créer un nouveau lien d’agenda", leads_to=(CalendarFeedMade,))
class MakeCalendarFeed:
    """Another secret address of your due dates, for a calendar program. The former one opens nothing any more."""


@command(title="Retirer le lien d’agenda", leads_to=(CalendarFeedEnded,))
class EndCalendarFeed:
    """The address opens nothing any more. Of no effect a second time."""


@frozen
class CalendarFeed:
    """`made`: how many there were; the last one opens the due dates while `is_open`."""

    identity: UUID | None = None
    made: int = 0
    is_open: bool = False

    @property
    def number(self) -> int | None:
        return self.made if self.is_open else None


Command = MakeCalendarFeed | EndCalendarFeed
Event = CalendarFeedMade | CalendarFeedEnded


def calendar_feed_id(pseudonym: Callable[[str], UUID], identity: UUID) -> UUID:
    """The stream of a person's link."""
    return pseudonym(f"calendar feed {identity}")


def decide(link: CalendarFeed, command: Command, context: Context) -> list[Event]:
    match command:
        case MakeCalendarFeed():
            return [CalendarFeedMade(context.case, link.made + 1)]
        case EndCalendarFeed():
            return [CalendarFeedEnded(link.made)] if link.is_open else []


def evolve(link: CalendarFeed, event: Event) -> CalendarFeed:
    match event:
        case CalendarFeedMade(identity, number):
            return CalendarFeed(identity, number, is_open=True)
        case CalendarFeedEnded():
            return replace(link, is_open=False)


def available_commands(link: CalendarFeed) -> Iterator[type]:
    yield MakeCalendarFeed
    if link.is_open:
        yield EndCalendarFeed


calendar_feed_decider: Decider[CalendarFeed] = Decider(
    "calendar_feed",
    CalendarFeed(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
