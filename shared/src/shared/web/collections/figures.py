"""Figures of a unit over HTTP, now or at a point in time, each with the events behind it."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from shared.access import hidden_cases
from shared.eventlog import ServiceApplication
from shared.kernel import Day, Role, event_name
from shared.kernel.frozen import replace
from shared.statistics import Window, window_of
from shared.statistics import figures as counting
from shared.temporal import Basis, PointInTime, RowsAt, entries_counted, load_rows_at
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.collections.figure_responses import (
    FigureEvent,
    FigureEvents,
    FigureResponse,
    FiguresResponse,
    build_csv_file,
)
from shared.web.collections.lists import NO_NUL_PATTERN
from shared.web.collections.past_turn import PAST_TURN
from shared.web.http import CsvResponse, ProblemError
from shared.web.requests import AppDep, AsOfOrOnDep

FIGURE_READERS = frozenset({*STAFF, Role.AUDITOR})
KNOW_OF_EVERY_CASE = frozenset({Role.MANAGER, Role.AUDITOR})
"""Whose figures count what they may not read, without naming it: a confidential case of which the auditor sees the
headers, an archive that the manager opens by its id. Nobody else's figures count what their lists do not show."""
FigureReaderDep = Annotated[Caller, requires(*FIGURE_READERS)]


OfUnit = Annotated[
    str | None, Query(max_length=100, pattern=NO_NUL_PATTERN, description="For who sees several units: one of them")
]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases are counted, and by which groups."""

    unit: str | None
    window: Window
    by: str | None
    period: str | None


async def _selection(
    unit: OfUnit = None,
    since: Annotated[Day | None, Query(description="From this day on, in Paris")] = None,
    until: Annotated[Day | None, Query(description="Up to the end of this day, in Paris")] = None,
    period: Annotated[
        str | None,
        Query(
            max_length=20,
            description="Instead of two days: a year `2027`, a quarter `2027-T1`, a month `2027-03`, or a school year"
            " `2026-2027`, from September to August",
        ),
    ] = None,
    by: Annotated[
        str | None,
        Query(max_length=40, pattern=NO_NUL_PATTERN, description="One of `groupings`: each figure once for each group"),
    ] = None,
) -> Selection:
    if period is not None and (since or until):
        raise _unknown_period("Donnez une période, ou bien ses jours «\u202fsince\u202f» et «\u202funtil\u202f».")
    try:
        window = Window(since, until) if period is None else window_of(period)
    except ValueError:
        raise _unknown_period(
            "Une période est une année (2027), un trimestre (2027-T1), un mois (2027-03) ou une année scolaire"
            " (2026-2027)."
        ) from None
    if window.since and window.until and window.until < window.since:
        raise _unknown_period("Le premier jour vient après le dernier.")
    return Selection(unit, window, by=by, period=period)


def _unknown_period(detail: str) -> ProblemError:
    return ProblemError(422, "unknown-period", "Période inconnue", detail)


SelectionDep = Annotated[Selection, Depends(_selection)]


def add_figures(router: APIRouter, figures: counting.Figures, *, name: str = "get_figures") -> None:
    """GET `/figures`, `/figures.csv` and `/figures/{code}/events`.

    Added before the routes that take an id at this place.

    `name`: of the first operation."""

    @router.get("/figures", dependencies=[PAST_TURN], name=name, summary="Get the figures of a unit")
    def get_figures(app: AppDep, caller: FigureReaderDep, at: AsOfOrOnDep, selection: SelectionDep) -> FiguresResponse:
        """Each figure with its formula, of a period and by group, now or at a point in time: recorded by `as_of`,
        happened by the end of `on`."""
        return load_figures(app, caller, at, selection)

    def load_figures(app: ServiceApplication, caller: Caller, at: PointInTime, selection: Selection) -> FiguresResponse:
        authorize(caller)
        rows, counted, hidden = load_counted(app, caller, at, selection)
        return FiguresResponse(
            unit=_unit(caller, selection.unit),
            since=selection.window.since,
            until=selection.window.until,
            by=selection.by,
            groupings={code: each.label for code, each in figures.groupings.items()},
            basis=rows.basis,
            figures=[
                _figure(each, figures.key_parameter, f"{router.prefix}/figures", at, selection, hidden)
                for each in (counted if _of_one_unit(caller, selection.unit) else map(_without_cases, counted))
            ],
        )

    def load_counted(
        app: ServiceApplication, caller: Caller, at: PointInTime, selection: Selection
    ) -> tuple[RowsAt, list[counting.Figure], Set[str]]:
        """The rows, the figures that they give, and the cases that are counted and not named."""
        if selection.by is not None and selection.by not in figures.groupings:
            known = list(figures.groupings)
            detail = f"Ces chiffres se donnent par\u00a0: {', '.join(known)}."
            raise ProblemError(422, "unknown-grouping", "Regroupement inconnu", detail, groupings=known)
        rows = _rows(app, caller, figures, at, selection.unit)
        hidden = hidden_cases(app.recorder, rows.documents, caller.row_scope)
        counts_all = caller.actor.role in KNOW_OF_EVERY_CASE
        documents = rows.documents if counts_all else [row for row in rows.documents if row["id"] not in hidden]
        return rows, figures.compute(documents, selection.window, selection.by), hidden

    @router.get(
        "/figures.csv",
        dependencies=[PAST_TURN],
        response_class=CsvResponse,
        summary="Download the figures of a unit as CSV",
    )
    def download_figures(app: AppDep, caller: FigureReaderDep, at: AsOfOrOnDep, selection: SelectionDep) -> CsvResponse:
        """The same figures, one a line: semicolons, decimal commas, no cell that a spreadsheet takes for a formula."""
        return build_csv_file(load_figures(app, caller, at, selection))

    @router.get("/figures/{code}/events", dependencies=[PAST_TURN], summary="List the events behind a figure")
    def list_figure_events(
        code: Annotated[str, Path(max_length=100, pattern=NO_NUL_PATTERN)],
        app: AppDep,
        caller: FigureReaderDep,
        at: AsOfOrOnDep,
        selection: SelectionDep,
        group: Annotated[
            str | None, Query(max_length=100, pattern=NO_NUL_PATTERN, description="With `by`: which group")
        ] = None,
        key: Annotated[
            str | None,
            Query(
                alias=figures.key_parameter,
                max_length=40,
                pattern=NO_NUL_PATTERN,
                description="For a figure that has several: which one",
            ),
        ] = None,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> FigureEvents:
        """The events that the figure counts, case after case, as the address in `events` names them."""
        authorize(caller)
        rows, counted, hidden = load_counted(app, caller, at, selection)
        figure = next((each for each in counted if (each.code, each.key, each.group) == (code, key, group)), None)
        if figure is None:
            raise ProblemError(404, "unknown-figure", "Chiffre inconnu", "Aucun chiffre ne porte ce code.")
        visible = sorted(UUID(case) for case in figure.cases if case not in hidden)
        remaining = [case for case in visible if after is None or case > after]
        caller.record_rows(len(remaining[:limit]))
        items = [each for case in remaining[:limit] for each in _events_behind(app, figures, figure, case, rows.basis)]
        return FigureEvents(items=items, next=remaining[limit - 1] if len(remaining) > limit else None)


def _rows(
    app: ServiceApplication, caller: Caller, figures: counting.Figures, at: PointInTime, unit: str | None
) -> RowsAt:
    """The rows of one unit, or of all units that the right covers today."""
    only = _unit(caller, unit)
    return load_rows_at(app, figures.view, at, [each for each in _covered_units(caller) if only in (None, each)])


def _unit(caller: Caller, unit: str | None) -> str | None:
    return unit if caller.actor.role in SEVERAL_UNITS else caller.actor.unit or ""


def _covered_units(caller: Caller) -> tuple[str, ...]:
    return caller.actor.territory if caller.actor.role in SEVERAL_UNITS else (caller.actor.unit or "",)


SEVERAL_UNITS = (Role.REGIONAL, Role.AUDITOR)


def _of_one_unit(caller: Caller, unit: str | None) -> bool:
    return _unit(caller, unit) is not None or len(_covered_units(caller)) == 1


def _without_cases(figure: counting.Figure) -> counting.Figure:
    """Of several units a figure may count a nation's cases: `events` names them, page by page."""
    return replace(figure, cases=(), by_case={})


def _figure(
    figure: counting.Figure, key_name: str, path: str, at: PointInTime, selection: Selection, hidden: Set[str]
) -> FigureResponse:
    """Hidden cases count, and their ids are left out."""
    days = {} if selection.period else {"since": selection.window.since, "until": selection.window.until}
    query: dict[str, Any] = {
        "unit": selection.unit,
        key_name: figure.key,
        "as_of": at.as_of,
        "on": at.on,
        **days,
        "period": selection.period,
        "by": selection.by,
        "group": figure.group,
    }
    params = {name: value.isoformat() if isinstance(value, date) else value for name, value in query.items() if value}
    return FigureResponse(
        code=figure.code,
        label=figure.label,
        group=figure.group,
        group_label=figure.group_label,
        dated_by=figure.dated_by,
        key=figure.key,
        review=figure.key if key_name == "review" else None,
        value=figure.value,
        counted=figure.counted,
        among=figure.among,
        formula=figure.formula,
        rules=list(figure.rules),
        cases=[UUID(case) for case in figure.cases if case not in hidden],
        by_case={UUID(case): value for case, value in figure.by_case.items() if case not in hidden},
        events=f"{path}/{figure.code}/events" + (f"?{urlencode(params)}" if params else ""),
    )


def _events_behind(
    app: ServiceApplication, figures: counting.Figures, figure: counting.Figure, case: UUID, basis: Basis
) -> list[FigureEvent]:
    kinds = figures.source_events(figure.code)
    events = []
    for entry, recorded in entries_counted(app, case, basis):
        if type(recorded.data) not in kinds:
            continue
        key = figures.key_of(recorded.data)
        if figure.key is None or key in (None, figure.key):
            name = event_name(recorded.data)
            events.append(
                FigureEvent(
                    case=case,
                    id=recorded.meta.id,
                    event=name.name,
                    label=name.label,
                    key=key,
                    review=key if figures.key_parameter == "review" else None,
                    recorded_at=entry.recorded_at,
                    effective_at=recorded.meta.effective_at,
                    rules=recorded.meta.rules,
                )
            )
    return events
