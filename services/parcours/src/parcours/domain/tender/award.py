"""Scoring of the proposals, award to a provider, and information of the candidates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, Len

from parcours.domain.assignment.selection import REFUSES_AN_AWARD
from parcours.domain.guards import AGREEMENT_IN_FORCE
from parcours.domain.tender.state import (
    TENDER_NOT_AT_THIS_STEP,
    UNKNOWN_PROVIDER,
    Candidate,
    Tender,
    TenderStatus,
    require_candidate,
    require_status,
)
from shared.kernel import Context, Day, Encrypted, Reason, Refusal, event, format_instant, require_past
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command

MIN_PROVIDERS = 3

MAX_SCORE = 20

Score = Annotated[int, Ge(0), Le(MAX_SCORE)]

DEADLINE_NOT_PASSED = Refusal("deadline-not-passed", "Date limite non atteinte")
INTERESTS_NOT_DECLARED = Refusal("interests-not-declared", "Intérêts non déclarés")
CONFLICT_OF_INTEREST = Refusal("conflict-of-interest", "Conflit d’intérêts")
NO_PROPOSAL = Refusal("no-proposal", "Aucune proposition de ce prestataire")
WRONG_SCORES = Refusal("wrong-scores", "Notes incomplètes", status=422)
NOT_ALL_SCORED = Refusal("not-all-scored", "Des propositions restent à noter")
TOO_FEW_PROVIDERS = Refusal("too-few-providers", "Trop peu de prestataires consultés", depends_on_body=True)
NOT_THE_BEST = Refusal("not-the-best", "Une proposition est mieux notée", depends_on_body=True)


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


@event("tender-awarded", label="Prestataire retenu")
class TenderAwarded:
    """`score`: out of 20, weighted, the mean of the scorers'."""

    provider: UUID
    score: float
    reason: Encrypted | None = None
    exception: Encrypted | None = None


@event("candidate-informed", label="Candidat informé du résultat", effective="informed_on")
class CandidateInformed:
    provider: UUID
    informed_on: date


@event("tender-cancelled", label="Consultation sans suite")
class TenderCancelled:
    reason: Encrypted


@command(title="Déclarer ses intérêts", leads_to=(InterestsDeclared,), may_refuse=(TENDER_NOT_AT_THIS_STEP,))
class DeclareInterests:
    """A scorer declares whether an interest binds them to a candidate, and which."""

    conflict: bool
    detail: Reason | None = None


@command(
    title="Noter une proposition",
    leads_to=(ProposalScored,),
    may_refuse=(
        TENDER_NOT_AT_THIS_STEP,
        DEADLINE_NOT_PASSED,
        INTERESTS_NOT_DECLARED,
        CONFLICT_OF_INTEREST,
        UNKNOWN_PROVIDER,
        NO_PROPOSAL,
        WRONG_SCORES,
    ),
)
class ScoreProposal:
    """A proposal is scored after the deadline on each line of the grid, from 0 to 20, by a person without interests."""

    provider: UUID
    scores: Annotated[tuple[Score, ...], Len(1, 20)]


@command(
    title="Retenir un prestataire",
    leads_to=(TenderAwarded,),
    may_refuse=(
        TENDER_NOT_AT_THIS_STEP,
        DEADLINE_NOT_PASSED,
        CONFLICT_OF_INTEREST,
        UNKNOWN_PROVIDER,
        NO_PROPOSAL,
        NOT_ALL_SCORED,
        TOO_FEW_PROVIDERS,
        NOT_THE_BEST,
        *REFUSES_AN_AWARD,
    ),
)
class AwardTender:
    """A provider is chosen: `reason` if not the best scored, `exception` if fewer than three were invited."""

    provider: UUID
    reason: Reason | None = None
    exception: Reason | None = None


@command(
    title="Informer un candidat du résultat",
    leads_to=(CandidateInformed,),
    may_refuse=(TENDER_NOT_AT_THIS_STEP, UNKNOWN_PROVIDER, NO_PROPOSAL, IMPLAUSIBLE_DATE),
)
class InformCandidate:
    """A candidate was informed of the result."""

    provider: UUID
    informed_on: Day


@command(
    title="Classer la consultation sans suite",
    leads_to=(TenderCancelled,),
    may_refuse=(TENDER_NOT_AT_THIS_STEP, AGREEMENT_IN_FORCE),
)
class CancelTender:
    """The tender ends without effect, after an award too: what was committed goes back. `reason`: why."""

    reason: Reason


Command = DeclareInterests | ScoreProposal | AwardTender | InformCandidate | CancelTender


Event = InterestsDeclared | ProposalScored | TenderAwarded | CandidateInformed | TenderCancelled


def decide(tender: Tender, command: Command, context: Context) -> list[Event]:
    match command:
        case DeclareInterests(conflict, detail):
            require_status(tender, TenderStatus.OPEN)
            return [InterestsDeclared(context.actor.id, conflict, detail=context.optional_text(detail))]
        case ScoreProposal(key, scores):
            _check_scoring(tender, key, scores, context)
            return [ProposalScored(key, context.actor.id, scores=scores)]
        case AwardTender():
            return [_award(tender, command, context)]
        case InformCandidate(key, informed_on):
            require_status(tender, TenderStatus.AWARDED)
            _require_candidate_with_proposal(tender, key)
            require_past(informed_on, context.now, "La date d’information du candidat")
            return [CandidateInformed(key, informed_on)]
        case CancelTender(reason):
            require_status(tender, TenderStatus.OPEN, TenderStatus.AWARDED)
            return [TenderCancelled(context.text(reason))]


def _require_candidate_with_proposal(tender: Tender, key: UUID, refusal: Refusal = NO_PROPOSAL) -> Candidate:
    candidate = require_candidate(tender, key)
    if candidate.proposal is None:
        raise refusal("Ce prestataire n’a pas remis de proposition.")
    return candidate


def _check_scoring(tender: Tender, key: UUID, scores: tuple[int, ...], context: Context) -> None:
    _check_closed(tender, context)
    if context.actor.id not in tender.declared:
        raise INTERESTS_NOT_DECLARED("Avant de noter, déclarez si un intérêt vous lie à l’un des candidats.")
    _check_no_interest(tender, context)
    _require_candidate_with_proposal(tender, key)
    if len(scores) != len(tender.grid):
        raise WRONG_SCORES(f"La grille attend {len(tender.grid)} notes, une par critère.")


def _check_no_interest(tender: Tender, context: Context) -> None:
    if tender.declared.get(context.actor.id):
        raise CONFLICT_OF_INTEREST(
            "Vous avez déclaré un intérêt lié à l’un des candidats\u00a0: laissez à d’autres le soin de noter et de "
            "choisir."
        )


def _check_closed(tender: Tender, context: Context) -> None:
    require_status(tender, TenderStatus.OPEN)
    if not tender.is_closed(context.now):
        assert tender.deadline
        raise DEADLINE_NOT_PASSED(
            f"Les propositions peuvent arriver jusqu’au {format_instant(tender.deadline)} (heure de Paris)"
            "\u00a0: rien n’est noté ni attribué avant."
        )


def _award(tender: Tender, award: AwardTender, context: Context) -> TenderAwarded:
    _check_closed(tender, context)
    _check_no_interest(tender, context)
    scorers = tender.scorers
    left = [key for key, each in tender.proposals.items() if not scorers or scorers - each.scores.keys()]
    if left:
        raise NOT_ALL_SCORED(
            "Toutes les propositions sont notées, par les mêmes personnes, avant l’attribution.",
            providers=[str(key) for key in left],
        )
    _require_candidate_with_proposal(tender, award.provider, NO_PROPOSAL.of_body())
    if len(tender.candidates) < MIN_PROVIDERS and not award.exception:
        raise TOO_FEW_PROVIDERS(
            f"Au moins {MIN_PROVIDERS} prestataires sont consultés, et vous en avez consulté {len(tender.candidates)}"
            "\u00a0: dites pourquoi, si cela suffit.",
            invited=len(tender.candidates),
        )
    points, score = tender.points(award.provider), tender.score(award.provider)
    assert score is not None
    if any(tender.points(key) > points for key in tender.proposals) and not award.reason:
        raise NOT_THE_BEST("Retenez la proposition la mieux notée, ou dites pourquoi une autre convient mieux.")
    return TenderAwarded(
        award.provider,
        score,
        reason=context.optional_text(award.reason),
        exception=context.optional_text(award.exception),
    )


def evolve(tender: Tender, event: Event) -> Tender:
    match event:
        case InterestsDeclared(scorer, conflict):
            counted = _unscored_by(tender, scorer) if conflict else tender
            return replace(counted, declared=tender.declared | {scorer: conflict})
        case ProposalScored(key, scorer, scores=scores):
            candidate = tender.candidates[key]
            return tender.with_candidate(key, replace(candidate, scores=candidate.scores | {scorer: scores}))
        case TenderAwarded(key, _, reason=_, exception=exception):
            return replace(tender, status=TenderStatus.AWARDED, winner=key, exception=exception)
        case CandidateInformed(key, informed_on):
            return tender.with_candidate(key, replace(tender.candidates[key], informed_on=informed_on))
        case TenderCancelled():
            return replace(tender, status=TenderStatus.CANCELLED)


def _unscored_by(tender: Tender, scorer: str) -> Tender:
    """The scores of a person who declares an interest afterwards no longer count."""
    candidates = {
        key: replace(each, scores={who: scores for who, scores in each.scores.items() if who != scorer})
        for key, each in tender.candidates.items()
    }
    return replace(tender, candidates=candidates)
