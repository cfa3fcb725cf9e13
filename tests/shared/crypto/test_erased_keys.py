"""Erasures that outlive a restored database, and the replacement of the sealing key."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.support.samples.note_aggregate import ADVISER, DEPLOYMENT_KEY, Note, decider, entries

from embedded.processes.postgres import Postgres
from shared.crypto import ERASED_TEXT, ErasureList, ErasureListDamaged, KeyStore
from shared.erasure import ErasePerson, case_erasure_id
from shared.erasure.after_restore import key_destruction, repeat_lost_erasures
from shared.erasure.erasure import decider as key_erasure
from shared.eventlog import ServiceApplication, find_people, rewrap_keys
from shared.kernel import uuid7

NEW_KEY = b"n" * 32


@pytest.fixture
def erased(tmp_path: Path) -> ErasureList:
    return ErasureList(tmp_path / "erased")


@pytest.fixture
def opened(url: str, erased: ErasureList) -> Iterator[Callable[..., ServiceApplication]]:
    applications = []

    def another(key: bytes = DEPLOYMENT_KEY, former: bytes | None = None, at: str = url) -> ServiceApplication:
        app = ServiceApplication("notes", [decider, key_erasure], at, key, erasure_list=erased, former_key=former)
        app.create_tables()
        applications.append(app)
        return app

    yield another
    for app in applications:
        app.close()


def noted(app: ServiceApplication, case: UUID, who: str) -> UUID:
    receipt = app.handle(decider, case, Note(1, who), app.context(case, ADVISER))
    return UUID(str(receipt.state.last.key))


def erase(app: ServiceApplication, person: UUID) -> None:
    stream = case_erasure_id(person)
    app.handle(key_erasure, stream, ErasePerson(person, 1), app.context(stream, ADVISER))


def shown(app: ServiceApplication, case: UUID) -> str:
    last = app.load(decider, case).state.last
    assert last is not None
    return app.key_store.display_text(last)


# A restored back-up


def test_what_a_restored_back_up_brings_back_is_destroyed_again_before_anybody_sees_it(
    opened: Callable[..., ServiceApplication], postgres: Postgres, url: str, erased: ErasureList
) -> None:
    case, other = uuid7(), uuid7()
    app = opened()
    maelle, tanguy = noted(app, case, "Maëlle Kerdoncuff"), noted(app, other, "Tanguy Abgrall")
    app.close()
    name = url.rpartition("/")[2]
    with psycopg.connect(postgres.superuser_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}_backup TEMPLATE {name} OWNER {name}")
    app = opened()
    erase(app, maelle)
    app.close()

    restored = opened(at=f"{url}_backup")
    assert shown(restored, case) == "Maëlle Kerdoncuff", "the control: the back-up had the key"
    assert repeat_lost_erasures(restored, key_destruction) == [maelle]
    assert shown(restored, case) == ERASED_TEXT
    assert shown(restored, other) == "Tanguy Abgrall"
    assert [each.person for each in find_people(restored, "maëlle")] == []
    last = entries(restored.recorder)[-1]
    assert last.topic == "key-destroyed-again:v1"
    assert repeat_lost_erasures(restored, key_destruction) == []
    assert erased.ids() == {maelle}
    assert tanguy not in erased.ids()


def test_an_erasure_that_a_crash_kept_from_the_list_is_added_at_the_next_start(
    opened: Callable[..., ServiceApplication], erased: ErasureList
) -> None:
    app = opened()
    person = noted(app, uuid7(), "Maëlle Kerdoncuff")
    app.erasure_list = None
    erase(app, person)
    assert erased.ids() == set()
    app.erasure_list = erased
    assert repeat_lost_erasures(app, key_destruction) == []
    assert erased.ids() == {person}


def test_a_list_that_cannot_be_written_undoes_nothing_and_is_mended_later(
    opened: Callable[..., ServiceApplication], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app, case = opened(), uuid7()
    person = noted(app, case, "Maëlle Kerdoncuff")
    app.erasure_list = ErasureList(tmp_path / "absent" / "erased")
    erase(app, person)
    assert shown(app, case) == ERASED_TEXT
    assert "the erasure list could not take" in caplog.text
    (tmp_path / "absent").mkdir()
    repeat_lost_erasures(app, key_destruction)
    assert app.erasure_list.ids() == {person}


# The list


@for_all(st.lists(st.lists(st.uuids(), max_size=3), max_size=5), st.integers(0, 40))
def test_whatever_a_crash_cuts_short_the_list_keeps_what_was_answered_for(batches: list[list[UUID]], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "erased"
        erased = ErasureList(file)
        for batch in batches:
            erased.add(batch)
        kept = {each for batch in batches for each in batch}
        assert erased.ids() == kept
        last = uuid4()
        with file.open("a") as crashing:
            crashing.write(f"{last}\n"[:cut])
        assert erased.ids() - {last} == kept
        erased.add([last])
        assert erased.ids() == kept | {last}
        assert file.read_text().count(str(last)) == 1


def test_a_damaged_line_is_named_and_nothing_is_read_past_it(erased: ErasureList, tmp_path: Path) -> None:
    (tmp_path / "erased").write_text(f"{uuid4()}\nsomebody edited this\n{uuid4()}\n")
    with pytest.raises(ErasureListDamaged, match="line 2"):
        erased.ids()


# Another deployment key


def test_every_key_is_wrapped_under_the_new_sealing_key_and_names_are_found_as_before(
    opened: Callable[..., ServiceApplication],
) -> None:
    case = uuid7()
    before = opened()
    maelle, lost = noted(before, case, "Maëlle Kerdoncuff"), noted(before, uuid7(), "Lost")
    erase(before, lost)
    pseudonym = before.key_store.pseudonym("732829320")

    both = opened(NEW_KEY, DEPLOYMENT_KEY)
    assert shown(both, case) == "Maëlle Kerdoncuff"
    added = noted(both, uuid7(), "Maëlle Abgrall")
    *_, (seen, done) = rewrap_keys(both)
    assert 0 < done < seen, "what was written since is wrapped already"
    assert [step[1] for step in rewrap_keys(both)] == [0, 0]

    after = opened(NEW_KEY)
    assert shown(after, case) == "Maëlle Kerdoncuff"
    assert {each.person for each in find_people(after, "maëlle")} == {maelle, added}
    assert after.key_store.pseudonym("732829320") == pseudonym, "a structure is the same from one case to the next"
    assert after.recorder.wrapped_keys([lost]) == {lost: None}
    wrapped = after.recorder.wrapped_keys([maelle])
    *_, (seen, done) = rewrap_keys(opened(b"3" * 32, NEW_KEY))
    assert seen == done
    assert opened(b"3" * 32).key_store.pseudonym("732829320") == pseudonym
    with pytest.raises(ValueError, match="another sealing key"):
        KeyStore(DEPLOYMENT_KEY, lambda _: wrapped).keys_for([maelle])


def test_wrapping_anew_goes_on_where_it_was_interrupted(
    opened: Callable[..., ServiceApplication], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventlog.maintenance.rewrapping.BATCH_KEYS", 2)
    before = opened()
    cases = [uuid7() for _ in range(5)]
    for case in cases:
        noted(before, case, f"Somebody of {case}")
    first = rewrap_keys(opened(NEW_KEY, DEPLOYMENT_KEY))
    assert (next(first), next(first)) == ((1, 0), (3, 2))
    del first
    halfway = opened(NEW_KEY, DEPLOYMENT_KEY)
    assert [shown(halfway, case) for case in cases] == [f"Somebody of {case}" for case in cases]
    *_, (seen, done) = rewrap_keys(halfway)
    assert (seen, done) == (11, 8)
    after = opened(NEW_KEY)
    assert [shown(after, case) for case in cases] == [f"Somebody of {case}" for case in cases]
