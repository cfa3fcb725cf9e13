"""Reviews beside the starting point: what is compared, and what is not."""

from __future__ import annotations

from typing import Any

from console.presentation.comparison import compare_reviews, format_change


def measured(value: float, comparability: str = "comparable") -> dict[str, Any]:
    return {"value": value, "comparability": comparability}


def review(held_on: str, **indicators: dict[str, Any]) -> dict[str, Any]:
    return {"report": {"held_on": held_on, "indicators": indicators}}


def test_each_review_stands_beside_the_starting_point() -> None:
    shown = compare_reviews(
        {
            "baseline": {"cdd": 3, "cdi": 12, "budget_cents": 61200000},
            "reviews": {
                "M6": review("2027-12-24", cdi=measured(13), budget_cents=measured(60000000)),
                "M0": review("2027-06-20", cdi=measured(12), clients=measured(40, "not_in_baseline")),
                "M18": {"report": None},
            },
            "definitions": {"clients": "Clients réguliers"},
        }
    )
    assert shown is not None
    assert shown.reviews == (("M0", "2027-06-20"), ("M6", "2027-12-24"))
    rows = {row.label: row for row in shown.rows}
    assert list(rows)[-1] == "CDD", "what was not measured again comes last"
    cdi = [each and (each.value, each.change) for each in rows["CDI"].measured]
    assert cdi == [("12", "inchangé"), ("13", "+\u00a01")]
    assert rows["CDD"].measured == (None, None)
    budget = rows["Budget"].measured[1]
    assert budget is not None
    assert budget.change == "−\u00a012\u202f000,00\u00a0€"
    clients = rows["Clients"]
    assert clients.start is None
    assert clients.definition == "Clients réguliers"
    assert clients.measured[0] is not None
    assert (clients.measured[0].change, clients.measured[0].remark) == ("", "sans équivalent au diagnostic")


def test_what_cannot_be_compared_has_no_difference() -> None:
    other = measured(20, "other_definition")
    shown = compare_reviews({"baseline": {"cdi": 12}, "reviews": {"M0": review("2027-06-20", cdi=other)}})
    assert shown is not None
    cell = shown.rows[0].measured[0]
    assert cell is not None
    assert (cell.value, cell.change) == ("20", "")
    assert "définition" in cell.remark


def test_nothing_is_shown_before_anything_was_measured() -> None:
    assert compare_reviews({"baseline": {}, "reviews": {"M0": {"report": None}}}) is None


def test_a_fall_has_its_sign() -> None:
    assert format_change("fte", -1.5) == "−\u00a01,5"
