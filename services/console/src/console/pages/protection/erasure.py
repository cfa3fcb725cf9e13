"""Erasure of a person, for the DPO: who is meant, among what every service knows under a name; the order; its
certificate. The name is typed in a form and stands in no address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.forms import SentForm, read_long_form
from console.pages.reading.cases import MAX_REASON_CHARACTERS, MIN_REASON_CHARACTERS, get_services
from console.pages.reading.documents import DocumentFormat, document_answer
from console.pages.rendering import page
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error
from shared.kernel import PHASE_SERVICES, Role

router = APIRouter()
MIN_WORDS_CHARACTERS = 2


@dataclass(frozen=True, slots=True)
class ErasureForm:
    """What was typed. `chosen`: the ids that are of the person; `faults`: what to correct, by field."""

    words: str = ""
    reason: str = ""
    chosen: frozenset[str] = frozenset()
    confirmed: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as one service knows them: `values`, what it says of them, by its label."""

    service: str
    row: Mapping[str, Any]
    values: Mapping[str, list[str]]


def _is_dpo(request: Request) -> bool:
    right = get_session(request).session.right
    return right is not None and right.role == Role.DPO


@router.get("/effacement")
async def search_form(request: Request) -> Response:
    await get_reader(request)
    return _show(request, ErasureForm()) if _is_dpo(request) else RedirectResponse("/", 303)


@router.post("/effacement")
async def search(request: Request) -> Response:
    """Each person found is recorded in the access log, with the reason."""
    form, refusal = await _read(request)
    if refusal is not None:
        return refusal
    faults = search_faults(form)
    if faults:
        return _show(request, replace(form, faults=faults), 422)
    found, errors = await _find(get_services(request), await _reader_for(request, form), form.words)
    return _show(request, form, found=found, errors=errors)


@router.post("/effacement/ordre")
async def order(request: Request) -> Response:
    """Orders the erasure of all the ids that were chosen, as those of one human."""
    form, refusal = await _read(request)
    if refusal is not None:
        return refusal
    services, reader = get_services(request), await _reader_for(request, form)
    faults = search_faults(form) | order_faults(form)
    error: UpstreamError | None = None
    if not faults:
        person, *also = sorted(form.chosen)
        sent = {"reason": form.reason, "also": also}
        try:
            await services.delete(reader, "intake", f"/api/v1/people/{person}", json=sent)
        except UpstreamError as refused:
            if refused.status == 401:
                raise
            error = refused
        else:
            _remember_reason(request, person, form.reason)
            return RedirectResponse(f"/effacement/{person}", 303)
    found, errors = await _find(services, reader, form.words)
    status = error.status if error else 422
    return _show(request, replace(form, faults=faults), status, found=found, errors=errors, refusal=error)


@router.get("/effacement/{person}")
async def certificate_page(request: Request, person: UUID) -> Response:
    """Raises ReasonNeeded: the reading of a certificate is recorded as one of the person."""
    reader = await get_reader(request, person)
    if not _is_dpo(request):
        return RedirectResponse("/", 303)
    certificate = await get_services(request).json(reader, "intake", f"/api/v1/people/{person}/erasure")
    return page(request, "protection/certificate.html", person=person, certificate=certificate)


@router.get("/effacement/{person}/certificat.{form}")
async def download_certificate(request: Request, person: UUID, form: DocumentFormat) -> Response:
    reader = await get_reader(request, person)
    path = f"/api/v1/people/{person}/erasure/certificate.{form}"
    answer = await get_services(request).get(reader, "intake", path)
    return document_answer(answer, form, f"certificat-d-effacement.{form}")


def read_erasure_form(sent: SentForm) -> ErasureForm:
    """Ids that are none are left out: no page of the console offers them."""
    return ErasureForm(
        " ".join(sent.get("mots").split()),
        " ".join(sent.get("motif").split()),
        chosen=frozenset(value for name, value in sent.pairs if name == "personne" and _is_id(value)),
        confirmed=sent.get("certain") == "oui",
    )


def search_faults(form: ErasureForm) -> dict[str, str]:
    faults = {}
    if len(form.words) < MIN_WORDS_CHARACTERS:
        faults["mots"] = "Écrivez un nom, une adresse ou un numéro."
    if not MIN_REASON_CHARACTERS <= len(form.reason) <= MAX_REASON_CHARACTERS:
        faults["motif"] = "Dites en quelques mots d’où vient la demande et ce qui a été vérifié."
    return faults


def order_faults(form: ErasureForm) -> dict[str, str]:
    faults = {}
    if not form.chosen:
        faults["personne"] = "Cochez au moins une ligne\u00a0: celles de la personne, et d’elle seule."
    if not form.confirmed:
        faults["certain"] = "Confirmez que vous avez vérifié qu’il s’agit bien d’elle."
    return faults


async def _read(request: Request) -> tuple[ErasureForm, Response | None]:
    """The form, or what to answer instead."""
    sent = await read_long_form(request)
    form = read_erasure_form(sent)
    await get_reader(request)
    if not _is_dpo(request):
        return form, RedirectResponse("/", 303)
    return form, _show(request, form, 403, stale=True) if sent.stale else None


async def _reader_for(request: Request, form: ErasureForm) -> Reader:
    """The DPO, who gives the reason of this search."""
    return replace(await get_reader(request), reason=form.reason)


async def _find(services: Services, reader: Reader, words: str) -> tuple[list[KnownPerson], list[UpstreamError]]:
    """In every service that keeps names; and those that do not answer."""
    answers = await asyncio.gather(
        *(
            result_or_error(services.post(reader, name, "/api/v1/people/search", {}, json={"words": words}))
            for name in PHASE_SERVICES
        )
    )
    by_service = dict(zip(PHASE_SERVICES, answers, strict=True))
    errors = [each for each in answers if isinstance(each, UpstreamError)]
    found = [
        KnownPerson(service, row, values=group_values(row["values"]))
        for service, rows in by_service.items()
        if not isinstance(rows, UpstreamError)
        for row in rows
    ]
    return found, errors


def group_values(values: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By the name of the field, each value once."""
    grouped: dict[str, list[str]] = {}
    for each in values:
        known = grouped.setdefault(str(each["path"]).rpartition(".")[2], [])
        if each["value"] not in known:
            known.append(each["value"])
    return grouped


def _show(
    request: Request,
    form: ErasureForm,
    status: int = 200,
    *,
    found: list[KnownPerson] | None = None,
    errors: Iterable[UpstreamError] = (),
    refusal: UpstreamError | None = None,
    stale: bool = False,
) -> Response:
    shown = page(
        request,
        "protection/erasure.html",
        status,
        form=form,
        found=found,
        errors=errors,
        refusal=refusal,
        stale=stale,
        max_reason=MAX_REASON_CHARACTERS,
    )
    shown.headers["Cache-Control"] = "no-store"
    return shown


def _remember_reason(request: Request, person: str, reason: str) -> None:
    request_session = get_session(request)
    request_session.session = request_session.session.with_reason(person, reason)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
