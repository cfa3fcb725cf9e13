"""Simulation of other criteria on one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from intake.domain.criteria_simulation import differences
from intake.domain.reference.criteria import VERSIONS, Criteria, EligibilityCriterion, Verdict
from intake.domain.request.state import CriterionJudgment, Request
from shared.kernel import RuleDifference
from shared.testing.scenarios import text

(OURS,) = VERSIONS
FREER = replace(OURS, version="libre-1", list=tuple(replace(c, hard=False) for c in OURS.list))
STRICTER = replace(
    OURS,
    version="exigeante-1",
    list=(
        *(replace(c, hard=True) for c in OURS.list),
        EligibilityCriterion(
            "ten_years", "Elle a dix ans", hard=True, question="En quelle année fut-elle créée\u202f?"
        ),
    ),
)
WITHOUT_EMPLOYER = replace(OURS, version="sans-1", list=tuple(c for c in OURS.list if c.code != "employer"))


def request(verdicts: Mapping[str, Verdict], *derogated: str) -> Request:
    judged = {code: CriterionJudgment(verdict, text("Vu sur place.")) for code, verdict in verdicts.items()}
    lifted = {code: replace(judged[code], derogation=text("Premier emploi.")) for code in derogated}
    return Request(criteria=judged | lifted)


MET = {criterion.code: Verdict.MET for criterion in OURS.list}
NO_EMPLOYER = MET | {"employer": Verdict.NOT_MET}


def changes(of: Request, other: Criteria, then: Criteria | None = OURS) -> list[tuple[str, RuleDifference]]:
    return [(each.criterion, each.change) for each in differences(of, then, other)]


def test_the_same_criteria_make_no_difference() -> None:
    for of in (request(MET), request(NO_EMPLOYER), request(NO_EMPLOYER, "employer"), request({})):
        assert changes(of, OURS) == []


def test_a_derogation_is_needed_where_a_criterion_becomes_hard() -> None:
    of = request(MET | {"voluntary": Verdict.NOT_MET, "ten_years": Verdict.MET})
    assert changes(of, STRICTER) == [("voluntary", RuleDifference.MORE)]


@pytest.mark.parametrize("derogated", [(), ("employer",)])
def test_a_derogation_is_needed_no_longer_where_a_criterion_is_judged(derogated: tuple[str, ...]) -> None:
    assert changes(request(NO_EMPLOYER, *derogated), FREER) == [("employer", RuleDifference.LESS)]


def test_a_derogation_is_needed_no_longer_where_the_criterion_is_gone() -> None:
    (difference,) = differences(request(NO_EMPLOYER), OURS, WITHOUT_EMPLOYER)
    assert (difference.criterion, difference.change) == ("employer", RuleDifference.LESS)
    assert "Elle emploie au moins une personne" in difference.reason


def test_nobody_can_tell_what_was_never_asked() -> None:
    (difference,) = differences(request(MET), OURS, STRICTER)
    assert (difference.criterion, difference.change) == ("ten_years", RuleDifference.CANNOT_TELL)
    assert "jamais été demandé" in difference.reason
    assert "En quelle année" in difference.reason


def test_nobody_can_tell_what_nobody_could_say() -> None:
    of = request(MET | {"voluntary": Verdict.UNKNOWN, "ten_years": Verdict.MET})
    (difference,) = differences(of, OURS, STRICTER)
    assert difference.change is RuleDifference.CANNOT_TELL
    assert "personne n’a pu le dire" in difference.reason


def test_where_the_criteria_of_then_are_unknown_derogations_tell_what_they_required() -> None:
    assert changes(request(NO_EMPLOYER, "employer"), FREER, None) == [("employer", RuleDifference.LESS)]
    assert changes(request(NO_EMPLOYER), FREER, None) == []


TOML = """[[versions]]
version = "essai-1"
since = 2030-01-01

[[versions.criteria]]
code = "existing"
label = "La structure existe déjà"
hard = true
source = "D"

[[versions.criteria]]
code = "ten_years"
label = "Elle a dix ans"
hard = true
question = "Depuis quand ?"
source = "D"
"""


@pytest.fixture
def other(tmp_path: Path) -> Path:
    file = tmp_path / "autres.toml"
    file.write_text(TOML)
    return file
