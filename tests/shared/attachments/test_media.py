"""Media types of files, recognised from their content; active, unknown or damaged files are refused."""

from __future__ import annotations

import tracemalloc
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.support.samples import sample_files

from shared.attachments import ACCEPTED_TYPES, media_type_of, safe_file_name
from shared.kernel import Refused

WORD, SHEET = (
    ACCEPTED_TYPES["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    sample_files.SHEET,
)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (sample_files.pdf(), "application/pdf"),
        (sample_files.PNG, "image/png"),
        (sample_files.JPEG, "image/jpeg"),
        (sample_files.JPEG.replace(b"\xe0\x00\x10JFIF", b"\xe1\x00\x10Exif"), "image/jpeg"),
        (sample_files.open_document("text"), "application/vnd.oasis.opendocument.text"),
        (sample_files.open_document("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"),
        (sample_files.office(), WORD.name),
        (sample_files.office(SHEET), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("Réunion du 3 mars : rien à signaler.\r\n".encode(), "text/plain"),
        ("\ufeffposte;montant\nloyer;1200\n".encode(), "text/plain"),
        (b"BM Banque de France", "text/plain"),
        (("é" * 70_000 + "😀").encode(), "text/plain"),
    ],
)
def test_a_type_is_found_in_the_content(content: bytes, found: str) -> None:
    assert media_type_of(content, "menteur.exe").name == found


SEFT = b"\0\0\x30\x0a" + bytes(51) + b"SEFH" + b"\x0c\0\0\0SEFT"
"""The trailer of a Samsung telephone, 71 bytes."""
FILM = b"\0\0\0\x18ftypmp42" + b'<?xpacket begin=""?><x:xmpmeta/>' + bytes(5_000)
THUMBNAIL = b"\xff\xe1\x00\x20Exif\0\0\xff\xd8" + bytes(18) + b"\xff\xd9" + bytes(2)
PHOTO = b"\xff\xd8" + THUMBNAIL + b"\xff\xda\x00\x04\x01\x01" + b"\x12\xff\x00\x34\xff\xd0\x56" * 9 + b"\xff\xd9"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (PHOTO, "image/jpeg"),
        (PHOTO + SEFT, "image/jpeg"),
        (PHOTO + FILM, "image/jpeg"),
        (PHOTO + PHOTO, "image/jpeg"),
        (PHOTO + bytes(10_000), "image/jpeg"),
        (sample_files.PNG + b"x" * 200, "image/png"),
        (sample_files.pdf() + bytes(5_000), "application/pdf"),
        (sample_files.pdf() + b"\r\n" * 50_000, "application/pdf"),
        (sample_files.pdf() + b"written by a scanner", "application/pdf"),
        (b"\n" + sample_files.pdf(), "application/pdf"),
        (b"\xef\xbb\xbf" + sample_files.pdf(), "application/pdf"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"\x81" * 1_001 + sample_files.pdf() + bytes(5_000), "application/pdf"),
        (sample_files.office() + bytes(5_000), WORD.name),
        (sample_files.office(SHEET) + b"\r\n", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (sample_files.open_document("text") + b"x" * 200, "application/vnd.oasis.opendocument.text"),
        (b"Un PDF commence par %PDF-1.7, et ce mot n'en est pas un.", "text/plain"),
    ],
)
def test_what_programs_write_before_or_behind_a_file_does_not_damage_it(content: bytes, found: str) -> None:
    assert media_type_of(content, "menteur.html").name == found


PAGE = b"<html><script>alert(1)</script>"


@pytest.mark.parametrize(
    "whole", [PHOTO, sample_files.PNG, sample_files.pdf(), sample_files.office(), sample_files.open_document("text")]
)
@pytest.mark.parametrize(
    "hidden",
    [PAGE, b"\n <SVG onload=alert(1)>", sample_files.archive({"a.class": "x"}), b"#!/bin/sh\n", b"MZ" + bytes(60)],
)
def test_no_page_archive_or_program_hides_behind_a_file(whole: bytes, hidden: bytes) -> None:
    with pytest.raises(Refused) as refused:
        media_type_of(whole + hidden, "photo.jpg")
    assert refused.value.status in (415, 422)
    with pytest.raises(Refused):
        media_type_of(PAGE + sample_files.pdf(), "page.pdf")


def test_a_cut_photo_is_damaged_whatever_ends_inside_it() -> None:
    for cut in (PHOTO[:-2], PHOTO[:40], sample_files.PNG[:-6]):
        with pytest.raises(Refused) as refused:
            media_type_of(cut, "photo.jpg")
        assert refused.value.slug == "damaged-file"


def with_template(target: str) -> bytes:
    relation = f'<Relationships><Relationship Id="r" Target="{target}" TargetMode="External"/></Relationships>'
    return sample_files.office(more={"word/_rels/settings.xml.rels": relation})


def test_a_template_on_the_authors_own_disk_and_an_embedded_table_are_usual() -> None:
    for target in (
        "file:///C:/Modeles/Normal.dotm",
        "file:////home/ines/Normal.dotm",
        r"C:\Modeles\Normal.dotm",
        "Normal.dotm",
    ):
        assert media_type_of(with_template(target), "rapport.docx").name.endswith("wordprocessingml.document")
    embedded = sample_files.office(more={"word/embeddings/Microsoft_Excel_Sheet1.xlsx": "x"})
    assert media_type_of(embedded, "rapport.docx").name.endswith("wordprocessingml.document")


def test_only_the_name_tells_a_csv_from_another_text() -> None:
    assert media_type_of(b"poste;montant\n", "Comptes.CSV").name == "text/csv"
    assert media_type_of(sample_files.pdf(), "Comptes.csv").name == "application/pdf"


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"<!DOCTYPE html><html></html>", 415, "active-content-refused"),
        (b"\n\n  <HTML><script>alert(1)</script>", 415, "active-content-refused"),
        (b"Bonjour <script>alert(1)</script>", 415, "active-content-refused"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', 415, "active-content-refused"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', 415, "active-content-refused"),
        (b"#!/bin/sh\nrm -rf /\n", 415, "active-content-refused"),
        (sample_files.office("application/vnd.ms-word.document.macroEnabled.main+xml"), 415, "active-content-refused"),
        (sample_files.office(more={"word/vbaProject.bin": "x"}), 415, "active-content-refused"),
        (
            sample_files.office(f'{sample_files.WORD}"/><Default ContentType="application/vnd.ms-office.vbaProject'),
            415,
            "active-content-refused",
        ),
        (sample_files.office(more={"word/activeX/activeX1.xml": "x"}), 415, "active-content-refused"),
        (sample_files.office(more={"word/embeddings/oleObject1.bin": "x"}), 415, "active-content-refused"),
        (with_template("https://elsewhere.example/modele.dotm"), 415, "active-content-refused"),
        (with_template(r"\\serveur\partage\modele.dotm"), 415, "active-content-refused"),
        (with_template("file://serveur/modele.dotm"), 415, "active-content-refused"),
        (sample_files.open_document("text", **{"Basic/Standard/Module1.xml": "x"}), 415, "active-content-refused"),
        (sample_files.open_document("presentation"), 415, "file-type-refused"),
        (
            sample_files.office("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"),
            415,
            "file-type-refused",
        ),
        (sample_files.archive({"rapport.pdf": sample_files.pdf()}), 415, "file-type-refused"),
        (b"MZ\x90\0" + bytes(60), 415, "file-type-refused"),
        (b"\x7fELF\x02\x01\x01" + bytes(60), 415, "file-type-refused"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), 415, "file-type-refused"),
        (b"{\\rtf1 bonjour}", 415, "file-type-refused"),
        ("Réunion".encode("latin-1"), 415, "file-type-refused"),
        ("Réunion".encode("utf-16"), 415, "file-type-refused"),
        (b"nul\0", 415, "file-type-refused"),
        (b"a" * 65_535 + "é".encode()[:1], 415, "file-type-refused"),
        (sample_files.pdf()[:-8], 422, "damaged-file"),
        (sample_files.PNG[:30], 422, "damaged-file"),
        (sample_files.JPEG[:-20], 422, "damaged-file"),
        (sample_files.office()[:-30], 422, "damaged-file"),
        (sample_files.office(declared="<Types"), 422, "damaged-file"),
        (sample_files.office(declared='<!DOCTYPE t [<!ENTITY a "b">]><Types>&a;</Types>'), 422, "damaged-file"),
        (sample_files.office(declared="\u00e9".encode("utf-16").decode("latin-1")), 422, "damaged-file"),
    ],
)
def test_what_is_active_unknown_or_damaged_is_refused_in_french(content: bytes, status: int, slug: str) -> None:
    with pytest.raises(Refused) as refused:
        media_type_of(content, "rapport.pdf")
    assert (refused.value.status, refused.value.slug) == (status, slug)
    assert refused.value.detail.endswith(".")


def test_a_swollen_archive_takes_no_memory() -> None:
    bomb = sample_files.office(declared="<Types>" + " " * 50_000_000)
    packed = BytesIO()
    with ZipFile(packed, "w") as file:
        for n in range(20_000):
            file.writestr(str(n), "")
    tracemalloc.start()
    try:
        for content in (bomb, packed.getvalue()):
            with pytest.raises(Refused):
                media_type_of(content, "rapport.docx")
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


@for_all(
    st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda tail: sample_files.office()[:200] + tail))
)
def test_whatever_the_bytes_the_answer_is_a_type_or_a_refusal(content: bytes) -> None:
    try:
        assert media_type_of(content, "x").name in ACCEPTED_TYPES
    except Refused as refused:
        assert refused.status in (415, 422)


@pytest.mark.parametrize(
    ("given", "saved"),
    [
        ("rapport.pdf", "rapport.pdf"),
        ("rapport.PDF", "rapport.PDF"),
        ("rapport.exe", "rapport.exe.pdf"),
        ("r", "r.pdf"),
    ],
)
def test_a_file_is_saved_under_a_name_of_its_type(given: str, saved: str) -> None:
    assert safe_file_name(given, "application/pdf") == saved
