"""What is wrong, said clearly: RFC 9457 problems, with a stable `type` and French words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from shared.telemetry import PROBLEMS

TYPES = "/problems/"
"""A path of the service that answers, where a page says what to do. Relative to its address (RFC 9457, section 3.1.1),
so that a deployment sets nothing."""


class ProblemDetails(BaseModel):
    """RFC 9457. `type` ends with a slug that never changes; `title` and `detail` are for people, in French."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": f"{TYPES}stale-version",
                "title": "Le dossier a changé entre-temps",
                "status": 409,
                "detail": "Le dossier en est à la version 8\u00a0: relisez-le avant de recommencer.",
                "current_version": 8,
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str


class ProblemError(HTTPException):
    """A refusal by the HTTP side itself. An HTTPException, as FastAPI passes no other on while it reads a body."""

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(status, detail, headers)
        self.slug, self.title, self.extra = slug, title, extra


def problem_response(
    status: int, slug: str, title: str, detail: str, headers: Mapping[str, str] | None = None, **extra: Any
) -> JSONResponse:
    PROBLEMS.labels(slug).inc()
    body = {"type": TYPES + slug, "title": title, "status": status, "detail": detail, **extra}
    return JSONResponse(body, status, headers, media_type="application/problem+json")
