"""/api/v1/people: erasure of a person in all services, for the DPO, and its certificate."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response

from intake.bootstrap import Deployment
from intake.documents.erasure_certificate import erasure_certificate_document
from intake.domain import erasure
from intake.domain.erasure import OrderErasure, OrderErasureWithFindings
from intake.operations.erasure import ErasureCertificate, build_certificate, order_with_findings
from shared.documents import Document
from shared.erasure import person_erasure_id
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.web.auth import Caller, authorize, authorize_person, requires
from shared.web.http import JsonBody, problem_responses
from shared.web.requests import AppDep, CommandEndpoint
from shared.web.resources import DOCUMENT_RESPONSES, DocumentFormat, document_response
from shared.web.standard import DPO_ONLY, people_router


def build_router(deployment: Deployment) -> APIRouter:
    """`/people/search` and `/people/{id}` are those of every service."""
    router = people_router()

    def order_erasure(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: Annotated[Caller, requires(*DPO_ONLY)],
        body: Annotated[OrderErasure, JsonBody(), Body()],
    ) -> ErasureCertificate:
        """Every service destroys the key of this person's name, mail and telephone, for good, and those of the further
        ids in `also`. The history stays.

        Refused while an open case has the person as its contact, while they hold rights, and when a case outside the
        caller's territory names them; another service that knows them from such a case erases nothing, and the
        certificate says so. A second order changes nothing, unless it comes from a wider territory or names more
        ids."""
        authorize(caller)
        stream = person_erasure_id(id)
        order = order_with_findings(app, id, body, caller.actor, caller.protects)
        app.handle(erasure.decider, stream, order, app.context(stream, caller.actor))
        return build_certificate(app, id, deployment.settings.backup_days, caller.actor.territory)

    def read_certificate(app: ServiceApplication, caller: Caller, person: UUID) -> ErasureCertificate:
        """Recorded once it is known to be for the caller. Raises like `build_certificate`."""
        authorize(caller)
        certificate = build_certificate(app, person, deployment.settings.backup_days, caller.actor.territory)
        authorize_person(caller, person, ())
        return certificate

    declared = CommandEndpoint(OrderErasure, "/api/v1/people/{id}", roles=(Role.DPO,), becomes=OrderErasureWithFindings)
    router.commands.append(declared)
    router.add_api_route(
        "/{id}",
        order_erasure,
        methods=["DELETE"],
        status_code=202,
        response_model=ErasureCertificate,
        responses=problem_responses(409),
        summary=declared.summary,
    )

    @router.get("/{id}/erasure", summary="Get the certificate of an erasure")
    def get_erasure_certificate(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: Annotated[Caller, requires(*DPO_ONLY)],
    ) -> ErasureCertificate:
        """Who ordered it and why, which services confirmed it and when, which have not, and until when back-ups last.

        For a DPO whose territory covers that of the order."""
        return read_certificate(app, caller, id)

    @router.get(
        "/{id}/erasure/certificate.{form}",
        summary="Get the certificate of an erasure as a document",
        response_class=Response,
        responses=DOCUMENT_RESPONSES,
    )
    async def get_erasure_certificate_document(
        request: Request,
        id: UUID,  # noqa: A002
        form: DocumentFormat,
        app: AppDep,
        caller: Annotated[Caller, requires(*DPO_ONLY)],
    ) -> Response:
        """The certificate to hand over: what was done, by whom, and what erasure does not do. It contains no name."""

        def write() -> Document:
            return erasure_certificate_document(app, read_certificate(app, caller, id))

        return await document_response(request, caller, form, write, "certificat-d-effacement")

    return router
