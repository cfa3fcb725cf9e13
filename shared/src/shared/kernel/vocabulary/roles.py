"""Roles, their French names, and rights: a role over units or one case, for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID


class Role(StrEnum):
    """The codes of roles, as tokens and events carry them."""

    ADVISER = "adviser"
    MANAGER = "manager"
    REGIONAL = "regional"
    LEADER = "leader"
    PROVIDER = "provider"
    COMMITTEE = "committee"
    RESOURCE_CENTRE = "resource_centre"
    PILOT = "pilot"
    AUDITOR = "auditor"
    DPO = "dpo"
    OPS = "ops"
    SERVICE = "service"


ROLE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        Role.ADVISER: "chargé·e d’accompagnement",
        Role.MANAGER: "responsable de la structure porteuse",
        Role.REGIONAL: "DLA régional",
        Role.LEADER: "dirigeant·e de la structure",
        Role.PROVIDER: "prestataire",
        Role.COMMITTEE: "comité d’appui",
        Role.RESOURCE_CENTRE: "centre de ressources",
        Role.PILOT: "pilote",
        Role.AUDITOR: "auditeur·rice",
        Role.DPO: "délégué·e à la protection des données",
        Role.OPS: "exploitation",
        Role.SERVICE: "automatique",
    }
)


@dataclass(frozen=True, slots=True)
class Right:
    """A role that a person has over units, or over one case, for a while.

    `unit`: the unit that the person works for; `units`: the further units that the right covers; `case`: the only
    case that a leader or a provider sees. `since` and `until`: its first and last days. `person`: the identity that the
    bearer of a personal link acts under. `territories`: the names by which `units` were granted; only the register of
    rights knows them."""

    id: UUID
    role: Role
    unit: str | None = None
    units: tuple[str, ...] = ()
    case: UUID | None = None
    since: date | None = None
    until: date | None = None
    person: UUID | None = None
    territories: tuple[str, ...] = ()

    def holds(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)
