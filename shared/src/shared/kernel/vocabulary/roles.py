"""Roles, their French names, and rights: a role over units or one case, for a while."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from uuid import UUID

from shared.kernel.frozen import frozen
from shared.kernel.labels import LabelledEnum


class Role(LabelledEnum):
    """The codes of roles, as tokens and events carry them."""

    ADVISER = "adviser", "chargé·e d’accompagnement"
    MANAGER = "manager", "responsable de la structure porteuse"
    REGIONAL = "regional", "DLA régional"
    LEADER = "leader", "dirigeant·e de la structure"
    PROVIDER = "provider", "prestataire"
    RECIPIENT = "recipient", "destinataire d’une orientation"
    COMMITTEE = "committee", "comité d’appui"
    RESOURCE_CENTRE = "resource_centre", "centre de ressources"
    PILOT = "pilot", "pilote"
    PARTNER = "partner", "partenaire"
    AUDITOR = "auditor", "auditeur·rice"
    DPO = "dpo", "délégué·e à la protection des données"
    OPS = "ops", "exploitation"
    SERVICE = "service", "automatique"


ROLE_LABELS: Mapping[str, str] = MappingProxyType({role: role.label for role in Role})
"""By code."""


@frozen
class Right:
    """A role that a person has over units, or over one case, for a while.

    `unit`: the unit that the person works for; `units`: the further units that the right covers; `case`: the only
    case that a leader or a provider sees, or in which a recipient answers. `since` and `until`: its first and last
    days. `person`: the identity that the bearer of a personal link acts under. `territories`: the names by which
    `units` were granted; only the register of rights knows them."""

    id: UUID
    role: Role
    unit: str | None = None
    units: tuple[str, ...] = ()
    case: UUID | None = None
    since: date | None = None
    until: date | None = None
    person: UUID | None = None
    territories: tuple[str, ...] = ()

    @property
    def is_of_a_link(self) -> bool:
        """Whether it belongs to a personal link, whose bearer acts under `person`."""
        return self.person is not None

    def holds(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)
