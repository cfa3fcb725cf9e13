"""Difficulty, recovery, the baseline and what was recorded wrongly: what a diagnosis says of them, rule by rule."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from diagnostic.domain.content.axes import Assessment, Axis
from diagnostic.domain.content.content import Content
from diagnostic.domain.content.content_diff import content_facts
from diagnostic.domain.content.difficulty import (
    Difficulty,
    DifficultyQualified,
    Level,
    Nature,
    PrioritiseScenarios,
    QualifyDifficulty,
    RecoveryScenario,
    Scenario,
    ScenariosPrioritised,
)
from diagnostic.domain.content.economics import (
    CorrectEconomics,
    Economics,
    EconomicsCorrected,
    EconomicsRecorded,
    Perimeter,
    RecordEconomics,
)
from diagnostic.domain.content.employment import (
    CorrectEmployment,
    Employment,
    EmploymentCorrected,
    EmploymentRecorded,
    RecordEmployment,
)
from diagnostic.domain.content.indicators import (
    CorrectIndicator,
    Indicator,
    IndicatorCorrected,
    IndicatorRecorded,
    RecordIndicator,
)
from diagnostic.domain.content.problem import Problem, Scheme
from diagnostic.domain.content.sessions import (
    Attendee,
    CancelSession,
    CorrectSession,
    Participant,
    Quality,
    Session,
    SessionCancelled,
    SessionCorrected,
    SessionRecorded,
)
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened
from diagnostic.domain.validation import SubmitDiagnosis
from shared.kernel import Encrypted, PersonalData, diff_facts
from shared.kernel.content_hash import content_hash
from shared.testing.scenarios import NOW, Scenarios, new_id, text

given = Scenarios(decider)
TODAY = NOW.date()
OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)
LEADER = Attendee(new_id(1), PersonalData(new_id(1), "Maëlle Kerdoncuff"), quality=Quality.LEADER)
SESSION_HELD = SessionRecorded(Session(TODAY, (LEADER,)))
EMPLOYMENT_RECORDED = EmploymentRecorded(Employment(9, 3, aided=2, fte=10.5))
ECONOMICS_RECORDED = EconomicsRecorded(Economics(2025, Perimeter.STRUCTURE, budget=412_000_00))
MEMBERS_RECORDED = IndicatorRecorded("members", Indicator(120, "Adhésions à jour"))
QUALIFIED = DifficultyQualified(Difficulty(Level.CRITICAL, Nature.STRUCTURAL, causes=(text("Un seul financeur"),)))
WHY = "Lu sur la mauvaise ligne."


# Difficulty is qualified here too (S)


def test_the_level_of_difficulty_is_qualified_with_its_deep_causes_and_a_strategic_plan() -> None:
    plan = QualifyDifficulty(
        Level.CRITICAL, Nature.STRUCTURAL, causes=("Un seul financeur",), strategic_plan="Diversifier en trois ans."
    )
    (qualified,) = given(OPENED).when(plan).events
    assert qualified.difficulty == replace(QUALIFIED.difficulty, strategic_plan=text("Diversifier en trois ans."))
    assert given(OPENED, qualified).state.content.difficulty == qualified.difficulty


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.NONE])
def test_a_difficulty_has_deep_causes(level: Level) -> None:
    given(OPENED).when(QualifyDifficulty(level)).refused("difficulty-without-causes")


def test_no_difficulty_needs_no_cause() -> None:
    given(OPENED).when(QualifyDifficulty(Level.NONE)).then(DifficultyQualified(Difficulty(Level.NONE)))


def test_after_a_crisis_scenarios_of_recovery_are_prioritised() -> None:
    merge = RecoveryScenario(2, "Fusion", hypotheses=("Accord du voisin",), needs=("Un·e juriste",), retained=False)
    recover = RecoveryScenario(
        1, "Recentrage", hypotheses=("Deux ateliers gardés",), needs=("De la trésorerie",), retained=True
    )
    given(OPENED, QUALIFIED).when(PrioritiseScenarios((merge, recover))).then(
        ScenariosPrioritised(
            (
                Scenario(
                    1,
                    text("Recentrage"),
                    hypotheses=(text("Deux ateliers gardés"),),
                    needs=(text("De la trésorerie"),),
                    retained=True,
                ),
                Scenario(
                    2,
                    text("Fusion"),
                    hypotheses=(text("Accord du voisin"),),
                    needs=(text("Un·e juriste"),),
                    retained=False,
                ),
            )
        )
    )


def test_two_scenarios_do_not_share_a_rank() -> None:
    both = PrioritiseScenarios((RecoveryScenario(1, "Fusion"), RecoveryScenario(1, "Recentrage")))
    assert given(OPENED, QUALIFIED).when(both).refused("repeated-rank").extra == {"ranks": [1]}


@pytest.mark.parametrize("history", [(), (DifficultyQualified(Difficulty(Level.NONE)),)], ids=["unknown", "none"])
def test_there_is_no_recovery_without_a_difficulty(history: tuple[Any, ...]) -> None:
    given(OPENED, *history).when(PrioritiseScenarios((RecoveryScenario(1, "Fusion"),))).refused("no-difficulty")


# The baseline


def test_headcount_follows_from_the_contracts_and_optional_figures_are_told_when_known() -> None:
    asked = RecordEmployment(9, 3, aided=2, fte=10.5, apprentices=1, volunteers=40, as_of=date(2025, 12, 31))
    (recorded,) = given(OPENED).when(asked).events
    assert recorded.employment.headcount == 12
    baseline = given(OPENED, recorded).state.content.baseline
    assert baseline == {"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5, "apprentices": 1, "volunteers": 40}


def test_nobody_has_a_kind_of_contract_without_being_employed() -> None:
    for wrong in (
        RecordEmployment(9, 3, aided=13, fte=10.5),
        RecordEmployment(9, 3, aided=0, fte=10.5, apprentices=13),
    ):
        given(OPENED).when(wrong).refused("impossible-employment")


def test_nobody_counts_for_more_than_their_time() -> None:
    given(OPENED).when(RecordEmployment(cdi=2, cdd=0, aided=0, fte=3.5)).refused("impossible-employment")
    given(OPENED).when(RecordEmployment(cdi=0, cdd=0, aided=0, fte=0.5)).refused("impossible-employment")
    assert given(OPENED).when(RecordEmployment(cdi=2, cdd=0, aided=0, fte=3.0)).events


def test_money_is_in_cents_and_told_with_the_definitions_that_follow_up_knows() -> None:
    asked = RecordEconomics(2025, Perimeter.STRUCTURE, budget=412_000_00, result=-18_450_50)
    (recorded,) = given(OPENED).when(asked).events
    content = given(OPENED, EMPLOYMENT_RECORDED, recorded).state.content
    assert content.baseline["budget_cents"] == 412_000_00
    assert content.baseline["result_cents"] == -18_450_50
    assert content.definitions.keys() == {"budget_cents", "result_cents"}
    assert "négatif pour une perte" in content.definitions["result_cents"]


def test_a_fiscal_year_has_begun_and_has_a_figure() -> None:
    given(OPENED).when(RecordEconomics(2027, Perimeter.STRUCTURE, budget=1)).refused("absurd-date")
    given(OPENED).when(RecordEconomics(2025, Perimeter.STRUCTURE)).refused("no-figure")


def test_what_was_validated_before_these_figures_existed_keeps_its_hash() -> None:
    content = Content(
        sessions=(Session(date(2026, 3, 2), (LEADER,)),),
        axes={Axis.DIGITAL: Assessment(3, text("Des outils anciens."))},
        employment=Employment(9, 3, aided=2, fte=10.5),
        indicators={"members": Indicator(120, "Adhésions à jour")},
        problem=Problem(text("Comment vivre de ses ventes ?")),
        schemes=(Scheme(text("Fonds de confiance")),),
    )
    assert content_hash(bytes(16), content) == "55312bfe1cd1979ff11b3ed0869331aff53e757b6e52716f95a37c50b5911dec"
    later = (
        replace(content, economics=ECONOMICS_RECORDED.economics),
        replace(content, difficulty=QUALIFIED.difficulty),
        replace(content, employment=Employment(9, 3, aided=2, fte=10.5, volunteers=40)),
        replace(content, sessions=(replace(content.sessions[0], cancelled=text("Doublon")),)),
    )
    assert len({content_hash(bytes(16), each) for each in (content, *later)}) == 1 + len(later)


# What was recorded wrongly


def test_a_figure_is_corrected_by_a_new_event_with_its_effective_date_and_a_reason() -> None:
    since = date(2025, 12, 31)
    history = given(OPENED, EMPLOYMENT_RECORDED, ECONOMICS_RECORDED, MEMBERS_RECORDED)
    history.when(CorrectEmployment(8, 4, aided=2, fte=10, effective_on=since, reason=WHY)).then(
        EmploymentCorrected(Employment(8, 4, aided=2, fte=10, as_of=since), since, reason=text(WHY))
    )
    history.when(CorrectEconomics(2025, Perimeter.STRUCTURE, effective_on=since, reason=WHY, budget=421_000_00)).then(
        EconomicsCorrected(Economics(2025, Perimeter.STRUCTURE, budget=421_000_00), since, reason=text(WHY))
    )
    history.when(CorrectIndicator("members", "Adhésions à jour", value=118, effective_on=since, reason=WHY)).then(
        IndicatorCorrected("members", Indicator(118, "Adhésions à jour"), effective_on=since, reason=text(WHY))
    )


def test_a_correction_makes_a_new_version_with_the_corrected_figure() -> None:
    corrected = EmploymentCorrected(Employment(8, 4, aided=2, fte=10), TODAY, reason=text(WHY))
    state = given(OPENED, EMPLOYMENT_RECORDED, corrected).state
    assert (state.content_version, state.content.baseline["cdi"]) == (2, 8)


def test_what_was_never_recorded_is_not_corrected() -> None:
    for command in (
        CorrectEmployment(8, 4, aided=2, fte=10, effective_on=TODAY, reason=WHY),
        CorrectEconomics(2025, Perimeter.STRUCTURE, effective_on=TODAY, reason=WHY, budget=1),
        CorrectIndicator("members", "Adhésions à jour", value=118, effective_on=TODAY, reason=WHY),
    ):
        given(OPENED).when(command).refused("nothing-to-correct")


def test_a_correction_takes_effect_on_a_believable_day() -> None:
    tomorrow_week = TODAY + timedelta(days=7)
    given(OPENED, EMPLOYMENT_RECORDED).when(
        CorrectEmployment(8, 4, aided=2, fte=10, effective_on=tomorrow_week, reason=WHY)
    ).refused("absurd-date")


def test_a_session_recorded_by_mistake_is_cancelled_with_a_reason_and_counts_no_more() -> None:
    given(OPENED, SESSION_HELD).when(CancelSession(1, WHY)).then(SessionCancelled(1, text(WHY)))
    cancelled = given(OPENED, SESSION_HELD, SessionCancelled(1, text(WHY)))
    assert cancelled.state.content.sessions[0].cancelled == text(WHY)
    assert "session-with-a-leader" in cancelled.when(SubmitDiagnosis()).refused("diagnosis-incomplete").extra["missing"]


def test_a_session_s_day_and_participants_are_corrected_and_the_others_stay() -> None:
    asked = CorrectSession(
        1, TODAY - timedelta(days=1), participants=(Participant("Maëlle Kerdoncuff", Quality.LEADER),), reason=WHY
    )
    really = Session(TODAY - timedelta(days=1), (LEADER,))
    given(OPENED, SESSION_HELD, SESSION_HELD).when(asked).then(SessionCorrected(1, really, reason=text(WHY)))
    corrected = given(OPENED, SESSION_HELD, SESSION_HELD, SessionCorrected(1, really, reason=text(WHY))).state.content
    assert corrected.sessions == (really, SESSION_HELD.session)


def test_only_a_session_that_stands_is_corrected_or_cancelled() -> None:
    participants = (Participant("Maëlle Kerdoncuff", Quality.LEADER),)
    for n, history, slug in ((2, (), "unknown-session"), (1, (SessionCancelled(1, text(WHY)),), "session-cancelled")):
        for command in (CancelSession(n, WHY), CorrectSession(n, TODAY, participants=participants, reason=WHY)):
            given(OPENED, SESSION_HELD, *history).when(command).refused(slug)


# What leaders read of it


def test_the_difference_between_two_versions_is_told_as_people_write_it() -> None:
    def opened(sealed: Encrypted) -> str:
        assert sealed.plaintext is not None
        return sealed.plaintext

    before = given(OPENED, SESSION_HELD, ECONOMICS_RECORDED).state.content
    scenario = ScenariosPrioritised((Scenario(1, text("Recentrage"), retained=True),))
    loss = EconomicsCorrected(
        Economics(2025, Perimeter.STRUCTURE, budget=421_000_00, result=-18_450_05), TODAY, reason=text(WHY)
    )
    history = (OPENED, SESSION_HELD, ECONOMICS_RECORDED, SessionCancelled(1, text(WHY)), QUALIFIED, scenario, loss)
    after = given(*history).state.content
    changes = diff_facts(content_facts(before, opened), content_facts(after, opened))
    assert {(change.kind_label, change.label, change.before, change.after) for change in changes} == {
        ("Ajouté", "Séance 1\u00a0: annulation", None, WHY),
        ("Modifié", "Budget (total des produits)", "412\u202f000,00\u00a0€", "421\u202f000,00\u00a0€"),
        ("Ajouté", "Résultat net", None, "-18\u202f450,05\u00a0€"),
        ("Ajouté", "Niveau de difficulté", None, "situation critique"),
        ("Ajouté", "Nature de la difficulté", None, "structurelle"),
        ("Ajouté", "Cause profonde", None, "Un seul financeur"),
        ("Ajouté", "Scénario 1", None, "Recentrage"),
        ("Ajouté", "Scénario 1\u00a0: décision", None, "retenu"),
    }


def test_a_diagnosis_counts_a_hundred_indicators_at_most() -> None:
    counted = [given(OPENED).when(RecordIndicator(f"i{n}", "Nombre de paniers", value=n)).events[0] for n in range(100)]
    given(OPENED, *counted).when(RecordIndicator("one_more", "Nombre de paniers", value=1)).refused(
        "too-many-indicators"
    )
    assert given(OPENED, *counted).when(RecordIndicator("i7", "Nombre de paniers", value=8)).events
