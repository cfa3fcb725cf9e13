"""What does a follow-up write down for people? The review of the accompaniment: what changed, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from followup import labels
from followup.domain.events import FollowUpClosed
from followup.domain.reviews import Comparability, Indicator, Report, ReviewStatus
from followup.domain.state import FollowUp, Status
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
from shared.kernel import capitalize_first, format_date, format_day, format_indicator
from shared.kernel.indicators import indicator_definition

NO_REVIEW = "Aucun bilan n’a encore été réalisé, et le suivi n’est pas clos."


def of_follow_up(follow_up: FollowUp) -> Iterable[DocumentTemplate[FollowUp]]:
    told = any(review.report for review in follow_up.reviews.values()) or follow_up.outcome
    yield DocumentTemplate("bilan", "Bilan de l’accompagnement", write=balance, lacking=None if told else NO_REVIEW)


def balance(reading: DocumentSource[FollowUp]) -> Document:
    follow_up = reading.state
    blocks: list[Block] = [
        Heading("Où en est le suivi"),
        Table(
            "Bilans prévus et réalisés",
            (Column("Bilan", 3), Column("Échéance", 4), Column("Tenu le", 4), Column("État", 5)),
            rows=tuple(_reviews(follow_up)),
        ),
        *_comparison(reading),
        *_reports(reading),
        *_next(reading),
    ]
    if follow_up.conclusion or follow_up.outcome:
        blocks += _conclusion(reading)
    return reading.document("Bilan de l’accompagnement", f"Unité {follow_up.unit}", blocks)


def _reviews(follow_up: FollowUp) -> Iterator[tuple[str, ...]]:
    for code in sorted(follow_up.reviews, key=lambda code: follow_up.reviews[code].due_on):
        review = follow_up.reviews[code]
        late = ", en retard" if review.overdue and review.status is ReviewStatus.PLANNED else ""
        held = format_date(review.report.held_on) if review.report else "–"
        yield _named(code), format_date(review.due_on), held, capitalize_first(labels.REVIEWS[review.status]) + late


def _named(code: str, *, inside: bool = False) -> str:
    """M6 as people say it; a deployment may call its reviews otherwise, and one resumed has a suffix."""
    months, _, again = code.removeprefix("M").partition("-")
    if not code.startswith("M") or not months.isdecimal():
        return code
    said = "en fin de parcours" if months == "0" else f"à {months}\u00a0mois"
    again = f" (suivi n°\u00a0{again})" if again else ""
    return (said if inside else capitalize_first(said)) + again


def _held(follow_up: FollowUp) -> dict[str, Report]:
    """By code, in the order they were held."""
    held = {code: review.report for code, review in follow_up.reviews.items() if review.report}
    return dict(sorted(held.items(), key=lambda item: item[1].held_on))


def _comparison(reading: DocumentSource[FollowUp]) -> Iterator[Block]:
    follow_up = reading.state
    held, definitions = _held(follow_up), _definitions(reading)
    codes = [*follow_up.baseline, *dict.fromkeys(code for report in held.values() for code in report.indicators)]
    measured = [code for code in dict.fromkeys(codes) if any(code in report.indicators for report in held.values())]
    if not measured:
        return
    yield Heading("Ce qui a changé depuis le diagnostic")
    columns = (
        Column("Ce qui est compté", 5),
        Column("Diagnostic", 2, number=True),
        *(Column(_named(code), 2, number=True) for code in held),
    )
    rows = tuple(
        (
            indicator_definition(code, definitions),
            _value(code, follow_up.baseline.get(code)),
            *(_measured(code, report.indicators.get(code)) for report in held.values()),
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
    flagged = {each.comparability for report in held.values() for each in report.indicators.values()}
    if flagged - {Comparability.COMPARABLE}:
        yield Paragraph(
            "* Ne se compare pas au diagnostic\u00a0: autre définition, ou rien de mesuré alors.", aside=True
        )
    left = [indicator_definition(code, definitions) for code in follow_up.baseline if code not in measured]
    if left:
        yield Paragraph("Non mesuré depuis le diagnostic\u00a0:")
        yield Bullets(tuple(left))


def _definitions(reading: DocumentSource[FollowUp]) -> dict[str, str]:
    """The diagnosis's, and those that reviews gave to what it had not measured."""
    reports = (review.report for review in reading.state.reviews.values() if review.report)
    given = {
        code: reading.show(each.definition)
        for report in reports
        for code, each in report.indicators.items()
        if each.definition and each.comparability is Comparability.NOT_IN_BASELINE
    }
    return given | reading.state.definitions


def _measured(code: str, indicator: Indicator | None) -> str:
    if indicator is None:
        return "–"
    return _value(code, indicator.value) + ("" if indicator.comparability is Comparability.COMPARABLE else "\u00a0*")


def _value(code: str, value: float | None) -> str:
    return "–" if value is None else format_indicator(code, value)


def _reports(reading: DocumentSource[FollowUp]) -> Iterator[Block]:
    for code, report in _held(reading.state).items():
        yield Heading(f"Bilan {_named(code, inside=True)}, le {format_date(report.held_on)}")
        yield Paragraph(reading.show(report.summary))
        yield Facts(
            (
                ("Appropriation", f"{report.appropriation}\u00a0sur\u00a05"),
                ("Satisfaction", _satisfaction(report)),
            )
        )
        if report.appropriation_notes:
            yield Paragraph(reading.show(report.appropriation_notes))


def _satisfaction(report: Report) -> str:
    if report.satisfaction is None:
        return "Sans réponse" if report.satisfaction_asked else "Non demandée"
    return f"{report.satisfaction}\u00a0sur\u00a05"


def _next(reading: DocumentSource[FollowUp]) -> Iterator[Block]:
    follow_up = reading.state
    left = follow_up.left if follow_up.status is Status.OPEN else ()
    if not (follow_up.needs or follow_up.update or left):
        return
    yield Heading("La suite")
    if follow_up.update:
        yield Paragraph(f"Le parcours est à mettre à jour\u00a0: {reading.show(follow_up.update.reason)}")
    if follow_up.needs:
        yield Paragraph("De nouveaux besoins ont été repérés\u202f; chacun ouvre une demande liée à ce dossier\u00a0:")
        yield Bullets(
            tuple(
                f"{capitalize_first(labels.THEMES[each.theme])}\u00a0: {reading.show(each.description)}"
                for each in follow_up.needs
            )
        )
    if left:
        following = left[0]
        day = format_date(follow_up.reviews[following].due_on)
        yield Paragraph(f"Prochain bilan\u00a0: {_named(following, inside=True)}, le {day}.")


def _conclusion(reading: DocumentSource[FollowUp]) -> Iterator[Block]:
    follow_up = reading.state
    yield Heading("La conclusion")
    closed = reading.last_of(FollowUpClosed)
    if follow_up.outcome and closed:
        on = f" (activité cessée le {format_date(follow_up.closed_down_on)})" if follow_up.closed_down_on else ""
        day = format_day(closed.recorded_at)
        yield Paragraph(f"{capitalize_first(labels.OUTCOMES[follow_up.outcome])}{on}, clos le {day}.")
    if follow_up.conclusion:
        yield Paragraph(reading.show(follow_up.conclusion))
