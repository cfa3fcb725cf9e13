"""The letter of an orientation (« lettre d’orientation »)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intake.documents.structure import contact_blocks, structure_facts
from intake.domain.orientation import Orientation, OrientationConsented, OrientationSent
from intake.domain.request.state import Request
from shared.documents import (
    Block,
    Document,
    DocumentSource,
    DocumentTemplate,
    Facts,
    Heading,
    Paragraph,
    Party,
    SignatureBlock,
)
from shared.kernel import format_day, quote_french


def orientation_documents(_: Orientation) -> Iterable[DocumentTemplate[Orientation]]:
    yield DocumentTemplate("lettre-d-orientation", "Lettre d’orientation", write=orientation_letter)


def orientation_letter(source: DocumentSource[Orientation]) -> Document:
    """Says who comes and why. What the case knows of the structure's difficulties is left out."""
    orientation, request = source.state, _request(source)
    sent = source.last_of(OrientationSent)
    blocks: list[Block] = [
        *_consent_missing(source),
        Facts(
            (
                ("À l’attention de", orientation.target or source.plaintext(orientation.other)),
                ("De la part de", f"Dispositif local d’accompagnement, unité {request.unit}"),
                ("Objet", f"Orientation de la structure {quote_french(request.structure.name)}"),
            )
        ),
        Paragraph("Madame, Monsieur,"),
        Paragraph(
            f"La structure {quote_french(request.structure.name)} s’est adressée au dispositif local d’accompagnement,"
            " et nous pensons que vous pouvez l’aider. Voici pourquoi."
        ),
        Paragraph(source.plaintext(orientation.reason)),
        *([Paragraph(source.plaintext(sent.event.message))] if sent and sent.event.message else []),
        *_consent(source),
        Paragraph("Merci de nous dire que vous avez bien reçu cette orientation, puis ce qu’il en advient."),
        Paragraph("Nous vous prions d’agréer, Madame, Monsieur, nos salutations distinguées."),
        SignatureBlock((Party("Pour l’unité du DLA", request.unit, note="Nom et qualité\u00a0:"),)),
        Heading("La structure"),
        Facts(tuple(structure_facts(request.structure))),
        *contact_blocks(source, request.contact),
    ]
    return source.document(
        "Lettre d’orientation",
        f"Unité {request.unit}",
        blocks,
        structure=request.structure.name,
        adviser=request.adviser,
    )


def _request(source: DocumentSource[Orientation]) -> Request:
    request: Request = source.parent
    return request


def _consent_missing(source: DocumentSource[Orientation]) -> Iterator[Block]:
    if source.last_of(OrientationConsented) is None:
        yield Paragraph(
            "Projet de lettre\u00a0: la structure n’a pas encore donné son accord, et rien ne peut être transmis.",
            aside=True,
        )


def _consent(source: DocumentSource[Orientation]) -> Iterator[Block]:
    consented, sent = source.last_of(OrientationConsented), source.last_of(OrientationSent)
    if consented:
        agreed = f"La structure a donné son accord le {format_day(consented.recorded_at)}"
        then = f"\u202f; la lettre a été transmise le {format_day(sent.recorded_at)}" if sent else ""
        yield Paragraph(f"{agreed}{then}.")
