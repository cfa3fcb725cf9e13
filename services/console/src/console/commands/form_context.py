"""A form made ready: its fields, what they may name, and the state that the command is decided on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.commands.fields import Field, form_fields
from console.commands.operations import PLACEHOLDER, CommandOperation, fill_path
from console.commands.references import FormContext, resolve_fields
from console.upstream.services import Reader, Services, UpstreamError


@dataclass(frozen=True, slots=True)
class PreparedForm:
    """`state`: of what the command is for, as it was read now; empty where it creates it, or cannot be read.
    `error`: why it could not be read. `offered`: whether the API offers the command now; null where nobody can tell."""

    operation: CommandOperation
    parameters: Mapping[str, str]
    fields: tuple[Field, ...]
    state: Mapping[str, Any]
    case_state: Mapping[str, Any]
    error: UpstreamError | None = None

    @property
    def path(self) -> str:
        """Of the API."""
        return "/" + fill_path(self.operation.template, self.parameters).lstrip("/")

    @property
    def version(self) -> int | None:
        """The version that the person has seen, where the command takes one."""
        return self.state.get("version") if self.operation.versioned else None

    @property
    def offered(self) -> bool | None:
        links = self.state.get("links") if "{" in self.operation.template else None
        return None if links is None else any(link["href"] == self.path for link in links)


async def prepare_form(
    services: Services, reader: Reader | None, operation: CommandOperation, parameters: Mapping[str, str]
) -> PreparedForm:
    """Without a reader, the fields alone. Raises UpstreamError when the session has ended, or the case is not for
    the reader."""
    fields = form_fields(operation)
    if reader is None:
        return PreparedForm(operation, parameters, fields=fields, state={}, case_state={})
    state, case_state = await asyncio.gather(
        _read_state(services, reader, operation, parameters), _read_case(services, reader, operation, parameters)
    )
    error = next((each for each in (state, case_state) if isinstance(each, UpstreamError)), None)
    known = {} if isinstance(state, UpstreamError) else state
    of_the_case = {} if isinstance(case_state, UpstreamError) else case_state or known
    context = FormContext(
        services, reader, operation=operation, parameters=parameters, state=known, case_state=of_the_case
    )
    fields = await resolve_fields(context, fields)
    return PreparedForm(operation, parameters, fields=fields, state=known, case_state=of_the_case, error=error)


async def _read_state(
    services: Services, reader: Reader, operation: CommandOperation, parameters: Mapping[str, str]
) -> Any:
    """Of the aggregate that the path names by `{id}`."""
    if operation.aggregate is None:
        return {}
    path = fill_path(operation.aggregate, parameters)
    collection, _, _ = path.rpartition("/")
    if collection.endswith(("/attachments", "/access-links")):  # what stands there is the file, or no state
        listed = await _get(services, reader, operation, collection)
        found = listed if isinstance(listed, list) else []
        return next((each for each in found if each["id"] == parameters["id"]), {})
    return await _get(services, reader, operation, path)


async def _read_case(
    services: Services, reader: Reader, operation: CommandOperation, parameters: Mapping[str, str]
) -> Any:
    """The state of the case in this service, for a command on something within it."""
    before, found, _ = operation.template.partition("{case}")
    if not found or PLACEHOLDER.search(before):
        return {}
    return await _get(services, reader, operation, fill_path(before + found, parameters))


async def _get(services: Services, reader: Reader, operation: CommandOperation, path: str) -> Any:
    """The body; the error where the service does not answer, for what is typed is shown all the same. Empty where the
    reader's role reads no such state, as a provider does not read a tender: the service judges what is sent."""
    try:
        return await services.json(reader, operation.service, path)
    except UpstreamError as error:
        if error.is_down:
            return error
        if error.status in (404, 405) or error.problem.get("policy") == "role":
            return {}  # nothing stands there, or a role that sends the command reads another address: a recipient
        raise
