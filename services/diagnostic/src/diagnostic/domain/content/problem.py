"""The structure's problem (problématique) with its causes and recommendations, and other schemes under way."""

from __future__ import annotations

from diagnostic.domain.content.fields import Points, encrypt_points
from diagnostic.domain.lifecycle import CONTENT_CLOSED, VOIDED
from shared.kernel import ConfidentialLine, Context, Encrypted, Text, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen


@frozen
class Problem:
    problem: Encrypted
    causes: tuple[Encrypted, ...] = ()
    recommendations: tuple[Encrypted, ...] = ()


@frozen
class Scheme:
    name: Encrypted
    note: Encrypted | None = None


@event("problem-stated", label="Problématique et préconisations formulées")
class ProblemStated:
    problem: Problem


@event("other-scheme-listed", label="Autre dispositif en cours signalé")
class OtherSchemeListed:
    scheme: Scheme


@command(title="Formuler la problématique", leads_to=(ProblemStated, *VOIDED), may_refuse=CONTENT_CLOSED)
class StateProblem:
    """The precise problem of the structure (problématique), where it comes from, and what is recommended."""

    problem: Text
    causes: Points = ()
    recommendations: Points = ()


@command(
    title="Signaler un autre dispositif en cours", leads_to=(OtherSchemeListed, *VOIDED), may_refuse=CONTENT_CLOSED
)
class ListOtherScheme:
    """Another scheme is under way for the structure: the DLA complements it."""

    name: ConfidentialLine
    note: Text | None = None


Command = StateProblem | ListOtherScheme
Event = ProblemStated | OtherSchemeListed


def decide(command: Command, context: Context) -> Event:
    match command:
        case StateProblem(problem, causes, recommendations=recommendations):
            stated = Problem(
                context.text(problem),
                encrypt_points(causes, context),
                recommendations=encrypt_points(recommendations, context),
            )
            return ProblemStated(stated)
        case ListOtherScheme(name, note):
            return OtherSchemeListed(Scheme(context.text(name), context.optional_text(note)))
