"""What leaders read of a content: its hash, and the differences between two versions."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from diagnostic.domain.content.axes import Assessment
from diagnostic.domain.content.content import DiagnosisContent
from diagnostic.domain.content.content_diff import content_facts
from diagnostic.domain.content.difficulty import Difficulty, DifficultyQualified, Scenario, ScenariosPrioritised
from diagnostic.domain.content.economics import (
    Economics,
    EconomicsCorrected,
    EconomicsRecorded,
    Perimeter,
)
from diagnostic.domain.content.employment import (
    Employment,
)
from diagnostic.domain.content.indicators import (
    Indicator,
)
from diagnostic.domain.content.problem import Problem, Scheme
from diagnostic.domain.content.sessions import (
    Attendee,
    Quality,
    Session,
    SessionCancelled,
    SessionRecorded,
)
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened
from shared.kernel import Axis, DifficultyLevel, DifficultyNature, Encrypted, PersonalData, diff_facts
from shared.kernel.content_hash import content_hash
from shared.testing.scenarios import NOW, Scenarios, new_id, text

given = Scenarios(decider)


TODAY = NOW.date()


OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)


LEADER = Attendee(new_id(1), PersonalData(new_id(1), "Maëlle Kerdoncuff"), quality=Quality.LEADER)


SESSION_HELD = SessionRecorded(Session(TODAY, (LEADER,)))


ECONOMICS_RECORDED = EconomicsRecorded(Economics(2025, Perimeter.STRUCTURE, budget_cents=412_000_00))


QUALIFIED = DifficultyQualified(
    Difficulty(
        DifficultyLevel.CRITICAL,
        DifficultyNature.STRUCTURAL,
        deep_causes=(text("Un seul financeur"),),
    )
)


WHY = "Lu sur la mauvaise ligne."


def test_what_was_validated_before_these_figures_existed_keeps_its_hash() -> None:
    content = DiagnosisContent(
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


def test_the_difference_between_two_versions_is_told_as_people_write_it() -> None:
    def opened(sealed: Encrypted) -> str:
        assert sealed.plaintext is not None
        return sealed.plaintext

    before = given(OPENED, SESSION_HELD, ECONOMICS_RECORDED).state.content
    scenario = ScenariosPrioritised((Scenario(1, text("Recentrage"), retained=True),))
    loss = EconomicsCorrected(
        Economics(2025, Perimeter.STRUCTURE, budget_cents=421_000_00, result_cents=-18_450_05), TODAY, reason=text(WHY)
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
