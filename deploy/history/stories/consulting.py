"""A consultancy: providers consulted, one retained, money engaged, an agreement signed, work done and paid."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import UUID

from deploy.history import shares, texts
from deploy.history.stories.dossier import Dossier
from deploy.history.stories.funds import commit_funds
from deploy.history.timeline import Story
from parcours.domain import parcours as domain
from parcours.domain.assignment import agreement, reporting, selection
from parcours.domain.assignment.signatures import GivenSignature, GivenSignatures
from parcours.domain.funding import payments
from parcours.domain.tender import award, proposals
from parcours.domain.tender import tender as tenders
from parcours.domain.tender.state import Tender

SERVICE = "parcours"
GRID = (proposals.GridLine("Méthode", 50), proposals.GridLine("Prix", 30), proposals.GridLine("Références", 20))
TENDERED = 0.8
"""Share of the consultancies; the others are a motivated exception. (P): three providers are consulted by default."""
INVITED = 3


def procure(dossier: Dossier, action: UUID) -> Story:
    """Until the agreement is signed by all."""
    days = dossier.timeline.state(SERVICE, domain.decider, dossier.case).actions[action].planned.planned_days
    assert days is not None
    if dossier.happens(TENDERED):
        yield from _tender(dossier, action, days)
    else:
        name, amount = texts.one(dossier.rng, "providers"), _price(dossier.rng, days)
        exception = "Ce prestataire seul connaît ce métier dans le département."
        _do(dossier, selection.RetainProvider(action, name, amount_cents=amount, days=days, exception=exception))
    commit_funds(dossier, payments.CommitFunds(action))
    yield dossier.later(4, 15)
    today = dossier.timeline.today
    by_two = GivenSignatures(
        structure=_signature(dossier.known.leader, today), unit=_signature(_manager(dossier), today)
    )
    _do(dossier, agreement.RecordAgreement(action, by_two))
    yield dossier.later(1, 10)
    provider = _signature(texts.person(dossier.rng), dossier.timeline.today)
    _do(dossier, agreement.SignAgreement(action, GivenSignatures(provider=provider)))


def work(dossier: Dossier, action: UUID) -> Story:
    """From the first day of work to the payment."""
    agreed = dossier.timeline.state(SERVICE, domain.decider, dossier.case).actions[action].agreement
    assert agreed is not None
    first = max(1, agreed.terms.days // 2)
    for days in filter(None, (first, agreed.terms.days - first)):
        _do(dossier, reporting.RecordDays(action, days, worked_until=dossier.timeline.today))
        yield dossier.later(10, 40)
    _do(dossier, reporting.ReceiveFinalReport(action, dossier.timeline.today))
    yield dossier.later(2, 15)
    _do(dossier, reporting.AcceptFinalReport(action))
    yield dossier.later(3, 25)
    _do(dossier, payments.AuthorisePayment(action, agreed.terms.amount_cents, last=True))


def _tender(dossier: Dossier, action: UUID, days: int) -> Story:
    stream = dossier.timeline.new_id()
    deadline = dossier.timeline.now + timedelta(days=dossier.rng.randint(15, 30))
    terms = f"{texts.one(dossier.rng, 'problems')} {texts.one(dossier.rng, 'objectives')}"
    tender = _tell(dossier, stream, proposals.OpenTender(action, terms, grid=GRID, deadline=deadline))
    for name in texts.distinct(dossier.rng, "providers", INVITED):
        tender = _tell(dossier, stream, proposals.InviteProvider(name))
    for nth, candidate in enumerate(tender.candidates):
        if nth < INVITED - 1 or dossier.happens(0.6):
            yield min(dossier.later(2, 6), deadline - timedelta(hours=INVITED - nth))
            price = _price(dossier.rng, days)
            proposal = proposals.SubmitProposal(candidate, price, days=days, summary=texts.one(dossier.rng, "findings"))
            tender = _tell(dossier, stream, proposal)
    yield dossier.timeline.on_day((deadline + timedelta(days=dossier.rng.randint(2, 9))).date())
    _tell(dossier, stream, award.DeclareInterests(conflict=False))
    for candidate in tender.proposals:
        scores = tuple(dossier.rng.randint(8, 18) for _ in GRID)
        tender = _tell(dossier, stream, award.ScoreProposal(candidate, scores))
    best = max(tender.proposals, key=tender.points)
    tender = _tell(dossier, stream, award.AwardTender(best))
    yield dossier.later(1, 5)
    for candidate in tender.proposals:
        _tell(dossier, stream, award.InformCandidate(candidate, dossier.timeline.today))


def _tell(dossier: Dossier, stream: UUID, command: object) -> Tender:
    state: Tender = dossier.handle_elsewhere(SERVICE, tenders.decider, stream, command)
    return state


def _do(dossier: Dossier, command: object) -> None:
    dossier.do(SERVICE, domain.decider, command)


def _price(rng: Random, days: int) -> int:
    """Euro cents, by whole euros."""
    return days * round(rng.uniform(*shares.DAY_RATE_CENTS) / 100) * 100


def _signature(name: str, on: date) -> GivenSignature:
    return GivenSignature(name, on)


def _manager(dossier: Dossier) -> str:
    return dossier.office.staff.manager.name
