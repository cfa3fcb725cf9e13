"""Declarations of events: the upcast of renamed fields."""

from __future__ import annotations

from shared.kernel import rename_fields


def test_a_renamed_field_keeps_its_value_wherever_it_stands() -> None:
    upcast = rename_fields({"amount": "amount_cents", "terms.amount": "amount_cents", "absent": "present"})
    stored = {"amount": 0, "terms": {"amount": 480_000, "days": 5}, "reason": None}
    assert upcast(stored) == {"amount_cents": 0, "terms": {"amount_cents": 480_000, "days": 5}, "reason": None}
