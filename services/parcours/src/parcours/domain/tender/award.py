"""Who is chosen, by whom, on which scores, and does everyone who answered know it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, Len

from parcours.domain.tender.state import Candidate, Consultation, Step, at_step, known_candidate
from shared.kernel import Context, Day, Encrypted, Motive, Refusal, event, format_instant, require_past
from shared.kernel.events import command

PROVIDERS = 3
BEST = 20
Score = Annotated[int, Ge(0), Le(BEST)]


@command(title="Déclarer ses intérêts")
class DeclareInterests:
    """Whoever will score says whether an interest binds them to a candidate, and which."""

    conflict: bool
    detail: Motive | None = None


@command(title="Noter une proposition")
class ScoreProposal:
    """A proposal is scored after the deadline on each line of the grid, from 0 to 20, by somebody without interests."""

    provider: UUID
    scores: Annotated[tuple[Score, ...], Len(1, 20)]


@command(title="Retenir un prestataire")
class Award:
    """A provider is chosen: `motive` if not the best scored, `exception` if fewer than three were consulted."""

    provider: UUID
    motive: Motive | None = None
    exception: Motive | None = None


@command(title="Informer un candidat du résultat")
class InformCandidate:
    """A candidate has been told what came of its proposal."""

    provider: UUID
    informed_on: Day


@command(title="Classer la consultation sans suite")
class CancelConsultation:
    """Nobody is chosen, and it is said why."""

    motive: Motive


@event("interests-declared", label="Déclaration d’intérêts")
class InterestsDeclared:
    scorer: str
    conflict: bool
    detail: Encrypted | None = None


@event("proposal-scored", label="Proposition notée")
class ProposalScored:
    provider: UUID
    scorer: str
    scores: tuple[int, ...]


@event("consultation-awarded", label="Prestataire retenu")
class ConsultationAwarded:
    """`score`: out of 20, weighted, the mean of the scorers'."""

    provider: UUID
    score: float
    motive: Encrypted | None = None
    exception: Encrypted | None = None


@event("candidate-informed", label="Candidat informé du résultat")
class CandidateInformed:
    provider: UUID
    informed_on: date


@event("consultation-cancelled", label="Consultation sans suite")
class ConsultationCancelled:
    motive: Encrypted


DEADLINE_NOT_PASSED = Refusal("deadline-not-passed", "Date limite non atteinte")
INTERESTS_NOT_DECLARED = Refusal("interests-not-declared", "Intérêts non déclarés")
CONFLICT = Refusal("conflict-of-interest", "Conflit d’intérêts")
NO_PROPOSAL = Refusal("no-proposal", "Aucune proposition de ce prestataire")
WRONG_SCORES = Refusal("wrong-scores", "Notes incomplètes", status=422)
NOT_ALL_SCORED = Refusal("not-all-scored", "Des propositions restent à noter")
TOO_FEW_PROVIDERS = Refusal("too-few-providers", "Trop peu de prestataires consultés")
NOT_THE_BEST = Refusal("not-the-best", "Une proposition est mieux notée")

Command = DeclareInterests | ScoreProposal | Award | InformCandidate | CancelConsultation
Event = InterestsDeclared | ProposalScored | ConsultationAwarded | CandidateInformed | ConsultationCancelled


def decide(consultation: Consultation, command: Command, context: Context) -> list[Event]:
    match command:
        case DeclareInterests(conflict, detail):
            at_step(consultation, Step.OPEN)
            return [InterestsDeclared(context.actor.id, conflict, detail=context.optional_text(detail))]
        case ScoreProposal(key, scores):
            _check_scoring(consultation, key, scores, context)
            return [ProposalScored(key, context.actor.id, scores=scores)]
        case Award():
            return [_awarded(consultation, command, context)]
        case InformCandidate(key, informed_on):
            at_step(consultation, Step.AWARDED)
            _answering(consultation, key)
            require_past(informed_on, context.now, "La date d’information du candidat")
            return [CandidateInformed(key, informed_on)]
        case CancelConsultation(motive):
            at_step(consultation, Step.OPEN, Step.AWARDED)
            return [ConsultationCancelled(context.text(motive))]


def _answering(consultation: Consultation, key: UUID) -> Candidate:
    candidate = known_candidate(consultation, key)
    if candidate.proposal is None:
        raise NO_PROPOSAL("Ce prestataire n’a pas remis de proposition.")
    return candidate


def _check_scoring(consultation: Consultation, key: UUID, scores: tuple[int, ...], context: Context) -> None:
    _check_closed(consultation, context)
    if context.actor.id not in consultation.declared:
        raise INTERESTS_NOT_DECLARED("Avant de noter, déclarez si un intérêt vous lie à l’un des candidats.")
    _check_no_interest(consultation, context)
    _answering(consultation, key)
    if len(scores) != len(consultation.grid):
        raise WRONG_SCORES(f"La grille attend {len(consultation.grid)} notes, une par critère.")


def _check_no_interest(consultation: Consultation, context: Context) -> None:
    if consultation.declared.get(context.actor.id):
        raise CONFLICT(
            "Vous avez déclaré un intérêt lié à l’un des candidats\u00a0: laissez à d’autres le soin de noter et de "
            "choisir."
        )


def _check_closed(consultation: Consultation, context: Context) -> None:
    at_step(consultation, Step.OPEN)
    if not consultation.closed(context.now):
        assert consultation.deadline
        raise DEADLINE_NOT_PASSED(
            f"Les propositions peuvent arriver jusqu’au {format_instant(consultation.deadline)} (heure de Paris)"
            "\u00a0: rien n’est noté ni attribué avant."
        )


def _awarded(consultation: Consultation, award: Award, context: Context) -> ConsultationAwarded:
    _check_closed(consultation, context)
    _check_no_interest(consultation, context)
    _answering(consultation, award.provider)
    scorers = consultation.scorers
    left = [key for key, each in consultation.proposals.items() if not scorers or scorers - each.scores.keys()]
    if left:
        raise NOT_ALL_SCORED(
            "Toutes les propositions sont notées, par les mêmes personnes, avant l’attribution.",
            providers=[str(key) for key in left],
        )
    if len(consultation.candidates) < PROVIDERS and not award.exception:
        raise TOO_FEW_PROVIDERS(
            f"Au moins {PROVIDERS} prestataires sont consultés, et vous en avez consulté {len(consultation.candidates)}"
            "\u00a0: dites pourquoi, si cela suffit.",
            consulted=len(consultation.candidates),
        )
    points, score = consultation.points(award.provider), consultation.score(award.provider)
    assert score is not None
    if any(consultation.points(key) > points for key in consultation.proposals) and not award.motive:
        raise NOT_THE_BEST("Retenez la proposition la mieux notée, ou dites pourquoi une autre convient mieux.")
    return ConsultationAwarded(
        award.provider,
        score,
        motive=context.optional_text(award.motive),
        exception=context.optional_text(award.exception),
    )


def evolve(consultation: Consultation, event: Event) -> Consultation:
    match event:
        case InterestsDeclared(scorer, conflict):
            counted = _unscored_by(consultation, scorer) if conflict else consultation
            return replace(counted, declared=consultation.declared | {scorer: conflict})
        case ProposalScored(key, scorer, scores=scores):
            candidate = consultation.candidates[key]
            return consultation.but(key, replace(candidate, scores=candidate.scores | {scorer: scores}))
        case ConsultationAwarded(key, _, motive=_, exception=exception):
            return replace(consultation, step=Step.AWARDED, winner=key, exception=exception)
        case CandidateInformed(key, informed_on):
            return consultation.but(key, replace(consultation.candidates[key], informed_on=informed_on))
        case ConsultationCancelled():
            return replace(consultation, step=Step.CANCELLED)


def _unscored_by(consultation: Consultation, scorer: str) -> Consultation:
    """Whoever finds an interest after having scored is no longer counted."""
    candidates = {
        key: replace(each, scores={who: scores for who, scores in each.scores.items() if who != scorer})
        for key, each in consultation.candidates.items()
    }
    return replace(consultation, candidates=candidates)
