"""How does a service's OpenAPI read? Each operation has a name, each tag a description, each body an example."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from shared.web.http.openapi_responses import is_read_of_a_dossier

TAGS = {
    "attachments": "Les pièces jointes d’un dossier\u00a0: déposées, lues, retirées.",
    "caseload": "Ce qui attend une chargée ou un chargé d’accompagnement, par échéance.",
    "events": "Le flux des événements, pour les autres services et pour les partenaires.",
    "access log": "Qui a lu quel dossier, quand et pourquoi.",
    "health": "La santé du service, pour l’exploitation.",
    "me": "Qui vous êtes ici, et quels sont vos droits.",
}
"""What every service may have; each adds its own."""
MOTIVE_HEADER = "DLA-Motive"
SAID = {
    "name": MOTIVE_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "title": MOTIVE_HEADER},
    "description": "Why you read, in 3 to 500 characters of UTF-8, percent-encoded (RFC 3986). Needed of auditors,"
    " of the DPO, and to read an archive; sealed, and kept in the access log",
    "example": "Contr%C3%B4le%20de%20l%E2%80%99%C3%A9chantillon%20annuel",
}
"""By whoever reads a dossier."""


def operation_id(route: APIRoute) -> str:
    """By the first tag and the name of what it does: neither the path nor the order of the routes counts."""
    return "_".join(re.sub(r"\W+", "_", str(word)) for word in (*route.tags[:1], route.name))


def polish_openapi(openapi: dict[str, Any], tags: Mapping[str, str], examples: Path | None) -> dict[str, Any]:
    operations = [(path, each) for path, found in openapi["paths"].items() for each in found.values()]
    used = {tag for _, operation in operations for tag in operation.get("tags", ())}
    told = {**TAGS, **tags}
    openapi["tags"] = [{"name": tag, "description": told[tag]} for tag in sorted(used & told.keys())]
    bodies = json.loads(examples.read_text()) if examples else {}
    for path, operation in operations:
        if is_read_of_a_dossier(path, operation):
            operation.setdefault("parameters", []).append(SAID)
        taken = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if taken is not None and path in bodies:
            taken["example"] = bodies[path]
    return openapi
