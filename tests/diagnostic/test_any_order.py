"""Invariants of a diagnosis after commands of anybody in any order: no plan without a validation of that content."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.support.checks.daily_rows import counted_for_pilots, negative, rows_on_every_day

from diagnostic.caseload import caseload
from diagnostic.domain.committee import AgreeToShare, GiveOpinion, ShareWithCommittee, Tendency, WithdrawAgreement
from diagnostic.domain.content.axes import AssessAxis
from diagnostic.domain.content.content import DiagnosisSection
from diagnostic.domain.content.difficulty import PrioritiseScenarios, QualifyDifficulty, RecoveryScenario
from diagnostic.domain.content.economics import Perimeter, RecordEconomics
from diagnostic.domain.content.employment import CorrectEmployment, RecordEmployment
from diagnostic.domain.content.problem import ListOtherScheme, StateProblem
from diagnostic.domain.content.sessions import CancelSession, Participant, Quality, RecordSession
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisStatus, OpenDiagnosis
from diagnostic.domain.mandates import RecordMandate
from diagnostic.domain.plan import AgreePlan, PlanAgreed
from diagnostic.domain.state import Diagnosis
from diagnostic.domain.validation import (
    ContestDiagnosis,
    DiagnosisContested,
    DiagnosisValidated,
    SubmitDiagnosis,
    ValidateDiagnosis,
)
from diagnostic.projections import diagnoses
from diagnostic.statistics import release
from shared.kernel import Actor, Axis, DifficultyLevel, Role
from shared.kernel.content_hash import content_hash
from shared.testing.scenarios import CASE, NOW, MemoryLog

TODAY = NOW.date()
COMPLETE = (
    RecordSession(TODAY, (Participant("Maëlle Kerdoncuff", Quality.LEADER),)),
    AssessAxis(Axis.DIGITAL, "Des outils anciens.", rating=3),
    RecordEmployment(9, 3, aided=2, fte=10.5),
    StateProblem("Comment vivre de ses ventes ?"),
)
WORK = st.sampled_from(
    [
        *COMPLETE,
        ListOtherScheme("Fonds de confiance"),
        RecordEconomics(2025, Perimeter.STRUCTURE, budget_cents=412_000_00),
        QualifyDifficulty(DifficultyLevel.CRITICAL, deep_causes=("Un seul financeur",)),
        PrioritiseScenarios((RecoveryScenario(1, "Recentrage"),)),
        CorrectEmployment(8, 4, aided=2, fte=10, effective_on=TODAY, reason="Lu sur la mauvaise ligne."),
        CancelSession(1, "Doublon"),
    ]
)
MAELLE = UUID(int=71)
LEADERS = st.sampled_from([Actor(str(MAELLE), Role.LEADER), Actor(str(UUID(int=72)), Role.LEADER)])
ASIDE = st.sampled_from(
    [
        (AgreeToShare((DiagnosisSection.AXES,), TODAY), Role.LEADER),
        (WithdrawAgreement(), Role.LEADER),
        (ShareWithCommittee(), Role.ADVISER),
        (GiveOpinion(Tendency.UNFAVOURABLE, "Projet fragile."), Role.COMMITTEE),
        (RecordMandate(MAELLE, TODAY - timedelta(days=60), ends_on=TODAY - timedelta(days=1)), Role.ADVISER),
        (RecordMandate(MAELLE, TODAY), Role.ADVISER),
    ]
)


class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.log: MemoryLog[Diagnosis] = MemoryLog(decider)
        self.reached = decider.initial

    def ask(self, command: Any, by: Role | Actor) -> None:
        self.log.do(command, by=by)
        self.reached = self.log.state

    @initialize()
    def it_is_open_and_complete(self) -> None:
        self.ask(OpenDiagnosis(CASE, "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12), Role.SERVICE)
        for command in COMPLETE:
            self.ask(command, Role.ADVISER)

    @rule(command=WORK)
    def work_on_it(self, command: Any) -> None:
        self.ask(command, Role.ADVISER)

    @rule(aside=ASIDE)
    def others_have_their_say(self, aside: tuple[Any, Role]) -> None:
        self.ask(*aside)

    @rule()
    def submit(self) -> None:
        self.ask(SubmitDiagnosis(), Role.ADVISER)

    @precondition(lambda self: self.reached.submission)
    @rule(leader=LEADERS)
    def agree_with_it(self, leader: Actor) -> None:
        assert self.reached.submission
        self.ask(ValidateDiagnosis(self.reached.submission.version, self.reached.submission.content_hash), leader)

    @rule(leader=LEADERS)
    def submit_and_have_it_agreed_with(self, leader: Actor) -> None:
        self.submit()
        if self.reached.submission:
            self.agree_with_it(leader)

    @rule(leader=LEADERS, behind=st.sampled_from([0, 0, 0, 1]))
    def contest_it(self, leader: Actor, behind: int) -> None:
        self.ask(ContestDiagnosis(self.reached.content_version - behind, "Trop tôt."), leader)

    @rule()
    def agree_on_the_plan(self) -> None:
        self.ask(AgreePlan((Axis.DIGITAL,), "Un nouvel outil."), Role.ADVISER)

    @invariant()
    def what_is_before_the_leaders_is_the_content_that_was_hashed(self) -> None:
        if self.reached.submission:
            salt = bytes.fromhex(self.log.key_store.decrypt(self.reached.submission.salt))
            assert content_hash(salt, self.reached.content) == self.reached.submission.content_hash
            assert self.reached.submission.version == self.reached.content_version

    @invariant()
    def a_validation_has_a_leader_who_still_agrees(self) -> None:
        if self.reached.status in (DiagnosisStatus.VALIDATED, DiagnosisStatus.AGREED):
            spoken = [e for e in self.log.events if isinstance(e, DiagnosisValidated | DiagnosisContested)]
            for leader in self.reached.validations:
                last = next(event for event in reversed(spoken) if event.leader == leader)
                assert isinstance(last, DiagnosisValidated)
                assert last.version == self.reached.content_version
            assert self.reached.validations

    @invariant()
    def a_plan_comes_from_the_validated_version_and_is_the_last_word_on_the_content(self) -> None:
        plans = [event for event in self.log.events if isinstance(event, PlanAgreed)]
        assert len(plans) == (self.reached.status is DiagnosisStatus.AGREED)
        for plan in plans:
            assert (plan.validated_version, plan.content_hash) in {
                (event.version, event.content_hash)
                for event in self.log.events
                if isinstance(event, DiagnosisValidated)
            }
            assert plan.validated_version == self.reached.content_version

    @invariant()
    def a_snapshot_and_the_log_say_the_same(self) -> None:
        assert self.log.shown(self.log.from_snapshot()) == self.log.shown(self.reached)

    @invariant()
    def each_day_can_be_told(self) -> None:
        assert self.log.on_every_day()

    def teardown(self) -> None:
        rows = rows_on_every_day((diagnoses, caseload.projection), [(event, NOW) for event in self.log.events])
        assert not [found for row in rows if (found := negative(row))]
        counted_for_pilots(release, rows_on_every_day((diagnoses,), [(event, NOW) for event in self.log.events]))


AnyOrder.TestCase.settings = settings(deadline=None, max_examples=25, stateful_step_count=25)
TestAnyOrder = AnyOrder.TestCase
