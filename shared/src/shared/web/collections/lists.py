"""Lists over HTTP: filtered and sorted by the fields of a projection, now or as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from shared.access import RowScope
from shared.eventlog import ServiceApplication
from shared.kernel import Day, Role, compact_code, french_words
from shared.projections import Projection
from shared.queries import CURRENT_ROWS, NEWEST_FIRST, InvalidCursor, count_rows, fetch_page
from shared.queries.list_query import ListQuery
from shared.temporal import Basis, PointInTime, load_past_rows
from shared.web.auth import Caller, leave_out_linked_cases
from shared.web.collections.named import name_rows, named_row_members
from shared.web.http import ProblemError, shown_as
from shared.web.requests import AS_OF_DESCRIPTION, ON_DESCRIPTION, Instant

NO_NUL_PATTERN = r"^[^\x00]*$"
MYSELF = "me"
WITHOUT_NAMES = frozenset({Role.PARTNER})
"""Those to whom no name is decrypted, as policy.cedar says."""


class Page(BaseModel):
    """Rows of a list; give `next` back as `after` to go on, until it is null. `total`: with `count` only.
    `basis`: of a past list, the events that its rows tell."""

    items: list[dict[str, Any]]
    next: str | None
    total: int | None = None
    basis: Basis | None = None


def page_of(projection: Projection) -> type[Page]:
    """The same with the rows of one projection."""
    name = "".join(part.capitalize() for part in projection.name.partition(":")[0].split("-"))
    items: Any = list[shown_as(projection.row, **named_row_members(projection.row))]  # type: ignore[misc]
    return create_model(f"{name}Page", __base__=Page, __doc__=Page.__doc__, items=(items, ...))


MAX_FILTER_VALUES = 20
FilterValue = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL_PATTERN)]


class ListParams(BaseModel):
    """What every list takes; each view adds its own filters and sort keys. A filter given several times lets rows with
    any of its values pass."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=100, pattern=NO_NUL_PATTERN, description="Words to look for, accents or not")
    id: list[UUID] | None = Field(None, max_length=200, description="Only these")
    after: str | None = Field(None, max_length=1000, description="The `next` of the page before, in the same order")
    limit: int = Field(50, ge=1, le=200)
    count: bool = Field(False, description="Whether to count all the rows as well")
    as_of: Instant | None = Field(None, description=AS_OF_DESCRIPTION)
    on: Day | None = Field(None, description=ON_DESCRIPTION)


def list_params(view: Projection, **more: Any) -> Any:
    """The query parameters of a view's list. `more`: of its own, as `create_model` takes them."""
    fields: dict[str, Any] = {**more}
    for name in view.filters:
        description = f"`{MYSELF}` for yourself" if name == "adviser" else None
        fields[name] = (list[FilterValue] | None, Field(None, max_length=MAX_FILTER_VALUES, description=description))
    if view.opened:
        description = f"By `{view.opened}`"
        fields |= {
            name: (Day | None, Field(None, description=description)) for name in ("opened_since", "opened_before")
        }
    labels = sort_labels(view)
    description = "By a field; with a minus the greatest first. `id`: in the order of opening"
    fields["sort"] = (
        Literal[tuple(labels)],
        Field(NEWEST_FIRST, description=description, json_schema_extra={"x-labels": labels}),
    )
    name = "".join(part.capitalize() for part in view.name.partition(":")[0].split("-"))
    return Annotated[create_model(f"{name}Params", __base__=ListParams, **fields), Query()]


def sort_labels(view: Projection) -> dict[str, Any]:
    """What each way of sorting is called in French, by its code."""
    words = {"id": "Ordre d’ouverture", **{key: french_words()["fields"][key] for key in view.sorts}}
    ways = {"": "", "-": ", dans l’ordre inverse"}
    return {f"{way}{key}": f"{label}{said}" for key, label in words.items() for way, said in ways.items()}


def list_rows(
    app: ServiceApplication, caller: Caller, view: Projection, params: Any, contains: Mapping[str, str] | None = None
) -> Page:
    """`contains`: as ListQuery takes it."""
    query = ListQuery(
        params.q,
        {
            name: [
                compact_code(value) if name in view.codes else resolve_myself(caller, name, value) for value in values
            ]
            for name in view.filters
            if (values := getattr(params, name)) is not None
        },
        contains=contains or {},
        opened_since=getattr(params, "opened_since", None),
        opened_before=getattr(params, "opened_before", None),
        sort=params.sort,
        after=params.after,
        limit=params.limit,
        scope=_scope_of(caller, view),
        ids=None if params.id is None else [str(each) for each in params.id],
    )
    source, past = CURRENT_ROWS, None
    if params.as_of or params.on:
        past = load_past_rows(
            app,
            view,
            PointInTime(as_of=params.as_of, on=params.on),
            None if query.scope is None or view.everywhere else query.scope.units,
        )
        source = past.source()
    try:
        page = fetch_page(app.recorder, view, query, source)
    except InvalidCursor:
        raise invalid_cursor() from None
    caller.record_rows(len(page.items))
    total = count_rows(app.recorder, view, query, source) if params.count else None
    rows = page.items if past is None else past.count_versions(app, page.items)
    rows = leave_out_linked_cases(app, caller, rows, view.linked) if view.linked else rows
    decrypt = caller.actor.role not in WITHOUT_NAMES
    items = name_rows(app, rows, lambda row: row["id"], decrypt=decrypt)
    return Page(items=items, next=page.next, total=total, basis=past.basis if past else None)


def _scope_of(caller: Caller, view: Projection) -> RowScope | None:
    """Resource centres read over what is to be shared by all, in any territory, as policy.cedar says."""
    return None if view.everywhere and caller.actor.role is Role.RESOURCE_CENTRE else caller.list_scope


def resolve_myself(caller: Caller, name: str, value: str) -> str:
    return caller.actor.id if name == "adviser" and value == MYSELF else value


def invalid_cursor() -> ProblemError:
    return ProblemError(
        422,
        "wrong-cursor",
        "Suite introuvable",
        "«\u202fafter\u202f» reprend le «\u202fnext\u202f» de la page précédente, dans le même ordre.",
    )
