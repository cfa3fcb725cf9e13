"""Targets of orientations: a list from public material, to be completed by each territory."""

from __future__ import annotations

from dataclasses import dataclass

from intake.domain.reference.sources import Source
from shared.kernel import LabelledEnum


class TargetKind(LabelledEnum):
    FUNDING = "funding", "financement"
    NETWORK = "network", "réseau"
    PUBLIC = "public", "acteur public"
    CRISIS = "crisis", "dispositif de crise"
    COURT = "court", "tribunal"
    SKILLS = "skills", "compétences"
    INCUBATION = "incubation", "incubation"


class TargetTerritory(LabelledEnum):
    NATIONAL = "national", "à l’échelle nationale"
    REGION = "region", "en région"
    DEPARTMENT = "department", "dans le département"


@dataclass(frozen=True, slots=True)
class Target:
    """`name` in French; `territory`: at which level the actor to call is found."""

    code: str
    name: str
    kind: TargetKind
    territory: TargetTerritory
    source: Source = Source.PUBLIC


TARGETS = (
    Target("france_active", "France Active", kind=TargetKind.FUNDING, territory=TargetTerritory.REGION),
    Target(
        "dasess",
        "DASESS – dispositif d’appui aux structures de l’ESS en difficulté",
        kind=TargetKind.CRISIS,
        territory=TargetTerritory.REGION,
    ),
    Target(
        "cress",
        "CRESS – chambre régionale de l’économie sociale et solidaire",
        kind=TargetKind.NETWORK,
        territory=TargetTerritory.REGION,
    ),
    Target(
        "mouvement_associatif",
        "Le Mouvement associatif",
        kind=TargetKind.NETWORK,
        territory=TargetTerritory.REGION,
    ),
    Target("guid_asso", "Guid’Asso", kind=TargetKind.NETWORK, territory=TargetTerritory.DEPARTMENT),
    Target(
        "piva",
        "PIVA – point d’information à la vie associative",
        kind=TargetKind.NETWORK,
        territory=TargetTerritory.DEPARTMENT,
    ),
    Target(
        "urssaf_ccsf",
        "URSSAF et CCSF – étalement des dettes sociales et fiscales",
        kind=TargetKind.CRISIS,
        territory=TargetTerritory.DEPARTMENT,
    ),
    Target(
        "banque_de_france",
        "Banque de France – médiation du crédit",
        kind=TargetKind.CRISIS,
        territory=TargetTerritory.DEPARTMENT,
    ),
    Target(
        "codefi",
        "CODEFI – comité départemental, entreprises en difficulté",
        kind=TargetKind.CRISIS,
        territory=TargetTerritory.DEPARTMENT,
    ),
    Target(
        "ciri",
        "CIRI – comité interministériel, plus de 400 salarié·es",
        kind=TargetKind.CRISIS,
        territory=TargetTerritory.NATIONAL,
    ),
    Target("commercial_court", "Tribunal de commerce", kind=TargetKind.COURT, territory=TargetTerritory.DEPARTMENT),
    Target("judicial_court", "Tribunal judiciaire", kind=TargetKind.COURT, territory=TargetTerritory.DEPARTMENT),
    Target("opco", "OPCO – opérateur de compétences", kind=TargetKind.SKILLS, territory=TargetTerritory.NATIONAL),
    Target(
        "sector_network",
        "Réseau ou fédération du secteur",
        kind=TargetKind.NETWORK,
        territory=TargetTerritory.NATIONAL,
    ),
    Target("incubator", "Incubateur de l’ESS", kind=TargetKind.INCUBATION, territory=TargetTerritory.REGION),
    Target("bpifrance", "Bpifrance", kind=TargetKind.FUNDING, territory=TargetTerritory.REGION),
)
"""The targets of every deployment. A deployment may add others, or rename these."""
