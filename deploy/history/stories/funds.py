"""The engineering fund of a unit, year by year: opened by the manager, and raised when it does not suffice."""

from __future__ import annotations

from datetime import date

from deploy.history.stories.dossier import Dossier, Office
from deploy.history.timeline import Story
from parcours.domain import parcours as domain
from parcours.domain.funding import fund, payments
from shared.kernel import Refused, paris_year

SERVICE = "parcours"
PER_DOSSIER_CENTS, LEAST_CENTS = 3_500_00, 10_000_00
"""What a unit is given for a year, by the dossiers that it received in the year before. (D)."""
RAISE = 1.5
"""By how much it is raised when it is exhausted. (D)."""


def yearly_funds(office: Office) -> Story:
    """One each January, the first when the unit opens."""
    for year in range(paris_year(office.timeline.now), office.unit.plan.until.year + 1):
        _open(office, year)
        yield office.timeline.on_day(date(year + 1, 1, 1))


def commit_funds(dossier: Dossier, command: payments.CommitFunds) -> None:
    """Commits funds; where the fund refuses, the manager opens or raises it first."""
    office, year = dossier.office, paris_year(dossier.timeline.now)
    try:
        dossier.do(SERVICE, domain.decider, command)
    except Refused as refused:
        if refused.slug == fund.FUND_NOT_OPEN.slug:
            _open(office, year)
        elif refused.slug == fund.FUND_EXHAUSTED.slug:
            _raise(office, year)
        else:
            raise
        commit_funds(dossier, command)


def _open(office: Office, year: int) -> None:
    """The same again changes nothing."""
    unit, arrivals = office.unit.unit, [each.year for each in office.unit.arrivals()]
    expected = max(arrivals.count(year - 1), arrivals.count(year))
    allocated = max(LEAST_CENTS, expected * PER_DOSSIER_CENTS)
    if office.timeline.state(SERVICE, fund.decider, fund.fund_id(unit, year)).unit is None:
        _manage(office, year, fund.OpenFund(unit, year, allocated_cents=allocated))


def _raise(office: Office, year: int) -> None:
    stream = fund.fund_id(office.unit.unit, year)
    allocated = office.timeline.state(SERVICE, fund.decider, stream).allocated_cents
    _manage(office, year, fund.AdjustFund(round(allocated * RAISE), "L’enveloppe est relevée par les financeurs."))


def _manage(office: Office, year: int, command: fund.Command) -> None:
    stream = fund.fund_id(office.unit.unit, year)
    office.timeline.handle(SERVICE, fund.decider, stream, command, office.staff.manager.actor)
