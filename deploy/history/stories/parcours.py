"""Élaboration et coordination: axes, actions, validation, each action carried out, and the closing debrief."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from deploy.history import shares, texts
from deploy.history.stories import followup
from deploy.history.stories.consulting import procure, work
from deploy.history.stories.dossier import Dossier
from deploy.history.timeline import Story
from parcours.domain import coordination, ending
from parcours.domain import parcours as domain
from parcours.domain.building import edits, validation
from parcours.domain.state import ActionKind, Parcours, ParcoursStatus
from shared.kernel import Actor, add_months, paris_date

SERVICE = "parcours"
CONTESTS, ABANDONS, DROPPED = 0.05, 0.06, 0.05
"""Shares of the parcours, and of the actions. (D)."""
MONTHS = (5, 15)
"""From the sharing to the end of the period. (S): the whole support lasts from two months to two years."""
WITHOUT_PROVIDER = (
    ActionKind.OWN_ACTION,
    ActionKind.OWN_ACTION,
    ActionKind.LOCAL_SUPPORT,
    ActionKind.ADVISER_EXPERTISE,
)


def parcours(dossier: Dossier) -> Story:
    """From the plan to the end of the parcours, and its follow-up."""
    yield dossier.later(5, 25)
    ranking = state_of(dossier).plan.axes
    do(dossier, edits.RankAxes(ranking))
    ends_on = _last_day(dossier)
    for command in _planned_actions(dossier, ranking, ends_on):
        do(dossier, command)
    yield dossier.later(2, 15)
    yield from _validate(dossier, ends_on)
    abandoned = dossier.happens(ABANDONS)
    dossier.timeline.start(dossier.later(25, 55), lambda: _coordinate(dossier, abandoned=abandoned))


def do(dossier: Dossier, command: object, by: Actor | None = None) -> None:
    dossier.do(SERVICE, domain.decider, command, by)


def state_of(dossier: Dossier) -> Parcours:
    return dossier.timeline.state(SERVICE, domain.decider, dossier.case)


def _last_day(dossier: Dossier) -> date:
    today, admitted_on = dossier.timeline.today, paris_date(state_of(dossier).plan.admitted_at)
    return min(add_months(today, dossier.rng.randint(*MONTHS)), add_months(admitted_on, 23))


def _planned_actions(dossier: Dossier, ranking: tuple[str, ...], ends_on: date) -> list[edits.AddAction]:
    """One or two for each axis; where a provider is called in, the first axis has a consultancy too."""
    rng, starts_on = dossier.rng, dossier.timeline.today + timedelta(days=40)
    kinds = [(axis, rng.choice(WITHOUT_PROVIDER)) for axis in ranking for _ in range(rng.choice((1, 1, 1, 2)))]
    planned: list[tuple[str, ActionKind, int | None]] = [(axis, kind, None) for axis, kind in kinds]
    if dossier.happens(shares.CONSULTING):
        planned.insert(0, (ranking[0], ActionKind.CONSULTING, rng.randint(*shares.CONSULTING_DAYS)))
    return [
        edits.AddAction(
            kind,
            axis,
            title=texts.one(rng, "actions"),
            who=texts.person(rng) if kind is not ActionKind.LOCAL_SUPPORT else texts.one(rng, "networks"),
            starts_on=starts_on,
            ends_on=ends_on,
            planned_days=days,
        )
        for axis, kind, days in planned
    ]


def _validate(dossier: Dossier, ends_on: date) -> Story:
    share = validation.ShareParcours(dossier.timeline.today, ends_on)
    do(dossier, share)
    yield dossier.later(4, 21)
    if dossier.happens(CONTESTS):
        contested = validation.ContestParcours(state_of(dossier).content_version, "Le calendrier est trop court.")
        do(dossier, contested, dossier.leader)
        yield dossier.later(3, 10)
        do(dossier, share)
        yield dossier.later(3, 10)
    shared = state_of(dossier).shared
    assert shared is not None
    do(dossier, validation.ValidateParcours(shared.version, shared.content_hash), dossier.leader)


def _coordinate(dossier: Dossier, *, abandoned: bool) -> Story:
    """Every action in turn; a parcours that is abandoned stops after the first one."""
    for nth, (key, action) in enumerate(state_of(dossier).actions.items()):
        if abandoned and nth:
            yield dossier.later(20, 90)
            do(dossier, ending.AbandonParcours("La structure renonce, faute de temps."))
            dossier.known.busy = False
            return
        if action.planned.kind is ActionKind.CONSULTING:
            yield from procure(dossier, key)
        yield from _carry_out(dossier, key)
    yield max(dossier.later(5, 30), dossier.timeline.on_day(_earliest_end(dossier)))
    do(dossier, ending.CompleteParcours(dossier.text("outcomes"), dossier.timeline.today))
    dossier.known.busy = False
    yield from followup.follow_up(dossier)


def _carry_out(dossier: Dossier, key: UUID) -> Story:
    action = state_of(dossier).actions[key]
    if action.planned.kind is not ActionKind.CONSULTING and dossier.happens(DROPPED) and _others(dossier, key):
        do(dossier, coordination.CarryOverAction(key, "La structure la poursuivra par elle-même."))
        return
    do(dossier, coordination.StartAction(key))
    if action.planned.kind is ActionKind.LOCAL_SUPPORT or dossier.happens(0.3):
        whom = texts.person(dossier.rng)
        do(dossier, coordination.RecordIntroduction(key, whom, held_on=dossier.timeline.today))
    yield dossier.later(10, 45)
    if action.planned.kind is ActionKind.CONSULTING:
        yield from work(dossier, key)
    do(dossier, coordination.FinishAction(key, dossier.text("outcomes")))
    yield dossier.later(2, 12)


def _others(dossier: Dossier, key: UUID) -> bool:
    """Whether the parcours has another action without a provider: it is never limited to consulting."""
    actions = state_of(dossier).actions.items()
    return any(other != key and each.planned.kind is not ActionKind.CONSULTING for other, each in actions)


def _earliest_end(dossier: Dossier) -> date:
    state = state_of(dossier)
    assert state.status is ParcoursStatus.UNDER_WAY
    return add_months(paris_date(state.plan.admitted_at), 2)
