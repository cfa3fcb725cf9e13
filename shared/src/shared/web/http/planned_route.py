"""The routes of a service: FastAPI declares, documents and matches them; a request is answered in one turn of a thread.

FastAPI's own handler solves dependencies in the event loop, and changes to a thread for each plain dependency, for the
endpoint and for the validation of its result. Here the loop reads the body; then a thread does everything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from fastapi.utils import is_body_allowed_for_status_code
from pydantic_core import PydanticUndefined
from starlette.exceptions import HTTPException

from shared.web.http.dependency_plan import (
    DependencyPlan,
    NotPlannable,
    SolvedRequest,
    is_plannable_endpoint,
    plan_dependencies,
)
from shared.web.http.openapi import operation_id
from shared.web.http.request_body import BoundedRequest
from shared.web.http.request_threads import RequestThreads
from shared.web.http.strict_query import reject_unknown_parameters

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_threads = RequestThreads()


class PlannedRoute(APIRoute):
    """The route class of the services' routers: the body of each request is bounded, and its dependencies follow a
    plan. `plan` is null where FastAPI's own handler answers: for coroutines, and for what plans leave to it."""

    plan: DependencyPlan | None = None

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handle_by_fastapi(request: Request) -> Response:
            return await handle(BoundedRequest(request.scope, request.receive))

        if hasattr(self, "app"):  # included by another router, whose dependencies this route does not know
            return handle_by_fastapi
        try:
            self.plan = self._make_plan()
        except NotPlannable:
            return handle_by_fastapi
        return self._handler(self.plan, handle_by_fastapi)

    def _make_plan(self) -> DependencyPlan:
        """Raises NotPlannable."""
        is_form = self.body_field is not None and isinstance(self.body_field.field_info, Form)
        if is_form or not is_plannable_endpoint(self.endpoint):
            raise NotPlannable(self.path)
        return plan_dependencies(self.dependant)

    def _handler(self, plan: DependencyPlan, handle_by_fastapi: Handler) -> Handler:
        async def handle(request: Request) -> Response:
            if plan.waits(request):
                return await handle_by_fastapi(request)
            return await self.answer(BoundedRequest(request.scope, request.receive))

        return handle

    async def answer(self, request: BoundedRequest) -> Response:
        """The response to a request for which no dependency of the plan waits. Raises what FastAPI's handler raises."""
        received = await _read_body(request) if self.body_field is not None else b""
        return await _threads.run(self._answer, request, received)

    def _answer(self, request: BoundedRequest, received: bytes) -> Response:
        plan = self.plan
        assert plan is not None
        body = _parse_body(request, received) if received else PydanticUndefined
        with ExitStack() as exits:
            solved = SolvedRequest(request, body, response=_empty_response(), exits=exits)
            values, errors = plan.parameters.solve(solved)
            if errors:
                raise RequestValidationError(errors, body=None if body is PydanticUndefined else body)
            found = self.endpoint(**values)
            return found if isinstance(found, Response) else self._respond(found, solved.response)

    def _respond(self, found: Any, given: Response) -> Response:
        """`given`: the response of which dependencies and endpoint have set the headers, and maybe the status."""
        status = given.status_code or self.status_code
        statuses: dict[str, Any] = {} if status is None else {"status_code": status}
        response_class = self.response_class
        if isinstance(response_class, DefaultPlaceholder):
            response_class = response_class.value
            if self.response_field is not None:
                content = self._serialize(found, self.response_field.serialize_json)
                response = Response(content, media_type="application/json", **statuses)
            else:
                response = response_class(jsonable_encoder(found), **statuses)
        elif self.response_field is not None:
            response = response_class(self._serialize(found, self.response_field.serialize), **statuses)
        else:
            response = response_class(jsonable_encoder(found), **statuses)
        if not is_body_allowed_for_status_code(response.status_code):
            response.body = b""
        response.headers.raw.extend(given.headers.raw)
        return response

    def _serialize(self, found: Any, serialize: Callable[..., Any]) -> Any:
        assert self.response_field is not None
        value, errors = self.response_field.validate(found, {}, loc=("response",))
        if errors:
            raise ResponseValidationError(errors, body=found)
        return serialize(
            value,
            include=self.response_model_include,
            exclude=self.response_model_exclude,
            by_alias=self.response_model_by_alias,
            exclude_unset=self.response_model_exclude_unset,
            exclude_defaults=self.response_model_exclude_defaults,
            exclude_none=self.response_model_exclude_none,
        )


class ServiceRouter(APIRouter):
    """A router of operations of a service: what holds before each of them is declared here, so that its routes can be
    used as they are."""

    def __init__(self, prefix: str = "", tags: list[Any] | None = None, **options: Any) -> None:
        super().__init__(
            prefix=prefix,
            tags=tags,
            route_class=PlannedRoute,
            dependencies=[Depends(reject_unknown_parameters)],
            generate_unique_id_function=operation_id,
            **options,
        )


async def _read_body(request: BoundedRequest) -> bytes:
    try:
        return await request.body()
    except HTTPException:
        raise
    except Exception as error:
        raise _unreadable() from error


def _parse_body(request: BoundedRequest, received: bytes) -> Any:
    try:
        return request.parse(received)
    except json.JSONDecodeError as error:
        finding = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([finding | {"ctx": {"error": error.msg}}], body=error.doc) from error
    except HTTPException:
        raise
    except Exception as error:
        raise _unreadable() from error


def _unreadable() -> HTTPException:
    return HTTPException(400, "There was an error parsing the body")


def _empty_response() -> Response:
    """As FastAPI gives it to dependencies, to set headers and status on."""
    response = Response()
    del response.headers["content-length"]
    response.status_code = None  # type: ignore[assignment]  # FastAPI's own sign for: as the route says
    return response
