"""Documents of a parcours: the road map, and the agreement of each consulting action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from parcours.documents.agreement import SIGNED_TITLE, agreement
from parcours.domain.building.validation import ParcoursValidated
from parcours.domain.collective import operation
from parcours.domain.state import (
    Action,
    ActionKind,
    Parcours,
    ParcoursStatus,
)
from shared.documents import (
    Block,
    Bullets,
    Column,
    Document,
    DocumentSource,
    DocumentTemplate,
    Heading,
    Paragraph,
    Table,
    Validation,
)
from shared.kernel import AXIS_LABELS, capitalize_first, format_date, format_period, quote_french
from shared.kernel.french import format_count

NO_ACTION = "Le parcours ne compte encore aucune action."
NO_AGREEMENT = (
    "La convention de cette prestation n’est pas encore enregistrée\u202f; son projet est parmi les documents de la "
    "consultation, dès que les candidats sont informés."
)
STATUS_LABELS = {
    ParcoursStatus.BUILDING: "En construction avec la structure.",
    ParcoursStatus.SHARED: "Partagé avec la structure, qui ne s’est pas encore prononcée.",
    ParcoursStatus.UNDER_WAY: "Validé par la structure, en cours.",
    ParcoursStatus.COMPLETED: "Parcours terminé.",
    ParcoursStatus.ABANDONED: "Parcours abandonné.",
}


def parcours_documents(parcours: Parcours) -> Iterable[DocumentTemplate[Parcours]]:
    yield DocumentTemplate(
        "feuille-de-route",
        "Feuille de route",
        write=road_map,
        unavailable_because=None if parcours.actions else NO_ACTION,
    )
    consulting = [key for key, action in parcours.actions.items() if action.planned.kind is ActionKind.CONSULTING]
    for n, key in enumerate(consulting, 1):
        title = SIGNED_TITLE + (f" ({n} sur {len(consulting)})" if len(consulting) > 1 else "")
        lacking = None if parcours.actions[key].agreement else NO_AGREEMENT
        yield DocumentTemplate(
            f"convention-{key}", title, write=partial(agreement, key=key), unavailable_because=lacking
        )


def road_map(source: DocumentSource[Parcours]) -> Document:
    parcours = source.state
    version = parcours.validated_version or parcours.content_version
    blocks: list[Block] = [
        Paragraph(f"{_standing(parcours)} Contenu en version {version}.", aside=True),
        *([Paragraph(f"Un parcours {_days(parcours)}.")] if parcours.period else []),
        *_axes(source),
        *_collective(source),
        *_outcomes(source),
    ]
    if parcours.abandon_reason:
        blocks += [Heading("Pourquoi le parcours s’arrête"), Paragraph(source.decrypt(parcours.abandon_reason))]
    if parcours.debrief:
        blocks += [Heading("Le bilan de fin de parcours"), Paragraph(source.decrypt(parcours.debrief))]
    return source.document(
        "Feuille de route",
        f"Unité {parcours.plan.unit}",
        blocks,
        validation=_validation(source),
        adviser=parcours.plan.adviser,
    )


def _standing(parcours: Parcours) -> str:
    if ending := parcours.ending:
        return f"{capitalize_first(ending.kind.label)}, le {format_date(ending.on)}."
    return STATUS_LABELS[parcours.status]


def axis_label(axis: str) -> str:
    return AXIS_LABELS.get(axis, axis)


def _days(parcours: Parcours) -> str:
    assert parcours.period is not None
    return format_period(parcours.period.starts_on, parcours.period.ends_on)


def _axes(source: DocumentSource[Parcours]) -> Iterator[Block]:
    parcours = source.state
    for rank, axis in enumerate(parcours.ranking or parcours.plan.axes, 1):
        yield Heading(f"{rank}. {axis_label(axis)}")
        rows = tuple(_row(source, action) for action in parcours.actions.values() if action.planned.axis == axis)
        if rows:
            columns = (
                Column("Action", 5),
                Column("Nature", 3),
                Column("Qui", 3),
                Column("Quand", 4),
                Column("État", 3),
            )
            yield Table(f"Actions de l’axe {rank}", columns, rows=rows)
        if axis in parcours.deferrals:
            yield Paragraph(f"Cet axe attendra\u00a0: {source.decrypt(parcours.deferrals[axis])}")


def _row(source: DocumentSource[Parcours], action: Action) -> tuple[str, ...]:
    planned = action.planned
    kind = capitalize_first(planned.kind.label) + (
        f", {format_count(planned.planned_days, 'jour')}" if planned.planned_days else ""
    )
    if action.collective_status:
        kind += f", {action.collective_status.label}"
    who = action.retained.name if action.retained and action.is_agreed else planned.who
    dates = f"{format_date(planned.starts_on)}\u00a0–\n{format_date(planned.ends_on)}"
    return (
        source.decrypt(planned.title),
        kind,
        source.decrypt(who),
        dates,
        capitalize_first(action.status.label),
    )


def _collective(source: DocumentSource[Parcours]) -> Iterator[Block]:
    """With whom is not said: the other structures' accompaniment is theirs."""
    shared = [action for action in source.state.actions.values() if action.operation and action.collective_status]
    if not shared:
        return
    yield Heading("Ce que nous faisons avec d’autres structures")
    lines = []
    for action in shared:
        assert action.operation is not None
        assert action.collective_status is not None
        title = source.plaintext(source.load_other(operation.decider, action.operation).title)
        standing = action.collective_status.label
        lines.append(f"{source.decrypt(action.planned.title)}\u00a0: {quote_french(title)} ({standing})")
    yield Bullets(tuple(lines))


def _outcomes(source: DocumentSource[Parcours]) -> Iterator[Block]:
    settled = [action for action in source.state.actions.values() if action.outcome]
    if settled:
        yield Heading("Ce que les actions ont donné")
        yield Bullets(
            tuple(
                f"{source.decrypt(action.planned.title)} ({action.status.label})\u00a0: "
                f"{source.plaintext(action.outcome)}"
                for action in settled
            )
        )


def _validation(source: DocumentSource[Parcours]) -> Validation | None:
    """The validation that holds now, if any."""
    parcours = source.state
    if parcours.validated_version is None or parcours.shared is None:
        return None
    shared = parcours.shared
    validations = source.all_of(ParcoursValidated)
    agreed = [fact for fact in validations if fact.event.content_hash == shared.content_hash]
    by = tuple(dict.fromkeys(f"dirigeant·e {source.person(fact.by)}" for fact in agreed))
    return Validation(shared.version, shared.content_hash, by=by, at=agreed[-1].recorded_at)
