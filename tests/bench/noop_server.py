"""The floor of an HTTP command: FastAPI takes the same bodies, in the same thread pool, and does nothing with them.

`python noop_server.py PORT`"""

from __future__ import annotations

import sys
from typing import Annotated
from uuid import UUID

import uvicorn
from fastapi import FastAPI, Response

from intake.domain.request.assessment import AssessCriterion, RecordMeeting
from intake.domain.request.outcome import AdmitRequest
from intake.domain.request.reception import ReceiveRequest
from shared.kernel import uuid7
from shared.web.http import JsonBody
from shared.web.resources import CommandResult

web = FastAPI()


@web.post("/api/v1/requests", status_code=201)
def receive(body: Annotated[ReceiveRequest, JsonBody()], response: Response) -> CommandResult:
    case = uuid7()
    response.headers["Location"] = f"/api/v1/requests/{case}"
    return CommandResult(id=case, version=1, events=["request-received"])


@web.post("/api/v1/requests/{case}/meetings")
def meet(case: UUID, body: Annotated[RecordMeeting, JsonBody()]) -> CommandResult:
    return CommandResult(id=case, version=2, events=["meeting-recorded"])


@web.post("/api/v1/requests/{case}/criteria")
def assess(case: UUID, body: Annotated[AssessCriterion, JsonBody()]) -> CommandResult:
    return CommandResult(id=case, version=3, events=["criterion-assessed"])


@web.post("/api/v1/requests/{case}/admission")
def admit(case: UUID, body: Annotated[AdmitRequest, JsonBody()]) -> CommandResult:
    return CommandResult(id=case, version=4, events=["request-admitted"])


@web.get("/nothing")
def read_nothing() -> CommandResult:
    return CommandResult(id=uuid7(), version=1, events=[])


if __name__ == "__main__":
    uvicorn.run(web, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
