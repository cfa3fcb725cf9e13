"""Tenders: terms of reference, three providers invited, proposals in time, scores without interests, an award."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.support.histories.validated_parcours import given_signatures, validated_case
from tests.support.servers.served_service import Client, Served, served

from embedded.processes.nats import Nats
from parcours.domain import coordination, parcours
from parcours.domain.agreement_signatures import AgreementSignature, AgreementSignatures
from parcours.domain.assignment import selection
from parcours.domain.assignment.agreement import AgreementRecorded
from parcours.domain.assignment.reporting import FinalReportReceived, ReceiveFinalReport
from parcours.domain.building import edits, validation
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.state import ActionKind, AgreementTerms, PlannedAction, ReceivedPlan
from parcours.domain.tender.award import (
    AwardTender,
    CancelTender,
    CandidateInformed,
    DeclareInterests,
    InformCandidate,
    InterestsDeclared,
    ProposalScored,
    ScoreProposal,
    TenderAwarded,
    TenderCancelled,
)
from parcours.domain.tender.conclusion import ConcludeTender, TenderConcluded
from parcours.domain.tender.proposals import (
    GrantProviderAccess,
    GridLine,
    InviteProvider,
    OpenTender,
    ProposalSubmitted,
    ProviderAccessGranted,
    ProviderInvited,
    SubmitProposal,
    TenderOpened,
)
from parcours.domain.tender.state import Proposal, ScoringCriterion, Tender, TenderStatus
from parcours.domain.tender.tender import decider
from parcours.main import service
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, PersonalData, Role, uuid7
from shared.testing.scenarios import CASE, NOW, MemoryLog, Scenarios, context, new_id, text

given = Scenarios(decider)
ACTION, TENDER = UUID(int=11), UUID(int=12)
A, B, C = UUID(int=31), UUID(int=32), UUID(int=33)
DEADLINE = NOW + timedelta(days=20)
AFTER = DEADLINE + timedelta(days=1)
GRID = (GridLine("Compréhension du besoin", 60), GridLine("Prix", 40))
LINES = (ScoringCriterion(text("Compréhension du besoin"), 60), ScoringCriterion(text("Prix"), 40))
OPENED = TenderOpened(CASE, ACTION, terms_of_reference=text("Refondre les tarifs"), grid=LINES, deadline=DEADLINE)
ASKED = tuple(
    ProviderInvited(key, PersonalData(key, f"Cabinet {key.int}"), account=f"provider-{key.int}") for key in (A, B, C)
)
PROPOSAL = Proposal(400_000, 5, summary=text("Cinq jours sur place"))
PROPOSED = (*ASKED, ProposalSubmitted(A, PROPOSAL), ProposalSubmitted(B, PROPOSAL))
SCORER = "some-adviser"
FREE = InterestsDeclared(SCORER, conflict=False)
SCORED = (*PROPOSED, FREE, ProposalScored(A, SCORER, scores=(15, 10)), ProposalScored(B, SCORER, scores=(10, 12)))
AWARDED = TenderAwarded(A, 13.0)
INFORMED = (CandidateInformed(A, AFTER.date()), CandidateInformed(B, AFTER.date()))


# Terms of reference, providers, proposals


def test_terms_of_reference_come_with_a_grid_whose_weights_make_100_and_a_deadline() -> None:
    given().when(OpenTender(ACTION, "Refondre les tarifs", grid=GRID, deadline=DEADLINE)).then(OPENED)
    light = (
        given()
        .when(OpenTender(ACTION, "Refondre", grid=(GridLine("Prix", 99),), deadline=DEADLINE))
        .refused("wrong-grid")
    )
    assert light.extra == {"total": 99}
    twice = (GridLine("Prix", 50), GridLine("Prix", 50))
    given().when(OpenTender(ACTION, "Refondre", grid=twice, deadline=DEADLINE)).refused("wrong-grid")


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
    given().when(OpenTender(ACTION, "Refondre", grid=GRID, deadline=deadline)).refused(slug)


def test_a_provider_consulted_before_it_had_a_link_is_let_in_and_keeps_its_place() -> None:
    by_phone = ProviderInvited(A, PersonalData(A, "Cabinet Armen"))
    let_in = ProviderAccessGranted(A, "provider-31")
    given(OPENED, by_phone).when(GrantProviderAccess(A, "provider-31")).then(let_in)
    given(OPENED, by_phone, let_in).when(GrantProviderAccess(A, "provider-31")).then()
    submit = SubmitProposal(A, 400_000, days=5, summary="Cinq jours sur place")
    provider = Actor("provider-31", Role.PROVIDER)
    given(OPENED, by_phone).when(submit, by=provider).refused("not-your-proposal")
    given(OPENED, by_phone, let_in).when(submit, by=provider).then(ProposalSubmitted(A, PROPOSAL))
    given(OPENED, *SCORED, AWARDED).when(GrantProviderAccess(A, "autre")).then(ProviderAccessGranted(A, "autre"))
    given(OPENED).when(GrantProviderAccess(A, "provider-31")).refused("unknown-provider")


def test_nobody_has_the_account_of_two_candidates() -> None:
    given(OPENED, *ASKED).when(GrantProviderAccess(A, "provider-32")).refused("account-taken")
    given(OPENED, *ASKED).when(InviteProvider("Un autre", "provider-32")).refused("account-taken")


def test_providers_are_consulted_and_propose_until_the_deadline_as_recorded() -> None:
    invited = ProviderInvited(new_id(1), PersonalData(new_id(1), "Cabinet Armen"))
    given(OPENED).when(InviteProvider("Cabinet Armen")).then(invited)
    proposal = SubmitProposal(A, 400_000, days=5, summary="Cinq jours sur place")
    given(OPENED, *ASKED).when(proposal, at=DEADLINE).then(ProposalSubmitted(A, PROPOSAL))
    given(OPENED, *ASKED).when(proposal, at=AFTER).refused("deadline-passed")
    given(OPENED).when(InviteProvider("Trop tard"), at=AFTER).refused("deadline-passed")
    given(OPENED).when(proposal).refused("unknown-provider")


def test_a_provider_submits_its_own_proposal_and_no_other() -> None:
    proposal = SubmitProposal(A, 400_000, days=5, summary="Cinq jours sur place")
    own, other = (Actor(f"provider-{key.int}", Role.PROVIDER) for key in (A, B))
    given(OPENED, *ASKED).when(proposal, by=own).then(ProposalSubmitted(A, PROPOSAL))
    given(OPENED, *ASKED).when(proposal, by=other).refused("not-your-proposal")


# Scores and award


def test_who_scores_has_declared_to_have_no_interest() -> None:
    score = ScoreProposal(A, (15, 10))
    given(OPENED, *PROPOSED).when(score, at=AFTER).refused("interests-not-declared")
    given(OPENED, *PROPOSED).when(DeclareInterests(conflict=False)).then(FREE)
    given(OPENED, *PROPOSED, FREE).when(score, at=AFTER).then(ProposalScored(A, SCORER, scores=(15, 10)))
    bound = InterestsDeclared(SCORER, conflict=True, detail=text("Ancien associé"))
    given(OPENED, *PROPOSED).when(DeclareInterests(True, "Ancien associé")).then(bound)
    given(OPENED, *PROPOSED, bound).when(score, at=AFTER).refused("conflict-of-interest")
    late = given(OPENED, *SCORED, bound)
    assert late.state.scorers == set()
    late.when(AwardTender(A), by=Role.MANAGER, at=AFTER).refused("not-all-scored")


def test_scores_follow_the_grid_after_the_deadline_for_proposals_received() -> None:
    ready = given(OPENED, *PROPOSED, FREE)
    ready.when(ScoreProposal(A, (15, 10)), at=DEADLINE).refused("deadline-not-passed")
    ready.when(ScoreProposal(A, (15,)), at=AFTER).refused("wrong-scores")
    ready.when(ScoreProposal(C, (15, 10)), at=AFTER).refused("no-proposal")


def test_the_award_is_not_before_the_deadline_and_every_proposal_is_scored() -> None:
    given(OPENED, *SCORED).when(AwardTender(A), at=AFTER).then(AWARDED)
    given(OPENED, *SCORED).when(AwardTender(A), at=DEADLINE).refused("deadline-not-passed")
    half = given(OPENED, *PROPOSED, FREE, ProposalScored(A, SCORER, scores=(15, 10)))
    assert half.when(AwardTender(A), at=AFTER).refused("not-all-scored").extra == {"providers": [str(B)]}
    given(OPENED, *SCORED).when(AwardTender(C), at=AFTER).refused("no-proposal")


def test_choosing_another_than_the_best_scored_takes_a_reason() -> None:
    given(OPENED, *SCORED).when(AwardTender(B), at=AFTER).refused("not-the-best")
    chosen = TenderAwarded(B, 10.8, reason=text("Disponible tout de suite"))
    given(OPENED, *SCORED).when(AwardTender(B, "Disponible tout de suite"), at=AFTER).then(chosen)


def test_at_least_three_providers_are_consulted_or_it_is_said_why() -> None:
    two = (*ASKED[:2], *SCORED[3:])
    assert given(OPENED, *two).when(AwardTender(A), at=AFTER).refused("too-few-providers").extra == {"invited": 2}
    excepted = replace(AWARDED, exception=text("Deux cabinets seulement dans la région"))
    own = AwardTender(A, exception="Deux cabinets seulement dans la région")
    given(OPENED, *two).when(own, at=AFTER).then(excepted)


@pytest.mark.parametrize(
    "command",
    [ScoreProposal(A, (1, 1)), AwardTender(B, "Repentir"), DeclareInterests(True), InviteProvider("Un autre")],
)
def test_after_the_award_scores_are_frozen(command: object) -> None:
    given(OPENED, *SCORED, AWARDED).when(command, at=AFTER).refused("tender-not-at-this-step")


def test_a_candidate_that_proposed_is_informed_of_the_result() -> None:
    given(OPENED, *SCORED, AWARDED).when(InformCandidate(A, AFTER.date()), at=AFTER).then(INFORMED[0])
    given(OPENED, *SCORED, AWARDED).when(InformCandidate(C, AFTER.date()), at=AFTER).refused("no-proposal")


def told(event: object, *before: object) -> list[object]:
    """What the parcours is told of an event."""
    world = replace(context(), stream=TENDER)
    asked = list(decider.companions(given(OPENED, *before).state, event, world))
    assert all((each.decider, each.stream) == (parcours.decider, CASE) for each in asked)
    return [each.command for each in asked]


def test_the_parcours_is_told_who_was_chosen_for_what_it_proposed_and_once_all_know_it() -> None:
    name = PersonalData(A, "Cabinet 31")
    award = selection.RecordAward(ACTION, TENDER, name=name, amount_cents=400_000, days=5, account="provider-31")
    assert told(AWARDED, *SCORED) == [award]
    assert told(INFORMED[0], *SCORED, AWARDED) == []
    assert told(INFORMED[1], *SCORED, AWARDED, INFORMED[0]) == [selection.RecordAnnouncement(ACTION, TENDER)]


def test_the_parcours_is_told_when_the_winner_changes_its_account_or_the_tender_is_cancelled() -> None:
    change = selection.ChangeProviderAccount(ACTION, TENDER, account="p9")
    assert told(ProviderAccessGranted(A, "p9"), *SCORED, AWARDED) == [change]
    assert told(ProviderAccessGranted(B, "p9"), *SCORED, AWARDED) == []
    cancelled = TenderCancelled(text("Budget revu"))
    assert told(cancelled, *SCORED, AWARDED) == [selection.WithdrawAward(ACTION, TENDER, reason=cancelled.reason)]
    assert told(cancelled, *SCORED) == []


def test_an_agreement_concludes_an_awarded_tender_once() -> None:
    some = given(OPENED, *SCORED, AWARDED, INFORMED[0]).when(ConcludeTender()).refused("not-all-informed")
    assert some.extra == {"providers": [str(B)]}
    given(OPENED, *SCORED, AWARDED, *INFORMED).when(ConcludeTender()).then(TenderConcluded())
    concluded = given(OPENED, *SCORED, AWARDED, *INFORMED, TenderConcluded())
    concluded.when(ConcludeTender()).refused("tender-not-at-this-step")
    concluded.when(CancelTender("Repentir")).refused("tender-not-at-this-step")
    given(OPENED, *SCORED).when(ConcludeTender()).refused("tender-not-at-this-step")


def test_a_tender_can_lead_to_nobody() -> None:
    cancelled = TenderCancelled(text("Aucune offre satisfaisante"))
    given(OPENED, *SCORED).when(CancelTender("Aucune offre satisfaisante"), at=AFTER).then(cancelled)
    given(OPENED, cancelled).when(InviteProvider("Un autre")).refused("tender-not-at-this-step")


# Whatever is asked


class AnyTender(RuleBasedStateMachine):
    """In whatever order it is asked, nothing is awarded early, scores stay as they were, and the log replays alike."""

    keys = st.sampled_from([new_id(n) for n in range(1, 12)])

    def __init__(self) -> None:
        super().__init__()
        self.log: MemoryLog[Tender] = MemoryLog(decider)
        self.now = NOW
        self.log.do(OpenTender(ACTION, "Refondre", grid=GRID, deadline=DEADLINE), at=NOW)
        self.awarded: Tender | None = None

    def ask(self, command: object, by: Role = Role.ADVISER) -> None:
        if self.log.do(command, by=by, at=self.now).events and isinstance(command, AwardTender):
            assert self.now > DEADLINE
            self.awarded = self.log.state

    @rule(days=st.integers(0, 12))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def consult(self) -> None:
        self.ask(InviteProvider("Un cabinet"))

    @rule(key=keys, amount=st.integers(1, 500), days=st.integers(1, 5))
    def propose(self, key: UUID, amount: int, days: int) -> None:
        self.ask(SubmitProposal(key, amount, days=days, summary="Voici"))

    @rule(conflict=st.booleans(), by=st.sampled_from([Role.ADVISER, Role.LEADER]))
    def declare(self, conflict: bool, by: Role) -> None:
        self.ask(DeclareInterests(conflict), by)

    @rule(key=keys, scores=st.tuples(st.integers(0, 20), st.integers(0, 20)), by=st.sampled_from([Role.ADVISER]))
    def score(self, key: UUID, scores: tuple[int, int], by: Role) -> None:
        self.ask(ScoreProposal(key, scores), by)

    @rule(key=keys, reason=st.none() | st.just("Plus proche"), exception=st.none() | st.just("Deux seulement"))
    def award(self, key: UUID, reason: str | None, exception: str | None) -> None:
        self.ask(AwardTender(key, reason, exception=exception))

    @rule(key=keys)
    def inform(self, key: UUID) -> None:
        self.ask(InformCandidate(key, self.now.date()))

    @rule()
    def cancel_after_long(self) -> None:
        if self.now > AFTER + timedelta(days=20):
            self.ask(CancelTender("Trop long"))

    @rule()
    def agree(self) -> None:
        self.ask(ConcludeTender())

    @invariant()
    def promises_hold(self) -> None:
        now = self.log.state
        assert self.log.from_snapshot() == now
        if self.awarded and now.winner:
            assert {key: each.scores for key, each in now.candidates.items()} == {
                key: each.scores for key, each in self.awarded.candidates.items()
            }
            assert now.exception or len(now.candidates) >= 3
        if now.status is TenderStatus.AGREED:
            assert all(each.informed_on for each in now.proposals.values())


AnyTender.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_any_tender = AnyTender.TestCase


def test_who_declared_an_interest_does_not_award_either() -> None:
    bound = InterestsDeclared("some-manager", conflict=True)
    given(OPENED, *SCORED, bound).when(AwardTender(A, exception="Deux"), by=Role.MANAGER, at=AFTER).refused(
        "conflict-of-interest"
    )


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
            "terms_of_reference": "Refondre les tarifs",
            "grid": [{"label": "Compréhension", "weight": 70}, {"label": "Prix", "weight": 30}],
            "deadline": (now + timedelta(days=20)).isoformat(),
        }
        other = adviser.post(f"{path}/tenders", terms | {"action": str(uuid7())})
        assert other.json()["type"].endswith("/unknown-action")
        opened = adviser.post(f"{path}/tenders", terms | {"action": str(action)})
        assert opened.status_code == 201
        at = opened.headers["Location"]
        for n in (1, 2, 3):
            assert (
                adviser.post(f"{at}/providers", {"name": f"Cabinet {n}", "account": Served.id_of(f"p{n}")}).status_code
                == 200
            )
        keys = list(adviser.get(at).json()["candidates"])
        provider = running.by("provider", subject="p1", unit=None, case=str(case))
        proposal = {"amount_cents": 480000, "days": 5, "summary": "Cinq jours"}
        assert provider.post(f"{at}/providers/{keys[0]}/proposal", proposal).status_code == 200
        assert provider.post(f"{at}/providers/{keys[1]}/proposal", proposal).status_code == 403
        assert provider.get(at).status_code == 403
        assert provider.get(f"{path}/history").status_code == 403
        assert adviser.post(f"{at}/award", {"provider": keys[0]}).json()["type"].endswith("/deadline-not-passed")

        later = now + timedelta(days=21)
        assert running.by("ops").post("/api/v1/clock", {"now": later.isoformat()}).status_code == 200
        adviser.post(f"{at}/interests", {"conflict": False})
        assert adviser.post(f"{at}/providers/{keys[0]}/scores", {"scores": [16, 12]}).status_code == 200
        assert adviser.post(f"{at}/award", {"provider": keys[0]}).status_code == 200
        today = later.date().isoformat()
        retained = adviser.get(path).json()["actions"][str(action)]["retained"]
        assert (retained["name"], retained["tender"]) == ("Cabinet 1", opened.json()["id"])
        sign, agreement = f"{path}/actions/{action}/agreement", {"signatures": given_signatures(today)}
        assert adviser.post(sign, agreement).json()["type"].endswith("/not-all-informed")
        assert adviser.post(f"{at}/providers/{keys[0]}/information", {"informed_on": today}).status_code == 200
        assert adviser.post(sign, agreement).json()["type"].endswith("/not-funded")
        fund = {"unit": "dla-44", "year": later.year, "allocated_cents": 500_000}
        assert running.by("manager").post("/api/v1/funds", fund).status_code == 201
        assert adviser.post(f"{path}/actions/{action}/funds").status_code == 200
        assert adviser.post(sign, agreement | {"provider": "Un autre"}).status_code == 422
        assert adviser.post(sign, agreement).status_code == 200
        assert adviser.get(at).json()["status"] == "agreed"


def test_an_award_that_is_cancelled_gives_its_funds_back_in_the_same_transaction(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as running:
        app: ServiceApplication = running.http.app.state.application  # type: ignore[attr-defined]
        case, action = validated_case(app)
        path, adviser, now = f"/api/v1/parcours/{case}", running.by("adviser"), datetime.now(UTC)
        at = _with_three_providers(adviser, path, action, now)
        key = next(iter(adviser.get(at).json()["candidates"]))
        adviser.post(f"{at}/providers/{key}/proposal", {"amount_cents": 300_000, "days": 4, "summary": "Quatre jours"})
        later = now + timedelta(days=21)
        running.by("ops").post("/api/v1/clock", {"now": later.isoformat()})
        fund = {"unit": "dla-44", "year": later.year, "allocated_cents": 500_000}
        assert running.by("manager").post("/api/v1/funds", fund).status_code == 201
        adviser.post(f"{at}/interests", {"conflict": False})
        adviser.post(f"{at}/providers/{key}/scores", {"scores": [16]})
        assert adviser.post(f"{at}/award", {"provider": key}).status_code == 200
        assert adviser.post(f"{path}/actions/{action}/funds").status_code == 200

        def available() -> int:
            left: int = adviser.get(f"/api/v1/funds/dla-44/{later.year}").json()["available_cents"]
            return left

        assert available() == 200_000
        cancelled = adviser.post(f"{at}/cancellation", {"reason": "Budget revu"})
        assert (cancelled.status_code, cancelled.json()["events"]) == (200, ["tender-cancelled"])
        assert available() == 500_000
        after = adviser.get(path).json()["actions"][str(action)]
        assert (after["retained"], after["committed_cents"]) == (None, 0)
        recorded = [each["event"] for each in adviser.get(f"{path}/history").json()][-3:]
        assert sorted(recorded) == ["funds-released", "provider-dismissed", "tender-cancelled"]


def test_a_provider_reads_its_own_page_and_nothing_of_the_others(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as running:
        app: ServiceApplication = running.http.app.state.application  # type: ignore[attr-defined]
        case, action = validated_case(app)
        fund = {"unit": "dla-44", "year": (datetime.now(UTC) + timedelta(days=21)).year, "allocated_cents": 5_000_000}
        assert running.by("manager").post("/api/v1/funds", fund).status_code == 201
        path, adviser = f"/api/v1/parcours/{case}", running.by("adviser")
        winner, loser, stranger = (
            running.by("provider", subject=name, unit=None, case=str(case)) for name in ("p1", "p2", "p9")
        )
        now = datetime.now(UTC)
        later = (now + timedelta(days=21)).isoformat()
        at = _with_three_providers(adviser, path, action, now)

        own = winner.get(f"{path}/provider").json()["tenders"][0]
        assert (own["terms_of_reference"], own["status_label"]) == ("Refondre les tarifs", "ouverte")
        assert own["grid"] == [{"label": "Prix", "weight": 100}]
        for provider, amount in ((winner, 400000), (loser, 450000)):
            key = provider.get(f"{path}/provider").json()["tenders"][0]["provider"]
            offer = {"amount_cents": amount, "days": 5, "summary": f"Offre à {amount}"}
            assert provider.post(f"{at}/providers/{key}/proposal", offer).status_code == 200
        running.by("ops").post("/api/v1/clock", {"now": later})
        keys = list(adviser.get(at).json()["candidates"])
        adviser.post(f"{at}/interests", {"conflict": False})
        for key, score in zip(keys, (16, 9), strict=False):
            assert adviser.post(f"{at}/providers/{key}/scores", {"scores": [score]}).status_code == 200
        assert adviser.post(f"{at}/award", {"provider": keys[0]}).status_code == 200

        before = loser.get(f"{path}/provider").json()["tenders"][0]
        assert (before["retained"], before["score"]) == (None, None)
        for key in keys[:2]:
            assert adviser.post(f"{at}/providers/{key}/information", {"informed_on": later[:10]}).status_code == 200
        refused = loser.get(f"{path}/provider").json()
        assert (refused["tenders"][0]["retained"], refused["tenders"][0]["score"]) == (False, 9.0)
        assert refused["tenders"][0]["proposal"]["summary"] == "Offre à 450000"
        assert refused["assignments"] == []
        for page in (before, refused["tenders"][0]):
            values = [*page.values(), *page["proposal"].values()]
            assert not any(secret in values for secret in (400000, 16.0, keys[0], "Offre à 400000"))
            assert "Cabinet" not in str(page)

        _under_way(adviser, path, action, later[:10])
        [assignment] = winner.get(f"{path}/provider").json()["assignments"]
        assert (assignment["title"], assignment["amount_cents"], assignment["days_left"]) == ("Étude", 400000, 3)
        report, handed_in = {"received_on": later[:10]}, f"{path}/actions/{action}/final-report"
        for provider in (loser, stranger):
            answer = provider.post(f"{handed_in}/receipt", report)
            assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (403, "not-your-assignment")
        assert winner.post(f"{handed_in}/receipt", report).json()["events"] == ["final-report-received"]
        assert winner.post(f"{handed_in}/acceptance", report).status_code == 403
        assert winner.get(f"{path}/provider").json()["assignments"][0]["report_received_on"] == later[:10]

        nothing: dict[str, Any] = {"tenders": [], "assignments": [], "agreements": [], "attachments": None}
        assert stranger.get(f"{path}/provider").json() == nothing

        history = adviser.get(f"{path}/history").json()
        proposed_at = next(each["recorded_at"] for each in history if each["event"] == "proposal-submitted")
        then = winner.get(f"{path}/provider", as_of=proposed_at)
        assert (then.json()["tenders"][0]["proposal"]["amount_cents"], then.json()["assignments"]) == (400000, [])
        assert loser.get(f"{path}/provider", as_of=proposed_at).json()["tenders"][0]["proposal"] is None
        assert then.headers["DLA-Basis"].startswith('log="')
        (row,) = adviser.get(f"/api/v1/parcours/{case}/tenders", as_of=proposed_at).json()
        assert (row["proposals"], row["winner"], row["winner_name"]) == (1, None, None)
        (row,) = adviser.get(f"/api/v1/parcours/{case}/tenders").json()
        assert (row["winner"], row["winner_name"]) == (keys[0], "Cabinet 1")
        assert adviser.get(at).json()["names"][keys[0]] == "Cabinet 1"
        scored = [each for each in history if each["event"] == "proposal-scored"]
        assert [each["names"][each["data"]["provider"]] for each in scored] == ["Cabinet 1", "Cabinet 2"]
        awarded = next(each for each in adviser.get(f"{at}/changes").json() if each["event"] == "tender-awarded")
        assert awarded["names"][keys[0]] == "Cabinet 1"
        fund_then = adviser.get(f"/api/v1/funds/dla-44/{fund['year']}", version=1).json()
        assert (fund_then["committed_cents"], fund_then["available_cents"]) == (0, 5_000_000)
        adviser.post(f"{at}/providers/{keys[1]}/access", {"account": Served.id_of("p9")})
        assert loser.get(f"{path}/provider", as_of=proposed_at).json()["tenders"] == [], "it is another's now"
        elsewhere = running.by("provider", subject="p1", unit=None, case=str(uuid7()))
        assert elsewhere.get(f"{path}/provider").status_code == 403
        for closed in (path, f"{path}/history", f"{path}/versions", f"{path}/tenders", at):
            assert winner.get(closed).status_code == 403, closed
        [row] = adviser.get(f"{path}/tenders").json()
        assert (row["status_label"], row["candidates"], row["proposals"]) == ("suivie d’une convention", 3, 2)


def test_a_provider_chosen_without_a_tender_hands_in_its_own_report() -> None:
    case = Scenarios(parcours.decider)
    who, action = PersonalData(new_id(2), "Cabinet Aubépine"), UUID(int=12)
    today = NOW.date()
    planned = PlannedAction(
        ActionKind.CONSULTING, "finance", title=text("Étude"), who=who, starts_on=today, ends_on=today
    )
    plan = ReceivedPlan(
        UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW - timedelta(days=40), axes=("finance",)
    )
    chosen = selection.ProviderRetained(
        action, who, amount_cents=400_000, days=5, exception=text("Seul cabinet"), account="p1"
    )
    by_each = (AgreementSignature(new_id(n), PersonalData(new_id(n), "Signataire"), signed_on=today) for n in (3, 4, 5))
    by_structure, by_unit, by_provider = by_each
    signatures = AgreementSignatures(by_structure, by_unit, provider=by_provider)
    signed = AgreementRecorded(action, AgreementTerms(400_000, 5), signatures=signatures, signed_on=today)
    started = case(
        ParcoursOpened(plan),
        edits.ActionAdded(action, planned),
        validation.ParcoursValidated(1, "0" * 64, actions={}, leader="some-leader"),
        chosen,
        signed,
        coordination.ActionStarted(action),
    )
    report = ReceiveFinalReport(action, today)
    started.when(report, by=Actor("p1", Role.PROVIDER)).then(FinalReportReceived(action, today))
    started.when(report, by=Actor("p2", Role.PROVIDER)).refused("not-your-assignment")
    started.when(report, by=Role.ADVISER).then(FinalReportReceived(action, today))


def _with_three_providers(adviser: Client, path: str, action: UUID, now: datetime) -> str:
    """Three providers are consulted: p1, p2, p3."""
    terms = {
        "action": str(action),
        "terms_of_reference": "Refondre les tarifs",
        "grid": [{"label": "Prix", "weight": 100}],
        "deadline": (now + timedelta(days=20)).isoformat(),
    }
    at: str = adviser.post(f"{path}/tenders", terms).headers["Location"]
    for n in (1, 2, 3):
        assert (
            adviser.post(f"{at}/providers", {"name": f"Cabinet {n}", "account": Served.id_of(f"p{n}")}).status_code
            == 200
        )
    return at


def _under_way(adviser: Client, path: str, action: UUID, day: str) -> None:
    """The funds are committed, the agreement is signed, and two days are worked."""
    steps: list[tuple[str, dict[str, Any]]] = [
        ("funds", {}),
        ("agreement", {"signatures": given_signatures(day)}),
        ("start", {}),
        ("days", {"days": 2, "worked_until": day}),
    ]
    for step, body in steps:
        answer = adviser.post(f"{path}/actions/{action}/{step}", body)
        assert answer.status_code == 200, answer.text
