"""Documents of one aggregate over HTTP: which can be written, and each as HTML, PDF or data, now or at a version."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from shared.access import CaseAccessReplicated
from shared.documents import (
    MAX_PAGES,
    Document,
    DocumentedAggregate,
    DocumentSource,
    DocumentTemplate,
    DocumentTemplates,
    DocumentTooLarge,
    PdfRenderer,
    RecordedFact,
    rendering,
)
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication, UnknownCase
from shared.kernel import Decider, LabelledEnum, Refusal, Role
from shared.names.lookup import NOW, find_person_names, find_structures, ids_in
from shared.web.auth import Caller, authorize, leave_out_of_state, requires
from shared.web.http import ProblemError, Shape, styled_page
from shared.web.limits import Slots
from shared.web.requests import AppDep
from shared.web.resources.resource import AggregateResource

S = TypeVar("S")
DOCUMENT_NOT_AVAILABLE = Refusal("document-not-yet", "Ce document n’existe pas encore")


class DocumentFormat(LabelledEnum):
    HTML = "html", "page HTML"
    PDF = "pdf", "document PDF"
    JSON = "json", "données, pour un écran"


class AvailableDocument(BaseModel):
    """A document of the aggregate. `html` and `pdf`: where to ask for it, in the version that was listed; null with
    the reason, in French, in `lacking` when it cannot be written yet."""

    name: str
    title: str
    lacking: str | None
    html: str | None
    pdf: str | None


Name = Annotated[str, Path(pattern="^[a-z0-9-]{1,100}$")]
Version = Annotated[
    int | None, Query(ge=1, le=10**6, description="Of the aggregate, as its ETag gives it; now, if none")
]
DOCUMENT_CONTENT = {
    "text/html": {"schema": {"type": "string"}},
    "application/pdf": {"schema": {"type": "string", "format": "binary"}},
    "application/json": {"schema": Shape(rendering.DocumentData).mark()},
}
DOCUMENT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The document", "content": DOCUMENT_CONTENT}
}


def add_documents(resource: AggregateResource[S], templates: DocumentTemplates[S], *roles: Role) -> None:
    """GET `/documents` and `/documents/{name}.html`, `.pdf` or `.json` of one aggregate."""
    router, decider = resource.router, resource.decider
    parent = resource.within.decider if resource.within else None
    router.documented.append(DocumentedAggregate(decider, parent, templates=templates))

    def source_for(
        app: ServiceApplication, caller: Caller, case: UUID, stream: UUID, version: int | None
    ) -> DocumentSource[S]:
        source = load_source(app, decider, parent, case=case, stream=stream, version=version)
        return replace(source, state=leave_out_of_state(app, caller, source.state, decider.linked_cases))

    @router.get("/{id}/documents", name="list_documents", summary="List the documents")
    def list_documents(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: Annotated[Caller, requires(*roles)],
        case: Annotated[UUID, Depends(resource.case_id)],
        version: Version = None,
    ) -> list[AvailableDocument]:
        """The documents that can be written now, or could when the aggregate had reached a version."""
        authorize(caller, case, resource.case_kind)
        resource.require(app, case, id)
        source = source_for(app, caller, case, id, version)
        address = f"{router.prefix.format(case=case)}/{id}/documents"
        return [_available(template, address, len(source.facts)) for template in templates(source.state)]

    @router.get(
        "/{id}/documents/{name}.{form}",
        name="get_document",
        summary="Get a document",
        response_class=Response,
        responses=DOCUMENT_RESPONSES,
    )
    async def get_document(
        request: Request,
        id: UUID,  # noqa: A002
        name: Name,
        form: DocumentFormat,
        app: AppDep,
        caller: Annotated[Caller, requires(*roles)],
        case: Annotated[UUID, Depends(resource.case_id)],
        version: Version = None,
    ) -> Response:
        """HTML, PDF, or its blocks as JSON. A past version gives the same bytes as long as nothing is erased; the
        newest also changes when a name on it is corrected. The ETag is the document's fingerprint. A PDF has at most
        200 pages."""

        def write() -> Document:
            authorize(caller, case, resource.case_kind)
            resource.require(app, case, id)
            source = source_for(app, caller, case, id, version)
            return _find_template(templates(source.state), name).write(source)

        return await document_response(request, caller, form, write, name)


def load_source(
    app: ServiceApplication,
    decider: Decider[S],
    parent: Decider[Any] | None,
    *,
    case: UUID,
    stream: UUID,
    version: int | None = None,
) -> DocumentSource[S]:
    """The aggregate at a version, with the other aggregates of the case as they were then. `parent`: the aggregate of
    the case, for one that has a stream of its own in it.

    Raises UnknownCase, or ProblemError 404 for a version that was never reached."""
    entries = _entries_of_case(app, case)
    own = _entries_of(entries, stream)
    if not own:
        raise UnknownCase(str(stream))
    if version is not None and version > len(own):
        raise ProblemError(
            404, "unknown-version", "Version inconnue", f"Cette partie du dossier en est à la version {len(own)}."
        )
    following = own[version][0].id if version is not None and version < len(own) else None
    own = own[:version]
    last, _ = own[-1]

    def state_of(other: Decider[Any], stream: UUID) -> Any:
        found = _entries_of(entries, stream) or _entries_of(_entries_of_case(app, stream), stream)
        return other.state(event.data for entry, event in found if entry.id <= last.id)

    state = app.load(decider, stream, len(own)).state
    parent_state = state_of(parent, case) if parent else None
    until = NOW if following is None else following - 1  # names are corrected between two versions too
    structure = find_structures(app, [case], until).get(case)
    in_charge = [
        event.data.adviser
        for entry, event in entries
        if entry.id <= until and isinstance(event.data, CaseAccessReplicated)
    ]
    people = {event.meta.actor for _, event in own} | set(ids_in([state, parent_state, in_charge[-1:]]))
    return DocumentSource(
        stream,
        case,
        state=state,
        facts=tuple(
            RecordedFact(event.data, entry.recorded_at, by=event.meta.actor, role=event.meta.role)
            for entry, event in own
        ),
        decrypt=app.key_store.display_text,
        parent=parent_state,
        structure_name=structure.name if structure else None,
        adviser=in_charge[-1] if in_charge else None,
        person_names=find_person_names(app, people, until),
        load_other=state_of,
    )


def _entries_of_case(app: ServiceApplication, case: UUID) -> list[tuple[LogEntry, RecordedEvent[Any]]]:
    return list(app.events_of(app.recorder.entries_of_case(case)))


def _entries_of(
    entries: Sequence[tuple[LogEntry, RecordedEvent[Any]]], stream: UUID
) -> list[tuple[LogEntry, RecordedEvent[Any]]]:
    return [(entry, event) for entry, event in entries if entry.originator_id == stream]


def _find_template(templates: Any, name: str) -> DocumentTemplate[Any]:
    template: DocumentTemplate[Any] | None = next((each for each in templates if each.name == name), None)
    if template is None:
        raise ProblemError(404, "unknown-document", "Document inconnu", "Aucun document de ce dossier ne porte ce nom.")
    if template.unavailable_because:
        raise DOCUMENT_NOT_AVAILABLE(template.unavailable_because)
    return template


def _available(template: DocumentTemplate[Any], address: str, version: int) -> AvailableDocument:
    def url(form: DocumentFormat) -> str | None:
        return None if template.unavailable_because else f"{address}/{template.name}.{form}?version={version}"

    return AvailableDocument(
        name=template.name,
        title=template.title,
        lacking=template.unavailable_because,
        html=url(DocumentFormat.HTML),
        pdf=url(DocumentFormat.PDF),
    )


async def document_response(
    request: Request, caller: Caller, form: DocumentFormat, write: Callable[[], Document], name: str
) -> Response:
    """The document that `write` gives, in a thread. A PDF takes a slot before anything of it is read.

    Raises ProblemError: 422 for a document that is too large for a PDF, 429 or 503 while others are made."""
    if form is DocumentFormat.HTML:
        return await run_in_threadpool(_page, write, name)
    if form is DocumentFormat.JSON:
        return await run_in_threadpool(_data, write, name)
    slots: Slots = request.app.state.pdf_slots
    async with slots.hold(caller.actor.id):
        return await run_in_threadpool(_pdf, write, name, request.app.state.pdf_renderer)


def _page(write: Callable[[], Document], name: str) -> Response:
    document = write()
    page = rendering.render_html(document)
    headers = _headers(document, name, DocumentFormat.HTML)
    headers["Content-Security-Policy"] = f"{styled_page(page)}; sandbox"
    return Response(page, media_type="text/html", headers=headers)


def _data(write: Callable[[], Document], name: str) -> Response:
    document = write()
    return JSONResponse(rendering.render_data(document), headers=_headers(document, name, DocumentFormat.JSON))


def _pdf(write: Callable[[], Document], name: str, renderer: PdfRenderer) -> Response:
    document = write()
    try:
        content = renderer.render(document)
    except DocumentTooLarge as error:
        raise _too_large_for_pdf(error.pages) from None
    headers = _headers(document, name, DocumentFormat.PDF)
    return Response(content, media_type="application/pdf", headers=headers)


def _headers(document: Document, name: str, form: DocumentFormat) -> dict[str, str]:
    return {
        "ETag": f'"{document.fingerprint}"',
        "Content-Disposition": f'inline; filename="{name}-v{document.origin.version}.{form}"',
    }


def _too_large_for_pdf(pages: int | None) -> ProblemError:
    detail = (
        f"Ce document ferait environ {pages}\u00a0pages, et un PDF en compte {MAX_PAGES} au plus\u00a0: lisez-le en"
        " HTML."
        if pages
        else "Ce document demande trop de mémoire ou de temps pour un PDF\u00a0: lisez-le en HTML."
    )
    return ProblemError(422, "document-too-large", "Document trop volumineux pour un PDF", detail)
