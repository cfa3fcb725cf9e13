"""The OpenAPI document of a service, completed: ids of operations, tags, examples, descriptions of fields."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

from shared.kernel import ROLE_LABELS, LabelledEnum, Role, capitalize_first, operation_label
from shared.web.http.openapi_responses import is_read_of_a_dossier

TAGS = {
    "caseload": "Ce qui attend une chargée ou un chargé d’accompagnement, par échéance.",
    "attachments": "Les pièces jointes d’un dossier\u00a0: déposées, lues, retirées.",
    "events": "Le flux des événements, pour les autres services et pour les partenaires.",
    "people": "Ce que le service détient d’une personne.",
    "access log": "Qui a lu quel dossier, quand et pourquoi.",
    "me": "Qui vous êtes ici, et quels sont vos droits.",
    "health": "La santé du service, pour l’exploitation.",
}
"""Of the operations that every service has, after the service's own tags."""
UNITS = {"_cents": "euro cents", "_days": "days", "_hours": "hours", "_months": "months", "_seconds": "seconds"}
"""By the ending of a field's name."""
REASON_HEADER = "DLA-Reason"
REASON_PARAMETER = {
    "name": REASON_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "title": REASON_HEADER},
    "description": "Why you read, in 3 to 500 characters of UTF-8, percent-encoded (RFC 3986). Required of auditors,"
    " of the DPO, and to read an archived case; stored encrypted in the access log",
    "example": "Contr%C3%B4le%20de%20l%E2%80%99%C3%A9chantillon%20annuel",
}
"""The header that readers of a case send."""
WAIT_PARAMETER = {
    "name": "DLA-Wait-For",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "title": "DLA-Wait-For"},
    "description": "The `DLA-Position` of one command's answer or of several, separated by commas: answered once this"
    " service has received it, or 503 after five seconds",
    "example": "intake:3:412",
}
"""The header of a read that waits for a write."""


def operation_id(route: APIRoute) -> str:
    """The first tag and the name of the route, so that neither the path nor the order of the routes changes it."""
    return "_".join(re.sub(r"\W+", "_", str(word)) for word in (*route.tags[:1], route.name))


def polish_openapi(
    openapi: dict[str, Any], tags: Mapping[str, str], examples: Path | None, descriptions: Path | None = None
) -> dict[str, Any]:
    """Completes a service's OpenAPI document: tags in the order of `tags`, an example for each body, the header that
    readers of a case send, a French label for each operation that is no command, and a description for each field and
    parameter that has none of its own.

    `examples`: a JSON file, by path. `descriptions`: a TOML file of the service's own fields."""
    operations = [(path, each) for path, found in openapi["paths"].items() for each in found.values()]
    used = {tag for _, operation in operations for tag in operation.get("tags", ())}
    described = {**tags, **{tag: text for tag, text in TAGS.items() if tag not in tags}}
    openapi["tags"] = [{"name": tag, "description": text} for tag, text in described.items() if tag in used]
    bodies = json.loads(examples.read_text()) if examples else {}
    for operation in (found["get"] for found in openapi["paths"].values() if found.get("get", {}).get("security")):
        operation.setdefault("parameters", []).append(WAIT_PARAMETER)
    for path, operation in operations:
        if is_read_of_a_dossier(path, operation):
            operation.setdefault("parameters", []).append(REASON_PARAMETER)
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None and path in bodies:
            body["example"] = bodies[path]
        if label := operation_label(operation["operationId"]):
            operation.setdefault("x-label", capitalize_first(label))
    _describe_fields(openapi, descriptions)
    _label_codes(openapi)
    openapi["x-role-labels"] = {role.value: ROLE_LABELS[role] for role in Role}
    return openapi


def _label_codes(openapi: dict[str, Any]) -> None:
    """Adds `x-labels` to each enumeration, the French label of each code, and `x-unit` to each field whose name ends
    in one."""
    labelled = {kind.__name__: kind for kind in LabelledEnum.__subclasses__()}
    for name, schema in openapi["components"]["schemas"].items():
        if "enum" in schema and name in labelled:
            schema["x-labels"] = {code: labelled[name](code).label for code in schema["enum"]}
        for field, declared in schema.get("properties", {}).items():
            for ending, unit in UNITS.items():
                if field.endswith(ending):
                    declared["x-unit"] = unit


NO_NAMES = "It must not name anybody: an erasure reaches the fields that ask for a person, and no free text"
FREE_TEXTS = ({"maxLength": 8000, "minLength": 1}, {"maxLength": 2000, "minLength": 3})
"""The limits of `Text` and `Reason`."""


def _is_free_text(field: Mapping[str, Any]) -> bool:
    shapes = (field, *field.get("anyOf", ()), field.get("items", {}))
    return any(limits.items() <= shape.items() for shape in shapes for limits in FREE_TEXTS)


def _describe_fields(openapi: dict[str, Any], descriptions: Path | None) -> None:
    files = [Path(__file__).with_name("field_descriptions.toml"), *([descriptions] if descriptions else [])]
    tables = [tomllib.loads(file.read_text("utf-8")) for file in files]
    fields = {name: text for table in tables for name, text in table["fields"].items()}
    parameters = fields | {name: text for table in tables for name, text in table.get("parameters", {}).items()}
    for schema_name, schema in openapi["components"]["schemas"].items():
        for name, field in schema.get("properties", {}).items():
            text = fields.get(f"{schema_name}.{name}") or fields.get(name)
            if text and "description" not in field:
                field["description"] = text
            if _is_free_text(field) and (text := field.get("description")):
                field["description"] = f"{text.rstrip('.')}. {NO_NAMES}"
    for operations in openapi["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if not parameter.get("description") and parameter["name"] in parameters:
                    parameter["description"] = parameters[parameter["name"]]
