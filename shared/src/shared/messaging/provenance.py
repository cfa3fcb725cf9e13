"""Provenance: what a publisher's stream, feed or announcement may say. A service that was taken over speaks for itself
alone, whichever way it takes.

Every way in asks here, and nowhere else: the inbox, for what NATS brings and for what it back-fills, and every reader
of a feed. A page is refused whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.publishers import may_publish
from shared.contracts.registry import other_cases
from shared.eventlog import PARTITIONS, partition_of
from shared.kernel import Role
from shared.messaging import topology
from shared.messaging.regions import find_origin
from shared.messaging.wire import UNREADABLE_JSON, HighWaterMark, Message

LAST_POSITION = 2**63 - 1
MAX_ANCESTORS = 1000
EVENT_ID_VERSION = 7
"""Audit keeps two events of one id apart by ids of another version."""
MAX_QUOTED_CHARACTERS = 80
MAX_LEVELS = 16
"""Objects and lists within each other, as in the body of a request; a contract has four."""
ROLES = frozenset(Role)


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

    @property
    def service(self) -> str:
        """The name that the publisher gives itself: at a hub, its region is not in it."""
        return find_origin(self.publisher, "").service


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
    for what in _impossible_values(message):
        raise _foreign(message, source, what)


def check_subject(message: Message, source: MessageSource, subject: str, region: str) -> None:
    """Checks that a message came by the subject of its partition and of what it carries. Raises ForeignContent."""
    if subject != topology.subject(region, source.publisher, message.header.partition, message.topic):
        raise _foreign(message, source, f"came by {_quote(subject)}")


def check_origin(message: Message, source: MessageSource) -> None:
    """Checks what a program of ours never gets wrong, not even on tables that were altered by hand. Raises
    ForeignContent."""
    header, contract = message.header, message.contract
    if header.publisher != source.service:
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
    if mark.publisher != MessageSource(publisher).service:
        what = f"it announces the head of {_quote(mark.publisher)}"
        raise ForeignContent(publisher, what, mark.log_id)
    numbers = mark.numbers
    if mark.until is not None and not _is_instant(mark.until):
        raise ForeignContent(publisher, "it announces until when in no instant", mark.log_id)
    if len(numbers) != PARTITIONS or min(numbers) < 0 or not sum(numbers) <= mark.position <= LAST_POSITION:
        raise ForeignContent(publisher, "it announces a head that no log has", mark.log_id)
    check_ancestors(mark.ancestors, publisher, mark.log_id, mark.position)


def check_ancestors(ancestors: Mapping[str, int], publisher: str, log_id: UUID, last: int = LAST_POSITION) -> None:
    """Messages of ancestors are passed over: a log that named itself would be read no more. Raises ForeignContent."""
    is_own, positions = str(log_id) in ancestors, ancestors.values()
    if is_own or len(positions) > MAX_ANCESTORS or not all(0 <= each <= last for each in positions):
        raise ForeignContent(publisher, "it has ancestors that no log has", log_id)


def limit_to_now(until: datetime | None, now: datetime) -> datetime | None:
    """Until when an announced head is believed: nobody knows what is not recorded yet, whatever their clock says."""
    return None if until is None else min(until, now)


def _impossible_values(message: Message) -> Iterator[str]:
    """What no program of ours writes. Whoever shows, sorts or proves the events of a case would fail on it, and so on
    those of all other services in that case."""
    header = message.header
    if not (_is_instant(header.recorded_at) and _is_instant(header.effective_at)):
        yield "has a time without a zone, or one that not every zone has"
    if not all(1 <= each <= LAST_POSITION for each in (header.version, header.event_version)):
        yield f"has version {header.version}, in form {header.event_version}"
    if header.role not in ROLES:
        yield f"is by the role {_quote(header.role)}"
    if not _is_readable(bytes(message.raw_header)):
        yield "has a header that not everybody can read"
    if _has_more_levels(message.body, MAX_LEVELS):
        yield f"carries a body of more than {MAX_LEVELS} levels"
        return
    try:
        other_cases(header.publisher, message.contract, message.body)
    except (AttributeError, TypeError, ValueError):
        yield "names a case by what is no id"


def _is_instant(value: datetime) -> bool:
    return value.tzinfo is not None and MINYEAR < value.year < MAXYEAR


def _is_readable(raw_header: bytes) -> bool:
    """Its unknown fields too: it is kept, and proved, as it came."""
    try:
        return not _has_more_levels(msgspec.json.decode(raw_header), MAX_LEVELS)
    except (msgspec.DecodeError, *UNREADABLE_JSON):
        return False


def _has_more_levels(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return not levels or any(_has_more_levels(each, levels - 1) for each in inner)


def _foreign(message: Message, source: MessageSource, what: str) -> ForeignContent:
    header = message.header
    return ForeignContent(source.publisher, f"event {header.id} {what}", header.log_id)


def _quote(name: str) -> str:
    """What an attacker chose, shown to an operator."""
    return repr(name[:MAX_QUOTED_CHARACTERS])
