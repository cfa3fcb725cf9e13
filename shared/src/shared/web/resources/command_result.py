"""What a command is answered with."""

from typing import Any
from uuid import UUID

import msgspec
from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.web.requests import Link
from shared.web.resources.parts import Created

CommandResultFields = dict[str, Any]
"""A `CommandResult` as it is sent."""


class CommandResult(BaseModel):
    """What a command led to."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40",
                "version": 4,
                "events": ["meeting-recorded"],
                "created": {
                    "meeting": {
                        "id": "1",
                        "href": "/api/v1/requests/01993f2e-5c00-7a10-8a51-3f6f7c1b2d40/meetings/1",
                    }
                },
                "links": [
                    {
                        "rel": "assess-criterion",
                        "method": "POST",
                        "href": "/api/v1/requests/01993f2e-5c00-7a10-8a51-3f6f7c1b2d40/criteria",
                        "title": "Examiner un critère d’éligibilité",
                    }
                ],
            }
        }
    )

    id: UUID = Field(description="The aggregate that the command changed")
    version: int = Field(description="Its version now, as the ETag gives it too")
    events: list[str] = Field(description="The names of the events recorded; none where the command was already done")
    created: dict[str, Created] = Field(default={}, description="What the command created, by what it is")
    links: list[Link] = Field(
        default=[], description="The commands that you may send next; left out with `Prefer: return=minimal`"
    )


def respond(result: CommandResultFields, response: Response, status: int) -> Response:
    """The result as it is sent, with the headers of `response`. FastAPI would validate it before it writes it."""
    sent = Response(msgspec.json.encode(result), status, media_type="application/json")
    sent.headers.raw.extend(response.headers.raw)
    return sent
