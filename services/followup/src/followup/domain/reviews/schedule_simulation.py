"""Simulation of another review schedule: the dates that a follow-up would have, and no longer have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from followup.domain.reviews.review import schedule
from shared.kernel import RuleDifference, add_months

MAX_DELAY_DAYS = 31
"""Days between a parcours' end and the opening of its follow-up, within which that end is searched for."""


@dataclass(frozen=True, slots=True)
class ReviewDifference:
    """`review`: its code; `due_on`: the day that would be added, or removed; `reason`: in French."""

    review: str
    due_on: date | None
    effect: RuleDifference
    reason: str


def compare_schedules(
    planned: Mapping[str, date], opened_on: date, completions: int, rule: Mapping[str, int], months: Collection[int]
) -> Iterator[ReviewDifference]:
    """`planned`: the dates set by the `rule` of the deployment (months by code) when the follow-up opened or resumed;
    `months`: those of the simulated rule."""
    ended_on = find_parcours_end(planned, opened_on, completions, rule)
    if ended_on is None:
        reason = (
            "la règle d’alors n’est pas celle d’aujourd’hui, et le jour où le parcours a pris fin n’est pas connu ici."
        )
        yield ReviewDifference("", None, effect=RuleDifference.CANNOT_TELL, reason=reason)
        return
    for after in sorted({*months} - {*rule.values()}):
        day = add_months(ended_on, after)
        reason = f"{after}\u00a0mois après la fin du parcours, le {ended_on:%d/%m/%Y}."
        yield ReviewDifference(f"M{after}", day, effect=RuleDifference.MORE, reason=reason)
    for after, (code, day) in zip(rule.values(), schedule(ended_on, rule, completions).items(), strict=True):
        if after not in months:
            reason = f"aucun bilan à {after}\u00a0mois dans cette règle."
            yield ReviewDifference(code, day, effect=RuleDifference.LESS, reason=reason)


def find_parcours_end(
    planned: Mapping[str, date], opened_on: date, completions: int, rule: Mapping[str, int]
) -> date | None:
    """The one day from which the rule leads to the planned dates; null when there is none, or several."""
    days = (opened_on - timedelta(days=n) for n in range(MAX_DELAY_DAYS + 1))
    matching = [day for day in days if schedule(day, rule, completions) == planned]
    return matching[0] if len(matching) == 1 else None
