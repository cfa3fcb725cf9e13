"""The plan of a history: its units, how many dossiers each receives, and when. Pure, and the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from deploy.history import shares
from intake.domain.reference.territory import REGIONS
from shared.kernel import start_of_day

CASES_PER_UNIT = 6
"""Below it a small history has fewer units: a unit with one dossier would show nothing."""
FEWEST_UNITS = 4
FIRST_DAY, LAST_HOUR = date(2002, 2, 1), 17


@dataclass(frozen=True, slots=True)
class Plan:
    """`until`: nothing is recorded after it. `scale`: 1 for 60,000 dossiers."""

    seed: int
    scale: float
    until: datetime

    @property
    def cases(self) -> int:
        return max(1, round(shares.DOSSIERS * self.scale))

    def units(self) -> list[UnitPlan]:
        """One a department, the largest first; at a small scale only some of them."""
        departments = [department for region in REGIONS for department in region.departments]
        rng = Random(f"{self.seed}/units")
        rng.shuffle(departments)
        if "44" in departments:  # the unit of the documentation's examples is always there
            departments.insert(0, departments.pop(departments.index("44")))
        chosen = departments[: max(FEWEST_UNITS, min(len(departments), self.cases // CASES_PER_UNIT))]
        weights = [rng.lognormvariate(0, 0.5) for _ in chosen]
        counts = _divide(self.cases, weights)
        plans = [
            UnitPlan(self, f"dla-{each}", department=each, cases=n) for each, n in zip(chosen, counts, strict=True)
        ]
        return sorted(plans, key=lambda unit: -unit.cases)


@dataclass(frozen=True, slots=True)
class UnitPlan:
    plan: Plan
    unit: str
    department: str
    cases: int

    def rng(self, purpose: str) -> Random:
        return Random(f"{self.plan.seed}/{self.unit}/{purpose}")

    def arrivals(self) -> list[datetime]:
        """When each dossier is received, the first one first."""
        rng, last = self.rng("arrivals"), self.plan.until.date()
        by_year = shares.year_shares(last.year)
        elapsed = (last - date(last.year, 1, 1)).days / 365
        weights = {**by_year, last.year: by_year[last.year] * elapsed}
        days = (self._day(rng, shares.draw(rng, weights)) for _ in range(self.cases))
        return sorted(working_time(rng, day) for day in days)

    def _day(self, rng: Random, year: int) -> date:
        last = self.plan.until.date()
        first, end = max(FIRST_DAY, date(year, 1, 1)), min(date(year, 12, 31), last - timedelta(days=1))
        return first + timedelta(days=rng.randrange(max(1, (end - first).days + 1)))


def working_time(rng: Random, day: date) -> datetime:
    """An instant of a working day, that day or the next one, between nine and five in Paris, to the microsecond."""
    while day.weekday() > 4:
        day += timedelta(days=1)
    hours = rng.uniform(9, LAST_HOUR)
    return start_of_day(day) + timedelta(hours=hours)


def last_evening(now: datetime) -> datetime:
    """Where a history ends by default: at six (UTC) of the evening before."""
    return datetime.combine(now.date() - timedelta(days=1), time(18), UTC)


def _divide(total: int, weights: list[float]) -> list[int]:
    """Whole numbers in these proportions, by the largest remainders."""
    exact = [total * weight / sum(weights) for weight in weights]
    counts = [int(each) for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda n: counts[n] - exact[n])
    for n in by_remainder[: total - sum(counts)]:
        counts[n] += 1
    return counts
