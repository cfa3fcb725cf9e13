"""State of a tender: its grid, its candidates, their proposals and scores."""

from __future__ import annotations

from dataclasses import field, replace
from datetime import date, datetime
from uuid import UUID

from shared.kernel import Encrypted, LabelledEnum, PersonalData, Refusal, format_instant
from shared.kernel.frozen import frozen


class TenderStatus(LabelledEnum):
    NEW = "new", "à ouvrir"
    OPEN = "open", "ouverte"
    AWARDED = "awarded", "attribuée"
    AGREED = "agreed", "suivie d’une convention"
    CANCELLED = "cancelled", "sans suite"


@frozen
class ScoringCriterion:
    """A line of the scoring grid; the weights of a grid sum to 100."""

    label: Encrypted
    weight: int


@frozen
class Proposal:
    """So much, for so many days of work."""

    amount_cents: int
    days: int
    summary: Encrypted


@frozen
class Candidate:
    """A provider that was invited. `account`: its identity when it answers by itself.

    `scores`: by scorer, in the grid's order."""

    name: PersonalData
    account: str | None = None
    proposal: Proposal | None = None
    scores: dict[str, tuple[int, ...]] = field(default_factory=dict)
    informed_on: date | None = None


@frozen
class TenderQuestion:
    """Of the candidate `provider`. Once it is answered, every candidate reads it, and not whose it is."""

    provider: UUID
    text: Encrypted
    answer: Encrypted | None = None


@frozen
class Tender:
    """For one consulting action of a case. `declared`: by scorer, whether there is a conflict of interest."""

    status: TenderStatus = TenderStatus.NEW
    case: UUID | None = None
    action: UUID | None = None
    terms_of_reference: Encrypted | None = None
    grid: tuple[ScoringCriterion, ...] = ()
    deadline: datetime | None = None
    candidates: dict[UUID, Candidate] = field(default_factory=dict)
    declared: dict[str, bool] = field(default_factory=dict)
    winner: UUID | None = None
    exception: Encrypted | None = None
    questions: dict[UUID, TenderQuestion] = field(default_factory=dict)

    @property
    def is_of_operation(self) -> bool:
        """Whether it serves a collective operation, whose mission has the operation's own id."""
        return self.case is not None and self.case == self.action

    @property
    def proposals(self) -> dict[UUID, Candidate]:
        """The candidates that answered."""
        return {key: candidate for key, candidate in self.candidates.items() if candidate.proposal}

    @property
    def all_informed(self) -> bool:
        """Whether each of them knows the result."""
        return all(candidate.informed_on for candidate in self.proposals.values())

    @property
    def scorers(self) -> set[str]:
        return {scorer for candidate in self.candidates.values() for scorer in candidate.scores}

    def points(self, key: UUID) -> int:
        """Weighted, summed over the scorers: a hundredth of a point out of twenty for each."""
        scored = self.candidates[key].scores.values()
        return sum(line.weight * score for scores in scored for line, score in zip(self.grid, scores, strict=True))

    def score(self, key: UUID) -> float | None:
        """Out of twenty, weighted, the mean of the scorers'; null for what was not scored."""
        scorers = len(self.candidates[key].scores)
        return round(self.points(key) / scorers / 100, 2) if scorers else None

    def is_closed(self, now: datetime) -> bool:
        """Recorded time judges a deadline."""
        return self.deadline is not None and now > self.deadline

    def with_candidate(self, key: UUID, candidate: Candidate) -> Tender:
        return replace(self, candidates=self.candidates | {key: candidate})


TENDER_NOT_AT_THIS_STEP = Refusal("tender-not-at-this-step", "La consultation n’en est pas là")
DEADLINE_PASSED = Refusal("deadline-passed", "Date limite dépassée")
UNKNOWN_PROVIDER = Refusal("unknown-provider", "Prestataire non consulté", status=404)


def require_status(tender: Tender, *steps: TenderStatus) -> None:
    if tender.status not in steps:
        raise TENDER_NOT_AT_THIS_STEP(f"Cette consultation est {tender.status.label}.", current_status=tender.status)


def require_before_deadline(tender: Tender, now: datetime, awaited: str) -> None:
    """`awaited`: what might come until then, in the plural, as a sentence in French begins."""
    if tender.is_closed(now):
        assert tender.deadline
        until = format_instant(tender.deadline)
        raise DEADLINE_PASSED(f"{awaited} étaient attendues jusqu’au {until} (heure de Paris).")


def require_candidate(tender: Tender, key: UUID) -> Candidate:
    if (candidate := tender.candidates.get(key)) is None:
        raise UNKNOWN_PROVIDER("Ce prestataire n’a pas été consulté.")
    return candidate
