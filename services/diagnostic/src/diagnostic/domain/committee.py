"""What of a diagnosis may a committee see, until when, and what does it think? It advises, and decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from annotated_types import Len

from diagnostic.domain.content import Section
from shared.kernel import Context, Day, Encrypted, Refusal, Role, Text, event, require_future
from shared.kernel.events import command
from shared.kernel.frozen import replace

SHARED_AT_MOST = timedelta(days=183)
"""Six months: practice of some territories, a setting rather than a law."""

AGREED_BY_LEADERS = Refusal("leaders-only", "Réservé aux dirigeant·es de la structure", status=403)
COMMITTEE_ONLY = Refusal("committee-only", "Réservé au comité d’appui", status=403)
TOO_LONG = Refusal("sharing-too-long", "Partage trop long", status=422)
NOT_AGREED = Refusal("sharing-not-agreed", "Partage sans accord de la structure")
EXPIRED = Refusal("sharing-expired", "Partage arrivé à son terme")
NOT_SHARED = Refusal("not-shared", "Diagnostic non partagé")
NOTHING_TO_SHARE = Refusal("nothing-to-share", "Rien à partager")


class Tendency(StrEnum):
    FAVOURABLE = "favourable"
    RESERVED = "reserved"
    UNFAVOURABLE = "unfavourable"


Scope = Annotated[tuple[Section, ...], Len(1, len(Section))]


@command(title="Accepter le partage avec le comité d’appui")
class AgreeToShare:
    """A leader agrees that a committee sees these parts of the diagnosis until a day, six months ahead at most."""

    scope: Scope
    until: Day


@command(title="Retirer l’accord de partage")
class WithdrawAgreement:
    """A leader no longer agrees: from now on the committee sees nothing more."""


@command(title="Partager avec le comité d’appui")
class ShareWithCommittee:
    """The adviser shares the diagnosis as it stands with the committee, within what the structure agreed to."""


@command(title="Donner un avis")
class GiveOpinion:
    """The committee says what it thinks of what was shared: an opinion, which decides nothing."""

    opinion: Tendency
    comments: Text


@event("sharing-agreed", label="Partage avec le comité d’appui accepté par la structure")
class SharingAgreed:
    """`until`: the last day."""

    scope: tuple[Section, ...]
    until: date


@event("sharing-withdrawn", label="Partage avec le comité d’appui retiré par la structure")
class SharingWithdrawn:
    pass


@event("shared-with-committee", label="Diagnostic partagé avec le comité d’appui")
class SharedWithCommittee:
    version: int
    scope: tuple[Section, ...]
    until: date


@event("opinion-given", label="Avis consultatif du comité d’appui")
class OpinionGiven:
    """`version`: of the content that was shared."""

    version: int
    opinion: Tendency
    comments: Encrypted


@dataclass(frozen=True, slots=True)
class Agreement:
    scope: tuple[Section, ...]
    until: date


@dataclass(frozen=True, slots=True)
class Share:
    """What the committee may see: these parts of one version, until the end of a day."""

    version: int
    scope: tuple[Section, ...]
    until: date


@dataclass(frozen=True, slots=True)
class Opinion:
    version: int
    opinion: Tendency
    comments: Encrypted


@dataclass(frozen=True, slots=True)
class Committee:
    agreement: Agreement | None = None
    share: Share | None = None
    opinions: tuple[Opinion, ...] = ()

    def share_on(self, day: date) -> Share:
        """Raises Refused when nothing is shared, or no longer."""
        if self.share is None:
            raise NOT_SHARED("Ce diagnostic n’est pas partagé avec le comité d’appui.")
        if day > self.share.until:
            raise EXPIRED(
                f"Le partage a pris fin le {self.share.until:%d/%m/%Y}\u00a0: la structure peut le renouveler."
            )
        return self.share


CommitteeCommand = AgreeToShare | WithdrawAgreement | ShareWithCommittee | GiveOpinion
CommitteeEvent = SharingAgreed | SharingWithdrawn | SharedWithCommittee | OpinionGiven


def decide(
    committee: Committee, content_version: int, command: CommitteeCommand, context: Context
) -> list[CommitteeEvent]:
    match command:
        case AgreeToShare(scope, until):
            _leader_speaks(context)
            require_future(until, context.now, "La fin du partage")
            if until > context.now.date() + SHARED_AT_MOST:
                raise TOO_LONG("Un partage avec le comité d’appui dure six mois au plus\u00a0: il peut être renouvelé.")
            return [SharingAgreed(tuple(section for section in Section if section in scope), until)]
        case WithdrawAgreement():
            _leader_speaks(context)
            return [SharingWithdrawn()] if committee.agreement else []
        case ShareWithCommittee():
            return [_shared(committee.agreement, content_version, context)]
        case GiveOpinion(opinion, comments):
            return [OpinionGiven(_seen(committee, context).version, opinion, comments=context.text(comments))]


def available_commands(committee: Committee, content_version: int) -> Iterator[type]:
    """Nothing is shared without the structure's agreement, and no opinion is given on what is not shared."""
    yield AgreeToShare
    if committee.agreement:
        yield WithdrawAgreement
    if committee.agreement and content_version:
        yield ShareWithCommittee
    if committee.share:
        yield GiveOpinion


def evolve(committee: Committee, event: CommitteeEvent) -> Committee:
    match event:
        case SharingAgreed(scope, until):
            return replace(committee, agreement=Agreement(scope, until), share=_narrowed(committee.share, scope, until))
        case SharingWithdrawn():
            return replace(committee, agreement=None, share=None)
        case SharedWithCommittee(version, scope, until=until):
            return replace(committee, share=Share(version, scope, until=until))
        case OpinionGiven(version, opinion, comments=comments):
            return replace(committee, opinions=(*committee.opinions, Opinion(version, opinion, comments=comments)))


def _narrowed(share: Share | None, scope: tuple[Section, ...], until: date) -> Share | None:
    """A new agreement takes back at once what it no longer covers; what it adds is seen once it is shared anew."""
    if share is None:
        return None
    still = tuple(section for section in share.scope if section in scope)
    return Share(share.version, still, until=min(share.until, until)) if still else None


def _leader_speaks(context: Context) -> None:
    if context.actor.role is not Role.LEADER:
        raise AGREED_BY_LEADERS("Le diagnostic appartient à la structure\u00a0: elle seule accepte qu’il soit partagé.")


def _shared(agreement: Agreement | None, content_version: int, context: Context) -> SharedWithCommittee:
    if agreement is None:
        raise NOT_AGREED("Demandez d’abord à un·e dirigeant·e d’accepter le partage avec le comité d’appui.")
    if context.now.date() > agreement.until:
        raise EXPIRED("L’accord de la structure est arrivé à son terme\u00a0: demandez-lui de le renouveler.")
    if content_version == 0:
        raise NOTHING_TO_SHARE("Le diagnostic est encore vide.")
    return SharedWithCommittee(content_version, agreement.scope, until=agreement.until)


def _seen(committee: Committee, context: Context) -> Share:
    """What the committee has before it now: the deadline judges the moment its opinion is recorded."""
    if context.actor.role is not Role.COMMITTEE:
        raise COMMITTEE_ONLY("Seul le comité d’appui donne cet avis.")
    return committee.share_on(context.now.date())
