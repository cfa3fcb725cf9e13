"""The people index: persons found by name, their data listed, and both erased in every process at once."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread
from uuid import UUID

import pytest
from tests.support import ROOT
from tests.support.samples.note_aggregate import (
    ADVISER,
    DEPLOYMENT_KEY,
    Note,
    Noted,
    Notes,
    assert_dense,
    decider,
    entries,
)

from shared.crypto import ERASED_TEXT, KeyErased
from shared.erasure import ErasePerson, case_erasure_id
from shared.erasure.erasure import decider as key_erasure
from shared.eventlog import ServiceApplication, count_values_of, find_people, is_case_key, personal_data_of
from shared.eventlog.people_index import hash_words
from shared.kernel import Decider, PersonalData, uuid7


def opened(url: str) -> ServiceApplication:
    return ServiceApplication("notes", [decider, key_erasure], url, DEPLOYMENT_KEY)


@pytest.fixture
def app(url: str) -> Iterator[ServiceApplication]:
    application = opened(url)
    application.create_tables()
    yield application
    application.close()


def noted(app: ServiceApplication, case: UUID, who: str, number: int = 1) -> UUID:
    """The id of whoever is named."""
    receipt = app.handle(decider, case, Note(number, who), app.context(case, ADVISER))
    return UUID(str(receipt.state.last.key))


def erase(app: ServiceApplication, person: UUID) -> None:
    stream = case_erasure_id(person)
    command = ErasePerson(person, count_values_of(app, person), nobody=is_case_key(app, person))
    app.handle(key_erasure, stream, command, app.context(stream, ADVISER))


def naming(person: UUID) -> Decider[Notes]:
    """Whatever is asked, the same person notes it."""
    return replace(decider, decide=lambda *_: [Noted(2, PersonalData(person, "Maëlle Kerdoncuff"))])


def test_somebody_is_found_by_each_word_of_their_name_whatever_its_accents(app: ServiceApplication) -> None:
    case = uuid7()
    maelle = noted(app, case, "Maëlle Kerdoncuff")
    noted(app, uuid7(), "Tanguy Abgrall")
    for words in ("kerdoncuff", "MAELLE", "Kerdoncuff, Maëlle", "maëlle kerdoncuff"):
        (somebody,) = find_people(app, words)
        assert (somebody.person, somebody.cases) == (maelle, (case,))
    for words in ("kerdon", "Maëlle Abgrall", "Léa"):
        assert find_people(app, words) == []


def test_a_telephone_number_is_found_in_each_of_its_spellings(app: ServiceApplication) -> None:
    person = noted(app, uuid7(), "02 40 11 22 33")
    noted(app, uuid7(), "02 40 11 22 34")
    for words in ("0240112233", "+33240112233", "+33 (0)2 40 11 22 33", "02.40.11.22.33"):
        assert [each.person for each in find_people(app, words)] == [person]


def test_words_are_kept_as_hashes_that_only_this_deployment_makes(app: ServiceApplication) -> None:
    noted(app, uuid7(), "Maëlle Kerdoncuff")
    (row,) = app.recorder.fetch("SELECT p::text AS said FROM {schema}.people_index p")
    assert "maelle" not in row["said"].casefold()
    other = ServiceApplication("notes", [decider], app.url, b"x" * 32)
    assert not set(hash_words(app.key_store, ["maelle"])) & set(hash_words(other.key_store, ["maelle"]))
    other.close()


def test_everything_held_of_a_person_is_told_with_its_place(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, "Tanguy Abgrall")
    maelle = noted(app, case, "Maëlle Kerdoncuff", 2)
    (told,) = personal_data_of(app, maelle)
    assert (told.case, told.version, told.event, told.path, told.value) == (
        case,
        2,
        "noted",
        "who",
        "Maëlle Kerdoncuff",
    )


def test_a_person_who_is_forgotten_is_found_no_more_and_the_history_stays(app: ServiceApplication) -> None:
    case = uuid7()
    for number in range(app.SNAPSHOT_EVERY):
        person = noted(app, case, "Maëlle Kerdoncuff", number)
    before = entries(app.recorder)
    erase(app, person)
    assert entries(app.recorder)[:-1] == before
    assert_dense(entries(app.recorder))
    assert app.recorder.fetch("SELECT 1 FROM {schema}.snapshots") == []
    assert personal_data_of(app, person) == []
    assert person not in {each.person for each in find_people(app, "Maëlle")}
    last = app.load(decider, case).state.last
    assert last is not None
    assert app.key_store.display_text(last) == ERASED_TEXT
    assert app.load(key_erasure, case_erasure_id(person)).state.erased


def test_nobody_makes_another_key_for_who_was_forgotten_not_even_before_they_were_known(
    app: ServiceApplication,
) -> None:
    unknown = uuid7()
    erase(app, unknown)
    with pytest.raises(KeyErased):
        app.key_store.keys_for([unknown])


def test_the_key_of_a_dossier_is_no_person_s(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, "Maëlle Kerdoncuff")
    assert is_case_key(app, case)
    erase(app, case)
    assert app.recorder.wrapped_keys([case])[case] is not None


def test_a_key_that_another_process_destroyed_seals_nothing_more(app: ServiceApplication) -> None:
    """The other process still has the key in its memory: the log itself refuses."""
    case = uuid7()
    person = noted(app, case, "Maëlle Kerdoncuff")
    other = opened(app.url)
    other.key_store.keys_for([person, case])
    erase(app, person)

    with pytest.raises(KeyErased):
        other.handle(naming(person), case, Note(2, "-"), other.context(case, ADVISER))
    assert app.load(decider, case).version == 1
    other.close()


def test_of_an_erasure_and_whoever_writes_at_the_same_time_nothing_is_left_to_open(app: ServiceApplication) -> None:
    case, others = uuid7(), [opened(app.url) for _ in range(3)]
    person = noted(app, case, "Maëlle Kerdoncuff")
    start = Barrier(len(others) + 1)

    def write(other: ServiceApplication) -> None:
        other.key_store.keys_for([person])
        start.wait()
        try:
            for _ in range(50):
                other.handle(naming(person), stream := uuid7(), Note(2, "-"), other.context(stream, ADVISER))
        except KeyErased:
            return
        raise AssertionError("it wrote on after the erasure")

    writers = [Thread(target=write, args=[other]) for other in others]
    for writer in writers:
        writer.start()
    start.wait()
    erase(app, person)
    for writer, other in zip(writers, others, strict=True):
        writer.join()
        other.close()
    assert app.recorder.fetch("SELECT 1 FROM {schema}.people_index WHERE person = %s", (person,)) == []
    assert app.recorder.wrapped_keys([person]) == {person: None}
    last_written = max(entry.id for entry in entries(app.recorder) if entry.topic == "noted:v1")
    erased_at = next(entry.id for entry in entries(app.recorder) if entry.topic == "person-key-destroyed:v1")
    assert last_written < erased_at, "what was sealed after the erasure stands after it in the log"


def test_a_process_that_remembers_a_key_shows_nothing_soon_after_another_has_destroyed_it(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = uuid7()
    person = noted(app, case, "Maëlle Kerdoncuff")
    reading = [sys.executable, "-m", "tests.support.processes.key_cache_process", app.url, str(case)]
    with subprocess.Popen(reading, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin
        assert other.stdout

        def shown() -> str:
            assert other.stdin
            assert other.stdout
            other.stdin.write("show\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        assert shown() == "Maëlle Kerdoncuff"
        erase(app, person)
        at = time.monotonic()
        assert app.key_store.display_text(app.load(decider, case).state.last) == ERASED_TEXT  # type: ignore[arg-type]
        while shown() != ERASED_TEXT:
            assert time.monotonic() < at + 15, "it still shows who was forgotten"
            time.sleep(0.1)
        other.stdin.close()


def test_a_log_from_before_people_were_indexed_is_read_once(app: ServiceApplication) -> None:
    maelle, lost = noted(app, uuid7(), "Maëlle Kerdoncuff"), noted(app, uuid7(), "Maëlle Abgrall")
    erase(app, lost)
    app.recorder.fetch("DELETE FROM {schema}.people_index")
    app.recorder.fetch("DELETE FROM {schema}.projection_checkpoints")
    app.create_tables()
    assert [each.person for each in find_people(app, "maëlle")] == [maelle]
    app.recorder.fetch("DELETE FROM {schema}.people_index")
    app.create_tables()
    assert find_people(app, "maëlle") == []
