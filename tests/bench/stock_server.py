"""FastAPI with the stock library's Application: the same commands, without token, encryption, unique keys or rules.

`python stock_server.py PORT`, with DATABASE_URL"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import stock_library
import uvicorn
from fastapi import FastAPI, Response

from intake.domain.request.assessment import AssessCriterion, RecordMeeting
from intake.domain.request.outcome import AdmitRequest
from intake.domain.request.reception import ReceiveRequest
from shared.web.http import JsonBody
from shared.web.resources import CommandResult

web = FastAPI()
cases = stock_library.stock_cases(os.environ["DATABASE_URL"])


@web.post("/api/v1/requests", status_code=201)
def receive(body: Annotated[ReceiveRequest, JsonBody()], response: Response) -> CommandResult:
    received = cases.receive(asdict(body.structure), asdict(body.contact), body.need)
    response.headers["Location"] = f"/api/v1/requests/{received.id}"
    return _done(received, "request-received")


@web.post("/api/v1/requests/{case}/meetings")
def meet(case: UUID, body: Annotated[RecordMeeting, JsonBody()]) -> CommandResult:
    return _done(
        cases.meet(case, str(body.held_on), ", ".join(each.name or "" for each in body.participants), body.notes),
        "meeting-recorded",
    )


@web.post("/api/v1/requests/{case}/criteria")
def assess(case: UUID, body: Annotated[AssessCriterion, JsonBody()]) -> CommandResult:
    return _done(cases.assess(case, body.criterion, body.verdict.value, body.evidence), "criterion-assessed")


@web.post("/api/v1/requests/{case}/admission")
def admit(case: UUID, body: Annotated[AdmitRequest, JsonBody()]) -> CommandResult:
    return _done(cases.admit(case, body.reason), "request-admitted")


def _done(case: stock_library.Request, event: str) -> CommandResult:
    return CommandResult(id=case.id, version=case.version, events=[event])


if __name__ == "__main__":
    uvicorn.run(web, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
