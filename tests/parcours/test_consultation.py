"""A provider is chosen: terms of reference, three consulted, proposals in time, scores without interests, an award."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from serving import served
from validated import validated_case

from embedded.nats import Nats
from parcours.domain.consultation.award import (
    Award,
    CancelConsultation,
    CandidateInformed,
    Conclude,
    ConsultationAwarded,
    ConsultationCancelled,
    ConsultationConcluded,
    DeclareInterests,
    InformCandidate,
    InterestsDeclared,
    ProposalScored,
    ScoreProposal,
)
from parcours.domain.consultation.consultation import decider
from parcours.domain.consultation.proposals import (
    ConsultationOpened,
    ConsultProvider,
    GridLine,
    OpenConsultation,
    ProposalSubmitted,
    ProviderConsulted,
    SubmitProposal,
)
from parcours.domain.consultation.state import Consultation, Criterion, Proposal, Step
from parcours.main import service
from shared.decider import Actor, Role
from shared.eventlog.application import ServiceApplication
from shared.ids import uuid7
from shared.sealed import Sealed
from shared.testing import CASE, NOW, MemoryLog, Scenarios, new_id, text

given = Scenarios(decider)
ACTION = UUID(int=11)
A, B, C = UUID(int=31), UUID(int=32), UUID(int=33)
DEADLINE = NOW + timedelta(days=20)
AFTER = DEADLINE + timedelta(days=1)
GRID = (GridLine("Compréhension du besoin", 60), GridLine("Prix", 40))
LINES = (Criterion(text("Compréhension du besoin"), 60), Criterion(text("Prix"), 40))
OPENED = ConsultationOpened(CASE, ACTION, text("Refondre les tarifs"), LINES, DEADLINE)
ASKED = tuple(ProviderConsulted(key, Sealed(key, f"Cabinet {key.int}"), f"provider-{key.int}") for key in (A, B, C))
PROPOSAL = Proposal(400_000, 5, text("Cinq jours sur place"))
PROPOSED = (*ASKED, ProposalSubmitted(A, PROPOSAL), ProposalSubmitted(B, PROPOSAL))
SCORER = "some-adviser"
FREE = InterestsDeclared(SCORER, conflict=False)
SCORED = (*PROPOSED, FREE, ProposalScored(A, SCORER, (15, 10)), ProposalScored(B, SCORER, (10, 12)))
AWARDED = ConsultationAwarded(A, 13.0)
INFORMED = (CandidateInformed(A, AFTER.date()), CandidateInformed(B, AFTER.date()))


# Terms of reference, providers, proposals


def test_terms_of_reference_come_with_a_grid_whose_weights_make_100_and_a_deadline() -> None:
    given().when(OpenConsultation(ACTION, "Refondre les tarifs", GRID, DEADLINE)).then(OPENED)
    light = given().when(OpenConsultation(ACTION, "Refondre", (GridLine("Prix", 99),), DEADLINE)).refused("wrong-grid")
    assert light.extra == {"total": 99}
    twice = (GridLine("Prix", 50), GridLine("Prix", 50))
    given().when(OpenConsultation(ACTION, "Refondre", twice, DEADLINE)).refused("wrong-grid")


@pytest.mark.parametrize(
    ("deadline", "slug"),
    [
        (NOW, "wrong-deadline"),
        (DEADLINE.replace(tzinfo=None), "wrong-deadline"),
        (NOW + timedelta(days=800), "absurd-date"),
        (datetime(1999, 1, 1, tzinfo=UTC), "absurd-date"),
    ],
)
def test_a_deadline_is_ahead_and_has_its_time_zone(deadline: datetime, slug: str) -> None:
    given().when(OpenConsultation(ACTION, "Refondre", GRID, deadline)).refused(slug)


def test_providers_are_consulted_and_propose_until_the_deadline_as_recorded() -> None:
    consulted = ProviderConsulted(new_id(1), Sealed(new_id(1), "Cabinet Armen"))
    given(OPENED).when(ConsultProvider("Cabinet Armen")).then(consulted)
    proposal = SubmitProposal(A, 400_000, 5, "Cinq jours sur place")
    given(OPENED, *ASKED).when(proposal, at=DEADLINE).then(ProposalSubmitted(A, PROPOSAL))
    given(OPENED, *ASKED).when(proposal, at=AFTER).refused("deadline-passed")
    given(OPENED).when(ConsultProvider("Trop tard"), at=AFTER).refused("deadline-passed")
    given(OPENED).when(proposal).refused("unknown-provider")


def test_a_provider_submits_its_own_proposal_and_no_other() -> None:
    proposal = SubmitProposal(A, 400_000, 5, "Cinq jours sur place")
    own, other = (Actor(f"provider-{key.int}", Role.PROVIDER) for key in (A, B))
    given(OPENED, *ASKED).when(proposal, by=own).then(ProposalSubmitted(A, PROPOSAL))
    given(OPENED, *ASKED).when(proposal, by=other).refused("not-your-proposal")


# Scores and award


def test_who_scores_has_declared_to_have_no_interest() -> None:
    score = ScoreProposal(A, (15, 10))
    given(OPENED, *PROPOSED).when(score, at=AFTER).refused("interests-not-declared")
    given(OPENED, *PROPOSED).when(DeclareInterests(conflict=False)).then(FREE)
    given(OPENED, *PROPOSED, FREE).when(score, at=AFTER).then(ProposalScored(A, SCORER, (15, 10)))
    bound = InterestsDeclared(SCORER, conflict=True, detail=text("Ancien associé"))
    given(OPENED, *PROPOSED).when(DeclareInterests(True, "Ancien associé")).then(bound)
    given(OPENED, *PROPOSED, bound).when(score, at=AFTER).refused("conflict-of-interest")
    late = given(OPENED, *SCORED, bound)
    assert late.state.scorers == set()
    assert late.when(Award(A), at=AFTER).refused("not-all-scored")


def test_scores_follow_the_grid_after_the_deadline_for_proposals_received() -> None:
    ready = given(OPENED, *PROPOSED, FREE)
    ready.when(ScoreProposal(A, (15, 10)), at=DEADLINE).refused("deadline-not-passed")
    ready.when(ScoreProposal(A, (15,)), at=AFTER).refused("wrong-scores")
    ready.when(ScoreProposal(C, (15, 10)), at=AFTER).refused("no-proposal")


def test_the_award_is_not_before_the_deadline_and_every_proposal_is_scored() -> None:
    given(OPENED, *SCORED).when(Award(A), at=AFTER).then(AWARDED)
    given(OPENED, *SCORED).when(Award(A), at=DEADLINE).refused("deadline-not-passed")
    half = given(OPENED, *PROPOSED, FREE, ProposalScored(A, SCORER, (15, 10)))
    assert half.when(Award(A), at=AFTER).refused("not-all-scored").extra == {"providers": [str(B)]}
    given(OPENED, *SCORED).when(Award(C), at=AFTER).refused("no-proposal")


def test_choosing_another_than_the_best_scored_takes_a_motive() -> None:
    given(OPENED, *SCORED).when(Award(B), at=AFTER).refused("not-the-best")
    chosen = ConsultationAwarded(B, 10.8, text("Disponible tout de suite"))
    given(OPENED, *SCORED).when(Award(B, "Disponible tout de suite"), at=AFTER).then(chosen)


def test_at_least_three_providers_are_consulted_or_it_is_said_why() -> None:
    two = (*ASKED[:2], *SCORED[3:])
    assert given(OPENED, *two).when(Award(A), at=AFTER).refused("too-few-providers").extra == {"consulted": 2}
    excepted = replace(AWARDED, exception=text("Deux cabinets seulement dans la région"))
    asked = Award(A, exception="Deux cabinets seulement dans la région")
    given(OPENED, *two).when(asked, at=AFTER).then(excepted)


@pytest.mark.parametrize(
    "command", [ScoreProposal(A, (1, 1)), Award(B, "Repentir"), DeclareInterests(True), ConsultProvider("Un autre")]
)
def test_after_the_award_scores_are_frozen(command: object) -> None:
    given(OPENED, *SCORED, AWARDED).when(command, at=AFTER).refused("consultation-not-at-this-step")


def test_all_candidates_are_informed_before_the_agreement() -> None:
    given(OPENED, *SCORED, AWARDED).when(InformCandidate(A, AFTER.date()), at=AFTER).then(INFORMED[0])
    given(OPENED, *SCORED, AWARDED).when(InformCandidate(C, AFTER.date()), at=AFTER).refused("no-proposal")
    agreement = Conclude(ACTION, 400_000, 5)
    some = given(OPENED, *SCORED, AWARDED, INFORMED[0]).when(agreement, at=AFTER).refused("not-all-informed")
    assert some.extra == {"providers": [str(B)]}
    given(OPENED, *SCORED, AWARDED, *INFORMED).when(agreement, at=AFTER).then(ConsultationConcluded(ACTION))


def test_an_agreement_follows_the_award_for_its_action_within_the_proposal_and_once() -> None:
    ready = (OPENED, *SCORED, AWARDED, *INFORMED)
    given(*ready).when(Conclude(A, 400_000, 5)).refused("other-action")
    given(*ready).when(Conclude(ACTION, 400_001, 5)).refused("beyond-proposal")
    given(*ready).when(Conclude(ACTION, 400_000, 6)).refused("beyond-proposal")
    given(*ready, ConsultationConcluded(ACTION)).when(Conclude(ACTION, 1, 1)).refused("not-awarded")
    given(OPENED, *SCORED).when(Conclude(ACTION, 1, 1)).refused("not-awarded")


def test_a_consultation_can_lead_to_nobody() -> None:
    cancelled = ConsultationCancelled(text("Aucune offre satisfaisante"))
    given(OPENED, *SCORED).when(CancelConsultation("Aucune offre satisfaisante"), at=AFTER).then(cancelled)
    given(OPENED, cancelled).when(ConsultProvider("Un autre")).refused("consultation-not-at-this-step")


# Whatever is asked


class AnyConsultation(RuleBasedStateMachine):
    """In whatever order it is asked, nothing is awarded early, scores stay as they were, and the log replays alike."""

    keys = st.sampled_from([new_id(n) for n in range(1, 12)])

    def __init__(self) -> None:
        super().__init__()
        self.log: MemoryLog[Consultation] = MemoryLog(decider)
        self.now = NOW
        self.log.do(OpenConsultation(ACTION, "Refondre", GRID, DEADLINE), at=NOW)
        self.awarded: Consultation | None = None

    def ask(self, command: object, by: Role = Role.ADVISER) -> None:
        if self.log.do(command, by=by, at=self.now).events and isinstance(command, Award):
            assert self.now > DEADLINE
            self.awarded = self.log.state

    @rule(days=st.integers(0, 12))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def consult(self) -> None:
        self.ask(ConsultProvider("Un cabinet"))

    @rule(key=keys, amount=st.integers(1, 500), days=st.integers(1, 5))
    def propose(self, key: UUID, amount: int, days: int) -> None:
        self.ask(SubmitProposal(key, amount, days, "Voici"))

    @rule(conflict=st.booleans(), by=st.sampled_from([Role.ADVISER, Role.LEADER]))
    def declare(self, conflict: bool, by: Role) -> None:
        self.ask(DeclareInterests(conflict), by)

    @rule(key=keys, scores=st.tuples(st.integers(0, 20), st.integers(0, 20)), by=st.sampled_from([Role.ADVISER]))
    def score(self, key: UUID, scores: tuple[int, int], by: Role) -> None:
        self.ask(ScoreProposal(key, scores), by)

    @rule(key=keys, motive=st.none() | st.just("Plus proche"), exception=st.none() | st.just("Deux seulement"))
    def award(self, key: UUID, motive: str | None, exception: str | None) -> None:
        self.ask(Award(key, motive, exception))

    @rule(key=keys)
    def inform(self, key: UUID) -> None:
        self.ask(InformCandidate(key, self.now.date()))

    @rule()
    def cancel_after_long(self) -> None:
        if self.now > AFTER + timedelta(days=20):
            self.ask(CancelConsultation("Trop long"))

    @rule(amount=st.integers(1, 600))
    def agree(self, amount: int) -> None:
        self.ask(Conclude(ACTION, amount, 1))

    @invariant()
    def promises_hold(self) -> None:
        now = self.log.state
        assert self.log.from_snapshot() == now
        if self.awarded and now.winner:
            assert {key: each.scores for key, each in now.candidates.items()} == {
                key: each.scores for key, each in self.awarded.candidates.items()
            }
            assert now.exception or len(now.candidates) >= 3
        if now.step is Step.AGREED:
            assert all(each.informed_on for each in now.proposals.values())


AnyConsultation.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_any_consultation = AnyConsultation.TestCase


# Over HTTP


def test_from_the_terms_of_reference_to_the_tripartite_agreement(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as running:
        app: ServiceApplication = running.http.app.state.application  # type: ignore[attr-defined]
        case, action = validated_case(app)
        path = f"/api/v1/parcours/{case}"
        adviser = running.by("adviser")
        now = datetime.now(UTC)
        terms = {
            "terms": "Refondre les tarifs",
            "grid": [{"label": "Compréhension", "weight": 70}, {"label": "Prix", "weight": 30}],
            "deadline": (now + timedelta(days=20)).isoformat(),
        }
        other = adviser.post(f"{path}/consultations", terms | {"action": str(uuid7())})
        assert other.json()["type"].endswith("/unknown-action")
        opened = adviser.post(f"{path}/consultations", terms | {"action": str(action)})
        assert opened.status_code == 201
        at = opened.headers["Location"]
        for n in (1, 2, 3):
            assert adviser.post(f"{at}/providers", {"name": f"Cabinet {n}", "account": f"p{n}"}).status_code == 200
        keys = list(adviser.get(at).json()["candidates"])
        provider = running.by("provider", subject="p1", unit=None, case=str(case))
        proposal = {"provider": keys[0], "amount": 480000, "days": 5, "summary": "Cinq jours"}
        assert provider.post(f"{at}/proposals", proposal).status_code == 200
        assert provider.post(f"{at}/proposals", proposal | {"provider": keys[1]}).status_code == 403
        assert provider.get(at).status_code == 403
        assert provider.get(f"{path}/history").status_code == 403
        assert adviser.post(f"{at}/award", {"provider": keys[0]}).json()["type"].endswith("/deadline-not-passed")

        later = now + timedelta(days=21)
        assert running.by("ops").post("/api/v1/clock", {"now": later.isoformat()}).status_code == 200
        adviser.post(f"{at}/interests", {"conflict": False})
        assert adviser.post(f"{at}/scores", {"provider": keys[0], "scores": [16, 12]}).status_code == 200
        assert adviser.post(f"{at}/award", {"provider": keys[0]}).status_code == 200
        today = later.date().isoformat()
        agreement = {
            "action": str(action),
            "provider": "Cabinet 1",
            "amount": 480000,
            "days": 5,
            "signed_on": today,
            "signatures": {"structure": today, "unit": today, "provider": today},
        }
        assert adviser.post(f"{path}/agreements", agreement).json()["type"].endswith("/no-consultation")
        agreement["consultation"] = opened.json()["id"]
        assert adviser.post(f"{path}/agreements", agreement).json()["type"].endswith("/not-all-informed")
        assert adviser.post(f"{at}/information", {"provider": keys[0], "informed_on": today}).status_code == 200
        assert adviser.post(f"{path}/agreements", agreement).status_code == 200
        assert adviser.get(at).json()["step"] == "agreed"
