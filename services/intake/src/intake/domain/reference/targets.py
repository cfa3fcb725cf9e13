"""To whom can a structure be directed? A list found in public material, to be completed by each territory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from intake.domain.reference.sources import Source


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
    Target("france_active", "France Active", kind=Kind.FUNDING, territory=Territory.REGION),
    Target(
        "dasess",
        "DASESS – dispositif d’appui aux structures de l’ESS en difficulté",
        kind=Kind.CRISIS,
        territory=Territory.REGION,
    ),
    Target(
        "cress",
        "CRESS – chambre régionale de l’économie sociale et solidaire",
        kind=Kind.NETWORK,
        territory=Territory.REGION,
    ),
    Target("mouvement_associatif", "Le Mouvement associatif", kind=Kind.NETWORK, territory=Territory.REGION),
    Target("guid_asso", "Guid’Asso", kind=Kind.NETWORK, territory=Territory.DEPARTMENT),
    Target(
        "piva", "PIVA – point d’information à la vie associative", kind=Kind.NETWORK, territory=Territory.DEPARTMENT
    ),
    Target(
        "urssaf_ccsf",
        "URSSAF et CCSF – étalement des dettes sociales et fiscales",
        kind=Kind.CRISIS,
        territory=Territory.DEPARTMENT,
    ),
    Target(
        "banque_de_france", "Banque de France – médiation du crédit", kind=Kind.CRISIS, territory=Territory.DEPARTMENT
    ),
    Target(
        "codefi",
        "CODEFI – comité départemental, entreprises en difficulté",
        kind=Kind.CRISIS,
        territory=Territory.DEPARTMENT,
    ),
    Target(
        "ciri", "CIRI – comité interministériel, plus de 400 salarié·es", kind=Kind.CRISIS, territory=Territory.NATIONAL
    ),
    Target("commercial_court", "Tribunal de commerce", kind=Kind.COURT, territory=Territory.DEPARTMENT),
    Target("judicial_court", "Tribunal judiciaire", kind=Kind.COURT, territory=Territory.DEPARTMENT),
    Target("opco", "OPCO – opérateur de compétences", kind=Kind.SKILLS, territory=Territory.NATIONAL),
    Target("sector_network", "Réseau ou fédération du secteur", kind=Kind.NETWORK, territory=Territory.NATIONAL),
    Target("incubator", "Incubateur de l’ESS", kind=Kind.INCUBATION, territory=Territory.REGION),
    Target("bpifrance", "Bpifrance", kind=Kind.FUNDING, territory=Territory.REGION),
)
"""Those that every deployment knows; it may add its own, or call these by other names."""
