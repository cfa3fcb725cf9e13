"""How does a leader or a provider come in without an account? By a personal link to one dossier, for a while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from intake.domain.register import register
from intake.domain.register.commands import EndLink, OpenByLink
from shared.kernel import (
    CompanionCommand,
    Context,
    Day,
    Decider,
    Encrypted,
    Motive,
    PersonalData,
    PersonalLine,
    Refusal,
    Role,
    event,
    format_date,
)
from shared.kernel.events import command
from shared.kernel.frozen import replace


class Bearer(StrEnum):
    """Whom a link may be for."""

    LEADER = "leader"
    PROVIDER = "provider"


@command(title="Donner un lien personnel")
class GiveLink:
    """A leader, or a provider, comes in by a link of their own, to this dossier alone, until a day.

    The link is in this answer and nowhere else: whoever holds it acts as this person, so give it to them alone. What is
    validated by it is recorded with its author and its time; it is no electronic signature. `until`: the last day; the
    longest that the deployment allows if it is left out. The answer's `id` names the person in every history: it is the
    `leader` of a mandate and the `account` of a provider."""

    role: Bearer
    name: PersonalLine
    motive: Motive
    until: Day | None = None


@command(title="Donner un nouveau lien à la même personne")
class RenewLink:
    """The same person gets another link, and goes on under the same id; the link before opens nothing any more."""

    motive: Motive
    until: Day | None = None


@command
class IssueLink:
    """What was asked, with what the edge made: `person`, by whom histories name the bearer; `identity`, what the secret
    proves; `longest`, the last day that the deployment allows; `namesake`, who has a link to the case already."""

    asked: GiveLink | RenewLink
    person: UUID
    identity: UUID
    longest: date
    namesake: UUID | None = None


@command(title="Retirer un lien personnel")
class RevokeLink:
    """The link opens nothing any more: here at once, elsewhere as soon as it is heard."""

    motive: Motive


@event("link-given", label="Lien personnel donné")
class LinkGiven:
    """`by`: who gave it, a pseudonym. Its secret is kept nowhere."""

    case: UUID
    person: UUID
    role: Bearer
    name: PersonalData
    identity: UUID
    until: date
    by: str
    motive: Encrypted


@event("link-renewed", label="Nouveau lien personnel donné")
class LinkRenewed:
    identity: UUID
    until: date
    by: str
    motive: Encrypted


@event("link-revoked", label="Lien personnel retiré")
class LinkRevoked:
    motive: Encrypted


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """One person's access to one case. `until`: its last day; `given_by`: who gave the one that holds now."""

    case: UUID | None = None
    person: UUID | None = None
    role: Bearer | None = None
    name: Encrypted | None = None
    identity: UUID | None = None
    until: date | None = None
    given_by: str | None = None
    revoked: bool = False


GIVEN_BEFORE = Refusal("link-given-before", "Cette personne a déjà son lien")
NOT_THAT_LONG = Refusal("link-too-long", "Durée du lien", status=422)

Command = IssueLink | RevokeLink
Event = LinkGiven | LinkRenewed | LinkRevoked


def decide(link: PersonalLink, command: Command, context: Context) -> list[Event]:
    match command:
        case IssueLink(asked, person, identity=identity, longest=longest, namesake=namesake):
            until, motive = _last_day(asked.until, longest, context), context.text(asked.motive)
            if isinstance(asked, RenewLink):
                return [LinkRenewed(identity, until, by=context.actor.id, motive=motive)]
            if before := namesake or link.person:
                raise GIVEN_BEFORE(
                    "Donnez-lui un nouveau lien\u00a0: il prendra la place du précédent. Pour une autre personne du"
                    " même nom, ajoutez sa fonction.",
                    link=str(before),
                )
            name = PersonalData(person, asked.name)
            return [
                LinkGiven(
                    context.case,
                    person,
                    role=asked.role,
                    name=name,
                    identity=identity,
                    until=until,
                    by=context.actor.id,
                    motive=motive,
                )
            ]
        case RevokeLink(motive):
            return [] if link.revoked else [LinkRevoked(context.text(motive))]


def _last_day(wanted: date | None, longest: date, context: Context) -> date:
    if wanted is None:
        return longest
    if not context.now.date() <= wanted <= longest:
        raise NOT_THAT_LONG(
            f"Choisissez un dernier jour entre aujourd’hui et le {format_date(longest)}\u202f; un nouveau lien pourra"
            " prendre la suite."
        )
    return wanted


def evolve(link: PersonalLink, event: Event) -> PersonalLink:
    match event:
        case LinkGiven(case_id, person, role=role, name=name, identity=identity, until=until, by=by):
            return PersonalLink(case_id, person, role=role, name=name, identity=identity, until=until, given_by=by)
        case LinkRenewed(identity, until, by=by):
            return replace(link, identity=identity, until=until, given_by=by, revoked=False)
        case LinkRevoked():
            return replace(link, revoked=True)


def companions(link: PersonalLink, event: Event, _context: Context) -> Iterable[CompanionCommand]:
    """The register opens the dossier to the link, and closes it to the one before: every service hears both."""
    if link.identity and not link.revoked:
        yield CompanionCommand(register.decider, link.identity, command=EndLink())
    match event:
        case LinkGiven(case_id, person, role=role, name=_, identity=identity, until=until):
            yield CompanionCommand(
                register.decider, identity, command=OpenByLink(person, Role(role), case=case_id, until=until)
            )
        case LinkRenewed(identity, until):
            known = link.person, link.role, link.case
            assert known[0] and known[1] and known[2]
            yield CompanionCommand(
                register.decider, identity, command=OpenByLink(known[0], Role(known[1]), case=known[2], until=until)
            )


def available_commands(link: PersonalLink) -> Iterator[type]:
    yield IssueLink
    if link.person:
        yield RenewLink
        if not link.revoked:
            yield RevokeLink


decider: Decider[PersonalLink] = Decider(
    "personal link",
    PersonalLink(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    available_commands=available_commands,
)
