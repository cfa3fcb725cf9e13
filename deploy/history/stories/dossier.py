"""A dossier: what its stories share, and the structure that it is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from deploy.history import shares, texts
from deploy.history.people import Staff
from deploy.history.plan import UnitPlan
from deploy.history.timeline import Secrets, Timeline
from intake.domain.structure import Contact, LegalForm, Structure
from intake.main import deployment
from shared.kernel import Actor, Decider

COMMUNES_OF_UNIT = 40
"""Of a department, for its dossiers."""


@dataclass(slots=True)
class KnownStructure:
    """`cases`: its earlier ones in this unit; `busy`: one of them is open."""

    structure: Structure
    leader: str
    id: UUID | None = None
    cases: list[UUID] = field(default_factory=list)
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """One unit at work: what every story needs."""

    unit: UnitPlan
    timeline: Timeline
    staff: Staff
    secrets: Secrets
    communes: tuple[tuple[str, str], ...]
    structures: list[KnownStructure] = field(default_factory=list)
    dossiers: dict[UUID, Dossier] = field(default_factory=dict)

    @staticmethod
    def of(unit: UnitPlan, timeline: Timeline, staff: Staff, secrets: Secrets) -> Office:
        listed = deployment.reference.communes.by_code.values()
        own = sorted(
            (each.code, each.name) for each in listed if each.department == unit.department and not each.parent
        )
        chosen = unit.rng("communes").sample(own, min(COMMUNES_OF_UNIT, len(own)))
        return Office(unit, timeline, staff=staff, secrets=secrets, communes=tuple(chosen))


@dataclass(slots=True)
class Dossier:
    """One case. `rng`: its own, so that another dossier changes nothing in this one."""

    office: Office
    case: UUID
    rng: Random
    known: KnownStructure
    first_adviser: Actor
    leader: Actor

    @property
    def timeline(self) -> Timeline:
        return self.office.timeline

    @property
    def adviser(self) -> Actor:
        """Who is in charge now: the first one, or who has the post since."""
        return self.office.staff.replaced_at(self.first_adviser, self.timeline.now)

    @property
    def manager(self) -> Actor:
        return self.office.staff.manager.actor

    def do(self, service: str, decider: Decider[Any], command: Any, by: Actor | None = None) -> Any:
        """A command on the case itself; by the adviser unless somebody else is named. Gives the new state."""
        return self.timeline.handle(service, decider, self.case, command, by or self.adviser).state

    def handle_elsewhere(self, service: str, decider: Decider[Any], stream: UUID, command: Any) -> Any:
        """The same on an aggregate of the case that has an id of its own."""
        return self.timeline.handle(service, decider, stream, command, self.adviser, case=self.case).state

    def later(self, first: float, last: float) -> datetime:
        return self.timeline.in_days(first, last)

    def happens(self, share: float) -> bool:
        return self.rng.random() < share

    def text(self, kind: str) -> str:
        return texts.sentences(self.rng, kind)


def new_structure(office: Office, rng: Random) -> KnownStructure:
    naf, _ = shares.draw(rng, shares.ACTIVITIES)
    form, headcount = shares.draw(rng, shares.LEGAL_FORMS), shares.draw_headcount(rng)
    code, _ = rng.choice(office.communes)
    association = form is LegalForm.ASSOCIATION
    has_siret = bool(headcount) or not association
    structure = Structure(
        texts.structure_name(rng),
        form,
        department=office.unit.department,
        siret=texts.siret(rng) if has_siret else None,
        rna=texts.rna(rng, office.unit.department) if association else None,
        headcount=headcount,
        fte=round(headcount * rng.uniform(0.6, 0.95), 1),
        commune_code=code,
        naf=naf,
    )
    return KnownStructure(structure, texts.person(rng))


def contact_of(known: KnownStructure, rng: Random) -> Contact:
    given, _, family = known.leader.partition(" ")
    address = f"{given}.{family}@example.org".lower().replace(" ", "")
    return Contact(known.leader, texts.one(rng, "functions"), email=address, phone=texts.phone(rng))
