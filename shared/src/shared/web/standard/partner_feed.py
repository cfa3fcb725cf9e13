"""The feed for partners: the events of the cases that their right covers, by the same cursor as for services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from uuid import UUID

from shared.access import AccessAction
from shared.contracts.registry import other_cases
from shared.eventlog import LogEntry, LogRecorder, ServiceApplication
from shared.kernel import Role
from shared.messaging import Message, ToIntegrationEvent, messages_of
from shared.web.auth import Caller, find_hidden_cases
from shared.web.http import ProblemError

PARTNER_ROLES = frozenset({Role.ADVISER, Role.MANAGER, Role.REGIONAL, Role.AUDITOR, Role.PARTNER})
"""The rights by which a person or a program outside follows a log."""


def check_cursor(recorder: LogRecorder, after: int, partition: int | None, log: UUID | None) -> None:
    """Raises ProblemError for one that this log never gave to a partner."""
    identity = recorder.identity()
    if log not in (None, identity.log_id):
        raise ProblemError(
            409,
            "another-log",
            "Ce journal n’est plus le même",
            "Votre position vient d’un autre journal\u00a0: celui-ci a été restauré, et suit une autre histoire"
            f" après la position {identity.since}. Reprenez de là, ou du début.",
            log_id=str(identity.log_id),
            since=identity.since,
        )
    last = recorder.max_notification_id() or 0
    if partition is not None or not 0 <= after <= last:
        raise ProblemError(
            422,
            "wrong-cursor",
            "Suite introuvable",
            f"«\u202fafter\u202f» est une position de ce journal, de 0 à {last} aujourd’hui, sans partition\u00a0:"
            " celle que «\u202fnext\u202f» a donnée, ou celle du dernier événement que vous avez reçu.",
            last=last,
        )


def messages_for_partner(
    caller: Caller, app: ServiceApplication, published: ToIntegrationEvent, entries: Sequence[LogEntry]
) -> list[Message]:
    """Of these entries those of the cases that the right covers today. What the others say is not even read."""
    can = cache(caller.can)

    @cache
    def is_a_case(id: UUID) -> bool:  # noqa: A002
        """Not the register, a sheet, or what a service keeps for itself; nor what is shown to nobody, being altered."""
        try:
            known = caller.find_case(id)
        except ProblemError:
            return False
        if known and known.unready:
            raise known.unready
        return known is not None and not known.register and not known.shared

    def select_covered() -> Iterator[tuple[LogEntry, bool]]:
        for entry in entries:
            if not is_a_case(entry.case_id):
                continue
            if can(AccessAction.FOLLOW, entry.case_id):
                yield entry, True
            elif can(AccessAction.HEADERS, entry.case_id):
                yield entry, False

    covered_entries = list(select_covered())

    @cache
    def may_know(case: UUID) -> bool:
        """A case of which nothing was said here either is nobody's."""
        known = caller.find_case(case)
        if known is None or not known.opened:
            return not find_hidden_cases(app, caller, [str(case)], [AccessAction.FOLLOW])
        return can(AccessAction.FOLLOW, case)

    def is_shown_whole(message: Message) -> bool:
        """A body that names another case is for those who may know of that one too."""
        named = other_cases(message.header.publisher, message.contract, message.body)
        return all(may_know(case) for case in named)

    messages = messages_of(app, published, [entry for entry, _ in covered_entries])
    return [
        message if whole and is_shown_whole(message) else Message(raw_header=message.raw_header, label=message.label)
        for message, (_, whole) in zip(messages, covered_entries, strict=True)
    ]
