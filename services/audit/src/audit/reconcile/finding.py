"""Findings: the kinds of difference between the ledger and a service, or within audit, and their French sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class FindingKind(StrEnum):
    """The first eleven are about a service's log, the others about audit's own database."""

    ALTERED = "altered"
    BODY_CHANGED = "body-changed"
    DELETED = "deleted"
    INSERTED = "inserted"
    COPIED = "copied"
    MOVED = "moved"
    UNREADABLE = "unreadable"
    LOG_CHANGED = "log-changed"
    RESTORED = "restored"
    LOST = "lost-by-restore"
    FOREIGN = "speaks-for-another"
    ALTERED_IN_AUDIT = "altered-in-audit"
    DELETED_IN_AUDIT = "deleted-in-audit"
    UNREADABLE_IN_AUDIT = "unreadable-in-audit"
    WITHOUT_LEAF = "without-leaf"
    TILE_ALTERED = "tile-altered"
    LEAVES_MISSING = "leaves-missing"
    CHECKPOINT_CONTRADICTED = "checkpoint-contradicted"
    CHECKPOINT_UNSIGNED = "checkpoint-unsigned"
    CHECKPOINT_BEYOND = "checkpoint-beyond-ledger"
    SUCCESSION_CONTRADICTED = "succession-contradicted"


@dataclass(frozen=True, slots=True)
class Finding:
    """`position`: where the ledger has the event, or where the service holds what the ledger does not know;
    `found_at`: where the service holds it now. `differences`: what the ledger says, and what the service says or, for
    audit's own log, audit; by the header's field, or `label`, `contract`, `body`."""

    kind: FindingKind
    service: str
    position: int
    event: UUID | None = None
    case: UUID | None = None
    name: str | None = None
    found_at: int | None = None
    differences: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, {})}

    def __str__(self) -> str:
        sentence = SENTENCES[self.kind].format(found_at=self.found_at)
        text = f"{self.service}, position {self.position}\u00a0: {sentence}"
        if self.event or self.name:
            text += f" — {self.name or 'événement'}" + (f" {self.event}" if self.event else "")
        if self.case is not None:
            text += f", dossier {self.case}"
        holder = "chez audit" if self.kind is FindingKind.ALTERED_IN_AUDIT else "au service"
        for name, (in_ledger, found) in self.differences.items():
            part, _, body_field = name.partition(".")
            label = FIELD_LABELS.get(part, part) + (f", {body_field}" if body_field else "")
            text += f"\n    {label}\u00a0: «\u202f{in_ledger}\u202f» au registre, «\u202f{found}\u202f» {holder}"
        return text


SENTENCES = {
    FindingKind.ALTERED: "événement modifié au service",
    FindingKind.BODY_CHANGED: "le service n’annonce plus de l’événement ce qu’il en avait annoncé à tous",
    FindingKind.DELETED: "événement supprimé du service",
    FindingKind.INSERTED: "événement inconnu du registre, ajouté au service",
    FindingKind.COPIED: "événement présent une seconde fois au service, à la position {found_at}",
    FindingKind.MOVED: "événement déplacé au service, à la position {found_at}",
    FindingKind.UNREADABLE: "ce que le service détient là est illisible",
    FindingKind.LOG_CHANGED: "le journal du service a changé d’identité, sans restauration déclarée",
    FindingKind.RESTORED: (
        "le service déclare avoir été restauré d’une sauvegarde jusque-là, sous une nouvelle identité"
    ),
    FindingKind.LOST: "événement perdu par la restauration du service",
    FindingKind.FOREIGN: (
        "le service parle au nom d’un autre\u00a0: la page est refusée en entier, et la suite de son journal n’est pas"
        " comparée"
    ),
    FindingKind.ALTERED_IN_AUDIT: "ce qu’audit conserve de l’événement n’est plus ce à quoi le registre s’est engagé",
    FindingKind.DELETED_IN_AUDIT: "événement supprimé du journal d’audit, auquel le registre s’est pourtant engagé",
    FindingKind.UNREADABLE_IN_AUDIT: "événement illisible dans le journal d’audit",
    FindingKind.WITHOUT_LEAF: "événement du journal d’audit auquel le registre ne s’est pas engagé à sa place",
    FindingKind.TILE_ALTERED: "tuile du registre qui ne correspond pas à ses lignes",
    FindingKind.LEAVES_MISSING: "des lignes du registre manquent à partir d’ici",
    FindingKind.CHECKPOINT_CONTRADICTED: "les lignes du registre ne sont pas celles de ce point de contrôle signé",
    FindingKind.CHECKPOINT_UNSIGNED: "point de contrôle dont la signature ne vaut pas",
    FindingKind.SUCCESSION_CONTRADICTED: "les clés qui ont signé ne se succèdent pas comme le registre le dit",
    FindingKind.CHECKPOINT_BEYOND: "point de contrôle signé pour plus de lignes que le registre n’en a",
}
FIELD_LABELS = {
    "actor": "auteur",
    "body": "annonce",
    "case": "dossier",
    "causation": "cause",
    "contract": "contrat public",
    "correlation": "corrélation",
    "effective_at": "date de l’événement",
    "event": "nom de l’événement",
    "event_version": "version de l’événement",
    "id": "identifiant de l’événement",
    "label": "intitulé",
    "log_id": "identité du journal",
    "number": "numéro dans la partition",
    "partition": "partition",
    "payload_hash": "empreinte du contenu",
    "position": "position",
    "recorded_at": "date d’enregistrement",
    "role": "rôle",
    "rules": "version des règles",
    "stream": "agrégat",
    "unit": "unité porteuse",
    "version": "version de l’agrégat",
}
