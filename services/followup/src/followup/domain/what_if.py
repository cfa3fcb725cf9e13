"""With reviews due after other numbers of months, which dates would a follow-up have, and no longer have?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from followup.domain.reviews import schedule
from shared.kernel import RuleDifference, add_months

AT_MOST = 31
"""Days between a parcours' end and its hearing here, within which that end is looked for."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`review`: its code; `due_on`: the day that would be added, or would not be; `reason`: in French."""

    review: str
    due_on: date | None
    would: RuleDifference
    reason: str


def differences(
    planned: Mapping[str, date], heard_on: date, completions: int, rule: Mapping[str, int], months: Collection[int]
) -> Iterator[Difference]:
    """`planned` at the parcours' end by the `rule` of the deployment (months by code), heard of here on a day."""
    ended_on = parcours_end(planned, heard_on, completions, rule)
    if ended_on is None:
        unknown = (
            "la règle d’alors n’est pas celle d’aujourd’hui, et le jour où le parcours a pris fin n’est pas connu ici."
        )
        yield Difference("", None, would=RuleDifference.CANNOT_TELL, reason=unknown)
        return
    for after in sorted({*months} - {*rule.values()}):
        day = add_months(ended_on, after)
        reason = f"{after}\u00a0mois après la fin du parcours, le {ended_on:%d/%m/%Y}."
        yield Difference(f"M{after}", day, would=RuleDifference.MORE, reason=reason)
    for after, (code, day) in zip(rule.values(), schedule(ended_on, rule, completions).items(), strict=True):
        if after not in months:
            yield Difference(
                code, day, would=RuleDifference.LESS, reason=f"aucun bilan à {after}\u00a0mois dans cette règle."
            )


def parcours_end(planned: Mapping[str, date], heard_on: date, completions: int, rule: Mapping[str, int]) -> date | None:
    """The one day from which the rule leads to what was planned; null when there is none, or several."""
    days = (heard_on - timedelta(days=n) for n in range(AT_MOST + 1))
    fitting = [day for day in days if schedule(day, rule, completions) == planned]
    return fitting[0] if len(fitting) == 1 else None
