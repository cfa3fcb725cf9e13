"""The people of a unit: who works there and since when, and the rights that the register gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from deploy.history import texts
from deploy.history.plan import UnitPlan
from deploy.history.timeline import Secrets, Story, Timeline
from embedded.identity.issuer import ISSUER
from intake.cli import OPERATOR
from intake.domain.register.rights import GrantRight, RevokeRight
from intake.main import deployment
from shared.kernel import Actor, Role
from shared.web.identity import pseudonym

ADVISERS_EVERY = 260
"""Dossiers of a unit per adviser's post, since its beginning. (D)."""
POST_YEARS = (3.0, 9.0)
"""How long an adviser stays. (D)."""


@dataclass(frozen=True, slots=True)
class Employee:
    """`subject`: what the development issuer puts into a token for them."""

    subject: str
    name: str
    actor: Actor
    since: datetime
    until: datetime


class Staff:
    """Of one unit: a manager, and advisers who follow each other in each post."""

    def __init__(self, unit: UnitPlan, secrets: Secrets, opened: datetime) -> None:
        self._rng, self._unit, self._secrets = unit.rng("staff"), unit, secrets
        end = unit.plan.until
        self.manager = self._employee("manager", Role.MANAGER, opened, end)
        self.advisers = [*self._posts(opened, end)]

    def _posts(self, opened: datetime, end: datetime) -> Iterator[Employee]:
        for post in range(1 + self._unit.cases // ADVISERS_EVERY):
            since, nth = opened, 0
            while since < end:
                nth += 1
                until = since + timedelta(days=365 * self._rng.uniform(*POST_YEARS))
                yield self._employee(f"adviser-{post + 1}-{nth}", Role.ADVISER, since, until)
                since = until

    def _employee(self, post: str, role: Role, since: datetime, until: datetime) -> Employee:
        subject = f"{self._unit.unit}-{post}"
        identity = pseudonym(self._secrets.identity, ISSUER, subject)
        actor = Actor(identity, role, unit=self._unit.unit)
        return Employee(subject, texts.person(self._rng), actor=actor, since=since, until=until)

    def adviser_at(self, rng: Random, now: datetime) -> Actor:
        """One of those who work there then."""
        return rng.choice([each.actor for each in self.advisers if each.since <= now < each.until])

    def replaced_at(self, adviser: Actor, now: datetime) -> Actor:
        """The adviser, or who has the post since they left."""
        former = next(each for each in self.advisers if each.actor == adviser)
        if now < former.until:
            return adviser
        post = former.subject.rsplit("-", 1)[0]
        same_post = (each for each in self.advisers if each.subject.rsplit("-", 1)[0] == post)
        return next(each.actor for each in same_post if each.since <= now < each.until)

    def stories(self, timeline: Timeline) -> None:
        """Each gets their right when they come, and loses it when they leave."""
        timeline.start(self.manager.since, lambda: self._career(timeline, self.manager, OPERATOR))
        for each in self.advisers:
            timeline.start(each.since, lambda each=each: self._career(timeline, each, self.manager.actor))  # type: ignore[misc]

    def _career(self, timeline: Timeline, employee: Employee, giver: Actor) -> Story:
        identity, role = UUID(employee.actor.id), employee.actor.role
        grant = GrantRight(identity, role, reason="Prise de poste.", unit=self._unit.unit, name=employee.name)
        timeline.handle("intake", deployment.register, identity, grant, giver)
        yield employee.until
        right = timeline.state("intake", deployment.register, identity).active[0]
        revoke = RevokeRight(right.id, "Départ de la personne.")
        timeline.handle("intake", deployment.register, identity, revoke, giver)


def leader_of(secrets: Secrets, case: UUID) -> Actor:
    """Who answers for the structure in one case: its own account, which the register opens to that case alone."""
    return Actor(pseudonym(secrets.identity, ISSUER, f"leader-{case}"), Role.LEADER)
