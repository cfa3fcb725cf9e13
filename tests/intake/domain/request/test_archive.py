"""Archives: closed cases past their term, who takes them out, and what may be done meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.support.servers.integration import NO_APPLICATION

from intake.domain.request.archive import ArchiveCase, CaseArchived, CaseUnarchived, UnarchiveCase
from intake.domain.request.confidentiality import (
    AssignCase,
    CaseAssigned,
    CaseMadeConfidential,
    LiftConfidentiality,
    MakeConfidential,
)
from intake.domain.request.ending import AccompanimentEnded, CaseClosed, CaseReopened, EndAccompaniment
from intake.domain.request.request import decider
from intake.domain.request.state import Confidentiality, ConfidentialityGround, Request, RequestStatus
from intake.integration_events import to_integration_event
from shared.contracts.intake import CaseAccessChanged
from shared.kernel import CaseAccess, Ending, EndingKind, Role
from shared.testing.scenarios import Scenarios, text

REASON = "La structure conteste un versement."
SINCE = date(2029, 3, 2)
ENDED, RESUMED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
ARCHIVE, TAKE_OUT = ArchiveCase(SINCE), UnarchiveCase(REASON)
ARCHIVED = CaseArchived(SINCE, None, confidential=False)
given = Scenarios(replace(decider, initial=Request(RequestStatus.ADMITTED, unit="dla-44", adviser="ines")))
CLOSED = CaseClosed(Ending(EndingKind.FOLLOWED_UP, ENDED.date()), ENDED)


def test_a_closed_dossier_is_archived_once_and_an_open_one_never() -> None:
    given(CLOSED).when(ARCHIVE, by=Role.SERVICE).then(ARCHIVED)
    given(CLOSED, ARCHIVED).when(ARCHIVE, by=Role.SERVICE).then()
    given().when(ARCHIVE, by=Role.SERVICE).then()


def test_the_dpo_takes_it_out_with_a_reason() -> None:
    out = CaseUnarchived(None, False, reason=text(REASON))
    given(CLOSED, ARCHIVED).when(TAKE_OUT, by=Role.DPO).then(out)
    given(CLOSED).when(TAKE_OUT, by=Role.DPO).refused("not-archived")
    given(CLOSED, ARCHIVED, out).when(ARCHIVE, by=Role.SERVICE).then(ARCHIVED)


def test_it_stays_with_who_was_put_in_charge_and_confidential_if_it_was() -> None:
    made = CaseMadeConfidential(ConfidentialityGround.OTHER, text(REASON), adviser="ines")
    given(CLOSED, made).when(ARCHIVE, by=Role.SERVICE).then(CaseArchived(SINCE, "ines", confidential=True))
    entrusted = CaseAssigned("new", text(REASON), confidential=False)
    given(CLOSED, entrusted).when(ARCHIVE, by=Role.SERVICE).then(CaseArchived(SINCE, "new", confidential=False))


def test_a_case_that_resumes_leaves_the_archive() -> None:
    again = EndAccompaniment(RESUMED)
    happened = AccompanimentEnded(), CLOSED
    given(*happened, ARCHIVED).when(again, by=Role.SERVICE).then(CaseUnarchived(None, False), CaseReopened())
    given(*happened).when(again, by=Role.SERVICE).then(CaseReopened())


@pytest.mark.parametrize(
    "command",
    [
        MakeConfidential(ConfidentialityGround.OTHER, REASON),
        LiftConfidentiality(REASON),
        AssignCase(UUID(int=4), REASON),
    ],
)
def test_nobody_changes_who_sees_an_archive(command: Any) -> None:
    given(CLOSED, ARCHIVED).when(command, by=Role.MANAGER).refused("case-archived")


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (ARCHIVED, CaseAccessChanged(adviser=None, confidential=False, archived=True)),
        (
            CaseArchived(SINCE, "ines", confidential=True),
            CaseAccessChanged(adviser="ines", confidential=True, archived=True),
        ),
        (CaseUnarchived("ines", True), CaseAccessChanged(adviser="ines", confidential=True)),
    ],
)
def test_the_others_are_told_that_it_is_an_archive(event: Any, expected: CaseAccessChanged) -> None:
    recorded: Any = type("Recorded", (), {"data": event})
    assert to_integration_event(recorded, recorded, NO_APPLICATION) == expected
    assert (
        decider.case_row(decider.initial, event)
        == CaseAccess(expected.adviser, expected.confidential, archived=expected.archived).row()
    )


def test_confidentiality_is_kept_in_the_state() -> None:
    made = CaseMadeConfidential(ConfidentialityGround.OTHER, text(REASON), adviser="ines")
    state = given(CLOSED, made, CaseArchived(SINCE, "ines", confidential=True)).state
    assert (state.archived, state.confidential) == (True, Confidentiality(ConfidentialityGround.OTHER, text(REASON)))
