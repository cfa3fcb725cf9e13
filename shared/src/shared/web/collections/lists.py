"""How is a list asked for over HTTP? By the view's own filters and sort keys, and no other."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, create_model

from shared.eventlog import ServiceApplication
from shared.kernel import Day
from shared.projections import View
from shared.queries import KEPT_NOW, NEWEST_FIRST, WrongCursor, count_of, page_of
from shared.queries.list_query import Wanted
from shared.temporal import Moment, RestsOn, kept_then, rows_then
from shared.web.auth import Caller
from shared.web.http import ProblemError
from shared.web.requests import AS_OF, ON, Instant

NO_NUL = r"^[^\x00]*$"
MYSELF = "me"


class Page(BaseModel):
    """Rows of a list; give `next` back as `after` to go on, until it is null. `total`: when it was asked for.
    `rests_on`: of a past list, the events that its rows tell."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "id": "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40",
                        "version": 4,
                        "unit": "dla-44",
                        "adviser": "8f1c2c1e-0a7b-5d6e-9a55-0c6f0e1b7a21",
                    }
                ],
                "next": "WyItaWQiLCAieCIsICJ5Il0",
                "total": 37,
            }
        }
    )

    items: list[dict[str, Any]]
    next: str | None
    total: int | None = None
    rests_on: RestsOn | None = None


class Asking(BaseModel):
    """What every list takes; each view adds its own filters and sort keys."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=100, pattern=NO_NUL, description="Words to look for, accents or not")
    after: str | None = Field(None, max_length=1000, description="The `next` of the page before, in the same order")
    limit: int = Field(50, ge=1, le=200)
    count: bool = Field(False, description="Whether to count all the rows as well")
    as_of: Instant | None = Field(None, description=AS_OF)
    on: Day | None = Field(None, description=ON)


def asking(view: View) -> Any:
    """The query parameters of a view's list."""
    adding: dict[str, Any] = {}
    for name in view.filters:
        told = f"`{MYSELF}`: whoever asks" if name == "adviser" else None
        adding[name] = (str | None, Field(None, max_length=200, pattern=NO_NUL, description=told))
    if view.opened:
        told = f"By `{view.opened}`"
        adding |= {name: (Day | None, Field(None, description=told)) for name in ("opened_since", "opened_before")}
    keys = tuple(f"{way}{key}" for key in ("id", *view.sorts) for way in ("", "-"))
    told = "By a key; after a minus the greatest first. `id`: in the order of opening"
    adding["sort"] = (Literal[keys], Field(NEWEST_FIRST, description=told))
    name = "".join(part.capitalize() for part in view.name.partition(":")[0].split("-"))
    return Annotated[create_model(f"{name}Asking", __base__=Asking, **adding), Query()]


def listed(asked: ServiceApplication, caller: Caller, view: View, asking: Any) -> Page:
    wanted = Wanted(
        asking.q,
        {name: whom(caller, name, value) for name in view.filters if (value := getattr(asking, name)) is not None},
        getattr(asking, "opened_since", None),
        getattr(asking, "opened_before", None),
        asking.sort,
        asking.after,
        asking.limit,
        None if view.everywhere else caller.listed,
    )
    kept, rests_on = KEPT_NOW, None
    if asking.as_of or asking.on:
        then = rows_then(
            asked,
            view,
            Moment(as_of=asking.as_of, on=asking.on),
            None if wanted.covered is None else wanted.covered.units,
        )
        kept, rests_on = kept_then(view, then.documents), then.rests_on
    try:
        page = page_of(asked.recorder, view, wanted, kept)
    except WrongCursor:
        raise wrong_cursor() from None
    caller.listed_rows(len(page.items))
    total = count_of(asked.recorder, view, wanted, kept) if asking.count else None
    return Page(items=page.items, next=page.next, total=total, rests_on=rests_on)


def whom(caller: Caller, name: str, value: str) -> str:
    return caller.actor.id if name == "adviser" and value == MYSELF else value


def wrong_cursor() -> ProblemError:
    return ProblemError(
        422,
        "wrong-cursor",
        "Suite introuvable",
        "«\u202fafter\u202f» reprend le «\u202fnext\u202f» de la page précédente, dans le même ordre.",
    )
