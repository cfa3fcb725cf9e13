"""What may be asked of an orientation, and what refuses it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from annotated_types import Len

from intake.domain.orientation.events import (
    ChaseChannel,
    OrientationAcknowledged,
    OrientationChased,
    OrientationConcluded,
    OrientationConsented,
    OrientationDeclined,
    OrientationProposed,
    OrientationReminded,
    OrientationSent,
)
from shared.attachments.attachment import UNKNOWN_ATTACHMENT, WITHDRAWN
from shared.kernel import Day, Line, PersonalLine, Reason, Refusal
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command

ALREADY_PROPOSED = Refusal("orientation-already-proposed", "Orientation déjà proposée")
ADDRESS_TO_CORRECT = Refusal("mail-address-to-correct", "Adresse de courriel à corriger", status=422)
NOT_YOUR_ORIENTATION = Refusal("not-your-orientation", "Cette orientation ne vous a pas été transmise", status=403)
NO_CONSENT = Refusal("no-consent", "La structure n’a pas donné son accord")
NOT_AT_THIS_STEP = Refusal("orientation-not-at-this-step", "L’orientation n’en est pas là")
REQUIRES_STEP = (NOT_AT_THIS_STEP, IMPLAUSIBLE_DATE)
"""What refuses a step that is taken out of its order, or on a day that cannot be."""


@command(title="Proposer une orientation", leads_to=(OrientationProposed,), may_refuse=(ALREADY_PROPOSED,))
class ProposeOrientation:
    """The adviser proposes an actor of the territory who can help, and says why.

    `target`: a code of the list of orientation targets, or the name of another actor."""

    target: Line
    reason: Reason


@command(
    title="Noter l’accord de la structure",
    leads_to=(OrientationConsented,),
    may_refuse=(UNKNOWN_ATTACHMENT, WITHDRAWN, *REQUIRES_STEP),
)
class RecordConsent:
    """The structure agrees that its situation is made known to the target.

    `on`: the day; null for today. `attachments`: the files of the request that it agrees to transmit; a recipient who
    answers by a link sees no other."""

    on: Day | None = None
    attachments: Annotated[tuple[UUID, ...], Len(0, 20)] = ()


@command
class Recipient:
    """Who receives an orientation by mail and answers by a link, without an account. `name`: of the person or of the
    service; `email`: one address."""

    name: PersonalLine
    email: PersonalLine


@command(
    title="Transmettre l’orientation",
    leads_to=(OrientationSent,),
    may_refuse=(NO_CONSENT, ADDRESS_TO_CORRECT, *REQUIRES_STEP),
)
class SendOrientation:
    """The orientation is sent to the target, never without consent.

    `on`: the day; null for today. `recipient`: gets a mail with a link by which they read what is transmitted, and
    answer; without one the unit sends the letter itself, and records the answers."""

    message: Reason | None = None
    on: Day | None = None
    recipient: Recipient | None = None


@command(leads_to=(OrientationReminded,))
class RemindRecipient:
    """The recipient has not answered, and gets another mail. `number`: which reminder, from 1."""

    number: int


@command(
    title="Noter que le destinataire l’a reçue",
    leads_to=(OrientationAcknowledged,),
    may_refuse=(NOT_YOUR_ORIENTATION, *REQUIRES_STEP),
)
class AcknowledgeOrientation:
    """The target confirms that it has received the orientation, or the unit does so on its behalf.

    `on`: the day; null for today."""

    on: Day | None = None


@command(
    title="Dire les suites de l’orientation",
    leads_to=(OrientationConcluded,),
    may_refuse=(NOT_YOUR_ORIENTATION, *REQUIRES_STEP),
)
class ConcludeOrientation:
    """What came of the orientation. `on`: the day; null for today."""

    outcome: Reason
    on: Day | None = None


@command(
    title="Consigner une relance",
    leads_to=(OrientationChased,),
    may_refuse=REQUIRES_STEP,
)
class ChaseOrientation:
    """The target, which has not acknowledged, was asked again: how, and what was said. The next chase falls due later.

    `on`: the day; null for today."""

    channel: ChaseChannel
    said: Reason
    on: Day | None = None


@command(
    title="Décliner l’orientation",
    leads_to=(OrientationDeclined,),
    may_refuse=(NOT_YOUR_ORIENTATION, *REQUIRES_STEP),
)
class DeclineOrientation:
    """The structure does not want it, or the target cannot help. `on`: the day; null for today."""

    reason: Reason
    on: Day | None = None
