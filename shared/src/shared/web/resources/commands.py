"""How does an HTTP call become a command? The same way for every aggregate."""

from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Response
from pydantic import BaseModel, ConfigDict

from shared.eventlog import IdempotencyKey, Receipt, ServiceApplication
from shared.eventlog.application import InTransaction
from shared.kernel import Decider, Role, uuid7
from shared.web.auth import Caller, authorize, requires
from shared.web.http import JsonBody, problem_responses
from shared.web.requests import AppDep, IdempotencyKeyHeader, IfMatchHeader, expected_version
from shared.web.resources.affordances import Link, Operation, split_words
from shared.web.resources.states import AggregateReads, parent_case

S = TypeVar("S")


class CommandResult(BaseModel):
    """What a command led to: the case's version now, the events recorded, and what the caller may do next."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40",
                "version": 4,
                "events": ["meeting-recorded"],
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

    id: UUID
    version: int
    events: list[str]
    links: list[Link] = []


Check = Callable[[ServiceApplication, UUID, Any], None]
CompleteCommand = Callable[[ServiceApplication, Caller, Any], Any]
"""What was asked, with what the edge looks up for it: (application, caller, body) to command."""
InTransactionOf = Callable[[ServiceApplication, UUID], InTransaction]
"""(application, aggregate id) to what is written in the transaction of the command's events."""


class AggregateEndpoints(AggregateReads[S]):
    """One aggregate over HTTP, with its commands: `create` and `command` take them, `get` and `list` give what came of
    them."""

    def __init__(
        self,
        router: APIRouter,
        decider: Decider[S],
        within: AggregateReads[Any] | None = None,
        *,
        names_cases: bool = False,
    ) -> None:
        super().__init__(router, decider, within, names_cases=names_cases)
        self._named: set[str] = set()

    def create(
        self,
        command: type,
        *roles: Role,
        path: str = "",
        stream: Callable[[Any], UUID] | None = None,
        check: Check | None = None,
        completed: CompleteCommand | None = None,
        also: tuple[int, ...] = (),
    ) -> None:
        """POST on the collection, or on a `path` below it: a new aggregate, under a new id or the one that `stream`
        derives from the command. `check` may refuse what only other aggregates know; `also`: statuses that come of it
        or of what is `completed`."""
        derived = stream

        def endpoint(
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: Annotated[UUID, Depends(parent_case if self._within else _new_case)],
            response: Response,
            body: Any,
            idempotency_key: IdempotencyKeyHeader = None,
        ) -> CommandResult:
            authorize(caller, case if self._within else None)
            self._check_stands(app, case)
            if check:
                check(app, case, body)
            if derived:
                stream = case = derived(body)
            else:
                stream = uuid7() if self._within else case
            receipt = self._handled(app, caller, case, stream, body, idempotency_key, completed=completed)
            response.headers["Location"] = f"{self._router.prefix.format(case=case)}/{receipt.id}"
            return self._done(app, caller, case if self._within else receipt.id, receipt, response)

        operation = self._opening(command, path, roles, tuple(each for each in (check, completed) if each))
        if derived:
            self._offered.append(operation)
        self._route(path, endpoint, operation, 201, also)

    def command(
        self,
        path: str,
        command: type,
        *roles: Role,
        check: Check | None = None,
        in_transaction: InTransactionOf | None = None,
    ) -> None:
        """POST below one aggregate. `check` may refuse what only other aggregates know; `in_transaction` writes in the
        same transaction."""

        def endpoint(
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: Annotated[UUID, Depends(self._case_of)],
            response: Response,
            body: Any,
            if_match: IfMatchHeader = None,
            idempotency_key: IdempotencyKeyHeader = None,
        ) -> CommandResult:
            authorize(caller, case)
            self._check_stands(app, case, id)
            if check:
                check(app, case, body)
            receipt = self._handled(
                app,
                caller,
                case,
                id,
                body,
                idempotency_key,
                expected_version(if_match),
                exists=True,
                in_transaction=in_transaction(app, id) if in_transaction else None,
            )
            return self._done(app, caller, case, receipt, response)

        path = f"/{{id}}{path}"
        operation = Operation(command, self._router.prefix + path, roles=roles, before=(check,) if check else ())
        self._offered.append(operation)
        self._route(path, endpoint, operation, 200)

    def _handled(
        self,
        app: ServiceApplication,
        caller: Caller,
        case: UUID,
        stream: UUID,
        body: Any,
        key: str | None,
        expected: int | None = None,
        exists: bool = False,
        completed: CompleteCommand | None = None,
        in_transaction: InTransaction | None = None,
    ) -> Receipt:
        command_key = None
        if key:
            request = app.key_store.keyed_hash(
                f"{self._router.prefix} {case if self._within else ''} {stream if exists else ''} {body!r}"
            )
            command_key = IdempotencyKey(f"{len(caller.actor.id)}:{caller.actor.id}:{key}", request)
        command = completed(app, caller, body) if completed else body
        context = app.context(case, caller.actor)
        return app.handle(
            self._decider,
            stream,
            command,
            context,
            expected=expected,
            key=command_key,
            exists=exists,
            in_transaction=in_transaction,
        )

    def _opening(
        self, command: type, path: str, roles: tuple[Role, ...], before: tuple[Callable[..., Any], ...]
    ) -> Operation:
        """Whoever reads the case is told that something can be opened within it."""
        operation = Operation(command, self._router.prefix + path, roles=roles, before=before)
        if self._within:
            self._within._offered.append(replace(operation, path=operation.path.replace("{case}", "{id}")))
        return operation

    def _done(
        self, app: ServiceApplication, caller: Caller, case: UUID, receipt: Receipt, response: Response
    ) -> CommandResult:
        response.headers["ETag"] = f'"{receipt.version}"'
        state = receipt.state
        if receipt.repeated:
            response.headers["Idempotency-Replayed"] = "true"
            state = app.load(self._decider, receipt.id, receipt.version).state
        links = self.links(caller, case, receipt.id, state)
        return CommandResult(id=receipt.id, version=receipt.version, events=list(receipt.events), links=links)

    def _route(
        self,
        path: str,
        endpoint: Callable[..., CommandResult],
        operation: Operation,
        status: int,
        also: tuple[int, ...] = (),
    ) -> None:
        command = operation.command
        endpoint.__dict__["operation"] = operation
        empty = all(f.default is not MISSING or f.default_factory is not MISSING for f in fields(command))
        annotation: Any = Annotated[command, JsonBody(), Body(default_factory=command) if empty else Body()]
        endpoint.__annotations__["body"] = annotation
        name = split_words(command.__name__).replace(" ", "_").lower()
        endpoint.__name__ = f"{name}_{path.rpartition('/')[2]}" if name in self._named else name
        self._named.add(name)
        self._router.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            status_code=status,
            response_model=CommandResult,
            responses=problem_responses(409, 410, *also),
            summary=operation.title,
            description=command.__doc__,
        )


async def _new_case() -> UUID:
    return uuid7()
