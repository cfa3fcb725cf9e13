"""The decisions that have a receipt, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReceiptKind:
    """`title`: of the receipt. `sentence`: what was decided, with `{version}` where one was. `document`: the page and
    the name of the document that it was about."""

    title: str
    sentence: str
    document: tuple[str, str] | None = None


RECEIPT_KINDS = {
    "diagnosis-validated": ReceiptKind(
        "Reçu de validation du diagnostic",
        "Le diagnostic partagé, dans sa version {version}, est validé pour la structure.",
        document=("diagnostic", "diagnostic-partage"),
    ),
    "diagnosis-contested": ReceiptKind(
        "Reçu de contestation du diagnostic",
        "Le diagnostic partagé, dans sa version {version}, est contesté par la structure.",
        document=("diagnostic", "diagnostic-partage"),
    ),
    "parcours-validated": ReceiptKind(
        "Reçu de validation du parcours",
        "Le parcours d’accompagnement, dans sa version {version}, est validé pour la structure.",
        document=("parcours", "feuille-de-route"),
    ),
    "parcours-contested": ReceiptKind(
        "Reçu de contestation du parcours",
        "Le parcours d’accompagnement, dans sa version {version}, est contesté par la structure.",
        document=("parcours", "feuille-de-route"),
    ),
    "agreement-countersigned": ReceiptKind(
        "Reçu de signature de la convention", "Une signature est ajoutée à la convention tripartite."
    ),
}
"""By the name of the event. The audit service looks up the same ones in public."""


@dataclass(frozen=True, slots=True)
class ListedReceipt:
    """A decision of the case that has a receipt. `who`: the person's name, where it is known."""

    id: str
    title: str
    recorded_at: str
    who: str | None


def receipts_of(events: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[ListedReceipt]:
    """Those of a timeline, the newest first. What the unit recorded of a paper is no decision on a screen."""
    return [
        ListedReceipt(
            each["id"],
            RECEIPT_KINDS[each["event"]].title,
            recorded_at=each["recorded_at"],
            who=names.get(each["actor"]),
        )
        for each in reversed(list(events))
        if each["event"] in RECEIPT_KINDS and each["role"] in ("leader", "provider")
    ]
