"""Commands of one aggregate over HTTP: the operations that create it and change it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, replace
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Body, Depends, Response
from fastapi.routing import APIRoute

from shared.documents import DocumentTemplates
from shared.eventlog import CommandOptions, IdempotencyKey, InTransaction, Receipt, ServiceApplication
from shared.kernel import Refusal, Role, uuid7
from shared.projections import Projection
from shared.web.auth import Caller, authorize, requires
from shared.web.http import JsonBody, problem_responses
from shared.web.requests import (
    POSITION_HEADER,
    AppDep,
    CommandEndpoint,
    IdempotencyKeyHeader,
    IfMatchHeader,
    PrefersMinimalDep,
    expected_version,
    position_in_log,
    split_words,
)
from shared.web.resources.command_result import CommandResult, CommandResultFields, respond
from shared.web.resources.documents import add_documents
from shared.web.resources.parts import Part, address_fields, address_params, body_type, with_address
from shared.web.resources.resource import AggregateResource, ExtraFields, parent_case
from shared.web.resources.state import add_list, add_part, add_state
from shared.web.resources.with_parts import add_state_parts, add_with_parts

S = TypeVar("S")


Check = Callable[[ServiceApplication, Caller, UUID, Any], None]
"""(application, caller, case, body): raises Refused for what only other aggregates know."""
CompleteCommand = Callable[[ServiceApplication, Caller, Any], Any]
"""(application, caller, body) to the command, with what the operation looks up for it."""
InTransactionOf = Callable[[ServiceApplication, UUID], InTransaction]
"""(application, aggregate id) to what is written in the transaction of the command's events."""


class AggregateEndpoints(AggregateResource[S]):
    """The operations of one aggregate, declared one a line:

    requests = AggregateEndpoints(router, decider)
    requests.create(ReceiveRequest, *STAFF)
    requests.command("/admission", AdmitRequest, *STAFF)
    requests.get(*CASE_READERS)
    requests.list(projections.requests, *STAFF)
    """

    def create(
        self,
        command: type,
        *roles: Role,
        path: str = "",
        stream: Callable[[Any], UUID] | None = None,
        check: Check | None = None,
        completed: CompleteCommand | None = None,
        becomes: type | None = None,
        may_refuse: tuple[Refusal, ...] = (),
        also: tuple[int, ...] = (),
    ) -> None:
        """POST on the collection, or on a `path` below it: a new aggregate, under a new id or the one that `stream`
        derives from the command.

        `check` and `completed` run before the aggregate decides; `may_refuse` are the refusals, and `also` the HTTP
        statuses, that come of them. `becomes`: the command that `completed` makes, where it is another one."""
        derive_stream = stream

        def endpoint(
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: Annotated[UUID, Depends(parent_case if self.within else _new_case)],
            response: Response,
            body: _body_of(command),  # type: ignore[valid-type]  # the command's own class
            minimal: PrefersMinimalDep,
            idempotency_key: IdempotencyKeyHeader = None,
        ) -> Response:
            authorize(caller, case if self.within else None, self.case_kind)
            if derive_stream:
                stream = case = derive_stream(body)
            else:
                stream = uuid7() if self.within else case
                app.assume_new(self.decider, stream)

            def prepare() -> Any:
                self.require(app, case)
                if check:
                    check(app, caller, case, body)
                return completed(app, caller, body) if completed else body

            receipt = self.handle(app, caller, prepare, case=case, stream=stream, request=body, key=idempotency_key)
            response.headers["Location"] = self.address(case, receipt.id)
            of_case = case if self.within else receipt.id
            return respond(self.result(app, caller, of_case, receipt, response, minimal=minimal), response, 201)

        declared = self.declare_creation(command, path, roles, becomes=becomes, may_refuse=may_refuse)
        if derive_stream:
            self.offer(declared)
        self._add_route(path, endpoint, declared, 201, also)

    def command(
        self,
        path: str,
        command: type,
        *roles: Role,
        check: Check | None = None,
        may_refuse: tuple[Refusal, ...] = (),
        in_transaction: InTransactionOf | None = None,
        part: Part[S] | None = None,
    ) -> None:
        """POST below one aggregate. `check` runs before the aggregate decides, and may raise the refusals `may_refuse`;
        `in_transaction` writes in the transaction of the events. `part`: the parts that the path names one of, each
        by a field of the command, which the body then lacks."""
        in_address = address_fields(command, path)

        def endpoint(
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: Annotated[UUID, Depends(self.case_id)],
            response: Response,
            address: Annotated[dict[str, Any], Depends(address_params(in_address, part.name if part else ""))],
            body: _body_of(body_type(command, in_address)),  # type: ignore[valid-type]  # made of the command's class
            minimal: PrefersMinimalDep,
            if_match: IfMatchHeader = None,
            idempotency_key: IdempotencyKeyHeader = None,
        ) -> Response:
            authorize(caller, case, self.case_kind)
            request = with_address(command, address, body)

            def prepare() -> Any:
                self.require(app, case, id)
                if check:
                    check(app, caller, case, request)
                return request

            receipt = self.handle(
                app,
                caller,
                prepare,
                case=case,
                stream=id,
                request=request,
                key=idempotency_key,
                expected=expected_version(if_match),
                exists=True,
                in_transaction=in_transaction(app, id) if in_transaction else None,
            )
            return respond(self.result(app, caller, case, receipt, response, minimal=minimal), response, 200)

        path = f"/{{id}}{path}"
        declared = CommandEndpoint(command, self.router.prefix + path, roles=roles, may_refuse=may_refuse, check=check)
        if part:
            declared = replace(declared, parts=part.addresses)
        self.router.commands.append(declared)
        self.offer(declared)
        self._add_route(path, endpoint, declared, 200)

    def parts(
        self, name: str, kind: type, path: str, find: Callable[[S], Mapping[Any, Any]], *readers: Role, **ids: Any
    ) -> "PartEndpoints[S]":
        """The parts of one kind, each read at its `path` below the aggregate. `kind`, `find` and `ids` as in `Part`."""
        part = Part(name, kind, path=path, find=find, ids=ids)
        self.parts_of.append(part)
        add_part(self, part, *readers)
        return PartEndpoints(self, part)

    def get(self, *roles: Role, extra: ExtraFields | None = None, extra_kind: type | None = None) -> None:
        """GET one aggregate, and what changed in it; for a case also its history and its stored events."""
        add_state(self, *roles, extra=extra, extra_kind=extra_kind)

    def with_case(self, name: str, opened_by: type) -> None:
        """Lists these aggregates under `name` in the answer about their whole case. `opened_by`: the first event."""
        add_state_parts(self, name, opened_by)

    def get_with_parts(self) -> None:
        """GET a case with what stands within it, which must be declared before."""
        add_with_parts(self)

    def documents(self, templates: DocumentTemplates[S], *roles: Role) -> None:
        """GET the documents of one aggregate."""
        add_documents(self, templates, *roles)

    def list(self, projection: Projection, *roles: Role) -> None:
        """GET the collection."""
        add_list(self, projection, *roles)

    def handle(
        self,
        app: ServiceApplication,
        caller: Caller,
        prepare: Callable[[], Any],
        *,
        case: UUID,
        stream: UUID,
        request: Any,
        key: str | None,
        expected: int | None = None,
        exists: bool = False,
        in_transaction: InTransaction | None = None,
    ) -> Receipt:
        """Gives the application the command that `prepare` makes, once it has checked what only the operation knows.

        `key`: the caller's Idempotency-Key, which holds for the same `request` at the same place, under a right of the
        same role and scope, alone; its first
        receipt is given again whatever `prepare` would refuse by now. The rest as `ServiceApplication.handle` takes it
        and raises."""
        command_key = None
        if key:
            place = f"{self.router.prefix} {case if self.within else ''} {stream if exists else ''}"
            actor = caller.actor
            right = f"{actor.role} {actor.unit} {sorted(actor.units)} {caller.case}"
            fingerprint = app.key_store.keyed_hash(f"{place} {right} {request!r}")
            command_key = IdempotencyKey(f"{len(caller.actor.id)}:{caller.actor.id}:{key}", fingerprint)
        try:
            command = prepare()
        except Exception:
            if command_key and (first := app.first_receipt(command_key)):
                return first
            raise
        return app.handle(
            self.decider,
            stream,
            command,
            app.context(case, caller.actor),
            CommandOptions(
                expected_version=expected,
                idempotency_key=command_key,
                must_exist=exists,
                in_transaction=in_transaction,
            ),
        )

    def result(
        self,
        app: ServiceApplication,
        caller: Caller,
        case: UUID,
        receipt: Receipt,
        response: Response,
        *,
        minimal: bool,
    ) -> CommandResultFields:
        """The body of the response, and its headers `ETag`, `DLA-Position` and, for a repeated request,
        `Idempotency-Replayed`. `minimal`: without links."""
        response.headers["ETag"] = f'"{receipt.version}"'
        position = receipt.position or app.recorder.position_of(receipt.id, receipt.version)
        if position:
            response.headers[POSITION_HEADER] = str(position_in_log(app, case, position))
        if receipt.repeated:
            response.headers["Idempotency-Replayed"] = "true"
            after, before = receipt.version, receipt.version - len(receipt.events)
            receipt = replace(
                receipt,
                previous=app.load(self.decider, receipt.id, before).state if before else self.decider.initial,
                state=app.load(self.decider, receipt.id, after).state,
            )
        result: CommandResultFields = {
            "id": receipt.id,
            "version": receipt.version,
            "events": receipt.events,
            "created": self.created(case, receipt),
        }
        if not minimal:
            result["links"] = self.links(app, caller, case, receipt.id, receipt.state)
        return result

    def declare_creation(
        self,
        command: type,
        path: str,
        roles: tuple[Role, ...],
        *,
        becomes: type | None = None,
        may_refuse: tuple[Refusal, ...] = (),
    ) -> CommandEndpoint:
        """Declares an operation that creates an aggregate; the responses about the case around it link to it."""
        declared = CommandEndpoint(
            command, self.router.prefix + path, roles=roles, becomes=becomes, may_refuse=may_refuse
        )
        self.router.commands.append(declared)
        if self.within:
            self.within.offer(replace(declared, path=declared.path.replace("{case}", "{id}")))
        return declared

    def _add_route(
        self,
        path: str,
        endpoint: Callable[..., Response],
        declared: CommandEndpoint,
        status: int,
        also: tuple[int, ...] = (),
    ) -> None:
        name = split_words(declared.command.__name__).replace(" ", "_").lower()
        if any(route.name == name for route in self.router.routes if isinstance(route, APIRoute)):
            name = f"{name}_{path.rpartition('/')[2]}"
        self.router.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            name=name,
            status_code=status,
            response_model=CommandResult,
            response_model_exclude_unset=True,
            responses=problem_responses(409, 410, *also),
            summary=declared.summary,
            description=inspect.getdoc(declared.command),
        )


class PartEndpoints(Generic[S]):
    """The operations of the parts of one kind, each at the part's own address."""

    def __init__(self, aggregate: AggregateEndpoints[S], part: Part[S]) -> None:
        self._aggregate, self._part = aggregate, part

    def command(
        self,
        path: str,
        command: type,
        *roles: Role,
        check: Check | None = None,
        may_refuse: tuple[Refusal, ...] = (),
    ) -> None:
        """POST below one part: the address gives the command its ids. The rest as for the aggregate."""
        path = f"{self._part.path}{path}"
        self._aggregate.command(path, command, *roles, check=check, may_refuse=may_refuse, part=self._part)


def _body_of(command: type) -> Any:
    empty = all(each.default is not MISSING or each.default_factory is not MISSING for each in fields(command))
    return Annotated[command, JsonBody(), Body(default_factory=command) if empty else Body()]


async def _new_case() -> UUID:
    return uuid7()
