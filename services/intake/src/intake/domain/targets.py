"""To whom can a structure be directed? A list found in public material, to be completed by each territory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from intake.domain.sources import Source


class Kind(StrEnum):
    FUNDING = "funding"
    NETWORK = "network"
    PUBLIC = "public"
    CRISIS = "crisis"
    COURT = "court"
    SKILLS = "skills"
    INCUBATION = "incubation"


class Territory(StrEnum):
    NATIONAL = "national"
    REGION = "region"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Target:
    """`name` in French; `territory`: at which level the actor to call is found."""

    code: str
    name: str
    kind: Kind
    territory: Territory
    source: Source = Source.PUBLIC


TARGETS = (
    Target("france_active", "France Active", Kind.FUNDING, Territory.REGION),
    Target(
        "dasess", "DASESS – dispositif d’appui aux structures de l’ESS en difficulté", Kind.CRISIS, Territory.REGION
    ),
    Target("cress", "CRESS – chambre régionale de l’économie sociale et solidaire", Kind.NETWORK, Territory.REGION),
    Target("mouvement_associatif", "Le Mouvement associatif", Kind.NETWORK, Territory.REGION),
    Target("guid_asso", "Guid’Asso", Kind.NETWORK, Territory.DEPARTMENT),
    Target("piva", "PIVA – point d’information à la vie associative", Kind.NETWORK, Territory.DEPARTMENT),
    Target(
        "urssaf_ccsf", "URSSAF et CCSF – étalement des dettes sociales et fiscales", Kind.CRISIS, Territory.DEPARTMENT
    ),
    Target("banque_de_france", "Banque de France – médiation du crédit", Kind.CRISIS, Territory.DEPARTMENT),
    Target("codefi", "CODEFI – comité départemental, entreprises en difficulté", Kind.CRISIS, Territory.DEPARTMENT),
    Target("ciri", "CIRI – comité interministériel, plus de 400 salarié·es", Kind.CRISIS, Territory.NATIONAL),
    Target("commercial_court", "Tribunal de commerce", Kind.COURT, Territory.DEPARTMENT),
    Target("judicial_court", "Tribunal judiciaire", Kind.COURT, Territory.DEPARTMENT),
    Target("opco", "OPCO – opérateur de compétences", Kind.SKILLS, Territory.NATIONAL),
    Target("sector_network", "Réseau ou fédération du secteur", Kind.NETWORK, Territory.NATIONAL),
    Target("incubator", "Incubateur de l’ESS", Kind.INCUBATION, Territory.REGION),
    Target("bpifrance", "Bpifrance", Kind.FUNDING, Territory.REGION),
)
"""Those that every deployment knows; it may add its own, or call these by other names."""
