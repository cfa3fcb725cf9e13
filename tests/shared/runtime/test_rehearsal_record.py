"""Facts compared and kept: every difference is named once, and a record that is not whole is refused."""

from __future__ import annotations

import gzip
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.rehearsal import (
    DeclaredBadly,
    Fact,
    FactKind,
    RecordDamaged,
    RecordHeading,
    compare,
    read_declared,
    read_record,
    write_record,
)

HEADING = RecordHeading("intake", UUID(int=1), position=7)
STATE, ROW = (Fact(kind, "1", name="request", parts={"unit": "a"}) for kind in (FactKind.STATE, FactKind.ROW))
some_facts = st.lists(
    st.builds(
        Fact,
        st.sampled_from(FactKind),
        st.sampled_from("123"),
        st.sampled_from("ab"),
        parts=st.dictionaries(st.sampled_from("xyz"), st.sampled_from("01")),
        error=st.none(),
    ),
    unique_by=lambda fact: fact.key,
).map(lambda facts: sorted(facts, key=lambda fact: fact.key))


@given(before=some_facts, after=some_facts)
def test_each_difference_is_named_once(before: list[Fact], after: list[Fact]) -> None:
    def values(facts: list[Fact]) -> dict[tuple[FactKind, str, str, str], str]:
        return {(f.kind, f.id, f.name, part): value for f in facts for part, value in f.parts.items()}

    keys = {(f.kind, f.id, f.name) for f in before}, {(f.kind, f.id, f.name) for f in after}
    old, new = values(before), values(after)
    expected = {(*key, "vanished") for key in keys[0] - keys[1]} | {(*key, "appeared") for key in keys[1] - keys[0]}
    expected |= {
        key for key in old.keys() | new.keys() if key[:3] in keys[0] & keys[1] and old.get(key) != new.get(key)
    }
    named = [(each.kind, each.id, each.name, each.change) for each in compare(before, after)]
    assert len(named) == len(set(named))
    assert set(named) == expected


@given(facts=some_facts)
def test_a_record_gives_back_what_was_written(facts: list[Fact], tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "record.gz"
    assert write_record(file, HEADING, facts) == len(facts)
    assert list(read_record(file, HEADING)) == facts
    assert not file.with_name("record.gz.part").exists()


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        (RecordHeading("parcours", UUID(int=1), position=7), "service intake"),
        (RecordHeading("intake", UUID(int=2), position=7), "log_id"),
        (RecordHeading("intake", UUID(int=1), position=8), "position 7"),
    ],
)
def test_the_record_of_another_log_is_refused(tmp_path: Path, heading: RecordHeading, said: str) -> None:
    write_record(tmp_path / "record.gz", HEADING, [STATE])
    with pytest.raises(RecordDamaged, match=said):
        list(read_record(tmp_path / "record.gz", heading))


def test_a_record_that_lost_its_end_its_order_or_gained_a_line_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "record.gz"
    write_record(file, HEADING, [STATE, ROW])
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    heading, state, row, end = lines
    damaged = {
        "its end": [heading, state, row],
        "lost or gained": [heading, row, end],
        "out of order": [heading, row, state, end],
        "lost or gained lines": [*lines, state],
        "no record": [state],
        "no fact": [heading, b"{}\n", end],
        "cannot be read": [heading, b"{", end],
    }
    for said, wrong in damaged.items():
        file.write_bytes(gzip.compress(b"".join(wrong)))
        with pytest.raises(RecordDamaged, match=said):
            list(read_record(file, HEADING))
    file.write_bytes(gzip.compress(b"".join(lines))[:-20])
    with pytest.raises(RecordDamaged, match="cannot be read"):
        list(read_record(file, HEADING))
    file.write_bytes(b"plain text")
    with pytest.raises(RecordDamaged, match="cannot be read"):
        list(read_record(file, HEADING))


def test_a_record_that_is_interrupted_leaves_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "record.gz"
    write_record(file, HEADING, [STATE])

    def interrupted() -> list[Fact]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_record(file, HEADING, (fact for _ in (1,) for fact in interrupted()))
    assert list(read_record(file, HEADING)) == [STATE]
    assert [each.name for each in tmp_path.iterdir()] == ["record.gz"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("difference = 1", "only"),
        ('[[other]]\nkind = "row"', "only"),
        ('[[difference]]\nkind = "row"', "because"),
        ('[[difference]]\nkind = "rows"\nbecause = "x"', "kind"),
        ('[[difference]]\nkind = "row"\nbecause = "x"\npart = "unit"', "part"),
        ("[[difference", "declared.toml"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "declared.toml"
    file.write_text(text)
    with pytest.raises(DeclaredBadly, match=said):
        read_declared(file)
