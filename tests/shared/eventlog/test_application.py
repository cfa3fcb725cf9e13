"""The one command path: encrypted, versioned, idempotent, and never falsely refused."""

from __future__ import annotations

from contextlib import closing
from threading import Thread
from uuid import UUID

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import MapperDeserialisationError, OperationalError
from tests.support.samples.note_aggregate import (
    ADVISER,
    TAKEN,
    Note,
    Noted,
    Notes,
    assert_dense,
    decider,
    entries,
    open_notes,
)

from shared.crypto import ERASED_TEXT, KeyErased
from shared.eventlog import (
    CommandOptions,
    EventMapper,
    EventMetadata,
    IdempotencyKey,
    IdempotencyKeyReused,
    RecordedEvent,
    ServiceApplication,
    StaleVersion,
    UnknownCase,
    to_plain,
)
from shared.kernel import (
    Actor,
    CompanionCommand,
    Decider,
    Encrypted,
    PersonalData,
    Refused,
    Role,
    event,
    uuid7,
)
from shared.kernel.events import command
from shared.runtime.scheduler import Scheduler


def noted(app: ServiceApplication, case: UUID, *numbers: int) -> None:
    for number in numbers:
        app.handle(decider, case, Note(number, "Léa Martin"), app.context(case, ADVISER))


def test_a_state_is_rebuilt_from_the_log(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1, 2, 3)
    loaded = app.load(decider, case)
    assert (loaded.version, loaded.state.total) == (3, 6)
    assert to_plain(loaded.state, app.key_store.display_text) == {"total": 6, "last": "Léa Martin"}


def test_an_answer_is_remembered_for_a_while_and_then_forgotten(app: ServiceApplication, url: str) -> None:
    case, old, recent = uuid7(), IdempotencyKey("old", "one"), IdempotencyKey("recent", "two")
    for key in (old, recent):
        app.handle(decider, case, Note(1, "Léa"), app.context(case, ADVISER), CommandOptions(idempotency_key=key))
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE handled_commands SET answered_at = now() - interval '31 days' WHERE key = 'old'")
    app.recorder.delete_expired(Scheduler.RECEIPT_RETENTION)
    assert app.recorder.stored_response(recent.key)
    assert not app.recorder.stored_response(old.key)


def test_no_name_is_stored_in_clear(app: ServiceApplication, url: str) -> None:
    noted(app, uuid7(), 1)
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        stored = "".join(
            str(connection.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t").fetchone()) for (table,) in tables
        )
        states = connection.execute("SELECT string_agg(convert_from(state, 'UTF8'), ' ') FROM notes_events").fetchone()
    assert '"number":1' in str(states), "the control: what is not sealed is found"
    for secret in ("Martin", "remarque"):
        assert secret not in stored
        assert secret not in str(states)


def test_a_sealed_value_opens_only_where_it_was_put(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1)
    last = app.load(decider, case).state.last
    assert last is not None
    moved = Encrypted(last.key, None, last.ciphertext, last.aad.replace(":1/who", ":2/who"))
    with pytest.raises(InvalidTag):
        app.key_store.decrypt(moved)
    assert app.key_store.decrypt(last) == "Léa Martin"


def test_a_key_that_is_gone_leaves_the_history_whole(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1, 2)
    last = app.load(decider, case).state.last
    assert last is not None
    app.recorder.fetch("UPDATE {schema}.data_keys SET wrapped = NULL WHERE key_id = %s", (str(last.key),))
    app.key_store.evict()
    state = app.load(decider, case).state
    assert to_plain(state, app.key_store.display_text) == {"total": 3, "last": ERASED_TEXT}
    with pytest.raises(KeyErased):
        app.key_store.decrypt(last)


def test_another_sealing_key_is_told(app: ServiceApplication, url: str) -> None:
    case = uuid7()
    noted(app, case, 1)
    with open_notes(url) as other:
        other.key_store._wrapping = type(other.key_store._wrapping)(b"x" * 32)
        with pytest.raises(ValueError, match="DLA_SEALING_KEY"):
            to_plain(other.load(decider, case).state, other.key_store.display_text)


def test_a_snapshot_gives_the_same_state_as_the_whole_history(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, *range(app.SNAPSHOT_EVERY + 3))
    kept = app.recorder.fetch("SELECT originator_version FROM {schema}.snapshots WHERE originator_id = %s", (case,))
    assert [row["originator_version"] for row in kept] == [app.SNAPSHOT_EVERY]
    assert app.load(decider, case) == app.load(decider, case, snapshots=False)
    assert app.load(decider, case, until=7).version == 7


def test_a_snapshot_of_another_shape_is_not_read(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1)
    app.recorder.save_snapshot(case, 1, "snapshot/notes:older", b'{"total": 99, "gone": true}')
    assert app.load(decider, case).state.total == 1


@pytest.mark.parametrize("state", [b"", b"{", b"\xff\x00", b'{"total": "many"}', b"[]"])
def test_a_snapshot_that_cannot_be_read_is_replayed_from_the_log_and_replaced(
    app: ServiceApplication, state: bytes
) -> None:
    case = uuid7()
    noted(app, case, *range(app.SNAPSHOT_EVERY + 3))
    spoilt = "UPDATE {schema}.snapshots SET state = %s, originator_version = 10000 WHERE originator_id = %s"
    app.recorder.fetch(spoilt, (state, case))
    assert app.load(decider, case) == app.load(decider, case, snapshots=False)
    app.recorder.fetch(spoilt, (state, case))
    noted(app, case, *range(app.SNAPSHOT_EVERY))
    kept = app.recorder.fetch("SELECT originator_version FROM {schema}.snapshots WHERE originator_id = %s", (case,))
    assert [row["originator_version"] for row in kept] == [2 * app.SNAPSHOT_EVERY]
    assert app.load(decider, case) == app.load(decider, case, snapshots=False)


def test_a_stale_version_is_refused_with_the_current_one(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1, 2)
    with pytest.raises(StaleVersion) as refusal:
        app.handle(decider, case, Note(3, "Léa"), app.context(case, ADVISER), CommandOptions(expected_version=1))
    assert refusal.value.current == 2
    app.handle(decider, case, Note(3, "Léa"), app.context(case, ADVISER), CommandOptions(expected_version=2))


def test_a_repeated_key_gets_the_first_answer(app: ServiceApplication) -> None:
    case, key = uuid7(), IdempotencyKey("adviser-1:abc", "fingerprint")
    first = app.handle(decider, case, Note(1, "Léa"), app.context(case, ADVISER), CommandOptions(idempotency_key=key))
    second = app.handle(
        decider, uuid7(), Note(1, "Léa"), app.context(case, ADVISER), CommandOptions(idempotency_key=key)
    )
    assert second.repeated
    assert (first.id, first.version, first.events) == (second.id, second.version, second.events)
    assert len(entries(app.recorder)) == 1


def test_a_key_stays_with_its_request(app: ServiceApplication) -> None:
    case = uuid7()
    app.handle(
        decider,
        case,
        Note(1, "Léa"),
        app.context(case, ADVISER),
        CommandOptions(idempotency_key=IdempotencyKey("k", "one")),
    )
    with pytest.raises(IdempotencyKeyReused):
        app.handle(
            decider,
            case,
            Note(2, "Léa"),
            app.context(case, ADVISER),
            CommandOptions(idempotency_key=IdempotencyKey("k", "two")),
        )


def test_a_first_answer_is_given_again_though_the_domain_would_now_refuse(app: ServiceApplication) -> None:
    case, key = uuid7(), IdempotencyKey("k", "one")
    app.handle(decider, case, Note(1, "Léa"), app.context(case, ADVISER), CommandOptions(idempotency_key=key))
    assert app.handle(
        decider, case, Note(2000, "Léa"), app.context(case, ADVISER), CommandOptions(idempotency_key=key)
    ).repeated


def test_a_refusal_records_nothing(app: ServiceApplication) -> None:
    case = uuid7()
    with pytest.raises(Refused) as refusal:
        app.handle(
            decider,
            case,
            Note(2000, "Léa"),
            app.context(case, ADVISER),
            CommandOptions(idempotency_key=IdempotencyKey("k", "one")),
        )
    assert refusal.value.slug == "too-big"
    assert not entries(app.recorder)
    assert app.recorder.stored_response("k") is None


def test_a_command_on_nothing_is_told(app: ServiceApplication) -> None:
    with pytest.raises(UnknownCase):
        app.handle(decider, uuid7(), Note(1, "Léa"), app.context(uuid7(), ADVISER), CommandOptions(must_exist=True))


def test_a_claim_is_held_by_one_case_until_it_gives_it_back(app: ServiceApplication) -> None:
    first, second = uuid7(), uuid7()
    app.handle(decider, first, Note(1, "Léa", claim="x"), app.context(first, ADVISER))
    with pytest.raises(Refused) as refusal:
        app.handle(decider, second, Note(1, "Léa", claim="x"), app.context(second, ADVISER))
    assert refusal.value.slug == TAKEN.slug
    app.handle(decider, first, Note(1, "Léa", claim="-x"), app.context(first, ADVISER))
    app.handle(decider, second, Note(1, "Léa", claim="x"), app.context(second, ADVISER))


def test_concurrent_commands_on_one_case_all_find_their_turn(app: ServiceApplication) -> None:
    case = uuid7()
    threads = [Thread(target=noted, args=(app, case, *range(5))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = app.load(decider, case)
    assert loaded.version == 30
    assert loaded.state.total == 60
    assert_dense(entries(app.recorder))


def test_two_programs_that_start_together_make_the_tables_once(url: str) -> None:
    apps = [open_notes(url) for _ in range(3)]
    failures: list[BaseException] = []

    def create(app: ServiceApplication) -> None:
        try:
            app.create_tables()
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=create, args=(app,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for app in apps:
        app.close()
    assert not failures


def test_the_initial_state_is_version_zero(app: ServiceApplication) -> None:
    assert app.load(decider, uuid7()).version == 0
    assert app.load(decider, uuid7()).state == Notes()


def test_a_value_that_a_later_event_carries_on_opens_and_is_forgotten_with_its_key(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1)
    last = app.load(decider, case).state.last
    assert last is not None
    data_keys = app.key_store.keys_for([])
    carried = Noted(2, last)
    meta = EventMetadata(uuid7(), case, "adviser-1", Role.ADVISER, case)
    app.events.put([RecordedEvent(case, 2, meta=meta, data=carried, data_keys=data_keys)], cases=[case])
    assert to_plain(app.load(decider, case).state, app.key_store.display_text)["last"] == "Léa Martin"
    app.recorder.fetch("UPDATE {schema}.data_keys SET wrapped = NULL WHERE key_id = %s", (str(last.key),))
    app.key_store.evict()
    assert to_plain(app.load(decider, case).state, app.key_store.display_text)["last"] == ERASED_TEXT


def test_a_snapshot_that_cannot_be_kept_does_not_undo_the_command(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("no space left on device")

    monkeypatch.setattr(app.recorder, "save_snapshot", full)
    case = uuid7()
    noted(app, case, *range(app.SNAPSHOT_EVERY + 1))
    assert app.load(decider, case).version == app.SNAPSHOT_EVERY + 1


def test_a_destroyed_key_is_never_made_anew(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1)
    app.recorder.fetch("UPDATE {schema}.data_keys SET wrapped = NULL WHERE key_id = %s", (case,))
    app.key_store.evict()
    with pytest.raises(KeyErased):
        noted(app, case, 2)
    assert app.load(decider, case).version == 1


def test_what_cannot_be_read_back_never_becomes_history(app: ServiceApplication) -> None:
    case = uuid7()
    with pytest.raises(MapperDeserialisationError):
        meta = EventMetadata(uuid7(), case, "adviser-1", Role.ADVISER, case)
        unreadable = Noted("seven", PersonalData(case, "Léa"))  # type: ignore[arg-type]
        app.events.put([RecordedEvent(case, 1, meta=meta, data=unreadable, data_keys=app.key_store.keys_for([case]))])
    assert not entries(app.recorder)


def test_a_value_in_two_fields_of_one_event_opens_in_both(app: ServiceApplication) -> None:
    case, twice = uuid7(), PersonalData(uuid7(), "Léa Martin")
    data_keys = app.key_store.keys_for([UUID(str(twice.key))])
    meta = EventMetadata(uuid7(), case, "adviser-1", Role.ADVISER, case)
    stored = app.mapper.to_stored_event(
        RecordedEvent(case, 1, meta=meta, data=Noted(1, twice, remarks=(twice,)), data_keys=data_keys)
    )
    app.key_store.cache(data_keys)
    assert to_plain(app.mapper.to_domain_event(stored).data, app.key_store.decrypt)["remarks"] == ("Léa Martin",)


@event("wished", 1, label="Souhaité")
class Wished:
    need: Encrypted


def renamed(data: dict[str, object]) -> dict[str, object]:
    return {"wishes": [data["need"]]}


@event("wished", 2, label="Souhaité", upcasts={1: renamed})
class WishedNow:
    wishes: tuple[Encrypted, ...]


def test_an_upcast_that_moves_a_sealed_field_leaves_it_readable(app: ServiceApplication) -> None:
    case = uuid7()
    data_keys = app.key_store.keys_for([case])
    app.key_store.cache(data_keys)
    meta = EventMetadata(uuid7(), case, "adviser-1", Role.ADVISER, case)
    then, now = EventMapper([Wished], {}), EventMapper([WishedNow], {})
    old = then.to_stored_event(
        RecordedEvent(case, 1, meta=meta, data=Wished(Encrypted(case, "un toit")), data_keys=data_keys)
    )
    (wish,) = now.to_domain_event(old).data.wishes
    assert app.key_store.decrypt(wish) == "un toit"


@command
class Relay:
    """Notes it here, and asks each of `then`, in turn, to do the same with the rest."""

    then: tuple[UUID, ...] = ()


@event("relayed", label="Transmis")
class Relayed:
    then: tuple[UUID, ...] = ()


AUTOMATIC = Actor("service:notes", Role.SERVICE)
relay: Decider[int] = Decider(
    "relays",
    0,
    decide=lambda _state, command, _context: [Relayed(command.then)],
    evolve=lambda state, _event: state + 1,
    commands=(Relay,),
    events=(Relayed,),
    companions=lambda _state, event, _context: [
        CompanionCommand(relay, stream, command=Relay(event.then[1:]), actor=AUTOMATIC) for stream in event.then[:1]
    ],
)


def test_a_companion_command_may_lead_to_another_in_the_same_transaction(url: str) -> None:
    first, second, third = (uuid7() for _ in range(3))
    with closing(ServiceApplication("notes", [relay], url, b"k" * 32)) as app:
        app.create_tables()
        context = app.context(first, ADVISER, causation=uuid7(), correlation=uuid7())
        app.handle(relay, first, Relay((second, third)), context)
        recorded = [app.events_of(app.recorder.entries_of_case(case)) for case in (first, second, third)]
        (_, one), (_, two), (_, three) = (entry for [entry] in map(list, recorded))
        assert one.meta.actor == ADVISER.id
        for last, case in ((two, second), (three, third)):
            assert (last.meta.actor, last.meta.causation, last.meta.correlation) == ("service:notes", None, case)


def test_a_companion_command_never_comes_back_to_where_it_began(url: str) -> None:
    first, second = uuid7(), uuid7()
    with closing(ServiceApplication("notes", [relay], url, b"k" * 32)) as app:
        app.create_tables()
        with pytest.raises(ValueError, match="comes back"):
            app.handle(relay, first, Relay((second, first)), app.context(first, ADVISER))
        assert app.load(relay, second).version == 0
