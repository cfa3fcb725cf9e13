"""A diagnosis from its opening to its plan: the commands, and the events that they lead to."""

from datetime import timedelta
from uuid import UUID

import pytest

from diagnostic.domain.content.axes import AssessAxis, Assessment, AxisAssessed
from diagnostic.domain.content.difficulty import Difficulty, DifficultyQualified, QualifyDifficulty
from diagnostic.domain.content.economics import Economics, EconomicsRecorded, Perimeter, RecordEconomics
from diagnostic.domain.content.employment import Employment, EmploymentRecorded, RecordEmployment
from diagnostic.domain.content.indicators import Indicator, IndicatorRecorded, RecordIndicator
from diagnostic.domain.content.problem import (
    ListOtherScheme,
    OtherSchemeListed,
    Problem,
    ProblemStated,
    Scheme,
    StateProblem,
)
from diagnostic.domain.content.sessions import Attendee, Participant, Quality, RecordSession, Session, SessionRecorded
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened, OpenDiagnosis
from diagnostic.domain.plan import AgreePlan, PlanAgreed
from diagnostic.domain.validation import (
    ContestDiagnosis,
    DiagnosisContested,
    DiagnosisSubmitted,
    DiagnosisValidated,
    SubmitDiagnosis,
    ValidateDiagnosis,
)
from shared.kernel import Axis, DifficultyLevel, DifficultyNature, PersonalData
from shared.kernel.content_hash import content_hash
from shared.testing.scenarios import NOW, Scenarios, new_id, text

given = Scenarios(decider)

STRUCTURE, TODAY = UUID(int=8), NOW.date()

ADMITTED_AT = NOW - timedelta(days=20)

REQUEST_ADMITTED = OpenDiagnosis(STRUCTURE, "unit-35", adviser="adviser-1", admitted_at=ADMITTED_AT, headcount=12)

OPENED = DiagnosisOpened(STRUCTURE, "unit-35", adviser="adviser-1", admitted_at=ADMITTED_AT, headcount=12)

SESSION = RecordSession(TODAY, (Participant("Maëlle Kerdoncuff", Quality.LEADER),), notes="Visite des serres.")

AXIS = AssessAxis(
    Axis.BUSINESS_MODEL,
    "Une seule subvention.",
    rating=2,
    strengths=("Clientèle fidèle",),
    weaknesses=("Prix trop bas",),
    evidence="Comptes 2025",
)

EMPLOYMENT = RecordEmployment(cdi=9, cdd=3, aided=2, fte=10.5)

INDICATOR = RecordIndicator("own_income", "Part des ventes dans les produits, en %", value=34.5)

PROBLEM = StateProblem(
    "Comment vivre de ses ventes ?", ("Prix anciens",), recommendations=("Revoir les prix", "Vendre en ligne")
)

SCHEME = ListOtherScheme("Fonds de confiance", "Étude en cours")


def person(n: int, name: str, quality: Quality) -> Attendee:
    return Attendee(new_id(n), PersonalData(new_id(n), name), quality=quality)


SESSION_HELD = SessionRecorded(
    Session(TODAY, (person(1, "Maëlle Kerdoncuff", Quality.LEADER),), notes=text("Visite des serres."))
)

AXIS_ASSESSED = AxisAssessed(
    Axis.BUSINESS_MODEL,
    Assessment(
        2,
        text("Une seule subvention."),
        strengths=(text("Clientèle fidèle"),),
        weaknesses=(text("Prix trop bas"),),
        evidence=text("Comptes 2025"),
    ),
)

EMPLOYMENT_RECORDED = EmploymentRecorded(Employment(9, 3, aided=2, fte=10.5))

INDICATOR_RECORDED = IndicatorRecorded("own_income", Indicator(34.5, "Part des ventes dans les produits, en %"))

PROBLEM_STATED = ProblemStated(
    Problem(
        text("Comment vivre de ses ventes ?"),
        (text("Prix anciens"),),
        recommendations=(text("Revoir les prix"), text("Vendre en ligne")),
    )
)

SCHEME_LISTED = OtherSchemeListed(Scheme(text("Fonds de confiance"), text("Étude en cours")))

ECONOMICS = RecordEconomics(
    2025, Perimeter.STRUCTURE, budget_cents=412_000_00, subsidies_cents=263_700_00, result_cents=-18_450_50
)

ECONOMICS_RECORDED = EconomicsRecorded(
    Economics(2025, Perimeter.STRUCTURE, budget_cents=412_000_00, subsidies_cents=263_700_00, result_cents=-18_450_50)
)

DIFFICULTY = QualifyDifficulty(
    DifficultyLevel.PROVEN,
    DifficultyNature.STRUCTURAL,
    deep_causes=("Un seul financeur",),
    strategic_plan="Diversifier en trois ans.",
)

DIFFICULTY_QUALIFIED = DifficultyQualified(
    Difficulty(
        DifficultyLevel.PROVEN,
        DifficultyNature.STRUCTURAL,
        deep_causes=(text("Un seul financeur"),),
        strategic_plan=text("Diversifier en trois ans."),
    )
)

COMPLETE = (OPENED, SESSION_HELD, AXIS_ASSESSED, EMPLOYMENT_RECORDED, PROBLEM_STATED)

VERSION = len(COMPLETE) - 1

SALT = new_id(1).bytes

HASH = content_hash(SALT, given(*COMPLETE).state.content)

SUBMITTED = DiagnosisSubmitted(VERSION, HASH, salt=text(SALT.hex()))

VALIDATED = DiagnosisValidated(VERSION, HASH, leader="some-leader")

PLAN = AgreePlan((Axis.BUSINESS_MODEL,), "Atteindre 50 % de ventes.")

PLAN_AGREED = PlanAgreed(
    STRUCTURE,
    "unit-35",
    adviser="adviser-1",
    admitted_at=ADMITTED_AT,
    validated_version=VERSION,
    content_hash=HASH,
    axes=(Axis.BUSINESS_MODEL,),
    objectives=text("Atteindre 50 % de ventes."),
    baseline={"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5},
    definitions={},
)

EDITS = (
    (SESSION, SESSION_HELD),
    (AXIS, AXIS_ASSESSED),
    (EMPLOYMENT, EMPLOYMENT_RECORDED),
    (INDICATOR, INDICATOR_RECORDED),
    (PROBLEM, PROBLEM_STATED),
    (SCHEME, SCHEME_LISTED),
    (ECONOMICS, ECONOMICS_RECORDED),
    (DIFFICULTY, DIFFICULTY_QUALIFIED),
)

AGREE_WITH_IT = ValidateDiagnosis(VERSION, HASH)

DISAGREE = ContestDiagnosis(VERSION, "Les bénévoles sont oubliés.")

CONTESTED = DiagnosisContested(VERSION, text("Les bénévoles sont oubliés."), leader="some-leader")

WORK = tuple(command for command, _ in EDITS)

EVERY_COMMAND_AFTER_OPENING = (*WORK, SubmitDiagnosis(), AGREE_WITH_IT, DISAGREE, PLAN)

every_edit = pytest.mark.parametrize(("edit", "edited"), EDITS, ids=[type(edited).__name__ for _, edited in EDITS])

AGREED = (*COMPLETE, SUBMITTED, VALIDATED, PLAN_AGREED)
