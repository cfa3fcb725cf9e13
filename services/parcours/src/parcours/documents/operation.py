"""Documents of a collective operation: its summary sheet, its agreement, and those of its tender."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from parcours.documents.agreement import SIGNED_TITLE, agreement
from parcours.documents.parcours import NO_AGREEMENT, axis_label
from parcours.documents.tender import tender_documents
from parcours.domain.collective.membership import must_sign, signed_on
from parcours.domain.collective.mission import as_parcours
from parcours.domain.collective.shares import shares_of
from parcours.domain.collective.state import (
    Beneficiary,
    Operation,
    OperationStatus,
    ShareDecision,
)
from parcours.domain.state import Action
from parcours.domain.tender.state import Tender
from shared.documents import (
    Block,
    Column,
    Document,
    DocumentSource,
    DocumentTemplate,
    Facts,
    Heading,
    Paragraph,
    Table,
)
from shared.kernel import capitalize_first, format_date, format_day, format_euros, format_period, quote_french
from shared.kernel.french import format_count

SHEET_TITLE = "Fiche de l’opération collective"
WITHOUT_NAMES = (
    "Les structures sont numérotées ici, et non nommées\u00a0: vous pouvez remettre cette fiche à chacune d’elles."
)
ENDING_HEADINGS = {
    OperationStatus.CLOSED: "Ce que l’opération a donné",
    OperationStatus.CANCELLED: "Pourquoi l’opération s’arrête",
}
SHARE_LABELS = {
    None: "sa part reste à décider",
    ShareDecision.STAYS: "sa part lui reste",
    ShareDecision.REDISTRIBUTED: "sa part revient aux autres",
}


def operation_documents(operation: Operation) -> Iterable[DocumentTemplate[Operation]]:
    yield DocumentTemplate("fiche-de-l-operation", SHEET_TITLE, write=summary_sheet)
    for key, mission in operation.missions.items():
        lacking = None if mission.agreement else NO_AGREEMENT
        yield DocumentTemplate(
            "convention", SIGNED_TITLE, write=partial(_agreement, key=key), unavailable_because=lacking
        )


def operation_tender_documents(tender: Tender) -> Iterable[DocumentTemplate[Tender]]:
    """Those of any tender: the operation stands for the parcours, and its title for the structure's name."""
    for template in tender_documents(tender):
        yield replace(template, write=partial(_write_for_operation, template=template))


def _write_for_operation(source: DocumentSource[Tender], template: DocumentTemplate[Tender]) -> Document:
    operation: Operation = source.parent
    return template.write(replace(source, parent=as_parcours(operation), structure_name=_together(source, operation)))


def _agreement(source: DocumentSource[Any], key: UUID) -> Document:
    operation: Operation = source.state
    return agreement(replace(source, state=as_parcours(operation), structure_name=_together(source, operation)), key)


def _together(source: DocumentSource[Any], operation: Operation) -> str:
    return f"Les structures de l’opération {quote_french(source.plaintext(operation.title))}"


def summary_sheet(source: DocumentSource[Operation]) -> Document:
    operation = source.state
    title = source.plaintext(operation.title)
    blocks: list[Block] = [
        Paragraph(f"Opération {operation.status.label}. {WITHOUT_NAMES}", aside=True),
        Heading("Ce que nous faisons ensemble"),
        Facts(tuple(_purpose(source, operation))),
        *_short(operation),
        Heading("Les structures"),
        *_beneficiaries(operation),
        Heading("Le prestataire et le prix"),
        *_mission(source, operation),
        *_ending(source, operation),
    ]
    unit = f"Unité {operation.unit}"
    return source.document(SHEET_TITLE, unit, blocks, structure=title, adviser=operation.adviser)


def _purpose(source: DocumentSource[Operation], operation: Operation) -> Iterator[tuple[str, str]]:
    yield "Opération", source.plaintext(operation.title)
    yield "Prévue le", format_day(source.facts[0].recorded_at)
    if mission := operation.mission:
        planned = mission.planned
        yield "Axe de changement", axis_label(planned.axis)
        yield "Calendrier prévu", capitalize_first(format_period(planned.starts_on, planned.ends_on))


def _short(operation: Operation) -> Iterator[Block]:
    if operation.status is OperationStatus.FELL_SHORT:
        yield Paragraph(
            "Une opération collective réunit au moins deux structures, et ce n’est plus le cas. Celle qui reste peut "
            "poursuivre seule, rejoindre une autre opération ou s’arrêter là\u202f; une autre structure peut aussi la "
            "rejoindre."
        )


def _beneficiaries(operation: Operation) -> Iterator[Block]:
    if not operation.beneficiaries:
        yield Paragraph("Aucune structure n’a encore rejoint l’opération.")
        return
    shares = shares_of(operation)
    rows = tuple(
        (
            f"Structure {n}",
            format_date(each.joined_on),
            format_euros(shares[each.case]) if each.case in shares else "–",
            _standing(operation, each),
        )
        for n, each in enumerate(operation.beneficiaries, 1)
    )
    columns = (
        Column("Structure", 2),
        Column("Depuis le", 3),
        Column("Part du prix", 2, number=True),
        Column("Où elle en est", 5),
    )
    caption = format_count(len(operation.present), "structure engagée", "structures engagées")
    yield Table(caption, columns, rows=rows)


def _standing(operation: Operation, beneficiary: Beneficiary) -> str:
    if beneficiary.departure is None:
        return "\u202f; ".join(("Engagée", *_signature(operation, beneficiary.case)))
    left = beneficiary.departure
    why = left.reason.label
    return f"Partie le {format_date(left.left_on)} ({why})\u202f; {SHARE_LABELS[left.share]}"


def _signature(operation: Operation, case: UUID) -> Iterator[str]:
    if day := signed_on(operation, case):
        yield f"convention signée le {format_date(day)}"
    elif must_sign(operation, case):
        yield "convention à signer"


def _mission(source: DocumentSource[Operation], operation: Operation) -> Iterator[Block]:
    mission = operation.mission
    if mission is None:
        yield Paragraph("Cette opération n’appelle pas de prestataire.")
    elif mission.retained is None:
        yield Paragraph("Le prestataire n’est pas encore choisi.")
    else:
        yield Facts(tuple(_price(source, mission)))


def _price(source: DocumentSource[Operation], mission: Action) -> Iterator[tuple[str, str]]:
    assert mission.retained is not None
    yield "Prestataire", source.decrypt(mission.retained.name)
    if mission.agreement:
        terms = mission.agreement.terms
        signed = f"le {format_date(mission.agreement.signed_on)}" if mission.is_agreed else "pas encore par tous"
        yield "Convention signée", signed
        yield "Jours", f"{mission.days} réalisés sur {terms.days}"
        yield "Prix, une fois pour toutes les structures", format_euros(terms.amount_cents)
    yield "Engagé", format_euros(mission.committed_cents)
    yield "Payé", format_euros(mission.paid_cents)
    yield "Rapport final", "accepté" if mission.report_accepted else "attendu"


def _ending(source: DocumentSource[Operation], operation: Operation) -> Iterator[Block]:
    if ended := operation.ending:
        yield Heading(ENDING_HEADINGS[ended.kind])
        yield Paragraph(f"Le {format_date(ended.on)}\u00a0: {source.decrypt(ended.reason)}")
