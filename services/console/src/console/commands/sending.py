"""A command sent in a person's name: recorded once, or refused with what the form needs to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from console.commands.form_context import PreparedForm, prepare_form
from console.commands.prefill import fill_in
from console.commands.refusal import CommandRefusal, read_refusal
from console.commands.typed import Typed, body_of
from console.presentation.plain_values import Change, change_list, names_by_id
from console.upstream.services import Reader, Services, UpstreamError

STALE, REUSED, NO_FILE = "stale-version", "idempotency-key-reused", "no-file"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`body`: the answer to a recorded command. Else `refusal`; after a conflict `form` as the case stands now, with
    the `changes` since the version that was read, and what the form would hold `now`. `recorded_before`: something
    else was recorded under the form's key, and the next attempt takes a new one."""

    body: dict[str, Any] = field(default_factory=dict)
    refusal: CommandRefusal | None = None
    form: PreparedForm | None = None
    changes: Sequence[Change] = ()
    now: Typed = field(default_factory=Typed)
    recorded_before: bool = False


async def send_command(
    services: Services,
    reader: Reader,
    form: PreparedForm,
    typed: Typed,
    *,
    key: str,
    version: str,
    file: tuple[str, bytes] | None = None,
) -> Outcome:
    """`key`: of the form, so that a second sending of it records nothing more. `version`: the one that was read."""
    if form.operation.is_upload and file is None:
        return Outcome(refusal=_no_file())
    headers = {"Idempotency-Key": key, "Prefer": "return=minimal"}
    if form.operation.versioned and version.isdecimal():
        headers["If-Match"] = f'"{version}"'
    try:
        if file is not None and form.operation.is_upload:
            sent = _upload(typed, file, headers)
        else:
            sent = {"json": body_of(form.fields, typed)}
        return Outcome(body=await services.post(reader, form.operation.service, form.path, headers, **sent))
    except UpstreamError as error:
        refusal = read_refusal(error, form.fields)
        if error.slug == STALE:
            return await _conflict(services, reader, form, version, refusal)
        return Outcome(refusal=refusal, recorded_before=error.slug == REUSED)


def _no_file() -> CommandRefusal:
    detail = "Choisissez le fichier à joindre, puis envoyez de nouveau."
    return CommandRefusal("Aucun fichier n’est choisi", detail, status=422, slug=NO_FILE, at={"fichier": detail})


def _upload(typed: Typed, file: tuple[str, bytes], headers: dict[str, str]) -> dict[str, Any]:
    name, content = file
    title = typed.get("titre").strip()
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    if title:
        disposition += f"; title*=UTF-8''{quote(title, safe='')}"
    headers |= {"Content-Disposition": disposition, "Content-Type": "application/octet-stream"}
    return {"content": content, "params": {"kind": typed.get("kind")}}


async def _conflict(
    services: Services, reader: Reader, form: PreparedForm, version: str, refusal: CommandRefusal
) -> Outcome:
    """What has changed since the person opened the form, field by field."""
    anew = await prepare_form(services, reader, form.operation, form.parameters)
    changes = await _changes(services, reader, anew, version)
    now = fill_in(form.operation.command, anew.fields, anew.state, anew.parameters, {})
    return Outcome(refusal=refusal, form=anew, changes=changes, now=now)


async def _changes(services: Services, reader: Reader, form: PreparedForm, version: str) -> list[Change]:
    aggregate = form.operation.aggregate
    if aggregate is None or not version.isdecimal() or form.version is None:
        return []
    path = form.path[: len(_aggregate_path(form))]
    try:
        steps = await services.json(
            reader, form.operation.service, f"{path}/changes", since=version, until=str(form.version)
        )
    except UpstreamError as error:
        if error.status == 401:
            raise
        return []
    names: dict[str, str] = names_by_id(form.state)
    effects: list[Mapping[str, Any]] = []
    for step in steps:
        names |= step["names"] or {}
        effects += step["changes"]
    return change_list(effects, names)


def _aggregate_path(form: PreparedForm) -> str:
    """The path of the API up to the aggregate's id."""
    parts = form.path.split("/")
    assert form.operation.aggregate is not None
    return "/".join(parts[: len(form.operation.aggregate.split("/")) + 3])
