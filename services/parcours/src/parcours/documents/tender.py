"""Documents of a tender: terms of reference, analysis of the proposals, minutes and the draft agreement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from parcours.documents.agreement import DRAFT_TITLE, draft_agreement, missing_draft_reason
from parcours.documents.parcours import axis_label
from parcours.domain.state import Action, Parcours
from parcours.domain.tender.award import (
    MAX_SCORE,
    CandidateInformed,
    InterestsDeclared,
    TenderAwarded,
    TenderCancelled,
)
from parcours.domain.tender.state import Candidate, Tender, TenderStatus
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
    SignatureBlock,
    Table,
)
from shared.kernel import (
    Role,
    capitalize_first,
    format_date,
    format_day,
    format_euros,
    format_instant,
    format_number,
    format_period,
)
from shared.kernel.french import format_count

SCORER_LABELS = {
    Role.ADVISER: "Chargé·e d’accompagnement",
    Role.MANAGER: "Responsable de l’unité",
    Role.LEADER: "Dirigeant·e de la structure",
}
NOT_SCORED = "Aucune proposition n’a encore été notée."
NOT_DECIDED = "La consultation n’a pas encore d’issue."


def tender_documents(tender: Tender) -> Iterable[DocumentTemplate[Tender]]:
    yield DocumentTemplate("cahier-des-charges", "Cahier des charges", write=terms_of_reference)
    scored = None if tender.scorers else NOT_SCORED
    yield DocumentTemplate(
        "grille-d-analyse", "Grille d’analyse des propositions", write=analysis, unavailable_because=scored
    )
    decided = NOT_DECIDED if tender.status is TenderStatus.OPEN else None
    yield DocumentTemplate(
        "proces-verbal", "Procès-verbal de la consultation", write=minutes, unavailable_because=decided
    )
    yield DocumentTemplate(
        "projet-de-convention", DRAFT_TITLE, write=draft_agreement, unavailable_because=missing_draft_reason(tender)
    )


def terms_of_reference(source: DocumentSource[Tender]) -> Document:
    tender, action = source.state, _action(source)
    assert tender.terms_of_reference is not None
    assert tender.deadline is not None
    blocks: list[Block] = [
        Heading("La mission"),
        Facts(tuple(_mission(source, action))),
        Heading("Ce qui est attendu"),
        Paragraph(source.decrypt(tender.terms_of_reference)),
        Heading("Comment répondre"),
        Paragraph(
            f"Les propositions sont attendues jusqu’au {format_instant(tender.deadline)} (heure de Paris)."
            " Elles donnent un montant, un nombre de jours et une présentation de la méthode."
        ),
        Heading("Comment les propositions seront jugées"),
        _grid(source),
        Paragraph(
            f"Chaque critère est noté de 0 à {MAX_SCORE}, puis pondéré. Chaque candidat est informé du résultat."
        ),
    ]
    return _document(source, "Cahier des charges", blocks)


def analysis(source: DocumentSource[Tender]) -> Document:
    tender = source.state
    blocks: list[Block] = [Heading("Les critères"), _grid(source), Heading("Vue d’ensemble"), _ranking_table(source)]
    for candidate in tender.proposals.values():
        blocks += _score_blocks(source, candidate)
    return _document(source, "Grille d’analyse des propositions", blocks)


def minutes(source: DocumentSource[Tender]) -> Document:
    blocks: list[Block] = [
        Facts(tuple(_mission(source, _action(source)))),
        Heading("Les prestataires consultés"),
        _candidates_table(source),
        *_interests(source),
        *_ranking_if_scored(source),
        Heading("La décision"),
        *_decision(source),
        Heading("Les signatures"),
        SignatureBlock((Party("La structure", source.structure_name or ""), Party("L’unité du DLA", _unit(source)))),
    ]
    return _document(source, "Procès-verbal de la consultation", blocks)


def _document(source: DocumentSource[Tender], title: str, blocks: list[Block]) -> Document:
    standing = Paragraph(f"Consultation {source.state.status.label}.", aside=True)
    adviser: str = source.parent.plan.adviser
    return source.document(title, f"Unité {_unit(source)}", [standing, *blocks], adviser=adviser)


def _action(source: DocumentSource[Tender]) -> Action | None:
    """Null when it left the parcours before it was validated."""
    parcours: Parcours = source.parent
    assert source.state.action is not None
    return parcours.actions.get(source.state.action)


def _unit(source: DocumentSource[Tender]) -> str:
    parcours: Parcours = source.parent
    return parcours.plan.unit


def _mission(source: DocumentSource[Tender], action: Action | None) -> Iterator[tuple[str, str]]:
    if action:
        yield "Prestation", source.decrypt(action.planned.title)
        yield "Axe de changement", axis_label(action.planned.axis)
        yield "Calendrier prévu", capitalize_first(format_period(action.planned.starts_on, action.planned.ends_on))
        if action.planned.planned_days:
            yield "Jours prévus", format_count(action.planned.planned_days, "jour")
    yield "Consultation ouverte le", format_day(source.facts[0].recorded_at)


def _grid(source: DocumentSource[Tender]) -> Table:
    rows = tuple((source.decrypt(line.label), f"{line.weight}\u00a0%") for line in source.state.grid)
    return Table("Grille de notation", (Column("Critère", 6), Column("Poids", number=True)), rows=rows)


def _ranking_table(source: DocumentSource[Tender]) -> Table:
    tender = source.state
    best_first = sorted(tender.proposals, key=lambda key: -tender.points(key))
    columns = (
        Column("Candidat", 4),
        Column("Montant", 2, number=True),
        Column("Jours", 1, number=True),
        Column(f"Note sur {MAX_SCORE}", 2, number=True),
    )
    rows = tuple(_ranking_row(source, key) for key in best_first)
    return Table("Propositions, de la mieux notée à la moins bien notée", columns, rows=rows)


def _ranking_if_scored(source: DocumentSource[Tender]) -> Iterator[Block]:
    if source.state.scorers:
        yield Heading("Le classement")
        yield _ranking_table(source)


def _ranking_row(source: DocumentSource[Tender], key: UUID) -> tuple[str, ...]:
    candidate = source.state.candidates[key]
    assert candidate.proposal is not None
    proposal, scorers = candidate.proposal, len(candidate.scores)
    mark = format_number(source.state.points(key) / (100 * scorers)) if scorers else "à noter"
    return source.decrypt(candidate.name), format_euros(proposal.amount_cents), str(proposal.days), mark


def _score_blocks(source: DocumentSource[Tender], candidate: Candidate) -> Iterator[Block]:
    assert candidate.proposal is not None
    yield Heading(source.decrypt(candidate.name))
    yield Paragraph(source.decrypt(candidate.proposal.summary))
    marks = tuple(candidate.scores.values())
    if not marks:
        yield Paragraph("Cette proposition n’est pas encore notée.", aside=True)
        return
    rows = tuple(
        (
            source.decrypt(line.label),
            f"{line.weight}\u00a0%",
            " · ".join(str(scores[n]) for scores in marks),
            _mean(marks, n),
        )
        for n, line in enumerate(source.state.grid)
    )
    columns = (
        Column("Critère", 5),
        Column("Poids", 1, number=True),
        Column("Notes", 2, number=True),
        Column("Moyenne", 2, number=True),
    )
    yield Table(f"{format_count(len(marks), 'évaluation')}, chaque note sur {MAX_SCORE}", columns, rows=rows)


def _mean(marks: tuple[tuple[int, ...], ...], line: int) -> str:
    return format_number(sum(scores[line] for scores in marks) / len(marks))


def _candidates_table(source: DocumentSource[Tender]) -> Table:
    informed_on = {each.event.provider: each.event.informed_on for each in source.all_of(CandidateInformed)}
    rows = tuple(
        (
            source.decrypt(candidate.name),
            "Oui" if candidate.proposal else "Non",
            format_date(informed_on[key]) if key in informed_on else "–",
        )
        for key, candidate in source.state.candidates.items()
    )
    columns = (Column("Prestataire", 4), Column("A répondu", 2), Column("Informé du résultat le", 3))
    return Table(format_count(len(rows), "prestataire consulté", "prestataires consultés"), columns, rows=rows)


def _interests(source: DocumentSource[Tender]) -> Iterator[Block]:
    declared = {fact.event.scorer: fact for fact in source.all_of(InterestsDeclared)}
    if not declared:
        return
    rows = tuple(
        (
            f"{SCORER_LABELS.get(fact.role, 'Personne')} ({source.person(scorer)})",
            "Conflit déclaré" if fact.event.conflict else "Aucun conflit",
            source.plaintext(fact.event.detail) or "–",
        )
        for scorer, fact in declared.items()
    )
    yield Heading("Les déclarations d’intérêts")
    columns = (Column("Qui", 3), Column("Déclaration", 2), Column("Précisions", 4))
    yield Table("Avant de noter, chacun·e dit si un intérêt l’y lie", columns, rows=rows)


def _decision(source: DocumentSource[Tender]) -> Iterator[Block]:
    cancelled, awarded = source.last_of(TenderCancelled), source.last_of(TenderAwarded)
    if cancelled:
        yield Paragraph(f"La consultation est restée sans suite. {source.decrypt(cancelled.event.reason)}")
    elif awarded:
        chosen = source.state.candidates[awarded.event.provider]
        yield Facts(
            (
                ("Prestataire retenu", source.decrypt(chosen.name)),
                (f"Note sur {MAX_SCORE}", format_number(awarded.event.score)),
                ("Décision du", format_day(awarded.recorded_at)),
            )
        )
        if awarded.event.reason:
            yield Paragraph(f"Motif du choix\u00a0: {source.decrypt(awarded.event.reason)}")
        if awarded.event.exception:
            yield Paragraph(f"Moins de trois prestataires consultés\u00a0: {source.decrypt(awarded.event.exception)}")
