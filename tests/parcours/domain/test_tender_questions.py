"""Questions of candidates: an answer is for all of them until the deadline, and each asks for itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from parcours.domain.tender.award import TenderCancelled
from parcours.domain.tender.proposals import ProviderInvited, TenderOpened
from parcours.domain.tender.questions import (
    AnswerTenderQuestion,
    SubmitTenderQuestion,
    TenderQuestionAnswered,
    TenderQuestionSubmitted,
)
from parcours.domain.tender.state import TenderQuestion
from parcours.domain.tender.tender import decider
from shared.kernel import Actor, PersonalData, Role
from shared.testing.scenarios import CASE, NOW, Scenarios, new_id, text

given = Scenarios(decider)
A, B, QUESTION = UUID(int=31), UUID(int=32), UUID(int=41)
DEADLINE = NOW + timedelta(days=20)
AFTER = DEADLINE + timedelta(seconds=1)
OPENED = TenderOpened(CASE, UUID(int=11), terms_of_reference=text("Refondre les tarifs"), grid=(), deadline=DEADLINE)
INVITED = tuple(ProviderInvited(key, PersonalData(key, "Cabinet"), account=f"provider-{key.int}") for key in (A, B))
ASKED = TenderQuestionSubmitted(QUESTION, A, text=text("Le soir ?"))
ANSWERED = TenderQuestionAnswered(QUESTION, text("Oui."))
ASK, ANSWER = SubmitTenderQuestion(A, "Le soir ?"), AnswerTenderQuestion(QUESTION, "Oui.")


def test_a_candidate_asks_for_itself_and_the_unit_for_any_of_them() -> None:
    asked = TenderQuestionSubmitted(new_id(1), A, text=text("Le soir ?"))
    own, other = (Actor(f"provider-{key.int}", Role.PROVIDER) for key in (A, B))
    for by in (own, Actor("some-adviser", Role.ADVISER)):
        given(OPENED, *INVITED).when(ASK, by=by).then(asked)
    given(OPENED, *INVITED).when(ASK, by=other).refused("not-your-candidacy")
    given(OPENED).when(ASK).refused("unknown-provider")


def test_an_answer_is_for_a_question_that_was_asked_and_a_later_one_replaces_it() -> None:
    given(OPENED, *INVITED, ASKED).when(ANSWER).then(ANSWERED)
    given(OPENED, *INVITED).when(ANSWER).refused("unknown-question")
    better = TenderQuestionAnswered(QUESTION, text("Non."))
    given(OPENED, *INVITED, ASKED, ANSWERED).when(AnswerTenderQuestion(QUESTION, "Non.")).then(better)
    state = decider.state([OPENED, *INVITED, ASKED, ANSWERED, better])
    assert state.questions == {QUESTION: TenderQuestion(A, text("Le soir ?"), answer=text("Non."))}


def test_after_the_deadline_nothing_is_asked_or_answered() -> None:
    for command in (ASK, ANSWER):
        given(OPENED, *INVITED, ASKED).when(command, at=AFTER).refused("deadline-passed")
        given(OPENED, *INVITED, ASKED, TenderCancelled(text("Plus de fonds."))).when(command).refused(
            "tender-not-at-this-step"
        )
