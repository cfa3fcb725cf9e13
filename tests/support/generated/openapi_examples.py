"""The examples of OpenAPI: for each command, the fullest body that a story of deploy/ plays with success.

python -m tests.support.generated.openapi_examples      writes services/<service>/src/<service>/examples.json anew"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.generated.golden_samples import SERVICES, openapi_of

from embedded.demo.placeholders import Placeholders
from embedded.demo.script import DEMO, TOUR, Story, read_stories

ROOT = Path(__file__).parents[3]
DAY = datetime(2026, 9, 14, 9, tzinfo=UTC)
SOME_ID, SOME_HASH = "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40", "5f0c" * 16
LIKE = {"siret": "73282932000074", "rna": "W442000123", "content_hash": SOME_HASH, "version": 3}


UNTOLD: dict[str, Any] = {
    "/api/v1/identities/rights": {
        "identity": SOME_ID,
        "role": "adviser",
        "reason": "Prise de poste au sein de l’unité.",
        "unit": "dla-44",
        "since": "2026-09-14",
        "name": "Tanguy Abgrall",
    },
    "/api/v1/requests/{id}/confidentiality": {
        "ground": "mandat_ad_hoc",
        "reason": "Le président du tribunal vient de désigner un mandataire ad hoc.",
    },
    "/api/v1/requests/{id}/confidentiality/lifting": {"reason": "Le mandat est achevé, et la structure en parle."},
    "/api/v1/requests/{id}/emergency-access": {
        "reason": "La banque bloque les comptes ce matin, et personne d’autre ne répond.",
    },
    "/api/v1/requests/{id}/emergency-access/acknowledgment": {},
    "/api/v1/requests/{id}/assignment": {"adviser": SOME_ID, "reason": "La personne en charge s’absente trois mois."},
    "/api/v1/identities/{id}/rights/{right}/revocation": {"reason": "Départ de l’unité."},
    "/api/v1/requests/{case}/access-links": {
        "role": "leader",
        "name": "Maëlle Kerdoncuff",
        "reason": "Présidente de l’association, qui validera le diagnostic.",
        "until": "2026-10-10",
    },
    "/api/v1/requests/{case}/access-links/{id}/renewal": {"reason": "Le premier lien arrive à son terme."},
    "/api/v1/parcours/{case}/tenders/{id}/providers/{provider}/access": {"account": SOME_ID},
    "/api/v1/parcours/{id}/actions/{action}/agreement/signatures/provider": {
        "content_hash": SOME_HASH,
        "name": "Nadia Le Goff",
    },
    "/api/v1/parcours/{id}/actions/{action}/agreement/signatures/structure": {
        "content_hash": SOME_HASH,
        "name": "Maëlle Kerdoncuff",
    },
    "/api/v1/requests/{case}/access-links/{id}/revocation": {"reason": "Fin de mandat."},
    "/api/v1/operations": {"unit": "dla-44", "title": "Une fonction comptable partagée entre trois associations"},
    "/api/v1/mail-preferences": {"email": "tanguy.abgrall@dla.example", "digest": "daily", "at_once": True},
    "/api/v1/calendar-feed/renewal": {},
    "/api/v1/calendar-feed/revocation": {},
    "/api/v1/calendar-tasks": {"token": "AZk_LlwAehCKUT9vfBstQQ1vQ2o0c3R1dnd4eXo3MTIzNDU2Nzg5MGFiY2RlZmdo"},
    "/api/v1/unsubscriptions": {"token": "AZk_LlwAehCKUT9vfBstQQ1vQ2o0c3R1dnd4eXo3MTIzNDU2Nzg5MGFiY2RlZmdo"},
    "/api/v1/lost-links": {"email": "accueil@jardins.example"},
    "/api/v1/mailed-links": {"token": "AZk_LlwAehCKUT9vfBstQQ1vQ2o0c3R1dnd4eXo3MTIzNDU2Nzg5MGFiY2RlZmdo"},
    "/api/v1/requests/{case}/orientations/{id}/sending": {
        "message": "La structure cherche un prêt relais\u00a0: pourriez-vous la recevoir ce mois-ci\u202f?",
        "recipient": {"name": "Annaïg Kervella", "email": "accueil@banque.example"},
    },
    "/api/v1/people/search": {"words": "Kerdoncuff"},
    "/api/v1/retention/{id}/hold": {"reason": "Contrôle de l’emploi des fonds en cours."},
    "/api/v1/retention/{id}/release": {"reason": "Le contrôle est terminé."},
    "/api/v1/retention/{id}/unarchiving": {
        "reason": "La structure conteste un versement\u00a0: l’unité doit le relire."
    },
    "/api/v1/people/{id}": {"reason": "Demande reçue par courrier le 3 septembre, identité vérifiée."},
    "/api/v1/requests/{id}/contact": {
        "contact": {"name": "Soazig Le Bihan", "function": "Trésorière"},
        "reason": "La présidente a quitté l’association.",
    },
}
"""No story gives rights, for the stack of the demo has them in its tokens; nor changes whom it speaks to, erases, plays
a confidential dossier, or signs on a screen, since its papers are signed by hand. An operation with a mission has days
to come, which an example cannot name."""


class Invented(Placeholders):
    """What a story reads or saves on its way is made up, by the last word of its name; the rest are ids."""

    def _value(self, name: str) -> Any:
        if name.startswith(("today", "about.")) or name == "year":
            return super()._value(name)
        return LIKE.get(re.split(r"[._]", name)[-1], LIKE.get(name.rpartition(".")[2], SOME_ID))


def file(name: str) -> Path:
    return ROOT / "services" / name / "src" / name / "examples.json"


def examples(name: str) -> dict[str, Any]:
    """By path: the body of each command that takes JSON."""
    openapi, bodies = openapi_of(name), [body for script in _stories() for body in _bodies(name, script)]
    found = {}
    for path, operations in sorted(openapi["paths"].items()):
        if not any(
            "application/json" in each.get("requestBody", {}).get("content", {}) for each in operations.values()
        ):
            continue
        own = _of_one_structure(path)
        fitting = [UNTOLD[own]] if own in UNTOLD else _fitting(path, bodies) or _fitting(own, bodies)
        if not fitting:
            raise LookupError(f"{path}: no story gives this command, and UNTOLD has no body for it")
        found[path] = max(fitting, key=_fullness)
    return found


def _fitting(path: str, bodies: list[tuple[str, Any]]) -> list[Any]:
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
    return [body for posted, body in bodies if re.fullmatch(pattern, posted)]


def _of_one_structure(path: str) -> str:
    """Where the same command is given for the action of one structure, instead of an operation of several."""
    for shared, own in (("/operations/{id}/missions/", "/parcours/{id}/actions/"), ("/operations/", "/parcours/")):
        path = path.replace(shared, own)
    return path


def written(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _stories() -> list[Story]:
    return [*read_stories(DEMO), *read_stories(TOUR)]


def _bodies(name: str, script: Story) -> Iterator[tuple[str, Any]]:
    blanks = Invented(DAY, {"about": script.about})
    for step in script.steps:
        if step.post and step.post.startswith(f"{name} ") and not step.file and not step.expects:
            yield f"/api/v1{blanks.fill(step.post.removeprefix(name).strip())}", blanks.fill(step.body or {})


def _fullness(body: Any) -> int:
    return len(json.dumps(body).split('":'))


if __name__ == "__main__":
    for each in SERVICES:
        if found := examples(each):
            file(each).write_text(written(found))
