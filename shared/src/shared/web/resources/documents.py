"""How does one ask for a document? Which there are of an aggregate, and each as HTML or PDF, now or at a version."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel

from shared.documents import Document, DocumentSource, DocumentTemplate, DocumentTemplates, RecordedFact, rendering
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication, UnknownCase
from shared.kernel import Decider, Refusal, Role
from shared.web.auth import Caller, authorize, requires
from shared.web.collections import NO_NUL_PATTERN
from shared.web.http import ProblemError, styled_page
from shared.web.requests import AppDep
from shared.web.resources.states import AggregateReads

S = TypeVar("S")
DOCUMENT_NOT_AVAILABLE = Refusal("document-not-yet", "Ce document n’existe pas encore")


class DocumentFormat(StrEnum):
    HTML = "html"
    PDF = "pdf"


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
Structure = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        pattern=NO_NUL_PATTERN,
        description="The structure’s name, which only intake knows, as it is to stand on the document",
    ),
]
DOCUMENT_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The document", "content": {"text/html": {}, "application/pdf": {}}}
}


class DocumentEndpoints(AggregateReads[S]):
    """GET …/documents and …/documents/{name}.html or .pdf of one aggregate, for those who may read it."""

    def documents(self, papers: DocumentTemplates[S], *roles: Role, names_structure: bool = False) -> None:
        """`names_structure`: the service knows the structure's name; the others write what whoever asks gives."""
        named = _nobody if names_structure else _named

        @self._router.get("/{id}/documents", summary="The documents that can be written of it")
        def written(
            id: UUID,  # noqa: A002
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: Annotated[UUID, Depends(self._case_of)],
            version: Version = None,
        ) -> list[AvailableDocument]:
            """Now, or when the aggregate had reached a version."""
            authorize(caller, case)
            self._check_stands(app, case, id)
            reading = self._reading(app, case, id, version, None)
            where = f"{self._router.prefix.format(case=case)}/{id}/documents"
            return [_listed(paper, where, len(reading.told)) for paper in papers(reading.state)]

        @self._router.get(
            "/{id}/documents/{name}.{form}",
            summary="One document",
            response_class=Response,
            responses=DOCUMENT_RESPONSES,
        )
        def drawn(
            id: UUID,  # noqa: A002
            name: Name,
            form: DocumentFormat,
            app: AppDep,
            caller: Annotated[Caller, requires(*roles)],
            case: Annotated[UUID, Depends(self._case_of)],
            structure: Annotated[str | None, Depends(named)],
            version: Version = None,
        ) -> Response:
            """The same bytes for the same version, as long as nothing was erased; its ETag is its fingerprint."""
            authorize(caller, case)
            self._check_stands(app, case, id)
            reading = self._reading(app, case, id, version, structure)
            document = _found(papers(reading.state), name).write(reading)
            return document_response(document, form, f"{name}-v{document.origin.version}.{form}")

    def _reading(
        self, app: ServiceApplication, case: UUID, stream: UUID, version: int | None, named: str | None
    ) -> DocumentSource[S]:
        """An aggregate at a version, as the log tells it, with the one around it as that stood then.

        Raises UnknownCase, or ProblemError 404 for a version that was never reached."""
        entries = list(app.events_of(app.recorder.entries_of_case(case)))
        own = _of(entries, stream)
        if not own:
            raise UnknownCase(str(stream))
        if version is not None and version > len(own):
            raise ProblemError(
                404, "unknown-version", "Version inconnue", f"Cette partie du dossier en est à la version {len(own)}."
            )
        own = own[:version]
        last, _ = own[-1]

        def beside(decider: Decider[Any], other: UUID) -> Any:
            return decider.state(event.data for entry, event in _of(entries, other) if entry.id <= last.id)

        around = beside(self._within._decider, case) if self._within else None
        told = tuple(
            RecordedFact(event.data, entry.recorded_at, by=event.meta.actor, role=event.meta.role)
            for entry, event in own
        )
        state = app.load(self._decider, stream, len(own)).state
        return DocumentSource(
            stream,
            case,
            state=state,
            told=told,
            show=app.key_store.display_text,
            around=around,
            named=named,
            beside=beside,
        )


def _of(
    entries: Sequence[tuple[LogEntry, RecordedEvent[Any]]], stream: UUID
) -> list[tuple[LogEntry, RecordedEvent[Any]]]:
    return [(entry, event) for entry, event in entries if entry.originator_id == stream]


def _found(papers: Any, name: str) -> DocumentTemplate[Any]:
    paper: DocumentTemplate[Any] | None = next((paper for paper in papers if paper.name == name), None)
    if paper is None:
        raise ProblemError(404, "unknown-document", "Document inconnu", "Aucun document de ce dossier ne porte ce nom.")
    if paper.lacking:
        raise DOCUMENT_NOT_AVAILABLE(paper.lacking)
    return paper


def _listed(paper: DocumentTemplate[Any], where: str, version: int) -> AvailableDocument:
    def address(form: DocumentFormat) -> str | None:
        return None if paper.lacking else f"{where}/{paper.name}.{form}?version={version}"

    return AvailableDocument(
        name=paper.name,
        title=paper.title,
        lacking=paper.lacking,
        html=address(DocumentFormat.HTML),
        pdf=address(DocumentFormat.PDF),
    )


def document_response(document: Document, form: DocumentFormat, file_name: str) -> Response:
    headers = {
        "ETag": f'"{document.fingerprint}"',
        "Content-Disposition": f'inline; filename="{file_name}"',
    }
    if form is DocumentFormat.PDF:
        return Response(rendering.render_pdf(document), media_type="application/pdf", headers=headers)
    page = rendering.render_html(document)
    headers["Content-Security-Policy"] = f"{styled_page(page)}; sandbox"
    return Response(page, media_type="text/html", headers=headers)


async def _named(structure: Structure = None) -> str | None:
    return structure


async def _nobody() -> None:
    return None
