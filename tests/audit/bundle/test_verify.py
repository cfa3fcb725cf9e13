"""Verification of bundles: accepted as they were signed, else refused with the first thing wrong."""

from __future__ import annotations

import subprocess
import zipfile
from dataclasses import replace
from io import BytesIO
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.samples import sample_bundle
from tests.support.samples.sample_bundle import (
    ENTRIES,
    FORGER,
    OWN,
    RAW,
    WHOLE,
    bundle,
    describe,
    file_of,
    refused,
    replace_event,
    with_sums,
    without,
)

from audit.bundle.archive import pack
from audit.bundle.model import Bundle, ServiceAnswer
from audit.bundle.verify import verify_bundle
from audit.bundle.write import build_entries
from audit.tlog import VerificationError
from audit.verify import main


def test_a_case_is_believed_with_its_file_alone() -> None:
    found = verify_bundle(RAW)
    assert [header.event for header in found.headers] == [event for *_, event, _ in sample_bundle.EVENTS]
    assert (found.checkpoint.size, found.key) == (11, sample_bundle.SIGNER.verifier)
    assert not found.key_is_known
    assert verify_bundle(RAW, [OWN]).key_is_known


def test_a_file_of_each_format_that_ever_was_is_believed_for_ever() -> None:
    for sample in (Path(__file__).parents[2] / "contracts" / "samples" / "bundles").iterdir():
        verify_bundle(sample.read_bytes(), [OWN])


def test_a_sealed_file_holds_as_much_and_says_nothing_of_what_is_sealed() -> None:
    sealed = sample_bundle.seal(WHOLE)
    found = verify_bundle(file_of(sealed))
    assert found.bundle.sealed
    assert [event.content for event in found.bundle.events] == [event.content for event in WHOLE.events]
    assert any(b"Un motif" in content for content in build_entries(WHOLE).values()), "an open file says it"
    assert not any(b"Un motif" in content for content in build_entries(sealed).values())
    assert "scellé" in build_entries(sealed)["chronologie.html"].decode()
    assert "n’en ouvre aucune" in refused(file_of(describe(sealed, 1, values={"reason": "Un motif 1."})))
    assert "scellée" in refused(file_of(replace(sealed, sealed=False))), "an open file says what it opens"


def test_it_is_a_zip_as_others_read_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(RAW)) as others:
        assert others.testzip() is None
        assert {name: others.read(name) for name in others.namelist()} == ENTRIES
        others.extractall(tmp_path)
    check = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path, check=False)
    assert check.returncode == 0


def test_the_chronology_is_readable_and_in_french() -> None:
    page = ENTRIES["chronologie.html"].decode()
    assert page.index("Demande reçue") < page.index("Diagnostic ouvert")
    for words in ("2 mars 2026 à 09:03:00", "chargé·e d’accompagnement", "Un motif 1.", 'lang="fr"'):
        assert words in page


def test_what_a_service_said_is_text_and_never_markup() -> None:
    page = build_entries(describe(WHOLE, 0, label="<script>", values={"reason": "<img src=x>"}))[
        "chronologie.html"
    ].decode()
    assert "<script>" not in page
    assert "<img" not in page


# -- anything changed


@pytest.mark.parametrize("bit", [1, 128])
def test_a_byte_changed_anywhere_is_refused(bit: int) -> None:
    for at in range(0, len(RAW), bit % 117):
        refused(RAW[:at] + bytes([RAW[at] ^ bit]) + RAW[at + 1 :])


@settings(deadline=None, max_examples=300)
@given(at=st.integers(0, len(RAW) - 1), length=st.integers(0, 60), put=st.binary(max_size=60))
def test_bytes_cut_out_or_put_in_are_refused(at: int, length: int, put: bytes) -> None:
    changed = RAW[:at] + put + RAW[at + length :]
    if changed != RAW:
        refused(changed)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_left_out_or_repeated_is_refused(name: str) -> None:
    rest = {other: content for other, content in ENTRIES.items() if other != name}
    refused(pack(rest))
    if not name.startswith("schemas/"):  # nothing proves which ones there are
        refused(with_sums(rest) if name != "SHA256SUMS" else pack(rest))
        refused(with_sums(ENTRIES | {f"{name}.bis": ENTRIES[name]}))
    again = pack({name: ENTRIES[name]})
    end = again.index(b"PK\x01\x02")
    assert "deux fois" in refused(RAW[: RAW.index(b"PK\x01\x02")] + again[:end])


def test_entries_exchanged_or_moved_are_refused() -> None:
    for one, other in permutations([name for name in ENTRIES if name != "SHA256SUMS"], 2):
        if ENTRIES[one] != ENTRIES[other]:
            refused(with_sums(ENTRIES | {one: ENTRIES[other], other: ENTRIES[one]}))
    assert "à cette place" in refused(pack(dict(reversed(ENTRIES.items()))))


@pytest.mark.parametrize("name", [name for name in ENTRIES if name != "SHA256SUMS"])
def test_a_careful_forger_is_refused_wherever_something_is_proved(name: str) -> None:
    """Check sums and what is derived are made again after the change: what nothing proves is all that gets through."""
    content = ENTRIES[name]
    through = []
    for at in range(0, len(content), 1 + len(content) // 200):
        changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        try:
            verify_bundle(with_sums(ENTRIES | {name: changed}))
        except VerificationError:
            continue
        through.append(at)
    if name.startswith("schemas/"):
        assert through, "nothing proves a schema, and the report says so"
    else:
        assert not through


def test_what_nothing_proves_is_the_word_of_the_services() -> None:
    """Opened values: the report says that they are not verified."""
    verify_bundle(file_of(describe(WHOLE, 1, values={"reason": "Autre motif."})))
    assert "le champ «\u202flabel\u202f»" in refused(file_of(describe(WHOLE, 1, label="Autre intitulé")))


# -- what is named


@pytest.mark.parametrize(("n", "words"), [(0, "version 2"), (1, "version 3"), (4, "version 2")])
def test_an_event_left_out_between_others_is_missed(n: int, words: str) -> None:
    assert words in refused(file_of(without(WHOLE, n)))


@pytest.mark.parametrize("left_out", [(5,), (3,), (2,), (4, 5)])
def test_what_ends_an_object_may_be_left_out_and_the_report_says_so(
    left_out: tuple[int, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dossier.zip"
    file.write_bytes(file_of(without(WHOLE, *left_out)))
    assert main([str(file)]) == 0
    assert "que rien n’a suivi le dernier événement montré de chaque objet" in capsys.readouterr().out


def test_an_altered_content_is_named_with_its_event() -> None:
    event = WHOLE.events[3]
    assert event.content
    changed = replace(event, content=event.content.replace(b'"rating": 3', b'"rating": 4'))
    words = refused(file_of(replace_event(WHOLE, 3, changed)))
    assert f"contenus/{event.description.id}.json" in words
    assert "intake, position 12" in words
    assert "altéré" in words


def with_body(n: int, body: bytes | None) -> Bundle:
    return replace_event(WHOLE, n, replace(WHOLE.events[n], body=body))


@pytest.mark.parametrize(
    ("n", "body", "words"),
    [
        (sample_bundle.PUBLISHED, bytes(sample_bundle.BODY).replace(b"12", b"13"), "n’est pas celle"),
        (sample_bundle.PUBLISHED, None, "cette annonce manque"),
        (1, bytes(sample_bundle.BODY), "rien ne l’engage"),
    ],
)
def test_what_an_event_told_to_all_is_proved_or_refused(n: int, body: bytes | None, words: str) -> None:
    assert words in refused(file_of(with_body(n, body)))


def test_a_content_that_contradicts_its_header_is_named_with_the_field() -> None:
    contents = [sample_bundle.stored(n, role="manager" if n == 2 else "adviser") for n in range(6)]
    assert "le champ «\u202frole\u202f» dit manager, et adviser était attendu" in refused(
        file_of(bundle(None, contents))
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"case": "00000000-0000-0000-0000-000000000009"}, "«\u202fcase\u202f»"),
        ({"publisher": "parcours"}, "parcours"),
        ({"position": 3, "number": 3}, "la position 3 ne suit pas 3"),
        ({"number": 2}, "le numéro 2 ne suit pas 3"),
        ({"version": 7}, "la version 2 était attendue"),
        ({"recorded_at": "2026-03-02T08:00:00Z"}, "consigné plus tard"),
        ({"recorded_at": "2026-03-02T09:01:00"}, "sans fuseau"),
        ({"recorded_at": "hier"}, "illisible"),
        ({"position": 10**40}, "illisible"),
    ],
)
def test_a_signed_header_that_contradicts_the_rest_is_named(changed: dict[str, object], words: str) -> None:
    """As an audit that lied would have signed it."""
    headers = [sample_bundle.header(n, sample_bundle.stored(n), **(changed if n == 1 else {})) for n in range(6)]
    forged = bundle(headers)
    proofs = {f"preuves/{event.description.id}.tlog-proof": event.proof.encode() for event in forged.events}
    answer = refused(with_sums(ENTRIES | proofs | {"point-de-controle.txt": forged.checkpoint.encode()}))
    assert words in answer
    assert WHOLE.events[1].description.id in answer


@pytest.mark.parametrize(("log", "accepted"), [(2, True), (1, False)])
def test_a_log_that_was_restored_tells_versions_again_and_the_report_says_so(
    log: int, accepted: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = {"version": 1, "position": 6, "number": 6, "log_id": f"00000000-0000-0000-0000-00000000000{log}"}
    headers = [sample_bundle.header(n, sample_bundle.stored(n), **(again if n == 5 else {})) for n in range(6)]
    file = tmp_path / "dossier.zip"
    file.write_bytes(file_of(bundle(headers)))
    assert main([str(file)]) == (0 if accepted else 1)
    assert ("a changé de journal" in capsys.readouterr().out) == accepted


def test_another_key_signs_another_ledger() -> None:
    forged = file_of(bundle(signer=FORGER))
    verify_bundle(forged)  # alone, it holds together: hence the key to compare
    with pytest.raises(VerificationError, match="n’est pas celle que vous tenez"):
        verify_bundle(forged, [OWN])
    mixed = replace(bundle(signer=FORGER), key=WHOLE.key)
    assert refused(file_of(mixed)).startswith("point-de-controle.txt")


def test_a_proof_under_another_checkpoint_is_refused() -> None:
    headers = [
        sample_bundle.header(n, sample_bundle.stored(n), **({"unit": "dla-44"} if n == 5 else {})) for n in range(6)
    ]
    mixed = replace_event(WHOLE, 0, bundle(headers).events[0])
    assert "ne repose pas sur le point de contrôle" in refused(file_of(mixed))


def test_contents_that_were_not_shown_are_said_and_none_is_slipped_in() -> None:
    hidden = replace(
        bundle(
            [sample_bundle.header(n, sample_bundle.stored(n)) for n in range(6)],
            [*(sample_bundle.stored(n) for n in range(4)), None, None],
        ),
        services={"intake": ServiceAnswer(True), "diagnostic": ServiceAnswer(False, "Dossier confidentiel.")},
    )
    found = verify_bundle(file_of(hidden))
    assert "Dossier confidentiel." in build_entries(found.bundle)["chronologie.html"].decode()
    claimed = replace(hidden, services={"intake": ServiceAnswer(True), "diagnostic": ServiceAnswer(True)})
    assert "ce contenu manque" in refused(file_of(claimed))
    slipped = replace(WHOLE, services=dict(hidden.services))
    assert "n’en a montré aucun" in refused(file_of(slipped))


def test_the_event_of_another_case_is_not_slipped_in_among_headers() -> None:
    others = "00000000-0000-0000-0000-000000000009"
    headers = [
        sample_bundle.header(n, sample_bundle.stored(n), **({"case": others} if n == 5 else {})) for n in range(6)
    ]
    unshown = replace(
        bundle(headers, [None] * 6),
        services={"intake": ServiceAnswer(False, "Non."), "diagnostic": ServiceAnswer(False, "Non.")},
    )
    assert "le champ «\u202fcase\u202f»" in refused(file_of(unshown))


def test_a_sealed_value_is_neither_invented_nor_left_out() -> None:
    for values in ({}, {"reason": "Un motif 1.", "rating": "5"}):
        assert "valeur scellée" in refused(file_of(describe(WHOLE, 1, values=values)))
