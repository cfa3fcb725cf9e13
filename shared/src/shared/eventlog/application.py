"""The one command path: load, decide, append. Every change of every service comes through here, HTTP or NATS alike."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar
from uuid import UUID

from psycopg import Connection

from shared.crypto import DataKeys, ErasureListDamaged, KeyErased, key_rows
from shared.eventlog.deadlines import FiredDeadline
from shared.eventlog.errors import CommandAlreadyHandled, KeyDestroyed, UniqueKeyTaken, VersionTaken
from shared.eventlog.log import ServiceLog
from shared.eventlog.partitions import PartitionTracking
from shared.eventlog.pending_changes import AggregateChanges, case_access_rows
from shared.eventlog.people_index import people_rows
from shared.eventlog.receipts import IdempotencyKey, IdempotencyKeyReused, Receipt, StaleVersion, UnknownCase
from shared.kernel import Actor, Context, Decider, Refused, Role, encrypted_values, event_name

S = TypeVar("S")
ATTEMPTS = 20
log = logging.getLogger(__name__)


class InTransaction(Protocol):
    """What stands beside the log and changes with these events; sealed with the keys of their append."""

    def __call__(self, connection: Connection[Any], events: Sequence[Any], data_keys: DataKeys) -> None: ...


class _Conflict(Exception):
    """Somebody else was faster; `streams` are all those that the command turned out to change."""

    def __init__(self, streams: set[UUID]) -> None:
        super().__init__(f"somebody else changed one of {len(streams)} streams")
        self.streams = streams


class ServiceApplication(ServiceLog):
    """A service's log, and the commands that change it."""

    def context(
        self, case: UUID, actor: Actor, causation: UUID | None = None, correlation: UUID | None = None
    ) -> Context:
        return Context(
            case,
            self.clock.now(),
            actor=actor,
            causation=causation,
            correlation=correlation,
            pseudonym=self.key_store.pseudonym,
        )

    def handle(
        self,
        decider: Decider[S],
        stream: UUID,
        command: Any,
        context: Context,
        *,
        expected: int | None = None,
        key: IdempotencyKey | None = None,
        tracking: PartitionTracking | None = None,
        firing: FiredDeadline | None = None,
        exists: bool = False,
        in_transaction: InTransaction | None = None,
    ) -> Receipt:
        """Decides on the newest state and appends, again from the start when somebody else was faster.

        `expected`: the version the caller saw, else StaleVersion. `key`: the first answer is given again. `tracking`:
        the message that causes this, counted in the same transaction. `firing`: the due date that causes this, taken
        in the same transaction, else DueSettled. `exists`: UnknownCase if nothing was recorded yet. `in_transaction`
        writes what these events need in their own transaction. Raises Refused when the domain says no."""
        streams = {stream}
        for _ in range(ATTEMPTS):
            try:
                with self.stream_locks.on(streams):
                    return self._handled(
                        decider, stream, command, context, expected, key, tracking, firing, exists, in_transaction
                    )
            except _Conflict as conflict:
                streams = conflict.streams
        raise StaleVersion(self.load(decider, stream).version)

    def _handled(
        self,
        decider: Decider[S],
        stream: UUID,
        command: Any,
        context: Context,
        expected: int | None,
        key: IdempotencyKey | None,
        tracking: PartitionTracking | None,
        firing: FiredDeadline | None,
        exists: bool,
        in_transaction: InTransaction | None,
    ) -> Receipt:
        part = self._part(decider, stream, context)
        try:
            if exists and part.loaded.version == 0:
                raise UnknownCase(str(stream))
            if expected not in (None, part.loaded.version):
                raise StaleVersion(part.loaded.version)
            part.asked(command)
            parts = [part, *self._alongside(part)]
        except Exception:
            if key and (first := self._first_answer(key)):
                return first
            raise
        recorded = tuple(event_name(event).name for event in part.events)
        receipt = Receipt(stream, part.version, events=recorded, state=part.state)
        if not (part.events or tracking or key or firing):
            return receipt
        try:
            self._append(parts, key, receipt, tracking, firing, in_transaction)
        except CommandAlreadyHandled:
            assert key is not None
            first = self._first_answer(key)
            assert first is not None
            return first
        except UniqueKeyTaken as taken:
            raise self._claimed(decider, UUID(taken.holder), context.actor) from taken
        except VersionTaken as conflict:  # another process was faster
            raise _Conflict({each.stream for each in parts}) from conflict
        for each in parts:
            self._snapshot_now_and_then(each.decider, each.stream, each.loaded.version, each.version)
        return receipt

    def _claimed(self, decider: Decider[Any], holder: UUID, actor: Actor) -> Refused:
        """Which case holds it is not told of one that is confidential, but to who is in charge of it and managers."""
        told = self.recorder.case_access(holder)
        refusal = decider.unique_key_refusal
        if told and told.confidential and told.adviser != actor.id and actor.role is not Role.MANAGER:
            return refusal("Voyez avec la ou le responsable de votre unité, qui sait à qui il est confié.")
        return refusal("Reprenez celui qui est ouvert\u00a0: la suite s’y écrit.", case=str(holder))

    def _part(self, decider: Decider[S], stream: UUID, context: Context) -> AggregateChanges[S]:
        loaded = self.load(decider, stream)
        return AggregateChanges(decider, stream, loaded=loaded, context=context, state=loaded.state, events=[])

    def _alongside(self, part: AggregateChanges[Any]) -> Iterable[AggregateChanges[Any]]:
        """What the events of this part ask of other aggregates, decided on their newest state."""
        others: dict[UUID, AggregateChanges[Any]] = {}
        for state, event in part.steps():
            for ask in part.decider.companions(state, event, part.context):
                if ask.stream not in others:
                    context = replace(part.context, case=ask.case or ask.stream)
                    others[ask.stream] = self._part(ask.decider, ask.stream, context)
                others[ask.stream].asked(ask.command)
        return others.values()

    def _append(
        self,
        parts: Sequence[AggregateChanges[Any]],
        key: IdempotencyKey | None,
        receipt: Receipt,
        tracking: PartitionTracking | None,
        firing: FiredDeadline | None,
        in_transaction: InTransaction | None,
    ) -> None:
        fresh = parts[0].context.new_ids | {part.stream for part in parts if part.loaded.version == 0}
        clear = (
            s for part in parts for event in part.events for _, s in encrypted_values(event) if s.plaintext is not None
        )
        data_keys = self.key_store.keys_for({UUID(str(s.key)) for s in clear}, fresh)
        recorded = [each for part in parts for each in part.recorded(data_keys)]
        forgotten = [key_id for part in parts for key_id in part.forgotten()]
        extras: dict[str, list[dict[str, Any]]] = {
            "keys": key_rows(data_keys.new),
            "sealed": [{"key_id": str(key_id)} for key_id in data_keys.known.keys() - data_keys.new.keys()],
            "people": [row for each in recorded for row in people_rows(self.key_store, each)],
            "forgotten": [{"key_id": str(key_id)} for key_id in forgotten],
            "unique_keys": [row for part in parts for row in part.unique_key_rows()],
            "case_access": case_access_rows(parts),
            "deadlines": [
                *(row for part in parts for row in part.deadline_rows()),
                *([firing.row()] if firing else []),
            ],
        }
        if key:
            extras["command"] = [key.row(receipt)]
        if ahead := self.clock.ahead():
            extras["ahead"] = [{"seconds": ahead}]
        cases = [part.context.case for part in parts for _ in part.events]
        events = parts[0].events
        written = partial(in_transaction, events=events, data_keys=data_keys) if in_transaction and events else None
        try:
            self.events.put(recorded, cases=cases, extras=extras, tracking=tracking, in_transaction=written)
        except KeyDestroyed as destroyed:
            for key_id in data_keys.known:
                self.key_store.evict(key_id)
            raise KeyErased(str(destroyed)) from destroyed
        self.key_store.cache(data_keys)
        for key_id in forgotten:
            self.key_store.evict(key_id)
        self._note_outside(forgotten)

    def _note_outside(self, forgotten: Sequence[UUID]) -> None:
        """Once it is done, and not before: what was not recorded after all must not be destroyed at the next start."""
        if self.erasure_list is None or not forgotten:
            return
        try:
            self.erasure_list.add(forgotten)
        except (OSError, ErasureListDamaged):  # it is recorded all the same, and is added at the next start
            log.critical("the list outside the database lacks %s", forgotten, exc_info=True)

    def _first_answer(self, key: IdempotencyKey) -> Receipt | None:
        found = self.recorder.stored_response(key.key)
        if found is None:
            return None
        request, response = found
        if request != key.request:
            raise IdempotencyKeyReused(key.key)
        return Receipt.again(response)
