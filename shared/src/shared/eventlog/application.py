"""The one command path: load, decide, append. Every change comes through here, from HTTP, NATS or a deadline alike."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from shared.crypto import ErasureListDamaged, KeyErased, key_id_of, key_rows
from shared.eventlog.command_options import NO_OPTIONS, CommandOptions
from shared.eventlog.errors import CommandAlreadyHandled, KeyDestroyed, UniqueKeyTaken, VersionTaken
from shared.eventlog.log import ServiceLog
from shared.eventlog.pending_changes import AggregateChanges, LoadedAggregate, case_rows
from shared.eventlog.people_index import people_rows
from shared.eventlog.receipts import IdempotencyKey, IdempotencyKeyReused, Receipt, StaleVersion, UnknownCase
from shared.kernel import Actor, CompanionCommand, Context, Decider, Refused, encrypted_values, event_name
from shared.telemetry import COMMANDS, REFUSALS, current_traceparent, span

S = TypeVar("S")
MAX_ATTEMPTS = 20
"""Optimistic attempts of one command before the caller gets StaleVersion."""
log = logging.getLogger(__name__)


class _Conflict(Exception):
    """Another writer was faster. `streams`: all those that the command turned out to change."""

    def __init__(self, streams: set[UUID]) -> None:
        super().__init__(f"another writer changed one of {len(streams)} streams")
        self.streams = streams


class ServiceApplication(ServiceLog):
    """A service's log with the commands that change it."""

    def context(
        self, case: UUID, actor: Actor, causation: UUID | None = None, correlation: UUID | None = None
    ) -> Context:
        """A context at the current time. `causation`: the id of the event that causes the command; `correlation`: the
        case in which the chain of causes began."""
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
        options: CommandOptions = NO_OPTIONS,
    ) -> Receipt:
        """Decides on the newest state and appends, optimistically: a conflict with another writer starts it again.

        Raises Refused when the domain refuses, and the errors that `CommandOptions` names. After 20 conflicts it raises
        StaleVersion."""
        name, outcome = type(command).__name__, "failed"
        try:
            with span(f"command {name}"):
                receipt = self._handle(decider, stream, command, context, options)
            outcome = "recorded" if receipt.position is not None else "unchanged"
        except Refused as refused:
            outcome = "refused"
            REFUSALS.labels(name, refused.slug).inc()
            raise
        finally:
            COMMANDS.labels(name, outcome).inc()
        return receipt

    def _handle(
        self, decider: Decider[S], stream: UUID, command: Any, context: Context, options: CommandOptions
    ) -> Receipt:
        streams, context = {stream}, replace(context, stream=stream)
        for _ in range(MAX_ATTEMPTS):
            with self.stream_locks.on(streams) as has_waited:
                if has_waited:
                    self.forget_loaded(streams)
                try:
                    return self._attempt(decider, stream, command, context, options)
                except _Conflict as conflict:
                    streams = conflict.streams
                    self.forget_loaded(streams)
        raise StaleVersion(self.load(decider, stream).version)

    def _attempt(
        self, decider: Decider[S], stream: UUID, command: Any, context: Context, options: CommandOptions
    ) -> Receipt:
        loaded = self.load(decider, stream)
        main = AggregateChanges.of(decider, stream, loaded, context)
        key = options.idempotency_key
        try:
            if options.must_exist and main.loaded.version == 0:
                raise UnknownCase(str(stream))
            if options.expected_version not in (None, main.loaded.version):
                raise StaleVersion(main.loaded.version)
            main.decide(command)
            changes = [main, *self._companion_changes(main)]
        except Exception:
            if key and (first := self.first_receipt(key)):
                return first
            raise
        names = tuple(event_name(event).name for event in main.events)
        receipt = Receipt(stream, main.version, events=names, previous=main.loaded.state, state=main.state)
        if not (main.steps or options.writes_without_events):
            return receipt
        try:
            receipt = replace(receipt, position=self._append(changes, receipt, options))
        except CommandAlreadyHandled:
            assert key is not None
            first = self.first_receipt(key)
            assert first is not None
            return first
        except UniqueKeyTaken as taken:
            raise self._unique_key_refusal(decider, UUID(taken.holder), context.actor) from taken
        except VersionTaken as conflict:  # another process was faster
            raise _Conflict({change.stream for change in changes}) from conflict
        self._keep_loaded(changes)
        for change in changes:
            self._snapshot_every_so_often(change.decider, change.stream, change.loaded.version, change.version)
        return receipt

    def _keep_loaded(self, changes: Sequence[AggregateChanges[Any]]) -> None:
        """The states that were appended are the newest; where rows of a case or keys changed with them, all is read
        anew."""
        if self._loaded is None:
            return
        if case_rows(changes) or any(change.destroyed_keys() for change in changes):
            self.forget_loaded({change.stream for change in changes})
            return
        for change in changes:
            self.remember(change.decider, change.stream, LoadedAggregate(change.version, change.state))

    def _unique_key_refusal(self, decider: Decider[Any], holder: UUID, actor: Actor) -> Refused:
        """Names the case that has reserved the key to an actor who may know of it, whatever that case is."""
        refusal = decider.unique_key_refusal
        if not self.may_know_case(self, holder, actor):
            return refusal(
                "Cherchez-le dans votre liste par le numéro de la structure\u00a0: la suite s’y écrit. S’il n’y est"
                " pas, la ou le responsable de votre unité sait à qui il est confié."
            )
        return refusal("Reprenez celui qui est ouvert\u00a0: la suite s’y écrit.", case=str(holder))

    def _companion_changes(self, main: AggregateChanges[Any]) -> Iterable[AggregateChanges[Any]]:
        """The companion commands of the new events, each decided on the newest state of its aggregate, and those of
        the events that they lead to in turn."""
        others: dict[UUID, AggregateChanges[Any]] = {}
        waiting = deque((main, step) for step in main.steps)
        while waiting:
            changes, (state, event) = waiting.popleft()
            for companion in changes.decider.companions(state, event, changes.context):
                stream = companion.stream
                if stream == main.stream:
                    raise ValueError(
                        f"{type(companion.command).__name__} comes back to the aggregate that it began with"
                    )
                if stream not in others:
                    others[stream] = self._load_companion(companion, changes.context)
                before = len(others[stream].steps)
                others[stream].decide(companion.command)
                waiting.extend((others[stream], step) for step in others[stream].steps[before:])
        return others.values()

    def _load_companion(self, companion: CompanionCommand, cause: Context) -> AggregateChanges[Any]:
        context = replace(cause, case=companion.case or companion.stream, stream=companion.stream)
        if companion.actor:
            context = replace(context, actor=companion.actor, causation=None, correlation=None)
        try:
            loaded = self.load(companion.decider, companion.stream)
        except UnknownCase:
            # An id in a body that something else stands under is refused in the words for one that nothing has.
            companion.decider.decide(companion.decider.initial, companion.command, context)
            raise
        return AggregateChanges.of(companion.decider, companion.stream, loaded, context)

    def _append(
        self, changes: Sequence[AggregateChanges[Any]], receipt: Receipt, options: CommandOptions
    ) -> int | None:
        """Returns the position of the last event of the command's own aggregate."""
        new_ids = changes[0].context.new_ids | {change.stream for change in changes if change.loaded.version == 0}
        found = [[*encrypted_values(event)] for change in changes for event in change.events]
        key_ids = {key_id_of(value) for values in found for _, value in values if value.plaintext is not None}
        data_keys = self.key_store.keys_for(key_ids, new_ids)
        recorded = [each for change in changes for each in change.recorded_events(data_keys)]
        stored = [self.mapper.to_stored_event(each, values) for each, values in zip(recorded, found, strict=True)]
        destroyed = [key_id for change in changes for key_id in change.destroyed_keys()]
        extras: dict[str, list[dict[str, Any]]] = {
            "keys": key_rows(data_keys.new),
            "used_keys": [{"key_id": key_id} for key_id in data_keys.known.keys() - data_keys.new.keys()],
            "people": [
                row
                for each, values in zip(recorded, found, strict=True)
                for row in people_rows(self.key_store, each, values)
            ],
            "destroyed_keys": [{"key_id": key_id} for key_id in destroyed],
            "unique_keys": [row for change in changes for row in change.unique_key_rows()],
            "deadlines": [row for change in changes for row in change.deadline_rows()],
            **case_rows(changes),
        }
        if options.deadline:
            extras["deadlines"].append(options.deadline.row())
        if options.idempotency_key:
            extras["command"] = [options.idempotency_key.row(receipt)]
        if traceparent := current_traceparent():
            extras["traces"] = [_trace_row(each, traceparent) for each in stored]
        if ahead := self.clock.ahead():
            extras["ahead"] = [{"seconds": ahead}]
        cases = [change.context.case for change in changes for _ in change.steps]
        events = changes[0].events
        hook = options.in_transaction
        in_transaction = partial(hook, events=events, data_keys=data_keys) if hook and events else None
        try:
            positions = self.recorder.insert_events(
                stored, cases=cases, extras=extras, tracking=options.tracking, in_transaction=in_transaction
            )
        except KeyDestroyed as error:
            for key_id in data_keys.known:
                self.key_store.evict(key_id)
            raise KeyErased(str(error)) from error
        self.key_store.cache(data_keys)
        for key_id in destroyed:
            self.key_store.drop_destroyed(key_id)
        self._add_to_erasure_list(destroyed)
        return positions[len(events) - 1] if positions and events else None

    def _add_to_erasure_list(self, key_ids: Sequence[UUID]) -> None:
        """After the commit, never before: a key that was not destroyed after all must not be destroyed at the next
        start."""
        if self.erasure_list is None or not key_ids:
            return
        try:
            self.erasure_list.add(key_ids)
        except (OSError, ErasureListDamaged):  # recorded all the same; the next start adds it
            log.critical("the erasure list could not take %s", key_ids, exc_info=True)

    def first_receipt(self, key: IdempotencyKey) -> Receipt | None:
        """What was answered when the key came first, or null. Raises IdempotencyKeyReused when it came with another
        request."""
        stored = self.recorder.stored_response(key.key)
        if stored is None:
            return None
        request, response = stored
        if request != key.request:
            raise IdempotencyKeyReused(key.key)
        return Receipt.repeat(response)


def _trace_row(stored: StoredEvent, traceparent: str) -> dict[str, Any]:
    """For append.sql."""
    return {"stream": stored.originator_id, "version": stored.originator_version, "traceparent": traceparent}
