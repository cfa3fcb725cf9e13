"""The register against a model of it: rights granted, revoked, renewed and replicated in any order, links among them.

The model knows lists of rights and two tables; it shares no code with the register."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from intake.domain import personal_link
from intake.domain.personal_link import GiveAccessLink, IssueAccessLink, RenewAccessLink, RevokeAccessLink
from intake.domain.reference.territory import Competence
from intake.domain.register import register
from intake.domain.register.rights import GrantRight, RenewRight, RevokeRight, RightGranted, RightRevoked
from shared.access import AccessAction, ProtectedCase, evaluate, replicated_rights
from shared.access.replicated_rights import ReplicateRevocation, ReplicateRight
from shared.kernel import Actor, Context, Refused, Right, Role

UNITS = ("dla-44", "dla-49", "dla-75")
PEOPLE = [UUID(int=n) for n in range(1, 6)]
OPERATOR = Actor("operator", Role.OPS)
REASON = "Arrivée dans l’équipe."
OF_A_CASE, OF_A_UNIT = {Role.LEADER, Role.PROVIDER}, {Role.ADVISER, Role.MANAGER}
OF_A_TERRITORY = {
    Role.REGIONAL,
    Role.AUDITOR,
    Role.COMMITTEE,
    Role.RESOURCE_CENTRE,
    Role.PILOT,
    Role.PARTNER,
    Role.DPO,
}
GIVES = {
    Role.ADVISER: OF_A_CASE,
    Role.MANAGER: OF_A_CASE | OF_A_UNIT,
    Role.REGIONAL: OF_A_CASE | OF_A_UNIT | OF_A_TERRITORY - {Role.DPO},
    Role.OPS: OF_A_CASE | OF_A_UNIT | OF_A_TERRITORY,
}
TABLES = (
    Competence({"44": "dla-44", "49": "dla-49"}),
    Competence({"44": "dla-44", "49": "dla-44"}),
)
CASES = [
    ProtectedCase(UUID(int=100), frozenset({"dla-44"})),
    ProtectedCase(UUID(int=101), frozenset({"dla-49"})),
    ProtectedCase(UUID(int=102), frozenset({"dla-44"}), confidential=True, adviser=str(PEOPLE[0])),
]
ORDINARY_READERS = {Role.ADVISER, Role.MANAGER, Role.REGIONAL, Role.AUDITOR, Role.COMMITTEE, Role.DPO}


@dataclass
class ModelRight:
    identity: UUID
    right: Right
    revoked: bool = False


def may_read(right: Right, identity: UUID, case: ProtectedCase) -> bool:
    """What the policy should answer, said in another way: role by role."""
    if right.role in (Role.LEADER, Role.PROVIDER):
        return right.case == case.id
    territory = {right.unit} if right.role in OF_A_UNIT else {right.unit, *right.units}
    if case.confidential and not (
        right.role is Role.MANAGER or (right.role in (Role.ADVISER, Role.REGIONAL) and case.adviser == str(identity))
    ):
        return False
    if right.role is Role.RESOURCE_CENTRE:
        return True
    return right.role in ORDINARY_READERS and bool(territory & case.units)


class RegisterAndModel(RuleBasedStateMachine):
    identities = Bundle("identities")
    granted = Bundle("granted")
    links = Bundle("links")

    def __init__(self) -> None:
        super().__init__()
        self.today, self.competence = date(2026, 3, 2), 0
        self.ids = (UUID(int=n) for n in count(10_000))
        self.streams: dict[UUID, list[Any]] = defaultdict(list)
        self.of_links: dict[UUID, list[Any]] = defaultdict(list)
        self.published: list[tuple[UUID, Any]] = []
        self.replica: dict[UUID, list[Any]] = defaultdict(list)
        self.received = 0
        self.model: dict[UUID, ModelRight] = {}

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(9), UTC)

    def context(self, case: UUID, actor: Actor) -> Context:
        return Context(case, self.now, actor=actor, ids=self.ids)

    def tell_register(self, identity: UUID, command: Any, actor: Actor) -> list[Any]:
        state = register.decider.state(self.streams[identity])
        events = list(register.decide(state, command, self.context(identity, actor), TABLES[self.competence]))
        self.streams[identity] += events
        self.published += [(identity, event) for event in events]
        return events

    def tell_link(self, person: UUID, command: Any, actor: Actor) -> None:
        decider = personal_link.decider
        state = decider.state(self.of_links[person])
        for event in decider.decide(state, command, self.context(CASES[0].id, actor)):
            for companion in decider.companions(state, event, self.context(CASES[0].id, actor)):
                if companion.decider is register.decider:
                    self.tell_register(companion.stream, companion.command, actor)
            self.of_links[person].append(event)
            state = decider.state(self.of_links[person])

    def held_today(self, identity: UUID) -> list[Right]:
        return [
            each.right
            for each in self.model.values()
            if each.identity == identity and not each.revoked and each.right.holds(self.today)
        ]

    def actors(self, identity: UUID) -> list[Actor]:
        """Under each right that the model says the identity has; a link acts under its person's id."""
        return [
            Actor(str(right.person or identity), right.role, unit=right.unit, units=right.units)
            for right in self.held_today(identity)
        ]

    def expect(self, slug: str | None, act: Any) -> list[Any]:
        try:
            events: list[Any] = act()
        except Refused as refused:
            assert refused.slug == slug, f"{refused.slug}, and not {slug}"
            return []
        assert slug is None, f"accepted, and not refused as {slug}"
        return events

    @initialize(target=identities)
    def people(self) -> Any:
        return multiple(*PEOPLE)

    def beyond(self, right: Right, giver: Actor) -> bool:
        if right.role not in GIVES.get(giver.role, set()):
            return True
        units = {unit for unit in (right.unit, *right.units) if unit}
        return giver.role is not Role.OPS and not units <= {giver.unit, *giver.units}

    def is_link(self, identity: UUID) -> bool:
        return any(each.identity == identity and each.right.person for each in self.model.values())

    @rule(
        target=granted,
        giver=identities | st.none(),
        to=identities,
        role=st.sampled_from(sorted(OF_A_CASE | OF_A_UNIT | OF_A_TERRITORY)),
        unit=st.sampled_from(UNITS),
        units=st.lists(st.sampled_from(UNITS), min_size=1, max_size=2, unique=True),
        days=st.none() | st.integers(0, 20),
        by_name=st.booleans(),
    )
    def grant(
        self,
        giver: UUID | None,
        to: UUID,
        role: Role,
        unit: str,
        units: list[str],
        days: int | None,
        by_name: bool,
    ) -> Any:
        acting = self.actors(giver) if giver else [OPERATOR]
        if not acting:
            return multiple()
        until = None if days is None else self.today + timedelta(days=days)
        in_territory = role in OF_A_TERRITORY
        named = ("44",) if in_territory and by_name else ()
        right = Right(
            UUID(int=0),
            role,
            unit=unit if role in OF_A_UNIT else None,
            units=("dla-44",) if named else tuple(sorted(units)) if in_territory else (),
            case=CASES[0].id if role in OF_A_CASE else None,
            until=until,
            territories=named,
        )
        command = GrantRight(
            to,
            role,
            reason=REASON,
            unit=right.unit,
            units=() if named else right.units,
            case=right.case,
            until=until,
            territories=named,
        )
        if acting[0].id == str(to):
            slug = "own-rights"
        elif self.is_link(to):
            slug = "identity-of-a-link"
        elif self.beyond(right, acting[0]):
            slug = "right-beyond-yours"
        elif named and self.competence == 1:
            slug = "wider-unit"  # the unit is competent in another department too
        else:
            slug = None
        if slug == "right-beyond-yours" and named and self.competence == 1:
            return multiple()  # two reasons to refuse: which comes first is no promise
        events = self.expect(slug, lambda: self.tell_register(to, command, acting[0]))
        if slug is None:
            twice = any(
                replace(each.right, id=UUID(int=0)) == right
                for each in self.model.values()
                if each.identity == to and not each.revoked
            )
            assert bool(events) is not twice
        for event in events:
            assert isinstance(event, RightGranted)
            assert replace(event.right, id=UUID(int=0)) == right
            self.model[event.right.id] = ModelRight(to, event.right)
        return multiple(*(event.right.id for event in events))

    @rule(giver=identities | st.none(), id=granted)
    def revoke(self, giver: UUID | None, id: UUID) -> None:  # noqa: A002
        known = self.model[id]
        acting = self.actors(giver) if giver else [OPERATOR]
        if not acting:
            return
        slug = "right-beyond-yours" if self.beyond(known.right, acting[0]) else None
        if acting[0].id == str(known.identity):
            slug = "own-rights"
        elif known.right.person:
            slug = "identity-of-a-link"
        events = self.expect(slug, lambda: self.tell_register(known.identity, RevokeRight(id, REASON), acting[0]))
        if slug is None:
            assert len(events) == (0 if known.revoked else 1)
            known.revoked = True

    @rule(id=granted)
    def renew(self, id: UUID) -> None:  # noqa: A002
        known = self.model[id]
        if known.revoked or not known.right.territories or self.competence == 1:
            return
        assert self.tell_register(known.identity, RenewRight(id), OPERATOR) == []

    @rule()
    def another_table(self) -> None:
        """Departments change hands between the deployment's units."""
        self.competence = 1 - self.competence

    @rule(target=links, role=st.sampled_from(["leader", "provider"]))
    def give_link(self, role: str) -> UUID:
        person = next(self.ids)
        self.issue(person, GiveAccessLink(personal_link.AccessLinkRole(role), "Maëlle Kerdoncuff", reason=REASON), role)
        return person

    @rule(person=links)
    def renew_link(self, person: UUID) -> None:
        role = personal_link.decider.state(self.of_links[person]).role
        assert role is not None
        self.issue(person, RenewAccessLink(REASON), role)

    def issue(self, person: UUID, request: GiveAccessLink | RenewAccessLink, role: str) -> None:
        identity, until = next(self.ids), self.today + timedelta(days=10)
        adviser = Actor("some-adviser", Role.ADVISER, unit="dla-44")
        self.tell_link(person, IssueAccessLink(request, person, identity=identity, longest=until), adviser)
        self.end_links(person)
        for event in self.streams[identity]:
            expected = Right(event.right.id, Role(role), case=CASES[0].id, until=until, person=person)
            assert event.right == expected
            self.model[event.right.id] = ModelRight(identity, event.right)
        assert len(self.held_today(identity)) == 1

    def end_links(self, person: UUID) -> None:
        for each in self.model.values():
            if each.right.person == person:
                each.revoked = True

    @rule(person=links)
    def revoke_link(self, person: UUID) -> None:
        self.tell_link(person, RevokeAccessLink(REASON), Actor("some-adviser", Role.ADVISER, unit="dla-44"))
        self.end_links(person)

    @rule(target=granted, person=links)
    def name_the_right_of_a_link(self, person: UUID) -> UUID:
        """Its id stands in histories: somebody may try to revoke it as any other right."""
        return max(known for known, each in self.model.items() if each.right.person == person)

    @rule(target=identities, person=links)
    def name_the_identity_of_a_link(self, person: UUID) -> UUID:
        """Its id stands in histories: somebody may try to grant it another right."""
        identity = personal_link.decider.state(self.of_links[person]).identity
        assert identity is not None
        return identity

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(number=st.integers(1, 5), again=st.booleans())
    def another_service_hears(self, number: int, again: bool) -> None:
        """In the order of the register, each message once or twice."""
        for identity, event in self.published[self.received : self.received + number]:
            for _ in range(2 if again else 1):
                self.replicate(identity, event)
            self.received += 1

    def replicate(self, identity: UUID, event: Any) -> None:
        command = ReplicateRight(event.right) if isinstance(event, RightGranted) else ReplicateRevocation(event.right)
        self.tell_replica(identity, command)

    def tell_replica(self, identity: UUID, command: Any) -> None:
        decider, context = replicated_rights.decider, self.context(identity, OPERATOR)
        state = decider.state(self.replica[identity])
        for event in decider.decide(state, command, context):
            for companion in decider.companions(state, event, context):
                self.tell_replica(companion.stream, companion.command)
            self.replica[identity].append(event)

    @invariant()
    def the_register_holds_what_the_model_holds(self) -> None:
        for identity, events in self.streams.items():
            held = {right.id for right in register.decider.state(events).active}
            assert held == {
                known for known, each in self.model.items() if each.identity == identity and not each.revoked
            }

    @invariant()
    def a_link_is_an_identity_of_its_own_kind(self) -> None:
        kinds: dict[UUID, set[bool]] = defaultdict(set)
        for each in self.model.values():
            kinds[each.identity].add(each.right.is_of_a_link)
        assert all(len(kind) == 1 for kind in kinds.values())

    @invariant()
    def each_right_reads_what_the_policy_says(self) -> None:
        for identity in {each.identity for each in self.model.values()}:
            for right in self.held_today(identity):
                actor = Actor(str(right.person or identity), right.role, unit=right.unit, units=right.units)
                for case in CASES:
                    allowed = evaluate(actor, right.case, AccessAction.READ, case).allowed
                    assert allowed == may_read(right, identity, case), (right, case)

    def teardown(self) -> None:
        """Once everything was heard, each service knows the same rights as the register."""
        for identity, event in self.published[self.received :]:
            self.replicate(identity, event)
        for identity, events in self.streams.items():
            copied = replicated_rights.decider.state(self.replica[identity]).rights
            assert copied == register.decider.state(events).active
        assert not {type(event) for _, event in self.published} - {RightGranted, RightRevoked}


RegisterAndModel.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestRegisterAndModel = RegisterAndModel.TestCase
