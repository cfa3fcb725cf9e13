"""Stories of follow-up: reviews until the conclusion, and a sheet that goes back and forth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.support.generated.openapi_examples import DAY
from tests.support.histories.command_walks import UNIT, Walk, actor

from followup.domain import closure, needs, parcours_update
from followup.domain.opening import OpenFollowUp
from followup.domain.reviews import reporting
from followup.domain.sheets.sheet import Lesson, PublishSheet, ReturnSheet, SubmitSheet
from shared.kernel import Axis, Role

Step = tuple[Any, Role]
TODAY, WORK = DAY.date(), Role.ADVISER
OPENING = OpenFollowUp(
    UUID(int=7),
    DAY,
    structure=UUID(int=8),
    unit=UNIT,
    adviser=actor(WORK).id,
    baseline={"fte": 10.5, "cdi": 9.0},
    definitions={},
)


def follow_up(walk: Walk) -> Iterator[Step]:
    yield OPENING, Role.SERVICE
    yield reporting.RecordReview("M0", TODAY, appropriation=4, summary="Tout est en place."), WORK
    yield needs.FindNeed(Axis.DIGITAL, "Un outil de caisse."), WORK
    yield parcours_update.RequestParcoursUpdate("M0", "L’outil n’est pas repris."), WORK
    yield parcours_update.WithdrawParcoursUpdate("Il l’est."), WORK
    walk.now += timedelta(days=181)
    yield reporting.RecordUnreachable("M6", 3), WORK
    walk.now += timedelta(days=366)
    yield reporting.RecordReview("M18", walk.now.date(), appropriation=4, summary="Les effets durent."), WORK
    yield closure.CloseFollowUp("Les effets durent."), WORK


def closed_down(_: Walk) -> Iterator[Step]:
    yield OPENING, Role.SERVICE
    yield closure.RecordClosedDown(TODAY), WORK


def sheet(_: Walk) -> Iterator[Step]:
    lesson = Lesson(
        "Sortir d’une subvention",
        Axis.FINANCE,
        context="Une petite association.",
        what_worked="Vendre.",
        limits="C’est lent.",
    )
    proposed = SubmitSheet(lesson, names=("Les Jardins de l’Erdre",))
    yield proposed, WORK
    yield ReturnSheet("Dites combien de temps."), Role.RESOURCE_CENTRE
    yield proposed, WORK
    yield PublishSheet(lesson), Role.RESOURCE_CENTRE
