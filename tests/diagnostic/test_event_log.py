"""The log of a diagnosis: encrypted, read back unchanged, and replayed to the same state after any command."""

from itertools import chain
from typing import Any
from uuid import UUID

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from diagnostic.domain.advice import ReceiveAdvice, RequestAdvice
from diagnostic.domain.comments import AcknowledgeDiagnosisComment, CommentDiagnosis
from diagnostic.domain.committee import AgreeToShare, GiveOpinion, ShareWithCommittee, Tendency, WithdrawAgreement
from diagnostic.domain.content.axes import AssessAxis
from diagnostic.domain.content.content import DiagnosisSection
from diagnostic.domain.content.difficulty import PrioritiseScenarios, QualifyDifficulty, RecoveryScenario
from diagnostic.domain.content.economics import CorrectEconomics, Perimeter, RecordEconomics
from diagnostic.domain.content.employment import CorrectEmployment, RecordEmployment
from diagnostic.domain.content.indicators import CorrectIndicator, RecordIndicator
from diagnostic.domain.content.problem import ListOtherScheme, StateProblem
from diagnostic.domain.content.sessions import CancelSession, CorrectSession, Participant, Quality, RecordSession
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisStatus, DiagnosisStopped, OpenDiagnosis
from diagnostic.domain.mandates import RecordMandate
from diagnostic.domain.plan import AgreePlan, CorrectBaseline
from diagnostic.domain.state import Diagnosis
from diagnostic.domain.validation import ContestDiagnosis, SubmitDiagnosis, ValidateDiagnosis
from shared.kernel import Actor, Axis, DifficultyLevel, DifficultyNature, Role
from shared.kernel.content_hash import content_hash
from shared.testing.scenarios import CASE, NOW, MemoryLog

LEADER = Actor(str(UUID(int=71)), Role.LEADER)
"""Who has the mandate that the story records."""
REQUEST_ADMITTED = OpenDiagnosis(CASE, "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)
SCHEME = ListOtherScheme("secret dispositif", "secret remarque")
WORK = (
    RecordSession(
        NOW.date(),
        (Participant("secret nom", Quality.LEADER), Participant("secret autre nom", Quality.VOLUNTEER)),
        notes="secret notes",
    ),
    AssessAxis(
        Axis.DIGITAL,
        "secret constat",
        rating=4,
        strengths=("secret atout",),
        weaknesses=("secret faille",),
        evidence="secret preuve",
    ),
    RecordEmployment(9, 3, aided=2, fte=10.5),
    RecordIndicator("members", "Adhésions à jour", value=120),
    StateProblem("secret problème", ("secret cause",), recommendations=("secret conseil",)),
    SCHEME,
    RecordEconomics(2025, Perimeter.STRUCTURE, budget_cents=412_000_00, result_cents=-18_450_50),
    QualifyDifficulty(
        DifficultyLevel.CRITICAL,
        DifficultyNature.STRUCTURAL,
        deep_causes=("secret cause profonde",),
        strategic_plan="secret plan",
    ),
    PrioritiseScenarios(
        (
            RecoveryScenario(
                1, "secret scénario", hypotheses=("secret hypothèse",), needs=("secret besoin",), retained=True
            ),
        )
    ),
    CorrectEmployment(
        9, 2, aided=2, fte=10.5, effective_on=NOW.date(), reason="secret motif de correction", volunteers=40
    ),
    CorrectEconomics(
        2025, Perimeter.STRUCTURE, effective_on=NOW.date(), reason="secret motif de correction", budget_cents=421_000_00
    ),
    CorrectIndicator(
        "members", "Adhésions à jour", value=118, effective_on=NOW.date(), reason="secret motif de correction"
    ),
    CorrectSession(
        1, NOW.date(), participants=(Participant("secret nom", Quality.LEADER),), reason="secret motif de correction"
    ),
    RecordSession(NOW.date(), (Participant("secret nom", Quality.LEADER),)),
    CancelSession(2, "secret motif de correction"),
)


def submit(_: Diagnosis) -> SubmitDiagnosis:
    return SubmitDiagnosis()


def validate(diagnosis: Diagnosis) -> ValidateDiagnosis:
    seen = diagnosis.submission
    return ValidateDiagnosis(seen.version, seen.content_hash) if seen else ValidateDiagnosis(0, "0" * 64)


def contest(diagnosis: Diagnosis) -> ContestDiagnosis:
    return ContestDiagnosis(diagnosis.content_version, "secret motif")


def agree(_: Diagnosis) -> AgreePlan:
    return AgreePlan((Axis.DIGITAL,), "secret objectifs")


def edit(_: Diagnosis) -> ListOtherScheme:
    return SCHEME


ASIDE = (
    (AgreeToShare((DiagnosisSection.AXES,), NOW.date()), LEADER),
    (RecordMandate(UUID(LEADER.id), NOW.date()), Role.ADVISER),
    (ShareWithCommittee(), Role.ADVISER),
    (GiveOpinion(Tendency.RESERVED, "secret avis"), Role.COMMITTEE),
    (WithdrawAgreement(), LEADER),
    (CommentDiagnosis("secret commentaire"), LEADER),
    (AcknowledgeDiagnosisComment(1), Role.ADVISER),
    (RequestAdvice("secret centre", "secret question"), Role.ADVISER),
)


def receive(diagnosis: Diagnosis) -> ReceiveAdvice:
    advice = diagnosis.advice[-1].advice if diagnosis.advice else CASE
    return ReceiveAdvice(advice, NOW.date(), answer="secret conseil")


def correct(_: Diagnosis) -> CorrectBaseline:
    return CorrectBaseline("cdi", 8, effective_on=NOW.date(), reason="secret motif de correction")


STEPS: dict[Any, Role | Actor] = {
    correct: Role.ADVISER,
    submit: Role.ADVISER,
    validate: LEADER,
    contest: LEADER,
    agree: Role.ADVISER,
    edit: Role.ADVISER,
    receive: Role.ADVISER,
}
"""Who asks for what, when all goes as it should."""


def whole_story() -> tuple[MemoryLog[Diagnosis], list[Any]]:
    """A diagnosis to which everything happens that can, and its events as they were decided."""
    log = MemoryLog(decider)
    recorded: list[Any] = []

    def play(command: Any, by: Role | Actor) -> None:
        outcome = log.do(command, by=by)
        assert outcome.refused_as is None, outcome.refused_as
        recorded.extend(outcome.events)

    for command in (REQUEST_ADMITTED, *WORK):
        play(command, Role.ADVISER)
    for aside, by in ASIDE:
        play(aside, by)
    for ask in (receive, submit, edit, submit, contest, submit, validate, edit, submit, validate, agree, correct):
        play(ask(log.state), STEPS[ask])
    assert {type(event) for event in recorded} == {*decider.events} - {DiagnosisStopped}, "a plan was agreed instead"
    return log, recorded


def test_every_event_comes_back_from_the_log() -> None:
    log, recorded = whole_story()
    assert [log.shown(event) for event in log.events] == [log.shown(event) for event in recorded]


def test_nobody_s_words_are_stored_in_clear() -> None:
    log, recorded = whole_story()
    assert "secret motif de correction" in str(log.shown(recorded[-1]))
    assert not any(b"secret" in stored.state for stored in log.stored)


def test_the_hash_that_leaders_saw_is_found_again_from_the_log_and_from_a_snapshot() -> None:
    log, _ = whole_story()
    for state in (log.state, log.from_snapshot()):
        assert state.submission is not None
        assert (
            content_hash(bytes.fromhex(log.key_store.decrypt(state.submission.salt)), state.content)
            == state.submission.content_hash
        )


ANYTHING = st.one_of(
    st.builds(RecordSession),
    st.builds(AssessAxis),
    st.builds(RecordEmployment),
    st.builds(RecordIndicator),
    st.builds(StateProblem),
    st.builds(ListOtherScheme),
    st.builds(RecordEconomics),
    st.builds(QualifyDifficulty),
    st.builds(PrioritiseScenarios),
    st.builds(CorrectEmployment),
    st.builds(CorrectEconomics),
    st.builds(CorrectIndicator),
    st.builds(CorrectSession, session=st.integers(1, 3)),
    st.builds(CancelSession, session=st.integers(1, 3)),
    st.builds(OpenDiagnosis),
    st.builds(ValidateDiagnosis, content_hash=st.just("0" * 64)),
    st.builds(ContestDiagnosis),
    st.builds(AgreePlan, axes=st.lists(st.sampled_from(Axis), min_size=1, max_size=3).map(tuple)),
    st.builds(RecordMandate),
    st.builds(AgreeToShare, scope=st.lists(st.sampled_from(DiagnosisSection), min_size=1, max_size=3).map(tuple)),
    st.sampled_from([command for command, _ in ASIDE]),
    st.sampled_from([*STEPS]),
)
BY_ANYBODY = st.tuples(ANYTHING, st.sampled_from([Role.ADVISER, LEADER, Role.COMMITTEE]))
LEADERS_ANSWER = st.sampled_from([(), (submit, contest), (submit, validate), (submit, validate, agree)])
CHAPTERS = st.lists(LEADERS_ANSWER.map(lambda steps: [(step, STEPS[step]) for step in steps]), max_size=3)


@settings(deadline=None)
@for_all(st.lists(BY_ANYBODY, max_size=4), CHAPTERS, st.lists(BY_ANYBODY, max_size=8))
def test_whatever_is_asked_the_answer_is_a_refusal_or_a_history_that_can_be_replayed(
    first: list[tuple[Any, Role | Actor]],
    chapters: list[list[tuple[Any, Role | Actor]]],
    then: list[tuple[Any, Role | Actor]],
) -> None:
    log = MemoryLog(decider)
    log.do(REQUEST_ADMITTED, by=Role.SERVICE)
    reached = log.state
    work = [(command, Role.ADVISER) for command in WORK]
    for step, role in [*first, *work, *chain.from_iterable(chapters), *then]:
        command = step(log.state) if callable(step) else step
        for event in log.do(command, by=role).events:
            reached = decider.evolve(reached, event)
    assert log.shown(reached) == log.shown(log.state) == log.shown(log.from_snapshot())
    with_the_leaders = reached.status in (DiagnosisStatus.SUBMITTED, DiagnosisStatus.VALIDATED, DiagnosisStatus.AGREED)
    assert (reached.submission is not None) == with_the_leaders
    assert reached.submission is None or reached.submission.version == reached.content_version
    assert (reached.plan is not None) == (reached.status is DiagnosisStatus.AGREED)
