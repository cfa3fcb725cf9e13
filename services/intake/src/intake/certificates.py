"""The certificate of an erasure over HTTP, as a document to give to whoever asked for it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Response

from intake.api.erasure import certificate
from intake.documents.erasure_certificate import paper
from shared.web.auth import Caller, authorize, authorize_read, requires
from shared.web.requests import AppDep, case_router
from shared.web.resources import DOCUMENT_RESPONSES, DocumentFormat, document_response
from shared.web.standard import DPO_ONLY

router = case_router("/people", "people")


@router.get(
    "/{id}/erasure/certificate.{form}",
    summary="The certificate of an erasure, as a document",
    response_class=Response,
    responses=DOCUMENT_RESPONSES,
)
def drawn(id: UUID, form: DocumentFormat, app: AppDep, caller: Annotated[Caller, requires(*DPO_ONLY)]) -> Response:  # noqa: A002
    """The same as the certificate, in words: what was done, by whom, and what erasure does not do. It names nobody."""
    authorize(caller)
    authorize_read(caller, id)
    document = paper(app, certificate(app, id))
    return document_response(document, form, f"certificat-d-effacement-v{document.origin.version}.{form}")
