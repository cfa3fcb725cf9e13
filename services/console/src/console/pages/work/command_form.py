"""The form of a command: shown from the API's own schema, sent in the person's name, and never lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console.auth.request_session import get_session
from console.commands.fields import Field
from console.commands.form_context import PreparedForm, prepare_form
from console.commands.offered import form_address
from console.commands.operations import Catalogue
from console.commands.prefill import fill_in
from console.commands.refusal import CommandRefusal
from console.commands.sending import Outcome, send_command
from console.commands.typed import Typed
from console.commands.wording import find_meanings
from console.pages.forms import SentForm, read_long_form
from console.pages.reading.cases import get_services
from console.pages.rendering import case_home, page, redirect
from console.upstream.reader import ChoiceNeeded, SignInNeeded, get_reader
from console.upstream.services import Reader, UpstreamError, result_or_error
from shared.kernel import PHASE_SERVICES, DifficultyLevel, Role, uuid7

router = APIRouter()
ADD_ROW = "ajouter"
KEY, VERSION = "cle", "version-lue"
OWN_INPUTS = {ADD_ROW, KEY, VERSION}
NEW_CASE = ("intake", "requests")
CRISES = {level for level in DifficultyLevel if level.is_a_crisis}
RETURNS = {
    "retention": ("/conservation", "Conservation", {Role.DPO}),
    "identities": ("/droits", "Droits", {Role.MANAGER, Role.REGIONAL}),
}
"""The page that the form of a command without a case belongs to, by the collection of the command: its address, its
title, and who has it."""
DESIGNED = {"TriageDifficulty"}
"""The commands whose form has a template of its own, in templates/work/designed."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Why the form is shown again, above it. `kind`: the style of the notice."""

    title: str
    detail: str
    kind: str = "refused"
    link: tuple[str, str] | None = None


SIGN_IN_AGAIN = Notice(
    "Votre session est terminée",
    "Ce que vous avez écrit est toujours là, et rien n’est encore enregistré. Reconnectez-vous dans un autre onglet,"
    " puis revenez ici et envoyez de nouveau.",
    link=("/connexion", "Se reconnecter dans un autre onglet"),
)
CHOOSE_AGAIN = Notice(
    "À quel titre agissez-vous\u202f?",
    "Vous avez plusieurs droits. Choisissez-en un dans un autre onglet, puis revenez ici et envoyez de nouveau.",
    link=("/titre", "Choisir dans un autre onglet"),
)
SENT_BY_AN_EARLIER_PAGE = Notice(
    "Relisez, puis envoyez de nouveau",
    "Vous vous êtes reconnecté·e depuis que cette page était ouverte. Rien n’est encore enregistré, rien n’est perdu.",
)


def get_catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


@router.get("/dossiers/{case}/faire/{service}/{path:path}")
async def case_command_page(request: Request, case: UUID, service: str, path: str) -> Response:
    return await _show(request, case, service, path)


@router.get("/faire/{service}/{path:path}")
async def command_page(request: Request, service: str, path: str) -> Response:
    return await _show(request, None, service, path)


@router.post("/dossiers/{case}/faire/{service}/{path:path}")
async def send_case_command(request: Request, case: UUID, service: str, path: str) -> Response:
    return await _send(request, case, service, path)


@router.post("/faire/{service}/{path:path}")
async def send_other_command(request: Request, service: str, path: str) -> Response:
    return await _send(request, None, service, path)


async def _show(request: Request, case: UUID | None, service: str, path: str) -> Response:
    reader = await get_reader(request, case)
    form = await _prepare(request, reader, service, path)
    typed = fill_in(
        form.operation.command, form.fields, form.state, form.parameters, dict(request.query_params.items())
    )
    if (kind := request.query_params.get("kind", "")) in (form.operation.kinds or ()):
        typed.set("kind", kind)
    return _render(request, case, form, typed, just_done=await just_recorded(request))


async def _prepare(request: Request, reader: Reader | None, service: str, path: str) -> PreparedForm:
    """Raises HTTPException for what is no command, or UpstreamError."""
    found = await get_catalogue(request).find(service, path) if service in PHASE_SERVICES else None
    if found is None:
        raise HTTPException(404)
    return await prepare_form(get_services(request), reader, *found)


async def _send(request: Request, case: UUID | None, service: str, path: str) -> Response:
    sent = await read_long_form(request, with_file=_has_file(request))
    reader, notice = await _reader_or_notice(request, case)
    form = await _prepare(request, reader, service, path)
    typed = Typed(pair for pair in sent.pairs if pair[0] not in OWN_INPUTS)
    if row := sent.get(ADD_ROW):
        return _render(request, case, form, typed, sent, add_row=row)
    typed = typed.renumbered(form.fields)
    if sent.stale and reader is not None:
        notice = SENT_BY_AN_EARLIER_PAGE
    if reader is None or notice is not None:
        return _render(request, case, form, typed, sent, status=403 if reader else 401, notice=notice)
    outcome = await send_command(
        get_services(request), reader, form, typed, key=sent.get(KEY), version=sent.get(VERSION), file=sent.file
    )
    return _answer(request, case, form, typed, sent, outcome)


def _has_file(request: Request) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/")


async def _reader_or_notice(request: Request, case: UUID | None) -> tuple[Reader | None, Notice | None]:
    try:
        return await get_reader(request, case), None
    except SignInNeeded:
        return None, SIGN_IN_AGAIN
    except ChoiceNeeded:
        return None, CHOOSE_AGAIN


def _answer(
    request: Request, case: UUID | None, form: PreparedForm, typed: Typed, sent: SentForm, outcome: Outcome
) -> Response:
    if outcome.refusal is None:
        return _recorded(request, case, form, typed, outcome.body)
    refusal = outcome.refusal
    if refusal.status == 401:
        return _render(request, case, form, typed, sent, status=401, notice=SIGN_IN_AGAIN)
    if outcome.form is not None:  # as the case stands now, with the version that it has
        form = outcome.form
        sent = replace(sent, pairs=[pair for pair in sent.pairs if pair[0] != VERSION])
    if outcome.recorded_before:
        sent = replace(sent, pairs=[pair for pair in sent.pairs if pair[0] != KEY])
    return _render(request, case, form, typed, sent, status=refusal.status, refusal=refusal, outcome=outcome)


def _recorded(request: Request, case: UUID | None, form: PreparedForm, typed: Typed, body: dict[str, Any]) -> Response:
    if body.get("secret"):
        return page(request, "work/given_link.html", case=case, given=body, label=form.operation.label)
    if (form.operation.service, form.operation.template) == NEW_CASE:
        case = UUID(body["id"])
    home, _ = _return_of(request, case, form)
    where = next_form(case, form.operation.command, typed) or home
    query = urlencode({"fait": form.operation.template, "service": form.operation.service})
    return redirect(request, f"{where}?{query}")


def _return_of(request: Request, case: UUID | None, form: PreparedForm) -> tuple[str, str]:
    """The page to come back to, and its title where it is no case's."""
    right = get_session(request).session.right
    address, title, roles = RETURNS.get(form.operation.template.partition("/")[0], ("", "", set()))
    if case is None and right is not None and right.role in roles:
        return address, title
    return case_home(right, case), "" if case else "Aujourd’hui"


def _render(
    request: Request,
    case: UUID | None,
    form: PreparedForm,
    typed: Typed,
    sent: SentForm | None = None,
    *,
    status: int = 200,
    notice: Notice | None = None,
    refusal: CommandRefusal | None = None,
    outcome: Outcome | None = None,
    add_row: str = "",
    just_done: str = "",
) -> Response:
    """The form with all that was typed; the rows that it had, and one more where there is none or one is wanted."""
    key = (sent.get(KEY) if sent else "") or str(uuid7())
    version = (sent.get(VERSION) if sent else "") or str(form.version or "")
    command = form.operation.command
    return page(
        request,
        "work/command.html",
        status,
        case=case,
        form=form,
        home=_return_of(request, case, form),
        operation=form.operation,
        fields=form.fields,
        typed=typed,
        rows=lambda field: _rows(field, typed, add_row),
        hidden_inputs=_hidden_inputs(form.fields, typed),
        key=key,
        version=version,
        notice=notice,
        refusal=refusal,
        changes=outcome.changes if outcome else (),
        now=outcome.now if outcome else Typed(),
        recorded_before=outcome.recorded_before if outcome else False,
        add_row=ADD_ROW,
        just_done=just_done,
        designed=f"work/designed/{command}.html" if command in DESIGNED else None,
        meanings=find_meanings(command, "level"),
        KEY=KEY,
        VERSION=VERSION,
    )


def _rows(field: Field, typed: Typed, add_row: str) -> list[int]:
    numbers = typed.rows(field.path)
    more = not numbers or add_row == field.path
    return [*numbers, max(numbers, default=-1) + 1] if more else numbers


def _hidden_inputs(fields: tuple[Field, ...], typed: Typed) -> list[tuple[str, str]]:
    """What was typed in inputs that this rendering has not, such as while a service is down: for the next one."""
    places = {path for field in fields for path in _places(field)}
    return [(name, value) for name, value in typed.pairs() if not _is_place(name, places)]


def _places(field: Field) -> list[str]:
    own = [field.path] if not field.children else []
    ranked = [f"{field.path}.{each.value}" for each in field.options]
    return own + ranked + [place for child in field.children for place in _places(child)]


def _is_place(name: str, places: set[str]) -> bool:
    return name in places or ".".join("{n}" if part.isdigit() else part for part in name.split(".")) in places


def next_form(case: UUID | None, command: str, typed: Typed) -> str | None:
    """The form that must follow at once: a structure in a crisis is oriented without waiting. Null for none."""
    if command == "TriageDifficulty" and typed.get("level") in CRISES:
        return form_address(case, "intake", f"/api/v1/requests/{case}/orientations")
    return None


async def just_recorded(request: Request) -> str:
    """The French label of the operation that a form has just recorded, by the query that it left to this page; empty
    for none."""
    service, template = (request.query_params.get(name, "") for name in ("service", "fait"))
    if not template or service not in PHASE_SERVICES:
        return ""
    found = await result_or_error(get_catalogue(request).operations(service))
    if isinstance(found, UpstreamError):
        return ""
    return next((each.label for each in found if each.template == template), "")
