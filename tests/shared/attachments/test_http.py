"""Attachments over HTTP: added as they are, kept once, downloaded as they were, withdrawn for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from tests.support.samples import sample_files
from tests.support.servers.served_service import Client, Serve, Served

from intake.main import service
from shared.web.limits import UPLOADS, SlotLimits, Slots
from shared.web.resources.uploads import MAX_FILE_BYTES

REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "732 829 320 00074",
        "headcount": 12,
        "fte": 9.5,
    },
    "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle@example.org"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}
STATUTES = sample_files.pdf(b"Statuts des Jardins ")
NAMED = "attachment; filename*=UTF-8''statuts%20sign%C3%A9s.pdf; title*=UTF-8''Statuts%20%C3%A0%20jour"


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def adviser(intake: Served) -> Client:
    return intake.by("adviser")


@pytest.fixture
def path(adviser: Client) -> str:
    return f"{adviser.post('/api/v1/requests', REQUEST).headers['Location']}/attachments"


def add(client: Client, path: str, content: bytes = STATUTES, named: str = NAMED, **headers: str) -> Any:
    return client.upload(f"{path}?kind=statutes", content, named, **headers)


def rows(intake: Served) -> tuple[int, int]:
    """Events, and pieces of files."""
    (row,) = intake.application.recorder.fetch(
        "SELECT (SELECT count(*) FROM {events}) AS e, (SELECT count(*) FROM {schema}.attachment_chunks) AS p"
    )
    return row["e"], row["p"]


def assert_problem(answer: Any, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"].endswith(f"/{slug}")
    return problem


def test_a_name_with_special_blanks_is_kept_word_by_word(adviser: Client, path: str) -> None:
    name = "Proc%C3%A8s-verbal%C2%A0n%C2%B0%E2%80%AF3%0A%E2%80%AE.pdf"
    assert add(adviser, path, named=f"attachment; filename*=UTF-8''{name}").status_code == 201
    (listed,) = adviser.get(path).json()
    assert listed["title"] == listed["file_name"] == "Procès-verbal\u00a0n°\u202f3 .pdf"


def test_a_file_is_added_listed_and_downloaded_as_it_was(intake: Served, adviser: Client, path: str) -> None:
    content = sample_files.pdf(b"Statuts des Jardins ", 2_500_000)
    added = add(adviser, path, content)
    assert added.status_code == 201, added.text
    assert added.json()["events"] == ["attachment-added"]
    assert rows(intake) == (2, 3)

    (listed,) = adviser.get(path).json()
    assert added.headers["Location"] == f"{path}/{listed['id']}"
    assert (listed["title"], listed["file_name"], listed["kind"]) == (
        "Statuts à jour",
        "statuts signés.pdf",
        "statutes",
    )
    assert (listed["media_type"], listed["size"], listed["status"]) == ("application/pdf", len(content), "active")
    assert listed["content_hash"] == sha256(bytes.fromhex(listed["salt"]) + content).hexdigest()

    got = adviser.get(added.headers["Location"])
    assert got.content == content
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"] == "attachment; filename*=UTF-8''statuts%20sign%C3%A9s.pdf"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["ETag"] == f'"{listed["content_hash"]}"'


def test_what_was_downloaded_once_is_not_sent_again(adviser: Client, path: str) -> None:
    where = add(adviser, path).headers["Location"]
    etag = adviser.get(where).headers["ETag"]
    again = adviser.get_if_none_match(etag, where)
    assert (again.status_code, again.content) == (304, b"")


def test_the_history_of_the_case_tells_of_it_and_the_service_feed_says_no_more_than_that(
    intake: Served, adviser: Client, path: str
) -> None:
    add(adviser, path)
    history = adviser.get(path.replace("/attachments", "/history")).json()
    assert (history[-1]["event"], history[-1]["label"]) == ("attachment-added", "Pièce jointe ajoutée")
    assert history[-1]["data"]["title"] == "Statuts à jour"
    (told,) = [e for e in intake.by("service").get("/events").json()["events"] if "attachment" in e["header"]["event"]]
    assert told["body"] is None
    assert path.split("/")[-2] == told["header"]["case"]


def test_the_same_file_twice_gives_the_first_one_back(intake: Served, adviser: Client, path: str) -> None:
    first, again = add(adviser, path), add(adviser, path, named="attachment; filename=autre.pdf")
    assert (again.status_code, again.json()["id"], again.json()["events"]) == (200, first.json()["id"], [])
    assert adviser.get(path).json()[0]["file_name"] == "statuts signés.pdf"
    assert rows(intake) == (2, 1)


def test_the_same_file_many_times_at_once_is_one(intake: Served, adviser: Client, path: str) -> None:
    content = sample_files.pdf(b"Statuts des Jardins ", 3_000_000)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: add(adviser, path, content), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert rows(intake) == (2, 3)


def test_the_same_file_in_another_case_is_another(intake: Served, adviser: Client, path: str) -> None:
    other = {**REQUEST, "structure": {**REQUEST["structure"], "siret": None, "rna": "W442001234"}}
    elsewhere = f"{adviser.post('/api/v1/requests', other).headers['Location']}/attachments"
    first, second = add(adviser, path), add(adviser, elsewhere)
    assert first.json()["id"] != second.json()["id"]
    assert adviser.get(path).json()[0]["content_hash"] != adviser.get(elsewhere).json()[0]["content_hash"]
    assert_problem(adviser.get(f"{elsewhere}/{first.json()['id']}"), 404, "unknown-case")
    withdrawal = {"reason": "Mauvais dossier"}
    assert_problem(adviser.post(f"{elsewhere}/{first.json()['id']}/withdrawal", withdrawal), 404, "unknown-case")


def test_an_idempotency_key_answers_again_and_not_for_another_file(adviser: Client, path: str) -> None:
    first = add(adviser, path, Idempotency_Key="k")
    again = add(adviser, path, Idempotency_Key="k")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert_problem(add(adviser, path, sample_files.pdf(b"autre"), Idempotency_Key="k"), 422, "idempotency-key-reused")


def test_a_withdrawn_file_is_destroyed_its_event_stays_and_it_may_come_back(
    intake: Served, adviser: Client, path: str
) -> None:
    where = add(adviser, path).headers["Location"]
    assert_problem(adviser.post(f"{where}/withdrawal", {"reason": "Oups"}, If_Match='"9"'), 409, "stale-version")
    assert rows(intake) == (2, 1)
    withdrawn = adviser.post(f"{where}/withdrawal", {"reason": "Ce sont ceux d’une autre structure"})
    assert withdrawn.json()["events"] == ["attachment-withdrawn"]
    assert rows(intake) == (3, 0)
    assert_problem(adviser.get(where), 410, "attachment-withdrawn")
    assert_problem(adviser.post(f"{where}/withdrawal", {"reason": "Encore"}), 409, "attachment-withdrawn")
    (listed,) = adviser.get(path).json()
    assert (listed["status"], listed["reason"]) == ("withdrawn", "Ce sont ceux d’une autre structure")

    assert add(adviser, path).status_code == 201
    assert adviser.get(where).content == STATUTES


def test_once_the_key_is_erased_nobody_reads_it_and_replays_go_on(intake: Served, adviser: Client, path: str) -> None:
    where = add(adviser, path).headers["Location"]
    app = intake.application
    app.recorder.fetch("UPDATE {schema}.data_keys SET wrapped = NULL")
    app.key_store.evict()
    assert_problem(adviser.get(where), 410, "erased")
    assert_problem(add(adviser, path, sample_files.pdf(b"nouveau")), 410, "erased")
    (listed,) = adviser.get(path).json()
    assert (listed["title"], listed["status"]) == ("«\u202feffacé\u202f»", "active")
    assert adviser.get(path.replace("/attachments", "/history")).json()[-1]["event"] == "attachment-added"
    assert rows(intake) == (2, 1)


@pytest.mark.parametrize(("event", "left"), [("attachment-added", (1, 0)), ("attachment-withdrawn", (2, 1))])
def test_bytes_and_event_are_written_together_or_not_at_all(
    intake: Served, adviser: Client, path: str, event: str, left: tuple[int, int]
) -> None:
    intake.application.recorder.fetch(f"ALTER TABLE {{events}} ADD CHECK (topic NOT LIKE '{event}%')")
    added = add(adviser, path)
    if event == "attachment-withdrawn":
        added = adviser.post(f"{added.headers['Location']}/withdrawal", {"reason": "Mauvais fichier"})
    assert_problem(added, 500, "unexpected")
    assert rows(intake) == left


def test_a_piece_that_was_moved_or_changed_does_not_open(intake: Served, adviser: Client, path: str) -> None:
    where = add(adviser, path, sample_files.pdf(b"Statuts ", 2_500_000)).headers["Location"]
    swap = "UPDATE {schema}.attachment_chunks SET chunk = CASE chunk WHEN 0 THEN 11 WHEN 1 THEN 10 END WHERE chunk < 2"
    intake.application.recorder.fetch(swap)
    intake.application.recorder.fetch("UPDATE {schema}.attachment_chunks SET chunk = chunk - 10 WHERE chunk >= 10")
    assert_problem(adviser.get(where), 500, "unexpected")


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"", 422, "empty-file"),
        (b"<!DOCTYPE html><html></html>", 415, "active-content-refused"),
        (b"MZ\x90\0" + bytes(60), 415, "file-type-refused"),
        (STATUTES[:-8], 422, "damaged-file"),
        (bytes(MAX_FILE_BYTES + 1), 413, "file-too-large"),
    ],
    ids=["empty", "html", "program", "cut short", "too large"],
)
def test_what_is_not_kept_is_refused_and_nothing_recorded(
    intake: Served, adviser: Client, path: str, content: bytes, status: int, slug: str
) -> None:
    assert_problem(add(adviser, path, content, Content_Type="application/pdf"), status, slug)
    assert rows(intake) == (1, 0)


def test_ten_mebibytes_are_kept_and_not_a_byte_more(adviser: Client, path: str) -> None:
    assert add(adviser, path, sample_files.pdf(b"x", MAX_FILE_BYTES)).status_code == 201
    assert_problem(add(adviser, path, sample_files.pdf(b"x", MAX_FILE_BYTES + 1)), 413, "file-too-large")


@pytest.mark.parametrize(
    "named",
    ["", "attachment", "attachment; filename=", f"attachment; filename={'x' * 201}", "attachment; filename=../.."],
)
def test_a_file_without_a_name_is_refused(intake: Served, adviser: Client, path: str, named: str) -> None:
    assert_problem(add(adviser, path, named=named), 422, "wrong-file-name")
    assert rows(intake) == (1, 0)


@pytest.mark.parametrize(
    ("named", "name", "title"),
    [
        ('attachment; filename="../../etc/passwd"', "passwd", "passwd"),
        ('attachment; filename="C:\\\\Users\\\\maelle\\\\statuts.pdf"', "statuts.pdf", "statuts.pdf"),
        (
            "attachment; filename*=UTF-8''a%0D%0AX-Evil%3A%20b%E2%80%AEfdp.exe",
            "a X-Evil: bfdp.exe",
            "a X-Evil: bfdp.exe",
        ),
        ('attachment; filename="statuts.pdf"; title="Les statuts"', "statuts.pdf", "Les statuts"),
    ],
)
def test_a_name_loses_its_folders_and_what_nobody_sees(
    adviser: Client, path: str, named: str, name: str, title: str
) -> None:
    where = add(adviser, path, named=named).headers["Location"]
    (listed,) = adviser.get(path).json()
    assert (listed["file_name"], listed["title"]) == (name, title)
    assert "\r" not in adviser.get(where).headers["Content-Disposition"]


def test_a_form_or_an_unknown_kind_is_refused(adviser: Client, path: str) -> None:
    assert_problem(add(adviser, path, Content_Type="multipart/form-data; boundary=x"), 415, "multipart-refused")
    assert_problem(adviser.upload(f"{path}?kind=secret", STATUTES, NAMED), 422, "invalid-request")
    assert_problem(adviser.upload(path, STATUTES, NAMED), 422, "invalid-request")


def test_who_may_add_read_and_withdraw(intake: Served, adviser: Client, path: str) -> None:
    where, case = add(adviser, path).headers["Location"], path.split("/")[-2]
    leader, stranger = intake.by("leader", case=case), intake.by("leader", case=str(uuid4()))
    assert leader.get(where).content == STATUTES
    assert_problem(leader.post(f"{where}/withdrawal", {"reason": "À retirer"}), 403, "forbidden")
    for nobody in (stranger, intake.by("provider", case=case), intake.by("pilot"), intake.by("ops")):
        assert_problem(nobody.get(path), 403, "forbidden")
        assert_problem(nobody.get(where), 403, "forbidden")
        assert_problem(add(nobody, path), 403, "forbidden")
    assert_problem(add(intake.anonymous(), path), 401, "unauthenticated")
    assert_problem(add(adviser, f"/api/v1/requests/{uuid4()}/attachments"), 404, "unknown-case")


def test_who_sends_many_files_at_once_leaves_slots_for_others(intake: Served, adviser: Client, path: str) -> None:
    """Four slow senders of one account held all the slots for two minutes."""
    assert UPLOADS.each < UPLOADS.total
    intake.web.state.upload_slots = Slots(SlotLimits(total=1, each=0, waiting=0, wait_seconds=0))
    refused = add(adviser, path)
    assert_problem(refused, 429, "too-many-at-once")
    assert refused.headers["Retry-After"] == "5"
    intake.web.state.upload_slots = Slots(UPLOADS)
    assert add(adviser, path).status_code == 201
