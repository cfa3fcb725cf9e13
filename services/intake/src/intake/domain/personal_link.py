"""Personal links: a leader or a provider works on one case without an account, until a last day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from intake.domain.mail import MailKind, QueueMail, is_mail_address, mail_decider, mail_id
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

RECIPIENT_REASON = "Orientation transmise par courriel."


class AccessLinkRole(LabelledEnum):
    """The roles that a personal link may be given for; that of a recipient comes with the orientation."""

    LEADER = "leader", Role.LEADER.label
    PROVIDER = "provider", Role.PROVIDER.label


ALREADY_GIVEN = Refusal("link-already-given", "Cette personne a déjà son lien")
ADDRESS_TO_CORRECT = Refusal("link-address-to-correct", "Adresse de courriel à corriger", status=422)
TOO_LONG = Refusal("link-too-long", "Durée du lien", status=422)


def _without_address(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"email": None}


@event("link-given", version=2, label="Lien personnel donné", upcasts={1: _without_address})
class AccessLinkGiven:
    """`by`: who gave it, a pseudonym. The secret is stored nowhere. `email`: where mails with the link go, if any."""

    case: UUID
    person: UUID
    role: Role
    name: PersonalData
    identity: UUID
    until: date
    by: str
    reason: Encrypted
    email: PersonalData | None = None


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
    title="Donner un lien personnel",
    leads_to=(AccessLinkGiven,),
    may_refuse=(ALREADY_GIVEN, ADDRESS_TO_CORRECT, TOO_LONG, OWN_RIGHTS),
)
class GiveAccessLink:
    """A leader or a provider gets a link of their own to this case alone, until a day.

    The link is in this response and nowhere else. Its bearer acts as this person, so give it to them alone. What is
    validated through it is recorded with its author and its time; it is no electronic signature. `until`: the last day;
    by default the longest that the deployment allows. `email`: an address to which the link is mailed, and mailed again
    when the person has lost it. The response's `id` names the person in every history: it is the
    `leader` of a mandate and the `account` of a provider."""

    role: AccessLinkRole
    name: PersonalLine
    reason: Reason
    until: Day | None = None
    email: PersonalLine | None = None


@command(
    title="Donner un nouveau lien à la même personne", leads_to=(AccessLinkRenewed,), may_refuse=(TOO_LONG, OWN_RIGHTS)
)
class RenewAccessLink:
    """The same person gets another link, and keeps the same id. The former link opens nothing any more."""

    reason: Reason
    until: Day | None = None


@command(
    leads_to=(AccessLinkGiven, AccessLinkRenewed),
    may_refuse=(ALREADY_GIVEN, ADDRESS_TO_CORRECT, TOO_LONG, OWN_RIGHTS),
)
class IssueAccessLink:
    """`request`, with what the API added: `person`, the id of the bearer in histories; `identity`, which the secret
    proves; `longest`, the last day that the deployment allows; `namesake`, the same person's existing link."""

    request: GiveAccessLink | RenewAccessLink
    person: UUID
    identity: UUID
    longest: date
    namesake: UUID | None = None


@command(leads_to=(AccessLinkGiven,), may_refuse=(OWN_RIGHTS,))
class IssueRecipientLink:
    """The recipient of an orientation, `person`, gets a link with which they answer it, until a day."""

    person: UUID
    name: str
    email: str
    identity: UUID
    until: date


@command(title="Retirer un lien personnel", leads_to=(AccessLinkRevoked,), may_refuse=(OWN_RIGHTS,))
class RevokeAccessLink:
    """The link opens nothing any more: here at once, in the other services when they receive the event."""

    reason: Reason


@frozen
class AccessLink:
    """One person's access to one case. `until`: its last day; `given_by`: who gave the current link; `renewals`: how
    often it was renewed. `email`: where mails with the link go, if any."""

    case: UUID | None = None
    person: UUID | None = None
    role: Role | None = None
    name: Encrypted | None = None
    identity: UUID | None = None
    until: date | None = None
    given_by: str | None = None
    revoked: bool = False
    email: PersonalData | None = None
    renewals: int = 0


Command = IssueAccessLink | IssueRecipientLink | RevokeAccessLink
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
            if request.email is not None and not is_mail_address(request.email):
                raise ADDRESS_TO_CORRECT("Donnez une seule adresse, comme prenom.nom@exemple.fr.")
            return [_given(person, request.name, request.email, Role(request.role), identity, until, reason, context)]
        case IssueRecipientLink(person, name, email=email, identity=identity, until=until):
            reason = context.text(RECIPIENT_REASON)
            return [_given(person, name, email, Role.RECIPIENT, identity, until, reason, context)]
        case RevokeAccessLink(reason):
            return [] if link.revoked else [AccessLinkRevoked(context.text(reason))]


def _given(
    person: UUID,
    name: str,
    email: str | None,
    role: Role,
    identity: UUID,
    until: date,
    reason: Encrypted,
    context: Context,
) -> AccessLinkGiven:
    return AccessLinkGiven(
        context.case,
        person,
        role=role,
        name=PersonalData(person, name),
        identity=identity,
        until=until,
        by=context.actor.id,
        reason=reason,
        email=PersonalData(person, email) if email else None,
    )


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
        case AccessLinkGiven(case_id, person, role=role, name=name, identity=identity, until=until, by=by, email=email):
            return AccessLink(
                case_id, person, role=role, name=name, identity=identity, until=until, given_by=by, email=email
            )
        case AccessLinkRenewed(identity, until, by=by):
            renewals = link.renewals + 1
            return replace(link, identity=identity, until=until, given_by=by, revoked=False, renewals=renewals)
        case AccessLinkRevoked():
            return replace(link, revoked=True)


def companions(link: AccessLink, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """The register grants a right to the new link and revokes those of the former: every service receives both, and the
    bearer's name. A link with an address is mailed there."""
    if link.identity and not link.revoked:
        yield CompanionCommand(register.decider, link.identity, command=RevokeLinkRights())
    match event:
        case AccessLinkGiven(case_id, person, role=role, name=name, identity=identity, until=until, email=email):
            record = RecordPersonName(person, name)
            yield CompanionCommand(name_decider, person_name_id(person), command=record, case=case_id)
            yield CompanionCommand(
                register.decider, identity, command=GrantLinkRight(person, role, case=case_id, until=until)
            )
            if email:
                kind = MailKind.ORIENTATION if role is Role.RECIPIENT else MailKind.LINK
                stream = mail_id(context.pseudonym, kind, person, "given")
                yield CompanionCommand(mail_decider, stream, command=QueueMail(kind, person), case=case_id)
        case AccessLinkRenewed(identity, until):
            assert link.person and link.role and link.case
            yield CompanionCommand(
                register.decider,
                identity,
                command=GrantLinkRight(link.person, link.role, case=link.case, until=until),
            )


def available_commands(link: AccessLink) -> Iterator[type]:
    yield from (IssueAccessLink, IssueRecipientLink)
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
