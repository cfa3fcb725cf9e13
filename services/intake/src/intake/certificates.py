"""The certificate of an erasure over HTTP, as a document to give to whoever asked for it."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from intake.erasure_paper import paper
from intake.people import certificate
from shared.web.auth import Calling, allowed, read
from shared.web.requests import Asked, case_router
from shared.web.resources import DRAWN, Form, answered
from shared.web.standard import DPO

router = case_router("/people", "people")


@router.get(
    "/{id}/erasure/certificate.{form}",
    summary="The certificate of an erasure, as a document",
    response_class=Response,
    responses=DRAWN,
)
def drawn(id: UUID, form: Form, asked: Asked, caller: Calling) -> Response:  # noqa: A002
    """The same as the certificate, in words: what was done, by whom, and what erasure does not do. It names nobody."""
    allowed(caller, DPO)
    read(caller, id)
    document = paper(asked, certificate(asked, id))
    return answered(document, form, f"certificat-d-effacement-v{document.origin.version}.{form}")
