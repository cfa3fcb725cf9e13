"""What does a parcours write down for people? The road map, and the agreement of each consulting action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from uuid import UUID

from parcours.domain.changes import AXES, KINDS
from parcours.domain.consulting import AmendmentSigned
from parcours.domain.state import STEPS, Action, Agreement, Kind, Parcours, Status
from parcours.domain.validation import ParcoursValidated
from shared.documents.model import (
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Heading,
    Paragraph,
    Party,
    Signatures,
    Table,
    Validation,
)
from shared.documents.reading import Paper, Reading
from shared.french import counted, euros, in_words, period, sentence

NO_ACTION = "Le parcours ne compte encore aucune action."
NO_AGREEMENT = "La convention de cette prestation n’est pas encore enregistrée."
STANDING = {
    Status.BUILDING: "En construction avec la structure.",
    Status.SHARED: "Partagé avec la structure, qui ne s’est pas encore prononcée.",
    Status.UNDER_WAY: "Validé par la structure, en cours.",
    Status.COMPLETED: "Parcours terminé.",
    Status.ABANDONED: "Parcours abandonné.",
}


def of_parcours(parcours: Parcours) -> Iterable[Paper[Parcours]]:
    yield Paper("feuille-de-route", "Feuille de route", road_map, None if parcours.actions else NO_ACTION)
    consulting = [key for key, action in parcours.actions.items() if action.planned.kind is Kind.CONSULTING]
    for n, key in enumerate(consulting, 1):
        title = "Convention tripartite" + (f" ({n} sur {len(consulting)})" if len(consulting) > 1 else "")
        lacking = None if parcours.actions[key].agreement else NO_AGREEMENT
        yield Paper(f"convention-{key}", title, partial(agreement, key=key), lacking)


def road_map(reading: Reading[Parcours]) -> Document:
    parcours = reading.state
    version = parcours.validated_version or parcours.content_version
    blocks: list[Block] = [
        Paragraph(f"{STANDING[parcours.status]} Contenu en version {version}.", aside=True),
        *([Paragraph(f"Un parcours {_days(parcours)}.")] if parcours.period else []),
        *_axes(reading),
        *_outcomes(reading),
    ]
    if parcours.debrief:
        blocks += [Heading("Le bilan de fin de parcours"), Paragraph(reading.show(parcours.debrief))]
    return reading.document("Feuille de route", f"Unité {parcours.plan.unit}", blocks, validation=_validation(reading))


def agreement(reading: Reading[Parcours], key: UUID) -> Document:
    parcours, action = reading.state, reading.state.actions[key]
    signed = action.agreement
    assert signed is not None
    provider = reading.show(signed.provider)
    blocks = [
        Paragraph("Entre la structure accompagnée, l’unité du dispositif local d’accompagnement et le prestataire."),
        Heading("1. L’objet"),
        Facts(
            (
                ("Prestation", reading.show(action.planned.title)),
                ("Axe de changement", axis_in_words(action.planned.axis)),
                ("Prestataire", provider),
                ("Calendrier prévu", sentence(period(action.planned.starts_on, action.planned.ends_on))),
            )
        ),
        *_choice(reading, signed),
        Heading("2. Les jours et le montant"),
        *_terms(reading, key, signed),
        Heading("3. Le rapport final et le paiement"),
        Paragraph(
            "Le prestataire remet un rapport final. Le paiement est autorisé une fois ce rapport reçu et accepté,"
            " dans la limite du montant de la convention."
        ),
        Heading("4. La confidentialité"),
        Paragraph(
            "L’accompagnement est gratuit pour la structure et confidentiel\u202f; les rapports appartiennent à la"
            " structure."
        ),
        Heading("Les signatures"),
        _signatures(reading, signed, provider),
        Paragraph("Dates de signature enregistrées dans le dossier\u202f; l’original signé fait foi.", aside=True),
    ]
    return reading.document("Convention tripartite", f"Unité {parcours.plan.unit}", blocks)


def axis_in_words(axis: str) -> str:
    return AXES.get(axis, axis)


def _days(parcours: Parcours) -> str:
    assert parcours.period is not None
    return period(parcours.period.starts_on, parcours.period.ends_on)


def _axes(reading: Reading[Parcours]) -> Iterator[Block]:
    parcours = reading.state
    for rank, axis in enumerate(parcours.ranking or parcours.plan.axes, 1):
        yield Heading(f"{rank}. {axis_in_words(axis)}")
        rows = tuple(_row(reading, action) for action in parcours.actions.values() if action.planned.axis == axis)
        if rows:
            columns = (
                Column("Action", 5),
                Column("Nature", 3),
                Column("Qui", 3),
                Column("Quand", 4),
                Column("État", 2),
            )
            yield Table(f"Actions de l’axe {rank}", columns, rows)
        if axis in parcours.deferrals:
            yield Paragraph(f"Cet axe attendra\u00a0: {reading.show(parcours.deferrals[axis])}")


def _row(reading: Reading[Parcours], action: Action) -> tuple[str, ...]:
    planned = action.planned
    kind = sentence(KINDS[planned.kind]) + (
        f", {counted(planned.planned_days, 'jour')}" if planned.planned_days else ""
    )
    if planned.collective_operation:
        kind += ", opération collective"
    dates = f"{in_words(planned.starts_on)}\u00a0–\n{in_words(planned.ends_on)}"
    return reading.show(planned.title), kind, reading.show(planned.who), dates, sentence(STEPS[action.step])


def _outcomes(reading: Reading[Parcours]) -> Iterator[Block]:
    settled = [action for action in reading.state.actions.values() if action.outcome]
    if settled:
        yield Heading("Ce que les actions ont donné")
        yield Bullets(
            tuple(
                f"{reading.show(action.planned.title)} ({STEPS[action.step]})\u00a0: {reading.shown(action.outcome)}"
                for action in settled
            )
        )


def _validation(reading: Reading[Parcours]) -> Validation | None:
    """Only of the version that holds."""
    parcours = reading.state
    if parcours.validated_version is None or parcours.shared is None:
        return None
    shared = parcours.shared
    agreed = [told for told in reading.all_of(ParcoursValidated) if told.event.content_hash == shared.content_hash]
    by = tuple(dict.fromkeys(f"dirigeant·e {told.by}" for told in agreed))
    return Validation(shared.version, shared.content_hash, by, agreed[-1].recorded_at)


def _choice(reading: Reading[Parcours], signed: Agreement) -> Iterator[Block]:
    if signed.consultation:
        yield Paragraph("Le prestataire a été retenu après une consultation, dont le procès-verbal est au dossier.")
    elif signed.exception:
        yield Paragraph(f"Il n’y a pas eu de consultation\u00a0: {reading.show(signed.exception)}")


def _terms(reading: Reading[Parcours], key: UUID, signed: Agreement) -> Iterator[Block]:
    amendments = [told.event for told in reading.all_of(AmendmentSigned) if told.event.action == key]
    days = "Jours convenus, avenants compris" if amendments else "Jours convenus"
    yield Facts(((days, counted(signed.days, "jour")), ("Montant", euros(signed.amount))))
    if amendments:
        rows = tuple((in_words(amendment.signed_on), f"+\u00a0{amendment.extra_days}") for amendment in amendments)
        yield Table("Avenants", (Column("Signé le", 4), Column("Jours", number=True)), rows)


def _signatures(reading: Reading[Parcours], signed: Agreement, provider: str) -> Signatures:
    days = signed.signatures

    def note(day: object) -> str:
        return f"Signé le {day}" if day else "Date\u00a0:"

    structure = in_words(days.structure) if days else None
    unit = in_words(days.unit) if days else None
    other = in_words(days.provider) if days else None
    return Signatures(
        (
            Party("La structure", reading.named or "", note(structure)),
            Party("L’unité du DLA", reading.state.plan.unit, note(unit)),
            Party("Le prestataire", provider, note(other)),
        )
    )
