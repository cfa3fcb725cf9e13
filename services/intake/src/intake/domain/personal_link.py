"""Personal links: a leader or a provider works on one case without an account, until a last day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from intake.domain.register import register
from intake.domain.register.link_rights import GrantLinkRight, RevokeLinkRights
from intake.domain.register.state import OWN_RIGHTS
from shared.kernel import (
    CompanionCommand,
    Context,
    Day,
    Decider,
    Encrypted,
    LabelledEnum,
    PersonalData,
    PersonalLine,
    Reason,
    Refusal,
    Role,
    event,
    format_date,
    paris_date,
)
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace
from shared.names import RecordPersonName, name_decider, person_name_id


class AccessLinkRole(LabelledEnum):
    """The roles that a personal link may give."""

    LEADER = "leader", Role.LEADER.label
    PROVIDER = "provider", Role.PROVIDER.label


ALREADY_GIVEN = Refusal("link-already-given", "Cette personne a déjà son lien")
TOO_LONG = Refusal("link-too-long", "Durée du lien", status=422)


@event("link-given", label="Lien personnel donné")
class AccessLinkGiven:
    """`by`: who gave it, a pseudonym. The secret is stored nowhere."""

    case: UUID
    person: UUID
    role: AccessLinkRole
    name: PersonalData
    identity: UUID
    until: date
    by: str
    reason: Encrypted


@event("link-renewed", label="Nouveau lien personnel donné")
class AccessLinkRenewed:
    identity: UUID
    until: date
    by: str
    reason: Encrypted


@event("link-revoked", label="Lien personnel retiré")
class AccessLinkRevoked:
    reason: Encrypted


@command(
    title="Donner un lien personnel", leads_to=(AccessLinkGiven,), may_refuse=(ALREADY_GIVEN, TOO_LONG, OWN_RIGHTS)
)
class GiveAccessLink:
    """A leader or a provider gets a link of their own to this case alone, until a day.

    The link is in this response and nowhere else. Its bearer acts as this person, so give it to them alone. What is
    validated through it is recorded with its author and its time; it is no electronic signature. `until`: the last day;
    by default the longest that the deployment allows. The response's `id` names the person in every history: it is the
    `leader` of a mandate and the `account` of a provider."""

    role: AccessLinkRole
    name: PersonalLine
    reason: Reason
    until: Day | None = None


@command(
    title="Donner un nouveau lien à la même personne", leads_to=(AccessLinkRenewed,), may_refuse=(TOO_LONG, OWN_RIGHTS)
)
class RenewAccessLink:
    """The same person gets another link, and keeps the same id. The former link opens nothing any more."""

    reason: Reason
    until: Day | None = None


@command(leads_to=(AccessLinkGiven, AccessLinkRenewed), may_refuse=(ALREADY_GIVEN, TOO_LONG, OWN_RIGHTS))
class IssueAccessLink:
    """`request`, with what the API added: `person`, the id of the bearer in histories; `identity`, which the secret
    proves; `longest`, the last day that the deployment allows; `namesake`, the same person's existing link."""

    request: GiveAccessLink | RenewAccessLink
    person: UUID
    identity: UUID
    longest: date
    namesake: UUID | None = None


@command(title="Retirer un lien personnel", leads_to=(AccessLinkRevoked,), may_refuse=(OWN_RIGHTS,))
class RevokeAccessLink:
    """The link opens nothing any more: here at once, in the other services when they receive the event."""

    reason: Reason


@frozen
class AccessLink:
    """One person's access to one case. `until`: its last day; `given_by`: who gave the current link."""

    case: UUID | None = None
    person: UUID | None = None
    role: AccessLinkRole | None = None
    name: Encrypted | None = None
    identity: UUID | None = None
    until: date | None = None
    given_by: str | None = None
    revoked: bool = False


Command = IssueAccessLink | RevokeAccessLink
Event = AccessLinkGiven | AccessLinkRenewed | AccessLinkRevoked


def decide(link: AccessLink, command: Command, context: Context) -> list[Event]:
    match command:
        case IssueAccessLink(request, person, identity=identity, longest=longest, namesake=namesake):
            until, reason = _last_day(request.until, longest, context), context.text(request.reason)
            if isinstance(request, RenewAccessLink):
                return [AccessLinkRenewed(identity, until, by=context.actor.id, reason=reason)]
            if existing := namesake or link.person:
                raise ALREADY_GIVEN(
                    "Donnez-lui un nouveau lien\u00a0: il prendra la place du précédent. Pour une autre personne du"
                    " même nom, ajoutez sa fonction.",
                    link=str(existing),
                )
            name = PersonalData(person, request.name)
            return [
                AccessLinkGiven(
                    context.case,
                    person,
                    role=request.role,
                    name=name,
                    identity=identity,
                    until=until,
                    by=context.actor.id,
                    reason=reason,
                )
            ]
        case RevokeAccessLink(reason):
            return [] if link.revoked else [AccessLinkRevoked(context.text(reason))]


def _last_day(until: date | None, longest: date, context: Context) -> date:
    if until is None:
        return longest
    if not paris_date(context.now) <= until <= longest:
        raise TOO_LONG(
            f"Choisissez un dernier jour entre aujourd’hui et le {format_date(longest)}\u202f; un nouveau lien pourra"
            " prendre la suite."
        )
    return until


def evolve(link: AccessLink, event: Event) -> AccessLink:
    match event:
        case AccessLinkGiven(case_id, person, role=role, name=name, identity=identity, until=until, by=by):
            return AccessLink(case_id, person, role=role, name=name, identity=identity, until=until, given_by=by)
        case AccessLinkRenewed(identity, until, by=by):
            return replace(link, identity=identity, until=until, given_by=by, revoked=False)
        case AccessLinkRevoked():
            return replace(link, revoked=True)


def companions(link: AccessLink, event: Event, _context: Context) -> Iterable[CompanionCommand]:
    """The register grants a right to the new link and revokes those of the former: every service receives both, and the
    bearer's name."""
    if link.identity and not link.revoked:
        yield CompanionCommand(register.decider, link.identity, command=RevokeLinkRights())
    match event:
        case AccessLinkGiven(case_id, person, role=role, name=name, identity=identity, until=until):
            record = RecordPersonName(person, name)
            yield CompanionCommand(name_decider, person_name_id(person), command=record, case=case_id)
            yield CompanionCommand(
                register.decider, identity, command=GrantLinkRight(person, Role(role), case=case_id, until=until)
            )
        case AccessLinkRenewed(identity, until):
            assert link.person and link.role and link.case
            yield CompanionCommand(
                register.decider,
                identity,
                command=GrantLinkRight(link.person, Role(link.role), case=link.case, until=until),
            )


def available_commands(link: AccessLink) -> Iterator[type]:
    yield IssueAccessLink
    if link.person:
        yield RenewAccessLink
        if not link.revoked:
            yield RevokeAccessLink


decider: Decider[AccessLink] = Decider(
    "personal link",
    AccessLink(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    available_commands=available_commands,
)
