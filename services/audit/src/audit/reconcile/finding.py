"""What may differ between what the ledger holds and what a service holds, and how is that said to people?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class FindingKind(StrEnum):
    """The first are about a service's log, `*_here` about audit's own."""

    ALTERED = "altered"
    RETOLD = "told-otherwise"
    DELETED = "deleted"
    INSERTED = "inserted"
    COPIED = "copied"
    MOVED = "moved"
    UNREADABLE = "unreadable"
    LOG_CHANGED = "log-changed"
    RESTORED = "restored"
    LOST = "lost-by-restore"
    ALTERED_HERE = "altered-here"
    DELETED_HERE = "deleted-here"
    UNREADABLE_HERE = "unreadable-here"
    WITHOUT_LEAF = "without-leaf"
    TILE_HERE = "tile-altered-here"
    LEAVES_GONE = "leaves-gone-here"
    CHECKPOINT_HERE = "checkpoint-contradicted-here"
    CHECKPOINT_UNSIGNED = "checkpoint-unsigned-here"
    CHECKPOINT_BEYOND = "checkpoint-beyond-here"
    SUCCESSION_HERE = "succession-contradicted-here"


@dataclass(frozen=True, slots=True)
class Finding:
    """`position` is where the ledger has the event, or where the service holds what the ledger does not know; `place`:
    where the service holds it now. `differs`: what the ledger says and what the service says, or audit of its own
    log; by the header's field, or `label`, `contract`, `body`."""

    kind: FindingKind
    service: str
    position: int
    event: UUID | None = None
    case: UUID | None = None
    name: str | None = None
    place: int | None = None
    differs: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, {})}

    def __str__(self) -> str:
        where = f"{self.service}, position {self.position}\u00a0: {SENTENCES[self.kind].format(place=self.place)}"
        if self.event or self.name:
            where += f" — {self.name or 'événement'}" + (f" {self.event}" if self.event else "")
        if self.case is not None:
            where += f", dossier {self.case}"
        holder = "chez audit" if self.kind is FindingKind.ALTERED_HERE else "au service"
        for name, (ours, theirs) in self.differs.items():
            part, _, of_body = name.partition(".")
            said = FIELDS.get(part, part) + (f", {of_body}" if of_body else "")
            where += f"\n    {said}\u00a0: «\u202f{ours}\u202f» au registre, «\u202f{theirs}\u202f» {holder}"
        return where


SENTENCES = {
    FindingKind.ALTERED: "événement modifié au service",
    FindingKind.RETOLD: "le service ne dit plus de l’événement ce qu’il en avait annoncé à tous",
    FindingKind.DELETED: "événement supprimé du service",
    FindingKind.INSERTED: "événement inconnu du registre, ajouté au service",
    FindingKind.COPIED: "événement présent une seconde fois au service, à la position {place}",
    FindingKind.MOVED: "événement déplacé au service, à la position {place}",
    FindingKind.UNREADABLE: "ce que le service détient là est illisible",
    FindingKind.LOG_CHANGED: "le journal du service a changé d’identité, sans restauration déclarée",
    FindingKind.RESTORED: (
        "le service déclare avoir été restauré d’une sauvegarde jusque-là, sous une nouvelle identité"
    ),
    FindingKind.LOST: "événement perdu par la restauration du service",
    FindingKind.ALTERED_HERE: "ce qu’audit conserve de l’événement n’est plus ce à quoi le registre s’est engagé",
    FindingKind.DELETED_HERE: "événement supprimé du journal d’audit, auquel le registre s’est pourtant engagé",
    FindingKind.UNREADABLE_HERE: "événement illisible dans le journal d’audit",
    FindingKind.WITHOUT_LEAF: "événement du journal d’audit auquel le registre ne s’est pas engagé à sa place",
    FindingKind.TILE_HERE: "tuile du registre qui ne correspond pas à ses lignes",
    FindingKind.LEAVES_GONE: "des lignes du registre manquent à partir d’ici",
    FindingKind.CHECKPOINT_HERE: "les lignes du registre ne sont pas celles de ce point de contrôle signé",
    FindingKind.CHECKPOINT_UNSIGNED: "point de contrôle dont la signature ne vaut pas",
    FindingKind.SUCCESSION_HERE: "les clés qui ont signé ne se succèdent pas comme le registre le dit",
    FindingKind.CHECKPOINT_BEYOND: "point de contrôle signé pour plus de lignes que le registre n’en a",
}
FIELDS = {
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
