"""The record of a reception (« fiche d’accueil »)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from intake.documents.structure import contact_blocks, structure_facts
from intake.domain.reference.reference import ReferenceData
from intake.domain.request.difficulty import DISCLAIMER
from intake.domain.request.ending import CaseGivenUp
from intake.domain.request.outcome import RequestAdmitted, RequestNotAdmitted, RequestOriented, RequestWithdrawn
from intake.domain.request.state import CriterionJudgment, Meeting, Request, Triage
from intake.domain.request.transfer import RequestTransferred
from shared.documents import (
    Block,
    Column,
    Document,
    DocumentSource,
    DocumentTemplate,
    DocumentTemplates,
    Facts,
    Heading,
    Paragraph,
    Table,
)
from shared.kernel import capitalize_first, format_date, format_day, format_number, paris_date
from shared.kernel.french import format_count

Outcome = RequestAdmitted | RequestOriented | RequestNotAdmitted | RequestTransferred | RequestWithdrawn | CaseGivenUp
OUTCOMES = (
    RequestAdmitted,
    RequestOriented,
    RequestNotAdmitted,
    RequestTransferred,
    RequestWithdrawn,
    CaseGivenUp,
)


def build_request_documents(get_reference: Callable[[], ReferenceData]) -> DocumentTemplates[Request]:
    def request_documents(_: Request) -> Iterable[DocumentTemplate[Request]]:
        yield DocumentTemplate(
            "fiche-d-accueil", "Fiche d’accueil", write=lambda source: reception_record(source, get_reference())
        )

    return request_documents


def reception_record(source: DocumentSource[Request], reference: ReferenceData) -> Document:
    request = source.state
    return source.document(
        "Fiche d’accueil",
        f"Unité {request.unit}",
        [
            Heading("La structure"),
            Facts(tuple(structure_facts(request.structure))),
            *contact_blocks(source, request.contact),
            *_need(source),
            *_meetings(source),
            *_criteria(source, reference),
            *_difficulty(source, request.difficulty),
            Heading("L’issue de la demande"),
            Facts(tuple(_outcome(source))),
        ],
        structure=request.structure.name,
        adviser=request.adviser,
    )


def _need(source: DocumentSource[Request]) -> Iterator[Block]:
    request = source.state
    yield Heading("La demande")
    yield Paragraph(f"Reçue le {format_day(source.facts[0].recorded_at)}.")
    if request.need:
        yield Paragraph(source.decrypt(request.need))
    if request.origin:
        yield Paragraph("Cette demande fait suite à un autre dossier.", aside=True)
    if request.earlier:
        yield Paragraph(
            f"La structure est déjà venue\u00a0: {format_count(len(request.earlier), 'demande')} dans cette unité.",
            aside=True,
        )


def _meetings(source: DocumentSource[Request]) -> Iterator[Block]:
    meetings = source.state.meetings
    if meetings:
        yield Heading("Les entretiens d’accueil" if len(meetings) > 1 else "L’entretien d’accueil")
    for meeting in meetings:
        yield Paragraph(f"Le {format_date(meeting.held_on)}, avec {_participants(source, meeting)}.")
        if meeting.notes:
            yield Paragraph(source.decrypt(meeting.notes))


def _criteria(source: DocumentSource[Request], reference: ReferenceData) -> Iterator[Block]:
    state = source.state
    rules = reference.find_criteria(state.rules or "") or reference.in_force(paris_date(source.facts[-1].recorded_at))
    judgments = state.criteria
    labels_by_code = {criterion.code: criterion.label for criterion in rules.list}
    rows = [(labels_by_code[code], *_verdict(source, judgments[code])) for code in labels_by_code if code in judgments]
    rows += [(code, *_verdict(source, judgment)) for code, judgment in judgments.items() if code not in labels_by_code]
    if not rows:
        return
    yield Heading("Le faisceau de critères")
    columns = (Column("Critère", 3), Column("Constat", 2), Column("Éléments", 5))
    yield Table(f"Critères examinés (version {rules.version} des critères de l’unité)", columns, rows=tuple(rows))
    hard = [criterion.label for criterion in rules.hard if criterion.code not in judgments]
    if hard:
        yield Paragraph(f"Reste à examiner\u00a0: {', '.join(hard)}.", aside=True)


def _verdict(source: DocumentSource[Request], judgment: CriterionJudgment) -> tuple[str, str]:
    verdict, evidence = capitalize_first(judgment.verdict.label), source.decrypt(judgment.evidence)
    if judgment.derogation is None:
        return verdict, evidence
    kind = f" ({judgment.derogation_kind.label})" if judgment.derogation_kind else ""
    return (
        f"{verdict}, dérogation accordée{kind}",
        f"{evidence}\nDérogation\u00a0: {source.decrypt(judgment.derogation)}",
    )


def _difficulty(source: DocumentSource[Request], difficulty: Triage | None) -> Iterator[Block]:
    if difficulty is None:
        return
    facts = [("Niveau", capitalize_first(difficulty.level.label))]
    if difficulty.nature:
        facts.append(("Nature", capitalize_first(difficulty.nature.label)))
    if difficulty.causes:
        facts.append(("Causes", capitalize_first(", ".join(cause.label for cause in difficulty.causes))))
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
        yield Paragraph(source.decrypt(difficulty.explanation))
    if difficulty.legal_deadline:
        yield Paragraph(DISCLAIMER, aside=True)


def _outcome(source: DocumentSource[Request]) -> Iterator[tuple[str, str]]:
    request = source.state
    yield "Situation", capitalize_first(request.status.label)
    if request.ending:
        yield "Fin du dossier", f"{capitalize_first(request.ending.kind.label)}, le {format_date(request.ending.on)}"
    for fact in source.facts:
        if not isinstance(fact.event, OUTCOMES):
            continue
        outcome: Outcome = fact.event
        yield "Date", format_day(fact.recorded_at)
        if isinstance(outcome, RequestTransferred):
            yield "Vers l’unité", outcome.to_unit
        if isinstance(outcome, RequestOriented):
            yield "Orientations", format_number(len(outcome.orientations))
        if outcome.reason:
            yield "Motif", source.decrypt(outcome.reason)
        if isinstance(outcome, RequestAdmitted) and outcome.crisis_plan:
            yield "Avec un plan de crise", source.decrypt(outcome.crisis_plan.scheme)
            if outcome.crisis_plan.note:
                yield "Ce qui est convenu", source.decrypt(outcome.crisis_plan.note)
        if isinstance(outcome, RequestNotAdmitted):
            yield "Aucune orientation, car", source.decrypt(outcome.no_orientation_reason)


def _participants(source: DocumentSource[Request], meeting: Meeting) -> str:
    """Each with their function, where it is known."""
    *others, last = (
        source.decrypt(each.name) + (f" ({source.decrypt(each.function)})" if each.function else "")
        for each in meeting.participants
    )
    return f"{', '.join(others)} et {last}" if others else last
