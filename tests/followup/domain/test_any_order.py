"""Invariants of a follow-up while days pass: each review falls due on its day, once, and none is forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.checks.daily_rows import counted_for_pilots, negative, rows_on_every_day

from followup.caseload import caseload
from followup.domain.closure import CloseFollowUp, RecordClosedDown
from followup.domain.follow_up import decider
from followup.domain.needs import FindNeed
from followup.domain.opening import OpenFollowUp
from followup.domain.parcours_update import RequestParcoursUpdate
from followup.domain.reviews.deadlines import PlanReview, ReviewFellDue, ReviewOverdue, ReviewPlanned
from followup.domain.reviews.reporting import CancelReview, RecordReview, RecordUnreachable, ReviewCancelled
from followup.domain.state import FollowUp, FollowUpStatus
from followup.projections import follow_ups
from followup.statistics import release
from shared.kernel import Axis, Refused
from shared.testing.scenarios import context

CODES = st.sampled_from(["M0", "M6", "M18", "M0-2", "M6-2"])


class FollowUpThroughTime(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.today = date(2026, 3, 2)
        self.events: list[Any] = []
        self.history: list[tuple[Any, datetime]] = []
        self.days: dict[tuple[str, str], date] = {}
        self.ends = 0

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(9), UTC)

    @property
    def state(self) -> FollowUp:
        return decider.state(self.events)

    def ask(self, command: Any) -> None:
        try:
            events = decider.decide(self.state, command, context(at=self.now))
        except Refused:
            return
        for event in events:
            for due in decider.deadlines(self.state, event):
                self.days.pop((due.kind, due.key), None)
                if due.on:
                    self.days[due.kind, due.key] = due.on
            self.events.append(event)
            self.history.append((event, self.now))

    @initialize()
    def the_parcours_has_ended(self) -> None:
        self.the_parcours_ends()

    @rule()
    def the_parcours_ends(self) -> None:
        if self.ends < 2:
            self.ends += 1
            self.ask(
                OpenFollowUp(
                    UUID(int=self.ends),
                    self.now,
                    structure=UUID(int=8),
                    unit="unit-35",
                    adviser="adviser-1",
                    baseline={},
                    definitions={},
                )
            )

    @rule(code=CODES, days=st.integers(0, 40))
    def a_review_is_held(self, code: str, days: int) -> None:
        self.ask(RecordReview(code, self.today - timedelta(days=days), appropriation=4, summary="Tout est en place."))

    @rule(code=CODES)
    def a_review_was_recorded_by_mistake(self, code: str) -> None:
        self.ask(CancelReview(code, "Un autre dossier"))

    @rule(code=CODES)
    def nobody_answers(self, code: str) -> None:
        self.ask(RecordUnreachable(code, 3))

    @rule(code=CODES, days=st.integers(0, 400))
    def a_review_is_moved(self, code: str, days: int) -> None:
        self.ask(PlanReview(code, self.today + timedelta(days=days), reason="Congés"))

    @rule(code=CODES)
    def the_parcours_is_to_be_taken_up_again(self, code: str) -> None:
        self.ask(RequestParcoursUpdate(code, "L’outil n’est pas repris."))

    @rule()
    def a_need_is_found(self) -> None:
        self.ask(FindNeed(Axis.FINANCE, "Trésorerie tendue."))

    @rule()
    def it_is_concluded(self) -> None:
        self.ask(CloseFollowUp("Les effets durent."))

    @rule(really=st.sampled_from([False, False, False, True]))
    def the_structure_closes_down(self, really: bool) -> None:
        if really:
            self.ask(RecordClosedDown(self.today))

    @rule(days=st.sampled_from([1, 30, 60, 200]))
    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.today += timedelta(days=1)
            for which in [which for which, day in self.days.items() if day <= self.today]:
                del self.days[which]
                before = len(self.events)
                self.ask(decider.deadline_command(*which))
                assert len(self.events) == before + 1, f"{which} fell due for nothing"

    @invariant()
    def a_review_is_called_once_unless_it_was_moved_since(self) -> None:
        called: set[tuple[type, str]] = set()
        for event in self.events:
            if isinstance(event, ReviewPlanned | ReviewCancelled):
                called -= {(ReviewFellDue, event.review), (ReviewOverdue, event.review)}
            elif isinstance(event, ReviewFellDue | ReviewOverdue):
                assert (type(event), event.review) not in called
                called.add((type(event), event.review))

    @invariant()
    def every_review_to_be_held_is_called_or_will_be(self) -> None:
        state = self.state
        awaited = set(state.pending_reviews) if state.status is FollowUpStatus.OPEN else set()
        assert {code for _, code in self.days} <= awaited
        assert all(state.reviews[code].fell_due or ("review", code) in self.days for code in awaited)
        assert all(state.reviews[code].overdue or ("overdue-review", code) in self.days for code in awaited)

    @invariant()
    def what_is_closed_waits_for_nothing(self) -> None:
        if self.state.status is FollowUpStatus.CLOSED:
            assert not self.state.pending_reviews
            assert self.state.update is None

    def teardown(self) -> None:
        rows = rows_on_every_day((follow_ups, caseload.projection), self.history)
        assert not [found for row in rows if (found := negative(row))]
        counted_for_pilots(release, rows_on_every_day((follow_ups,), self.history))


TestFollowUpThroughTime = FollowUpThroughTime.TestCase
TestFollowUpThroughTime.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
