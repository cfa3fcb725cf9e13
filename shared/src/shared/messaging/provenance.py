"""Provenance: what a publisher's stream, feed or announcement may say. A service that was taken over speaks for itself
alone, whichever way it takes.

Every way in asks here, and nowhere else: the inbox, for what NATS brings and for what it back-fills, and every reader
of a feed. A page is refused whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from shared.contracts.publishers import may_publish
from shared.eventlog import PARTITIONS, partition_of
from shared.messaging import topology
from shared.messaging.wire import HighWaterMark, Message

LAST_POSITION = 2**63 - 1
EVENT_ID_VERSION = 7
"""Audit keeps two events of one id apart by ids of another version."""
MAX_QUOTED_CHARACTERS = 80


class ForeignContent(Exception):
    """A publisher says what only another may say, or what no program of ours says. `log_id`: the log that it names."""

    def __init__(self, publisher: str, what: str, log_id: UUID) -> None:
        super().__init__(f"{publisher}: {what}")
        self.publisher, self.what, self.log_id = publisher, what, log_id


@dataclass(frozen=True, slots=True)
class MessageSource:
    """Whose subject, feed or announcement something came by; its log and its partition where these are known."""

    publisher: str
    log_id: UUID | None = None
    partition: int | None = None


def check_message(message: Message, source: MessageSource) -> None:
    """Checks one message before it is applied. Raises ForeignContent."""
    check_origin(message, source)
    header = message.header
    if header.partition != partition_of(header.case):
        raise _foreign(message, source, f"is in partition {header.partition}, which is not that of its case")
    if header.id.version != EVENT_ID_VERSION:
        raise _foreign(message, source, "has an id that no event has")
    if not 1 <= header.number <= header.position <= LAST_POSITION:
        raise _foreign(message, source, f"has number {header.number} and position {header.position}")


def check_subject(message: Message, source: MessageSource, subject: str, region: str) -> None:
    """Checks that a message came by the subject of its partition and of what it carries. Raises ForeignContent."""
    if subject != topology.subject(region, source.publisher, message.header.partition, message.topic):
        raise _foreign(message, source, f"came by {_quote(subject)}")


def check_origin(message: Message, source: MessageSource) -> None:
    """Checks what a program of ours never gets wrong, not even on tables that were altered by hand. Raises
    ForeignContent."""
    header, contract = message.header, message.contract
    if header.publisher != source.publisher:
        raise _foreign(message, source, f"is in the name of {_quote(header.publisher)}")
    if source.log_id not in (None, header.log_id):
        raise _foreign(message, source, f"is of log {header.log_id}, in a feed of log {source.log_id}")
    if source.partition not in (None, header.partition):
        raise _foreign(message, source, f"is of partition {header.partition}, and {source.partition} was asked for")
    if contract is not None and not may_publish(header.publisher, contract):
        raise _foreign(message, source, f"carries {_quote(contract)}, which another service publishes")
    if contract is None and message.body is not None:
        raise _foreign(message, source, "carries a body without a contract")


def check_page(events: Iterable[Message], source: MessageSource, after: int, following: int | None) -> None:
    """Checks a page of a feed: whose events it holds, and that it goes forward from `after`, in the numbers of the
    partition that was asked for or else in positions. Raises ForeignContent."""
    reached = [after]
    for message in events:
        check_origin(message, source)
        reached.append(message.header.position if source.partition is None else message.header.number)
    if following is not None:
        reached.append(following + 1)
    if any(later <= earlier for earlier, later in pairwise(reached)):
        what = f"its feed does not go forward after {after}"
        raise ForeignContent(source.publisher, what, source.log_id or UUID(int=0))


def check_high_water_mark(mark: HighWaterMark, publisher: str) -> None:
    """Checks an announcement on the subject of `publisher`. Raises ForeignContent."""
    if mark.publisher != publisher:
        what = f"it announces the head of {_quote(mark.publisher)}"
        raise ForeignContent(publisher, what, mark.log_id)
    numbers = mark.numbers
    if len(numbers) != PARTITIONS or min(numbers) < 0 or not sum(numbers) <= mark.position <= LAST_POSITION:
        raise ForeignContent(publisher, "it announces a head that no log has", mark.log_id)


def limit_to_now(until: datetime | None, now: datetime) -> datetime | None:
    """Until when an announced head is believed: nobody knows what is not recorded yet, whatever their clock says."""
    return None if until is None else min(until, now)


def _foreign(message: Message, source: MessageSource, what: str) -> ForeignContent:
    header = message.header
    return ForeignContent(source.publisher, f"event {header.id} {what}", header.log_id)


def _quote(name: str) -> str:
    """What an attacker chose, shown to an operator."""
    return repr(name[:MAX_QUOTED_CHARACTERS])
