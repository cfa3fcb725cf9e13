"""What the PDF's fonts show, and what is transcribed."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from pathlib import Path

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st
from tests.shared.documents.test_drawing import everywhere
from tests.support.checks.document_reading import on_paper, on_screen

from shared.documents.printable import NOT_PRINTABLE, to_printable

PROBE = """#set page(width: auto, height: auto)
#set text(font: "Libertinus Serif", lang: "fr")
#for line in json(bytes(sys.inputs.lines)) [#line\\ ]
"""


def glyphs(folder: Path, lines: list[str]) -> set[str]:
    """The shapes that the fonts of the wheel draw for these texts."""
    (folder / "probe.typ").write_text(PROBE)
    drawn = typst.compile(
        folder / "probe.typ", format="svg", sys_inputs={"lines": json.dumps(lines)}, ignore_system_fonts=True
    )
    return set(re.findall(r'<symbol id="([^"]+)"', b"".join([drawn] if isinstance(drawn, bytes) else drawn).decode()))


def test_the_fonts_have_every_character_that_is_printed_as_it_is(tmp_path: Path) -> None:
    crossed_box = glyphs(tmp_path, ["\U0010fffd"])
    assert crossed_box and crossed_box == glyphs(tmp_path, ["北"]) == glyphs(tmp_path, ["🌻"])
    printed = [
        char
        for char in map(chr, range(32, sys.maxunicode + 1))
        if not NOT_PRINTABLE.match(char) and unicodedata.category(char) not in ("Cc", "Cf", "Cn")
    ]
    assert 2_000 < len(printed) < 4_000
    lines = [f"e{char}" if unicodedata.combining(char) else char for char in printed]
    assert not glyphs(tmp_path, lines) & crossed_box


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("L’Œuvre n°\u202f3 «\u202fà 12\u00a0€\u202f»", "L’Œuvre n°\u202f3 «\u202fà 12\u00a0€\u202f»"),
        ("Łódź, Ελλάδα, Київ, Nguyễn", "Łódź, Ελλάδα, Київ, Nguyễn"),
        ("北京", "BeiJing"),
        ("தமிழ்", "tmil"),
        ("Jardin 🌻", "Jardin :sunflower:"),
        ("👩🏽\u200d🌾", ":woman::ear_of_rice:"),
        ("Asso \u202eexe.fdp", "Asso exe.fdp"),
        ("\U0010fffd", "[?]"),
    ],
)
def test_the_rest_is_transcribed_so_that_it_can_be_read(typed: str, printed: str) -> None:
    assert to_printable(typed) == printed


@given(st.text())
def test_whatever_is_typed_can_be_printed(text: str) -> None:
    assert not NOT_PRINTABLE.search(to_printable(text))


def test_paper_says_that_it_transcribes_and_the_page_shows_what_was_typed() -> None:
    assert "Transcription" not in on_paper(everywhere("Les Jardins"))
    flowers = everywhere("Jardin 🌻")
    assert "Jardin :sunflower:" in on_paper(flowers) and "Transcription" in on_paper(flowers)
    assert "Jardin 🌻" in on_screen(flowers) and "Transcription" not in on_screen(flowers)
