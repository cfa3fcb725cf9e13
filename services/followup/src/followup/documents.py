"""Document of a follow-up: the review of the support (bilan de l’accompagnement)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from followup.domain.closure import FollowUpClosed
from followup.domain.reviews.comparison import Comparability, ComparedIndicator
from followup.domain.reviews.review import Report, ReviewStatus
from followup.domain.state import FollowUp, FollowUpStatus
from shared.documents import (
    Block,
    Bullets,
    Column,
    Document,
    DocumentSource,
    DocumentTemplate,
    Facts,
    Heading,
    Paragraph,
    Table,
)
from shared.kernel import EndingKind, capitalize_first, format_date, format_day, format_indicator
from shared.kernel.vocabulary.indicators import indicator_definition

NO_REVIEW = "Aucun bilan n’a encore été réalisé, et le suivi n’est pas clos."


def of_follow_up(follow_up: FollowUp) -> Iterable[DocumentTemplate[FollowUp]]:
    has_content = follow_up.ending or any(review.report for review in follow_up.reviews.values())
    lacking = None if has_content else NO_REVIEW
    yield DocumentTemplate("bilan", "Bilan de l’accompagnement", write=review_of_support, unavailable_because=lacking)


def review_of_support(source: DocumentSource[FollowUp]) -> Document:
    follow_up = source.state
    blocks: list[Block] = [
        Heading("Où en est le suivi"),
        Table(
            "Bilans prévus et réalisés",
            (Column("Bilan", 3), Column("Échéance", 4), Column("Tenu le", 4), Column("État", 5)),
            rows=tuple(_reviews(follow_up)),
        ),
        *_comparison(source),
        *_reports(source),
        *_next(source),
    ]
    if follow_up.conclusion or follow_up.ending:
        blocks += _conclusion(source)
    return source.document("Bilan de l’accompagnement", f"Unité {follow_up.unit}", blocks, adviser=follow_up.adviser)


def _reviews(follow_up: FollowUp) -> Iterator[tuple[str, ...]]:
    for code in sorted(follow_up.reviews, key=lambda code: follow_up.reviews[code].due_on):
        review = follow_up.reviews[code]
        late = ", en retard" if review.overdue and review.status is ReviewStatus.PLANNED else ""
        held_on = format_date(review.report.held_on) if review.report else "–"
        yield (
            _review_name(code),
            format_date(review.due_on),
            held_on,
            capitalize_first(review.status.label) + late,
        )


def _review_name(code: str, *, in_sentence: bool = False) -> str:
    """M6 in French. A deployment can use other codes, and the reviews of a resumed follow-up have a suffix."""
    months, _, again = code.removeprefix("M").partition("-")
    if not code.startswith("M") or not months.isdecimal():
        return code
    name = "en fin de parcours" if months == "0" else f"à {months}\u00a0mois"
    again = f" (suivi n°\u00a0{again})" if again else ""
    return (name if in_sentence else capitalize_first(name)) + again


def _reports_by_code(follow_up: FollowUp) -> dict[str, Report]:
    """In the order in which they were held."""
    reports = {code: review.report for code, review in follow_up.reviews.items() if review.report}
    return dict(sorted(reports.items(), key=lambda item: item[1].held_on))


def _comparison(source: DocumentSource[FollowUp]) -> Iterator[Block]:
    follow_up = source.state
    reports, definitions = _reports_by_code(follow_up), _definitions(source)
    codes = [*follow_up.baseline, *dict.fromkeys(code for report in reports.values() for code in report.indicators)]
    measured = [code for code in dict.fromkeys(codes) if any(code in report.indicators for report in reports.values())]
    if not measured:
        return
    yield Heading("Ce qui a changé depuis le diagnostic")
    columns = (
        Column("Ce qui est compté", 5),
        Column("Diagnostic", 2, number=True),
        *(Column(_review_name(code), 2, number=True) for code in reports),
    )
    rows = tuple(
        (
            indicator_definition(code, definitions),
            _value(code, follow_up.baseline.get(code)),
            *(_format_measure(code, report.indicators.get(code)) for report in reports.values()),
        )
        for code in measured
    )
    yield Table("Indicateurs, du diagnostic aux bilans", columns, rows=rows)
    for code, correction in follow_up.corrections.items():
        if code in measured:
            yield Paragraph(
                f"{indicator_definition(code, definitions)}\u00a0: référence corrigée"
                f" le {format_day(correction.corrected_at)}.",
                aside=True,
            )
    flagged = {each.comparability for report in reports.values() for each in report.indicators.values()}
    if flagged - {Comparability.COMPARABLE}:
        yield Paragraph(
            "* Ne se compare pas au diagnostic\u00a0: autre périmètre, autre définition, ou rien de mesuré alors.",
            aside=True,
        )
    not_measured = [indicator_definition(code, definitions) for code in follow_up.baseline if code not in measured]
    if not_measured:
        yield Paragraph("Non mesuré depuis le diagnostic\u00a0:")
        yield Bullets(tuple(not_measured))


def _definitions(source: DocumentSource[FollowUp]) -> dict[str, str]:
    """Those of the diagnosis, and those given in reviews for what it had not measured."""
    reports = (review.report for review in source.state.reviews.values() if review.report)
    own = {
        code: source.decrypt(each.definition)
        for report in reports
        for code, each in report.indicators.items()
        if each.definition and each.comparability is Comparability.NOT_IN_BASELINE
    }
    return own | source.state.definitions


def _format_measure(code: str, indicator: ComparedIndicator | None) -> str:
    if indicator is None:
        return "–"
    return _value(code, indicator.value) + ("" if indicator.comparability is Comparability.COMPARABLE else "\u00a0*")


def _value(code: str, value: float | None) -> str:
    return "–" if value is None else format_indicator(code, value)


def _reports(source: DocumentSource[FollowUp]) -> Iterator[Block]:
    for code, report in _reports_by_code(source.state).items():
        yield Heading(f"Bilan {_review_name(code, in_sentence=True)}, le {format_date(report.held_on)}")
        yield Paragraph(source.decrypt(report.summary))
        yield Facts(
            (
                ("Appropriation", f"{report.appropriation}\u00a0sur\u00a05"),
                ("Satisfaction", _satisfaction(report)),
                *(_perimeter(report) if report.perimeter_change else ()),
            )
        )
        if report.perimeter_notes:
            yield Paragraph(source.decrypt(report.perimeter_notes))
        if report.appropriation_notes:
            yield Paragraph(source.decrypt(report.appropriation_notes))


def _perimeter(report: Report) -> Iterator[tuple[str, str]]:
    assert report.perimeter_change
    label = capitalize_first(report.perimeter_change.label)
    yield "Périmètre", f"{label}\u00a0: aucun indicateur ne se compare au diagnostic"


def _satisfaction(report: Report) -> str:
    if report.satisfaction is None:
        return "Sans réponse" if report.satisfaction_asked else "Non demandée"
    return f"{report.satisfaction}\u00a0sur\u00a05"


def _next(source: DocumentSource[FollowUp]) -> Iterator[Block]:
    follow_up = source.state
    pending = follow_up.pending_reviews if follow_up.status is FollowUpStatus.OPEN else ()
    if not (follow_up.needs or follow_up.update or pending):
        return
    yield Heading("La suite")
    if follow_up.update:
        yield Paragraph(f"Le parcours est à mettre à jour\u00a0: {source.decrypt(follow_up.update.reason)}")
    if follow_up.needs:
        yield Paragraph("De nouveaux besoins ont été repérés\u202f; chacun ouvre une demande liée à ce dossier\u00a0:")
        yield Bullets(
            tuple(f"{each.theme.label}\u00a0: {source.decrypt(each.description)}" for each in follow_up.needs)
        )
    if pending:
        following = pending[0]
        day = format_date(follow_up.reviews[following].due_on)
        yield Paragraph(f"Prochain bilan\u00a0: {_review_name(following, in_sentence=True)}, le {day}.")


def _conclusion(source: DocumentSource[FollowUp]) -> Iterator[Block]:
    follow_up = source.state
    yield Heading("La conclusion")
    closed = source.last_of(FollowUpClosed)
    if (ending := follow_up.ending) and closed:
        sentence = f"{capitalize_first(ending.kind.label)}, clos le {format_date(ending.on)}."
        if ending.kind is EndingKind.CLOSED_DOWN:
            sentence = (
                f"{capitalize_first(ending.kind.label)} le {format_date(ending.on)}\u202f; "
                f"suivi clos le {format_day(closed.recorded_at)}."
            )
        yield Paragraph(sentence)
    if follow_up.conclusion:
        yield Paragraph(source.decrypt(follow_up.conclusion))
