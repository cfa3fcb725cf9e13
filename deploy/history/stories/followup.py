"""Suivi: reviews at once, after six and eighteen months, new needs, and the conclusion."""

from __future__ import annotations

from datetime import timedelta

from deploy.history import shares, texts
from deploy.history.stories.dossier import Dossier
from deploy.history.timeline import Story
from followup.domain import closure, needs, parcours_update
from followup.domain import follow_up as domain
from followup.domain.reviews import reporting
from followup.domain.reviews.comparison import Measure
from shared.kernel import Axis

SERVICE = "followup"
UNREACHABLE, CLOSED_DOWN, ANSWERS = 0.10, 0.02, 0.7
"""Shares of the reviews. (D)."""
NEED, UPDATE = 0.04, 0.03
"""Shares of the reviews that find a new need, or have an update of the parcours looked at. (D)."""


def follow_up(dossier: Dossier) -> Story:
    for code in dossier.timeline.state(SERVICE, domain.decider, dossier.case).reviews:
        due_on = dossier.timeline.state(SERVICE, domain.decider, dossier.case).reviews[code].due_on
        lateness = timedelta(days=dossier.rng.choice((-12, -5, 3, 10, 25, 75)))
        yield dossier.timeline.on_day(max(due_on + lateness, dossier.timeline.today))
        if dossier.happens(CLOSED_DOWN):
            _do(dossier, closure.RecordClosedDown(dossier.timeline.today, "L’activité a cessé."))
            return
        if dossier.happens(UNREACHABLE):
            _do(dossier, reporting.RecordUnreachable(code, dossier.rng.randint(2, 5)))
            continue
        _do(dossier, _review(dossier, code))
        if dossier.happens(NEED):
            theme = shares.draw(dossier.rng, dict.fromkeys(Axis, 1))
            _do(
                dossier,
                needs.FindNeed(theme, texts.one(dossier.rng, "follow_ups"), distinction=_distinction(dossier, theme)),
            )
        if dossier.happens(UPDATE):
            yield from _look_at_update(dossier, code)
    yield dossier.later(1, 30)
    _do(dossier, closure.CloseFollowUp(dossier.text("reviews")))


def _review(dossier: Dossier, code: str) -> reporting.RecordReview:
    rng = dossier.rng
    baseline = dossier.timeline.state(SERVICE, domain.decider, dossier.case).baseline
    growth = 1 + rng.gauss(shares.JOB_GROWTH, 0.15)
    measures = {each: Measure(_grown(each, baseline[each], growth)) for each in baseline if dossier.happens(0.8)}
    content = rng.choice((4, 5)) if dossier.happens(shares.SATISFIED) else rng.choice((1, 2, 3))
    return reporting.RecordReview(
        code,
        dossier.timeline.today,
        appropriation=rng.choice((2, 3, 4, 4, 5)),
        summary=dossier.text("reviews"),
        indicators=measures,
        satisfaction=content if dossier.happens(ANSWERS) else None,
    )


def _grown(code: str, value: float, growth: float) -> float:
    grown = value * growth
    return round(grown, 1) if code in ("fte", "own_income_share") else float(round(grown))


def _distinction(dossier: Dossier, theme: Axis) -> str | None:
    """Needed where another need on the same theme was found before."""
    found = dossier.timeline.state(SERVICE, domain.decider, dossier.case).needs
    return "Il porte sur une autre activité." if any(each.theme is theme for each in found) else None


def _look_at_update(dossier: Dossier, code: str) -> Story:
    """An update is requested, which reopens the parcours, and is withdrawn once it was looked at."""
    _do(dossier, parcours_update.RequestParcoursUpdate(code, "Un outil n’est pas repris."))
    yield dossier.later(5, 30)
    _do(dossier, parcours_update.WithdrawParcoursUpdate("L’équipe l’a repris entre-temps."))


def _do(dossier: Dossier, command: object) -> None:
    dossier.do(SERVICE, domain.decider, command)
