"""Tripartite agreement: the draft to be signed by hand, then the agreement as signed, with the same articles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from parcours.domain.agreement_signatures import AgreementSignature, AgreementSignatures
from parcours.domain.assignment.agreement import AgreementCountersigned
from parcours.domain.assignment.agreement_text import ARTICLES
from parcours.domain.assignment.amendments import AmendmentSigned
from parcours.domain.collective.state import MissionView
from parcours.domain.state import Action, AgreementTerms, Parcours
from parcours.domain.tender import tender as tenders
from parcours.domain.tender.state import Proposal, Tender, TenderStatus
from shared.attachments import attachment
from shared.documents import (
    Block,
    Column,
    Document,
    DocumentSource,
    Facts,
    Heading,
    Paragraph,
    Party,
    SignatureBlock,
    Table,
)
from shared.kernel import (
    AXIS_LABELS,
    Encrypted,
    capitalize_first,
    format_date,
    format_euros,
    format_period,
    quote_french,
)
from shared.kernel.french import format_count

DRAFT_TITLE, SIGNED_TITLE = "Projet de convention tripartite", "Convention tripartite"
TEMPLATE_NOTICE = (
    "Ce texte est un modèle que propose ce logiciel, et non un texte officiel\u00a0: relisez-le ensemble et adaptez-le "
    "avant de le signer."
)
NOT_IN_FORCE = "Cette convention n’est pas encore en vigueur\u00a0: il y manque une signature au moins."
SIGNED_ON_SCREEN = (
    "Signée à l’écran par lien personnel, sur le texte d’empreinte {content_hash}\u00a0: c’est une signature "
    "enregistrée dans le dossier, et non une signature électronique qualifiée."
)
NUMBERED = "Chaque structure signe pour elle-même. Elles ont ici leur numéro dans la fiche de l’opération."
SIGNATURE_BLANKS = "Nom et qualité\u00a0:\n\nDate\u00a0:\n\nSignature\u00a0:"
MISSING_BY_STEP = {
    TenderStatus.NEW: "La consultation n’est pas encore ouverte.",
    TenderStatus.OPEN: (
        "Le projet de convention s’écrit une fois le prestataire retenu et chaque candidat informé du résultat."
    ),
    TenderStatus.AGREED: "La convention est signée depuis\u00a0: elle est parmi les documents du parcours.",
    TenderStatus.CANCELLED: "La consultation est restée sans suite\u00a0: elle ne mène à aucune convention.",
}
NOT_INFORMED = "Chaque candidat est d’abord informé du résultat\u202f; le projet de convention s’écrit ensuite."


def missing_draft_reason(tender: Tender) -> str | None:
    if tender.status is not TenderStatus.AWARDED:
        return MISSING_BY_STEP[tender.status]
    return NOT_INFORMED if any(each.informed_on is None for each in tender.proposals.values()) else None


def draft_agreement(source: DocumentSource[Tender]) -> Document:
    """From the award until all have signed."""
    parcours: Parcours = source.parent
    tender = source.state
    assert tender.action is not None
    assert tender.winner is not None
    chosen = tender.candidates[tender.winner]
    assert chosen.proposal is not None
    action, provider = parcours.actions.get(tender.action), source.decrypt(chosen.name)
    blocks: list[Block] = [
        Paragraph("Projet, qui n’engage personne tant que toutes les parties ne l’ont pas signé.", aside=True),
        *_parties(source, parcours.plan.unit, provider),
        *_purpose(source, action, tender, None),
        Heading("2. Le calendrier, les jours et le montant"),
        Facts((*_calendar(action), *_price(chosen.proposal.days, chosen.proposal.amount_cents))),
        *_clauses(),
        Heading("Les signatures"),
        *_places(source, parcours, provider, AgreementSignatures()),
        Paragraph(TEMPLATE_NOTICE, aside=True),
    ]
    return source.document(DRAFT_TITLE, f"Unité {parcours.plan.unit}", blocks, adviser=parcours.plan.adviser)


def agreement(source: DocumentSource[Parcours], key: UUID) -> Document:
    """Once it is recorded, with its amendments."""
    parcours, action = source.state, source.state.actions[key]
    assert action.agreement is not None
    assert action.retained is not None
    signed, retained = action.agreement, action.retained
    tender = source.load_other(tenders.decider, retained.tender) if retained.tender else None
    provider = source.decrypt(retained.name)
    blocks: list[Block] = [
        Paragraph(f"Signée le {format_date(signed.signed_on)}." if signed.in_force else NOT_IN_FORCE),
        *_parties(source, parcours.plan.unit, provider),
        *_purpose(source, action, tender, retained.exception),
        Heading("2. Le calendrier, les jours et le montant"),
        *_terms(source, key, signed.terms),
        *_clauses(),
        Heading("Les signatures"),
        *_places(source, parcours, provider, signed.signatures),
        *_proof(source, key),
        Paragraph(TEMPLATE_NOTICE, aside=True),
    ]
    return source.document(SIGNED_TITLE, f"Unité {parcours.plan.unit}", blocks, adviser=parcours.plan.adviser)


def _parties(source: DocumentSource[Any], unit: str, provider: str) -> Iterator[Block]:
    yield Heading("Entre")
    yield Facts(
        (
            ("La structure accompagnée", source.structure_name or "…"),
            ("L’unité du DLA", unit),
            ("Le prestataire", provider),
        )
    )


def _purpose(
    source: DocumentSource[Any], action: Action | None, tender: Tender | None, exception: Encrypted | None
) -> Iterator[Block]:
    yield Heading("1. L’objet")
    if action:
        axis = AXIS_LABELS.get(action.planned.axis, action.planned.axis)
        yield Facts((("Prestation", source.decrypt(action.planned.title)), ("Axe de changement", axis)))
    if tender and tender.terms_of_reference:
        yield Paragraph(source.decrypt(tender.terms_of_reference))
    proposal = _winning_proposal(tender)
    if proposal:
        yield Paragraph(f"Le prestataire propose\u00a0: {source.decrypt(proposal.summary)}")
    if tender:
        yield Paragraph("Ce prestataire a été retenu après une consultation, dont le procès-verbal est au dossier.")
    elif exception:
        yield Paragraph(f"Il n’y a pas eu de consultation\u00a0: {source.decrypt(exception)}")


def _winning_proposal(tender: Tender | None) -> Proposal | None:
    if tender is None or tender.winner is None:
        return None
    return tender.candidates[tender.winner].proposal


def _calendar(action: Action | None) -> Iterator[tuple[str, str]]:
    if action:
        yield "Calendrier prévu", capitalize_first(format_period(action.planned.starts_on, action.planned.ends_on))


def _terms(source: DocumentSource[Parcours], key: UUID, terms: AgreementTerms) -> Iterator[Block]:
    amendments = [fact.event for fact in source.all_of(AmendmentSigned) if fact.event.action == key]
    price = _price(terms.days, terms.amount_cents, ", avenants compris" if amendments else "")
    yield Facts((*_calendar(source.state.actions[key]), *price))
    if amendments:
        rows = tuple((format_date(each.signed_on), *_added(each)) for each in amendments)
        columns = (Column("Signé le", 4), Column("Jours", number=True), Column("Montant", 2, number=True))
        yield Table("Avenants", columns, rows=rows)


def _added(amendment: AmendmentSigned) -> tuple[str, str]:
    days = f"+\u00a0{amendment.extra_days}" if amendment.extra_days else "–"
    return days, f"+\u00a0{format_euros(amendment.extra_amount_cents)}" if amendment.extra_amount_cents else "–"


def _price(days: int, amount: int, included: str = "") -> tuple[tuple[str, str], ...]:
    return (f"Jours convenus{included}", format_count(days, "jour")), ("Montant", format_euros(amount))


def _clauses() -> Iterator[Block]:
    for title, text in ARTICLES:
        yield Heading(title)
        yield Paragraph(text)


def _places(
    source: DocumentSource[Any], parcours: Parcours, provider: str, signatures: AgreementSignatures
) -> Iterator[Block]:
    yield SignatureBlock(
        (
            *_structures(source, parcours, signatures),
            Party("L’unité du DLA", parcours.plan.unit, note=_by(source, signatures.unit)),
            Party("Le prestataire", provider, note=_by(source, signatures.provider)),
        )
    )
    if isinstance(parcours, MissionView):
        yield Paragraph(NUMBERED, aside=True)


def _structures(source: DocumentSource[Any], parcours: Parcours, signatures: AgreementSignatures) -> Iterator[Party]:
    """The structure; or each of an operation that signs or has signed, by its number and without a name."""
    if not isinstance(parcours, MissionView) or signatures.structure:
        yield Party("La structure", source.structure_name or "", note=_by(source, signatures.structure))
        return
    for number, each in enumerate(parcours.beneficiaries, 1):
        signature = signatures.structures.get(each.case)
        if signature or each.departure is None:
            note = f"Signé le {format_date(signature.signed_on)}" if signature else SIGNATURE_BLANKS
            yield Party(f"Structure {number}", note=note)


def _by(source: DocumentSource[Any], signature: AgreementSignature | None) -> str:
    if signature is None:
        return SIGNATURE_BLANKS
    return f"{source.decrypt(signature.name)}\nSigné le {format_date(signature.signed_on)}"


def _proof(source: DocumentSource[Parcours], key: UUID) -> Iterator[Block]:
    signed = source.state.actions[key].agreement
    assert signed is not None
    on_screen = [each.event for each in source.all_of(AgreementCountersigned) if each.event.action == key]
    hashes = dict.fromkeys(each.content_hash for each in on_screen if each.content_hash)
    for read_hash in hashes:
        yield Paragraph(SIGNED_ON_SCREEN.format(content_hash=read_hash), aside=True)
    if not signed.proofs and not hashes:
        yield Paragraph("L’original signé fait foi\u202f; il n’est pas encore joint au dossier.", aside=True)
    for proof in signed.proofs:
        file = source.load_other(attachment.decider, proof)
        if file.status is attachment.AttachmentStatus.WITHDRAWN:
            yield Paragraph("La pièce jointe qui prouve cette convention a été retirée du dossier.", aside=True)
            continue
        name = f"{quote_french(source.plaintext(file.title))} ({source.plaintext(file.file_name)})"
        yield Paragraph(f"L’original signé fait foi\u00a0: c’est la pièce jointe {name}.", aside=True)
