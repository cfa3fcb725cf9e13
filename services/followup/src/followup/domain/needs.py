"""New needs that a follow-up finds: each opens a request of its own, linked to the case."""

from __future__ import annotations

from followup.domain.state import NOT_OPEN, FollowUp, Need
from shared.kernel import Axis, Context, Encrypted, Reason, Refusal, Text, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

NEED_ALREADY_FOUND = Refusal("need-already-found", "Besoin déjà repéré", depends_on_body=True)


@event("need-found", label="Nouveau besoin repéré")
class NeedFound:
    """`distinction`: how it differs from another need on the same theme."""

    theme: Axis
    description: Encrypted
    distinction: Encrypted | None = None


@command(title="Signaler un nouveau besoin", leads_to=(NeedFound,), may_refuse=(NOT_OPEN, NEED_ALREADY_FOUND))
class FindNeed:
    """Follow-up finds a new need: it opens a request of its own, linked to this case.

    `distinction`: how it differs from a need already found on the same theme."""

    theme: Axis
    description: Text
    distinction: Reason | None = None


def decide(follow_up: FollowUp, command: FindNeed, context: Context) -> NeedFound:
    """One linked request a theme, unless the adviser says how the second need differs."""
    if not command.distinction and any(need.theme is command.theme for need in follow_up.needs):
        raise NEED_ALREADY_FOUND(
            "Un besoin déjà repéré sur ce thème a ouvert sa demande\u00a0: complétez-la, ou dites ce qui distingue "
            "celui-ci.",
            theme=command.theme,
        )
    return NeedFound(
        command.theme, context.text(command.description), distinction=context.optional_text(command.distinction)
    )


def evolve(follow_up: FollowUp, event: NeedFound) -> FollowUp:
    need = Need(event.theme, event.description, distinction=event.distinction)
    return replace(follow_up, needs=(*follow_up.needs, need))
