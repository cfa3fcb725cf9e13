"""Decision records: numbered without a hole, each with a status and a date, all listed in `docs/adr/README.md`."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\nStatus: (?P<status>[^\n]+?)  \nDate: (?P<date>\d{4}-\d{2}-\d{2})\n\n"
)
STATUS = re.compile(r"proposed|accepted|rejected|deprecated|superseded by \[\d+\]\(\d{4}-[a-z-]+\.md\)")


def test_the_numbers_have_no_hole() -> None:
    assert [int(each.name[:4]) for each in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda each: each.name)
def test_each_has_its_number_a_status_and_a_date(record: Path) -> None:
    head = HEAD.match(record.read_text())
    assert head, f"{record.name} begins with a title, `Status: …` and `Date: …`"
    assert int(head["number"]) == int(record.name[:4])
    assert STATUS.fullmatch(head["status"])
    assert date.fromisoformat(head["date"])


def test_the_list_names_each_once_and_nothing_else() -> None:
    listed = re.findall(r"^(\d+)\. \[.+\]\((.+)\)$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert listed == [(str(number), each.name) for number, each in enumerate(RECORDS, 1)]


DOCS = FOLDER.parent
LINK = re.compile(r"\[(?:[Dd]ecision )?(\d+)\]\([^)]*?(\d{4})-[a-z-]+\.md\)")


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda each: str(each.relative_to(DOCS)))
def test_a_link_to_a_decision_says_its_number(page: Path) -> None:
    assert [(said, number) for said, number in LINK.findall(page.read_text("utf-8")) if int(said) != int(number)] == []
