"""`/openapi.json`, and the page `/docs`: the same as HTML, without scripts and without another server."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.web.http.security_headers import NO_SOURCES

Shape = dict[str, Any]
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


def install(web: FastAPI) -> None:
    """Each is written once. FastAPI writes the description anew for each request, in the event loop: 40 people who ask
    for it at once make all others wait for seconds."""

    @cache
    def page() -> tuple[str, str]:
        page = render_docs(web.openapi())
        return page, styled_page(page)

    @cache
    def description() -> bytes:
        return json.dumps(web.openapi(), ensure_ascii=False, separators=(",", ":")).encode()

    @web.get("/docs", include_in_schema=False)
    def docs() -> Response:
        content, policy = page()
        return Response(content, media_type="text/html", headers={"Content-Security-Policy": policy})

    def openapi(_: Request) -> Response:
        return Response(description(), media_type="application/json")

    web.add_route("/openapi.json", openapi, include_in_schema=False)


def styled_page(page: str) -> str:
    """A policy under which a page that brings its own style sheet shows it, and runs nothing."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    return f"{NO_SOURCES}; style-src 'sha256-{hashed}'"


def render_docs(openapi: Shape) -> str:
    described = {tag["name"]: tag["description"] for tag in openapi.get("tags", ())}
    operations = list(_operations(openapi))
    tags = dict.fromkeys(each["tag"] for each in operations)
    groups = {tag: [each for each in operations if each["tag"] == tag] for tag in tags}
    return _TEMPLATES.get_template("docs_page.html.jinja").render(
        title=openapi["info"]["title"], groups=groups, described=described
    )


def _operations(openapi: Shape) -> Iterator[Shape]:
    for path, found in openapi["paths"].items():
        for method, operation in found.items():
            yield {
                "tag": operation.get("tags", ["others"])[0],
                "id": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "label": operation.get("x-label", ""),
                "description": operation.get("description", ""),
                "token": bool(operation.get("security")),
                "parameters": operation.get("parameters", []),
                "body": _body(openapi, operation),
                "answers": operation["responses"],
            }


def _body(openapi: Shape, operation: Shape) -> str | None:
    """An example of what it takes, or else the fields by name."""
    for taken in operation.get("requestBody", {}).get("content", {}).values():
        if "example" in taken:
            return json.dumps(taken["example"], ensure_ascii=False, indent=2)
        name = str(taken.get("schema", {}).get("$ref", "")).rpartition("/")[2]
        fields = openapi["components"]["schemas"].get(name, {}).get("properties", {})
        return json.dumps({field: shape.get("type", "…") for field, shape in fields.items()}, indent=2)
    return None
