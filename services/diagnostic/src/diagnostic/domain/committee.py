"""Sharing of a diagnosis with a support committee (comité d’appui), which gives opinions and decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from annotated_types import Len

from diagnostic.domain.content.content import DiagnosisSection
from diagnostic.domain.lifecycle import NOT_OPEN
from diagnostic.domain.mandates import NO_MANDATE, Mandate, check_mandate
from shared.kernel import Context, Day, Encrypted, LabelledEnum, Refusal, Role, Text, event, paris_date, require_future
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace
from shared.kernel.vocabulary.validation import LEADERS_ONLY, require_leader

MAX_SHARING_DURATION = timedelta(days=183)
"""Six months: the practice of some territories, not a law."""

LEADERS_ONLY_DETAIL = "Le diagnostic appartient à la structure\u00a0: elle seule accepte qu’il soit partagé."
COMMITTEE_ONLY = Refusal("committee-only", "Réservé au comité d’appui", status=403)
SHARING_TOO_LONG = Refusal("sharing-too-long", "Partage trop long", status=422)
SHARING_NOT_AGREED = Refusal("sharing-not-agreed", "Partage sans accord de la structure")
SHARING_EXPIRED = Refusal("sharing-expired", "Partage arrivé à son terme")
NOT_SHARED = Refusal("not-shared", "Diagnostic non partagé")
NOTHING_TO_SHARE = Refusal("nothing-to-share", "Rien à partager")


class Tendency(LabelledEnum):
    FAVOURABLE = "favourable", "favorable"
    RESERVED = "reserved", "réservé"
    UNFAVOURABLE = "unfavourable", "défavorable"


Scope = Annotated[tuple[DiagnosisSection, ...], Len(1, len(DiagnosisSection))]
"""The sections that are shared."""


@event("sharing-agreed", label="Partage avec le comité d’appui accepté par la structure")
class SharingAgreed:
    """`until`: the last day."""

    scope: tuple[DiagnosisSection, ...]
    until: date


@event("sharing-withdrawn", label="Partage avec le comité d’appui retiré par la structure")
class SharingWithdrawn:
    pass


@event("shared-with-committee", label="Diagnostic partagé avec le comité d’appui")
class SharedWithCommittee:
    version: int
    scope: tuple[DiagnosisSection, ...]
    until: date


@event("opinion-given", label="Avis consultatif du comité d’appui")
class OpinionGiven:
    """`version`: of the content that was shared."""

    version: int
    opinion: Tendency
    comments: Encrypted


@command(
    title="Accepter le partage avec le comité d’appui",
    leads_to=(SharingAgreed,),
    may_refuse=(NOT_OPEN, LEADERS_ONLY, NO_MANDATE, IMPLAUSIBLE_DATE, SHARING_TOO_LONG),
)
class AgreeToShare:
    """A leader agrees that a committee reads these sections of the diagnosis until a day, six months ahead at most."""

    scope: Scope
    until: Day


@command(
    title="Retirer l’accord de partage", leads_to=(SharingWithdrawn,), may_refuse=(NOT_OPEN, LEADERS_ONLY, NO_MANDATE)
)
class WithdrawAgreement:
    """A leader withdraws the agreement: from now on the committee reads nothing."""


@command(
    title="Partager avec le comité d’appui",
    leads_to=(SharedWithCommittee,),
    may_refuse=(NOT_OPEN, SHARING_NOT_AGREED, SHARING_EXPIRED, NOTHING_TO_SHARE),
)
class ShareWithCommittee:
    """The adviser shares the current version with the committee, in the sections that the structure agreed to."""


@command(
    title="Donner un avis",
    leads_to=(OpinionGiven,),
    may_refuse=(NOT_OPEN, COMMITTEE_ONLY, NOT_SHARED, SHARING_EXPIRED),
)
class GiveOpinion:
    """The committee gives its opinion on what was shared; an opinion decides nothing."""

    opinion: Tendency
    comments: Text


@frozen
class SharingConsent:
    scope: tuple[DiagnosisSection, ...]
    until: date


@frozen
class Sharing:
    """What the committee may read: these sections of one version, until the end of a day."""

    version: int
    scope: tuple[DiagnosisSection, ...]
    until: date


@frozen
class Opinion:
    version: int
    opinion: Tendency
    comments: Encrypted


@frozen
class Committee:
    agreement: SharingConsent | None = None
    sharing: Sharing | None = None
    opinions: tuple[Opinion, ...] = ()

    def sharing_on(self, day: date) -> Sharing:
        """Raises Refused when nothing is shared, or no longer."""
        if self.sharing is None:
            raise NOT_SHARED("Ce diagnostic n’est pas partagé avec le comité d’appui.")
        if day > self.sharing.until:
            raise SHARING_EXPIRED(
                f"Le partage a pris fin le {self.sharing.until:%d/%m/%Y}\u00a0: la structure peut le renouveler."
            )
        return self.sharing


Command = AgreeToShare | WithdrawAgreement | ShareWithCommittee | GiveOpinion
Event = SharingAgreed | SharingWithdrawn | SharedWithCommittee | OpinionGiven


def decide(
    committee: Committee, content_version: int, mandates: tuple[Mandate, ...], command: Command, context: Context
) -> list[Event]:
    match command:
        case AgreeToShare(scope, until):
            _require_mandated_leader(mandates, context)
            require_future(until, context.now, "La fin du partage")
            if until > paris_date(context.now) + MAX_SHARING_DURATION:
                raise SHARING_TOO_LONG(
                    "Un partage avec le comité d’appui dure six mois au plus\u00a0: il peut être renouvelé."
                )
            return [SharingAgreed(tuple(section for section in DiagnosisSection if section in scope), until)]
        case WithdrawAgreement():
            _require_mandated_leader(mandates, context)
            return [SharingWithdrawn()] if committee.agreement else []
        case ShareWithCommittee():
            return [_share(committee.agreement, content_version, context)]
        case GiveOpinion(opinion, comments):
            return [OpinionGiven(_find_sharing(committee, context).version, opinion, comments=context.text(comments))]


def _require_mandated_leader(mandates: tuple[Mandate, ...], context: Context) -> None:
    require_leader(context, LEADERS_ONLY_DETAIL)
    check_mandate(mandates, context)


def available_commands(committee: Committee, content_version: int) -> Iterator[type]:
    """Nothing is shared without the structure's agreement, and no opinion is given on what is not shared."""
    yield AgreeToShare
    if committee.agreement:
        yield WithdrawAgreement
    if committee.agreement and content_version:
        yield ShareWithCommittee
    if committee.sharing:
        yield GiveOpinion


def evolve(committee: Committee, event: Event) -> Committee:
    match event:
        case SharingAgreed(scope, until):
            return replace(
                committee, agreement=SharingConsent(scope, until), sharing=_narrow(committee.sharing, scope, until)
            )
        case SharingWithdrawn():
            return replace(committee, agreement=None, sharing=None)
        case SharedWithCommittee(version, scope, until=until):
            return replace(committee, sharing=Sharing(version, scope, until=until))
        case OpinionGiven(version, opinion, comments=comments):
            return replace(committee, opinions=(*committee.opinions, Opinion(version, opinion, comments=comments)))


def _narrow(sharing: Sharing | None, scope: tuple[DiagnosisSection, ...], until: date) -> Sharing | None:
    """A new agreement withdraws at once what it no longer covers; what it adds is read once it is shared anew."""
    if sharing is None:
        return None
    sections = tuple(section for section in sharing.scope if section in scope)
    return Sharing(sharing.version, sections, until=min(sharing.until, until)) if sections else None


def _share(agreement: SharingConsent | None, content_version: int, context: Context) -> SharedWithCommittee:
    if agreement is None:
        raise SHARING_NOT_AGREED("Demandez d’abord à un·e dirigeant·e d’accepter le partage avec le comité d’appui.")
    if paris_date(context.now) > agreement.until:
        raise SHARING_EXPIRED("L’accord de la structure est arrivé à son terme\u00a0: demandez-lui de le renouveler.")
    if content_version == 0:
        raise NOTHING_TO_SHARE("Le diagnostic est encore vide.")
    return SharedWithCommittee(content_version, agreement.scope, until=agreement.until)


def _find_sharing(committee: Committee, context: Context) -> Sharing:
    """What the committee may read when it records its opinion."""
    if context.actor.role is not Role.COMMITTEE:
        raise COMMITTEE_ONLY("Seul le comité d’appui donne cet avis.")
    return committee.sharing_on(paris_date(context.now))
