"""Questions of candidates about a tender: an answer is for all of them, and nobody learns who asked.

All candidates get the same information: Code de la commande publique, L3 (equal treatment) and R2132-6."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from parcours.domain.tender.state import (
    DEADLINE_PASSED,
    TENDER_NOT_AT_THIS_STEP,
    UNKNOWN_PROVIDER,
    Tender,
    TenderQuestion,
    TenderStatus,
    require_before_deadline,
    require_candidate,
    require_status,
)
from shared.kernel import Context, Encrypted, Refusal, Role, Text, event
from shared.kernel.events import command

NOT_YOUR_CANDIDACY = Refusal("not-your-candidacy", "Cette candidature n’est pas la vôtre", status=403)
UNKNOWN_QUESTION = Refusal("unknown-question", "Question inconnue", status=404)


@event("tender-question-submitted", label="Question d’un prestataire consulté")
class TenderQuestionSubmitted:
    question: UUID
    provider: UUID
    text: Encrypted


@event("tender-question-answered", label="Réponse à une question, donnée à tous les prestataires consultés")
class TenderQuestionAnswered:
    question: UUID
    answer: Encrypted


@command(
    title="Poser une question",
    leads_to=(TenderQuestionSubmitted,),
    may_refuse=(TENDER_NOT_AT_THIS_STEP, DEADLINE_PASSED, UNKNOWN_PROVIDER, NOT_YOUR_CANDIDACY),
)
class SubmitTenderQuestion:
    """A candidate asks about the terms of reference before the deadline; others will read it with its answer, and not
    who asked."""

    provider: UUID
    text: Text


@command(
    title="Répondre à une question",
    leads_to=(TenderQuestionAnswered,),
    may_refuse=(TENDER_NOT_AT_THIS_STEP, DEADLINE_PASSED, UNKNOWN_QUESTION),
)
class AnswerTenderQuestion:
    """The question and its answer are shown to every candidate; a later answer replaces it."""

    question: UUID
    answer: Text


Command = SubmitTenderQuestion | AnswerTenderQuestion


Event = TenderQuestionSubmitted | TenderQuestionAnswered


def decide(tender: Tender, command: Command, context: Context) -> list[Event]:
    require_status(tender, TenderStatus.OPEN)
    require_before_deadline(tender, context.now, "Les questions")
    match command:
        case SubmitTenderQuestion(key, text):
            candidate = require_candidate(tender, key)
            if context.actor.role is Role.PROVIDER and candidate.account != context.actor.id:
                raise NOT_YOUR_CANDIDACY("Vous posez vos questions sous votre propre candidature.")
            return [TenderQuestionSubmitted(context.new_id(), key, text=context.text(text))]
        case AnswerTenderQuestion(question, answer):
            if question not in tender.questions:
                raise UNKNOWN_QUESTION("Cette question n’a pas été posée dans cette consultation.")
            return [TenderQuestionAnswered(question, context.text(answer))]


def evolve(tender: Tender, event: Event) -> Tender:
    match event:
        case TenderQuestionSubmitted(question, provider, text=text):
            return replace(tender, questions=tender.questions | {question: TenderQuestion(provider, text)})
        case TenderQuestionAnswered(question, answer):
            answered = replace(tender.questions[question], answer=answer)
            return replace(tender, questions=tender.questions | {question: answered})
