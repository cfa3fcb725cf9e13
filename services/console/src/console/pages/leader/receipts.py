"""The receipt of a decision: a page whose proof the reader's browser checks, and the same as a PDF to keep."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from markupsafe import Markup

from console.auth.request_session import get_session
from console.pages.reading.cases import fetch_timeline, get_services
from console.pages.reading.event import fetch_stored
from console.pages.rendering import page
from console.presentation.plain_values import event_nodes
from console.presentation.receipts import RECEIPT_KINDS, ReceiptKind
from console.presentation.timeline import TimelineLine, lines_of
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error
from console.upstream.stored_events import decode_stored
from shared.documents import Document, Facts, Heading, Origin, Paragraph, PdfRenderer, QrCode
from shared.documents.rendering import qr_svg
from shared.kernel import format_instant, format_number
from shared.web.http import ProblemError
from shared.web.limits import Slots

router = APIRouter()
UNKNOWN = "Aucune décision de ce dossier ne porte cet identifiant."
CAUTION = (
    "Une décision par lien personnel est enregistrée dans le dossier et engagée dans un registre que personne ne peut"
    " réécrire. Ce n’est pas une signature électronique qualifiée."
)
SCANNED = "Ce code mène à une page publique qui dit si l’empreinte est au registre, et si elle vaut toujours."


@dataclass(frozen=True, slots=True)
class DecisionReceipt:
    """`version` and `content_hash`: of the text that the decision is about. `entry`: the line of the ledger, from 1;
    null while it is not signed. `public_address`: what the QR code holds."""

    kind: ReceiptKind
    line: TimelineLine
    version: int | None
    content_hash: str | None
    reason: str | None
    entry: int | None
    structure: str
    unit: str
    public_address: str
    content: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        return self.kind.sentence.format(version=self.version)

    @property
    def fingerprint(self) -> str:
        return str(self.line.event["payload_hash"])

    @property
    def recorded_at(self) -> datetime:
        return datetime.fromisoformat(str(self.line.event["recorded_at"]))


@router.get("/dossiers/{case}/recus/{event}.pdf")
async def receipt_pdf(request: Request, case: UUID, event: UUID) -> Response:
    reader, services = await get_reader(request, case), get_services(request)
    receipt = await read_receipt(services, reader, case, event, request.app.state.settings.address)
    if receipt.entry is None:
        raise _not_signed_yet()
    slots: Slots = request.app.state.pdf_slots
    renderer: PdfRenderer = request.app.state.pdf_renderer
    try:
        async with slots.hold(get_session(request).session.id):
            content = await run_in_threadpool(renderer.render, receipt_document(receipt, case))
    except ProblemError as busy:
        raise UpstreamError("audit", busy.status_code, slug=busy.slug, title=busy.title, detail=busy.detail) from busy
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="recu-{event}.pdf"'},
    )


@router.get("/dossiers/{case}/recus/{event}")
async def receipt_page(request: Request, case: UUID, event: UUID) -> Response:
    reader, services = await get_reader(request, case), get_services(request)
    receipt = await read_receipt(services, reader, case, event, request.app.state.settings.address)
    return page(
        request,
        "leader/receipt.html",
        case=case,
        receipt=receipt,
        line=receipt.line,
        event=receipt.line.event,
        label=receipt.line.label,
        content=event_nodes(receipt.content),
        qr=Markup(qr_svg(receipt.public_address)),  # noqa: S704 – drawn from an address of ours
        caution=CAUTION,
        scanned=SCANNED,
    )


async def read_receipt(services: Services, reader: Reader, case: UUID, event: UUID, console: str) -> DecisionReceipt:
    """`console`: its public address. Raises UpstreamError, with status 404 for what has no receipt."""
    timeline, state, proof = await asyncio.gather(
        fetch_timeline(services, reader, case),
        result_or_error(services.json(reader, "intake", f"/api/v1/requests/{case}")),
        result_or_error(services.text(reader, "audit", f"/api/v1/events/{event}/proof")),
    )
    lines = lines_of(timeline["events"], timeline["names"])
    line = next((each for each in lines if each.event["id"] == str(event)), None)
    if line is None or line.event["event"] not in RECEIPT_KINDS:
        raise UpstreamError("audit", 404, slug="unknown-receipt", title="Reçu inconnu", detail=UNKNOWN)
    content = await _content(services, reader, case, line)
    known = state if isinstance(state, dict) else {}
    return DecisionReceipt(
        RECEIPT_KINDS[line.event["event"]],
        line,
        version=content.get("version"),
        content_hash=content.get("content_hash"),
        reason=content.get("reason"),
        entry=_entry_of(proof),
        structure=(known.get("structure") or {}).get("name") or f"Dossier {case}",
        unit=str(line.event["unit"] or known.get("unit") or ""),
        public_address=f"{console}/empreinte/{event}/{line.event['payload_hash']}",
        content=content,
    )


async def _content(services: Services, reader: Reader, case: UUID, line: TimelineLine) -> dict[str, Any]:
    """Of the event, as its service shows it; empty where it cannot be read."""
    event = line.event
    stored = await result_or_error(fetch_stored(services, reader, event["service"], case, str(event["position"])))
    if stored is None or isinstance(stored, UpstreamError):
        return {}
    return decode_stored(stored["bytes"], stored["shown"]) or {}


def _entry_of(proof: Any) -> int | None:
    """The line of the ledger, which the third line of a proof names from 0."""
    if isinstance(proof, UpstreamError):
        return None
    index = next((each for each in proof.splitlines() if each.startswith("index ")), None)
    return int(index.removeprefix("index ")) + 1 if index else None


def _not_signed_yet() -> UpstreamError:
    return UpstreamError(
        "audit",
        503,
        slug="not-signed-yet",
        title="Le reçu n’est pas encore prêt",
        detail="Le registre signe votre décision dans les secondes qui viennent\u00a0: réessayez dans un instant.",
    )


def receipt_document(receipt: DecisionReceipt, case: UUID) -> Document:
    """The receipt on paper."""
    event = receipt.line.event
    assert receipt.entry is not None
    by = receipt.line.actor_name
    text = [("Empreinte du texte", receipt.content_hash)] if receipt.content_hash else []
    version = [("Version", str(receipt.version))] if receipt.version else []
    why = [("Motif", str(receipt.reason))] if receipt.reason else []
    return Document(
        receipt.kind.title,
        receipt.structure,
        unit=f"Unité {receipt.unit}" if receipt.unit else "",
        blocks=(
            Paragraph(receipt.sentence),
            Facts(
                (
                    ("Décidé le", format_instant(receipt.recorded_at)),
                    *([("Par", by)] if by else []),
                    *version,
                    *text,
                    *why,
                )
            ),
            Heading("Au registre"),
            Facts(
                (
                    ("Entrée", f"n°\u00a0{format_number(receipt.entry)}"),
                    ("Numéro du reçu", str(event["id"])),
                    ("Empreinte de la décision", receipt.fingerprint),
                )
            ),
            QrCode(receipt.public_address, SCANNED),
            Paragraph(CAUTION, aside=True),
        ),
        origin=Origin(case, UUID(event["stream"]), version=event["version"], recorded_at=receipt.recorded_at),
    )
