"""Eligibility: verdicts against one version of the criteria. The unknown is a question, never a refusal."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from intake.domain.reference.criteria import Verdict, version_in_force
from intake.domain.request.assessment import AssessCriterion, GrantDerogation
from intake.domain.request.eligibility import HEADCOUNT_QUESTION, EligibilityAssessment, assess
from intake.domain.request.reception import RequestReceived
from intake.domain.request.request import decider
from intake.domain.request.state import CriterionJudgment, DerogationKind
from intake.domain.structure import EncryptedContact, LegalForm, Structure
from shared.kernel import PersonalData, Role
from shared.testing.scenarios import CASE, NOW, UNIT, MemoryLog, text

RULES = version_in_force(NOW.date())
HARD = ("existing", "employer", "ess")
GARDENS = Structure(
    "Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074", headcount=12
)
CONTACT = EncryptedContact(str(CASE), PersonalData(CASE, "Maëlle Kerdoncuff"))
RECEIVED = RequestReceived(GARDENS, UUID(int=8), contact=CONTACT, need=text("Une seule subvention."), unit=UNIT)
MET = CriterionJudgment(Verdict.MET, text("Statuts lus."), by="some-adviser")
NOT_MET, UNKNOWN = replace(MET, verdict=Verdict.NOT_MET), replace(MET, verdict=Verdict.UNKNOWN)
LIFTED = replace(NOT_MET, derogation=text("Première embauche."))


def test_a_structure_that_meets_the_hard_criteria_is_admissible() -> None:
    assert assess(GARDENS, dict.fromkeys(HARD, MET), RULES) == EligibilityAssessment(
        RULES.version, True, missing=(), not_met=(), derogations_needed=(), derogated=(), ask=()
    )


def test_what_nobody_looked_at_is_missing_and_comes_with_what_to_ask() -> None:
    result = assess(GARDENS, {"existing": MET, "ess": UNKNOWN}, RULES)
    assert (result.admissible, result.missing) == (False, ("employer", "ess"))
    assert [question.partition(" ")[0] for question in result.ask] == ["Qui", "Quels"]


def test_a_hard_criterion_not_met_needs_a_derogation_and_a_judged_one_does_not() -> None:
    verdicts = dict.fromkeys(HARD, MET) | {"employer": NOT_MET, "voluntary": NOT_MET}
    refused = assess(GARDENS, verdicts, RULES)
    assert (refused.admissible, refused.not_met) == (False, ("employer", "voluntary"))
    assert refused.derogations_needed == ("employer",)
    lifted = assess(GARDENS, verdicts | {"employer": LIFTED}, RULES)
    assert (lifted.admissible, lifted.derogations_needed, lifted.derogated) == (True, (), ("employer",))


@for_all(st.dictionaries(st.sampled_from([*HARD, "voluntary"]), st.sampled_from([MET, NOT_MET, UNKNOWN, LIFTED])))
def test_an_unknown_headcount_is_a_question_and_never_a_no(verdicts: dict[str, CriterionJudgment]) -> None:
    with_headcount = assess(GARDENS, verdicts, RULES)
    without_headcount = assess(replace(GARDENS, headcount=None), verdicts, RULES)
    assert without_headcount == replace(with_headcount, ask=(HEADCOUNT_QUESTION, *with_headcount.ask))


def test_other_rules_would_have_said_otherwise() -> None:
    """What-if: the same facts and verdicts, other criteria."""
    softer = replace(RULES, version="souple", list=tuple(replace(each, hard=False) for each in RULES.list))
    verdicts = dict.fromkeys(HARD, NOT_MET)
    assert assess(GARDENS, verdicts, softer).admissible
    assert not assess(GARDENS, verdicts, RULES).admissible


@pytest.mark.parametrize("kind", DerogationKind)
def test_each_verdict_and_derogation_has_an_author_and_a_new_verdict_voids_the_derogation(kind: DerogationKind) -> None:
    log = MemoryLog(decider)
    log.append(RECEIVED)
    log.do(AssessCriterion("employer", Verdict.NOT_MET, evidence="Pas encore de paie."))
    log.do(GrantDerogation("employer", "Première embauche en mai.", kind=kind), by=Role.MANAGER)
    judged = log.state.criteria["employer"]
    assert (judged.by, judged.derogated_by, judged.derogation_kind) == ("some-adviser", "some-manager", kind)
    log.do(AssessCriterion("employer", Verdict.NOT_MET, evidence="Toujours pas."))
    again = log.state.criteria["employer"]
    assert (again.derogation, again.derogation_kind, again.derogated_by) == (None, None, None)
