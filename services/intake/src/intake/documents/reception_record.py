"""What does intake write down for people? The record of a reception, and the letter of an orientation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from intake import labels as words
from intake.domain.orientation import Orientation, OrientationConsented, OrientationSent
from intake.domain.reference.nomenclature import LEGAL_CATEGORIES, SECTIONS, section_of
from intake.domain.request.assessment import MeetingRecorded
from intake.domain.request.difficulty import DISCLAIMER
from intake.domain.request.ending import CaseGivenUp
from intake.domain.request.outcome import RequestAdmitted, RequestOriented, RequestWithdrawn
from intake.domain.request.state import CriterionJudgment, Difficulty, Request
from intake.domain.request.transfer import RequestTransferred
from intake.domain.structure import SealedContact, Structure
from intake.settings import deployment
from shared.documents import (
    Block,
    Column,
    Document,
    DocumentSource,
    DocumentTemplate,
    Facts,
    Heading,
    Paragraph,
    Party,
    Signatures,
    Table,
)
from shared.kernel import capitalize_first, format_date, format_day, format_number, quote_french
from shared.kernel.french import format_count

Outcome = RequestAdmitted | RequestOriented | RequestTransferred | RequestWithdrawn | CaseGivenUp
OUTCOMES = (RequestAdmitted, RequestOriented, RequestTransferred, RequestWithdrawn, CaseGivenUp)


def of_request(_: Request) -> Iterable[DocumentTemplate[Request]]:
    yield DocumentTemplate("fiche-d-accueil", "Fiche d’accueil", write=reception)


def reception(reading: DocumentSource[Request]) -> Document:
    request = reading.state
    return reading.document(
        "Fiche d’accueil",
        f"Unité {request.unit}",
        [
            Heading("La structure"),
            Facts(tuple(structure_facts(request.structure))),
            *contact(reading, request.contact),
            *_need(reading),
            *_meetings(reading),
            *_criteria(reading),
            *_difficulty(reading, request.difficulty),
            Heading("L’issue de la demande"),
            Facts(tuple(_outcome(reading))),
        ],
        structure=request.structure.name,
    )


def of_orientation(_: Orientation) -> Iterable[DocumentTemplate[Orientation]]:
    yield DocumentTemplate("lettre-d-orientation", "Lettre d’orientation", write=letter)


def letter(reading: DocumentSource[Orientation]) -> Document:
    """Says who comes and why; what was found of the structure's difficulties stays in the case."""
    orientation, request = reading.state, _request(reading)
    sent = reading.last_of(OrientationSent)
    blocks: list[Block] = [
        *_not_agreed(reading),
        Facts(
            (
                ("À l’attention de", orientation.target or reading.shown(orientation.other)),
                ("De la part de", f"Dispositif local d’accompagnement, unité {request.unit}"),
                ("Objet", f"Orientation de la structure {quote_french(request.structure.name)}"),
            )
        ),
        Paragraph("Madame, Monsieur,"),
        Paragraph(
            f"La structure {quote_french(request.structure.name)} s’est adressée au dispositif local d’accompagnement,"
            " et nous pensons que vous pouvez l’aider. Voici pourquoi."
        ),
        Paragraph(reading.shown(orientation.reason)),
        *([Paragraph(reading.shown(sent.event.message))] if sent and sent.event.message else []),
        *_agreement(reading),
        Paragraph("Merci de nous dire que vous avez bien reçu cette orientation, puis ce qu’il en advient."),
        Paragraph("Nous vous prions d’agréer, Madame, Monsieur, nos salutations distinguées."),
        Signatures((Party("Pour l’unité du DLA", request.unit, note="Nom et qualité\u00a0:"),)),
        Heading("La structure"),
        Facts(tuple(structure_facts(request.structure))),
        *contact(reading, request.contact),
    ]
    return reading.document("Lettre d’orientation", f"Unité {request.unit}", blocks, structure=request.structure.name)


def _request(reading: DocumentSource[Orientation]) -> Request:
    request: Request = reading.around
    return request


def _not_agreed(reading: DocumentSource[Orientation]) -> Iterator[Block]:
    if reading.last_of(OrientationConsented) is None:
        yield Paragraph(
            "Projet de lettre\u00a0: la structure n’a pas encore donné son accord, et rien ne peut être transmis.",
            aside=True,
        )


def _agreement(reading: DocumentSource[Orientation]) -> Iterator[Block]:
    consented, sent = reading.last_of(OrientationConsented), reading.last_of(OrientationSent)
    if consented:
        agreed = f"La structure a donné son accord le {format_day(consented.recorded_at)}"
        then = f"\u202f; la lettre a été transmise le {format_day(sent.recorded_at)}" if sent else ""
        yield Paragraph(f"{agreed}{then}.")


def structure_facts(structure: Structure) -> Iterator[tuple[str, str]]:
    yield "Nom", structure.name
    yield "Forme", capitalize_first(words.LEGAL_FORMS[structure.legal_form])
    if structure.siret:
        yield "SIRET", _siret(structure.siret)
    if structure.rna:
        yield "Numéro RNA", structure.rna
    place = f"{structure.commune} ({structure.department})" if structure.commune else structure.department
    yield "Commune" if structure.commune else "Département", place
    if structure.naf:
        section = section_of(structure.naf)
        yield "Activité (NAF)", f"{structure.naf}{f' – {SECTIONS[section][0]}' if section else ''}"
    if structure.legal_category:
        name = LEGAL_CATEGORIES[structure.legal_category[0]]
        yield "Catégorie juridique", f"{structure.legal_category} – {name}"
    yield "Effectif", "à demander" if structure.headcount is None else format_count(structure.headcount, "personne")
    if structure.fte is not None:
        yield "Équivalents temps plein", format_number(structure.fte)
    if structure.scope:
        yield "Portée", capitalize_first(words.SCOPES[structure.scope])


def contact(reading: DocumentSource[Any], person: SealedContact | None) -> Iterator[Block]:
    if person is None:
        return
    lines = (
        ("Nom", person.name),
        ("Fonction", person.function),
        ("Courriel", person.email),
        ("Téléphone", person.phone),
    )
    yield Heading("La personne à qui parler")
    yield Facts(tuple((label, reading.show(value)) for label, value in lines if value))


def _need(reading: DocumentSource[Request]) -> Iterator[Block]:
    request = reading.state
    yield Heading("La demande")
    yield Paragraph(f"Reçue le {format_day(reading.told[0].recorded_at)}.")
    if request.need:
        yield Paragraph(reading.show(request.need))
    if request.origin:
        yield Paragraph("Cette demande fait suite à un autre dossier.", aside=True)
    if request.earlier:
        yield Paragraph(
            f"La structure est déjà venue\u00a0: {format_count(len(request.earlier), 'demande')} dans cette unité.",
            aside=True,
        )


def _meetings(reading: DocumentSource[Request]) -> Iterator[Block]:
    meetings = [told.event for told in reading.all_of(MeetingRecorded)]
    if meetings:
        yield Heading("Les entretiens d’accueil" if len(meetings) > 1 else "L’entretien d’accueil")
    for meeting in meetings:
        yield Paragraph(f"Le {format_date(meeting.held_on)}, avec {reading.show(meeting.with_whom)}.")
        if meeting.notes:
            yield Paragraph(reading.show(meeting.notes))


def _criteria(reading: DocumentSource[Request]) -> Iterator[Block]:
    reference, state = deployment().reference(), reading.state
    rules = reference.rules(state.rules or "") or reference.in_force(reading.told[-1].recorded_at.date())
    judged = state.criteria
    labels = {criterion.code: criterion.label for criterion in rules.list}
    rows = [(labels[code], *_verdict(reading, judged[code])) for code in labels if code in judged]
    rows += [(code, *_verdict(reading, given)) for code, given in judged.items() if code not in labels]
    if not rows:
        return
    yield Heading("Le faisceau de critères")
    columns = (Column("Critère", 3), Column("Constat", 2), Column("Éléments", 5))
    yield Table(f"Critères examinés (version {rules.version} des critères de l’unité)", columns, rows=tuple(rows))
    hard = [criterion.label for criterion in rules.hard if criterion.code not in judged]
    if hard:
        yield Paragraph(f"Reste à examiner\u00a0: {', '.join(hard)}.", aside=True)


def _verdict(reading: DocumentSource[Request], judged: CriterionJudgment) -> tuple[str, str]:
    verdict, evidence = capitalize_first(words.VERDICTS[judged.verdict]), reading.show(judged.evidence)
    if judged.derogation is None:
        return verdict, evidence
    kind = f" ({words.DEROGATIONS[judged.derogation_kind]})" if judged.derogation_kind else ""
    return f"{verdict}, dérogation accordée{kind}", f"{evidence}\nDérogation\u00a0: {reading.show(judged.derogation)}"


def _difficulty(reading: DocumentSource[Request], difficulty: Difficulty | None) -> Iterator[Block]:
    if difficulty is None:
        return
    facts = [("Niveau", capitalize_first(words.LEVELS[difficulty.level]))]
    if difficulty.nature:
        facts.append(("Nature", capitalize_first(words.NATURES[difficulty.nature])))
    if difficulty.causes:
        facts.append(("Causes", capitalize_first(", ".join(words.CAUSES[cause] for cause in difficulty.causes))))
    if difficulty.days_left is not None:
        facts.append(("Temps pour agir", format_count(difficulty.days_left, "jour")))
    if difficulty.cessation_on:
        facts.append(("Cessation des paiements", format_date(difficulty.cessation_on)))
    if difficulty.legal_deadline:
        facts.append(("Déclaration au plus tard", format_date(difficulty.legal_deadline)))
    facts.append(("Qualifiée le", format_day(difficulty.at)))
    yield Heading("Les difficultés")
    yield Facts(tuple(facts))
    if difficulty.explanation:
        yield Paragraph(reading.show(difficulty.explanation))
    if difficulty.legal_deadline:
        yield Paragraph(DISCLAIMER, aside=True)


def _outcome(reading: DocumentSource[Request]) -> Iterator[tuple[str, str]]:
    request = reading.state
    yield "Situation", capitalize_first(words.STATUSES[request.status])
    if request.ending:
        yield "Fin du dossier", capitalize_first(words.ENDINGS[request.ending])
    for told in reading.told:
        if not isinstance(told.event, OUTCOMES):
            continue
        outcome: Outcome = told.event
        yield "Date", format_day(told.recorded_at)
        if isinstance(outcome, RequestTransferred):
            yield "Vers l’unité", outcome.to_unit
        if isinstance(outcome, RequestOriented) and outcome.orientations:
            yield "Orientations", format_number(len(outcome.orientations))
        if outcome.motive:
            yield "Motif", reading.show(outcome.motive)
        if isinstance(outcome, RequestOriented) and outcome.why_none:
            yield "Aucune orientation, car", reading.show(outcome.why_none)


def _siret(digits: str) -> str:
    return "\u00a0".join((digits[:3], digits[3:6], digits[6:9], digits[9:]))
