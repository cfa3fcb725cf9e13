"""Employment of the structure: people under each kind of contract, volunteers, full-time equivalents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from diagnostic.domain.content.fields import NOTHING_TO_CORRECT
from diagnostic.domain.lifecycle import CONTENT_CLOSED, VOIDED
from shared.kernel import (
    Context,
    Count,
    Day,
    Encrypted,
    FullTimeEquivalents,
    Reason,
    Refusal,
    event,
    format_number,
    require_past,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.french import format_count
from shared.kernel.frozen import frozen, replace

MAX_FTE_PER_PERSON = 1.5
"""A person is one full-time equivalent at most; a yearly mean may exceed those present on one day (our design)."""
IMPOSSIBLE_EMPLOYMENT = Refusal("impossible-employment", "État de l’emploi impossible", status=422)


@frozen
class Employment:
    """People under each kind of contract, and full-time equivalents, as of a day if it is known.

    `aided` and `apprentices` are among `cdi` and `cdd`; `volunteers` are not employed. Null: not known."""

    cdi: int
    cdd: int
    aided: int
    fte: float
    apprentices: int | None = None
    volunteers: int | None = None
    as_of: date | None = None

    @property
    def headcount(self) -> int:
        """Everybody under contract."""
        return self.cdi + self.cdd

    @property
    def figures(self) -> dict[str, float]:
        """What is known, by code."""
        known = asdict(self)
        del known["as_of"]
        return {code: value for code, value in known.items() if value is not None}

    def with_figures(self, figures: dict[str, float]) -> Employment:
        """Raises Refused for a fraction of a person, or a negative number."""
        for code, value in figures.items():
            if value < 0 or (code != "fte" and value != int(value)):
                raise IMPOSSIBLE_EMPLOYMENT("Un nombre de personnes est entier, et ni lui ni les ETP ne sont négatifs.")
        whole = {code: value if code == "fte" else int(value) for code, value in figures.items()}
        return replace(self, **whole)  # type: ignore[arg-type]

    def require_plausible(self) -> Employment:
        """Raises Refused when more people have a kind of contract than there are, or work more than people do."""
        for people, contract in ((self.aided, "contrats aidés"), (self.apprentices or 0, "apprenti·es")):
            if people > self.headcount:
                raise IMPOSSIBLE_EMPLOYMENT(
                    f"Les {contract} sont comptés parmi les CDI et les CDD\u00a0: il ne peut y en avoir {people} pour"
                    f" {self._employees}."
                )
        if self.fte > self.headcount * MAX_FTE_PER_PERSON:
            raise IMPOSSIBLE_EMPLOYMENT(
                f"{format_number(self.fte)} ETP pour {self._employees}\u00a0: vérifiez l’un et l’autre. "
                "Une personne à temps plein compte pour un ETP."
            )
        return self

    @property
    def _employees(self) -> str:
        return format_count(self.headcount, "personne salariée", "personnes salariées")


@event("employment-recorded", label="État de l’emploi relevé")
class EmploymentRecorded:
    employment: Employment


@event("employment-corrected", label="État de l’emploi corrigé", effective="effective_on")
class EmploymentCorrected:
    """`effective_on`: the day from which it was so; the log says when it was recorded."""

    employment: Employment
    effective_on: date
    reason: Encrypted


@command(
    title="Relever l’état de l’emploi",
    leads_to=(EmploymentRecorded, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, IMPOSSIBLE_EMPLOYMENT, IMPLAUSIBLE_DATE),
)
class RecordEmployment:
    """How many people the structure employs, and how: the reference that follow-up compares with.

    `cdi` and `cdd` count people; `aided` and `apprentices` those of them who are; `fte`: full-time equivalents (ETP);
    `volunteers` are not employed. `as_of`: the day on which it was so."""

    cdi: Count
    cdd: Count
    aided: Count
    fte: FullTimeEquivalents
    apprentices: Count | None = None
    volunteers: Count | None = None
    as_of: Day | None = None


@command(
    title="Corriger l’état de l’emploi",
    leads_to=(EmploymentCorrected, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, NOTHING_TO_CORRECT, IMPOSSIBLE_EMPLOYMENT, IMPLAUSIBLE_DATE),
)
class CorrectEmployment:
    """The employment figures were wrong: how they really were, on which day, and why they are corrected."""

    cdi: Count
    cdd: Count
    aided: Count
    fte: FullTimeEquivalents
    effective_on: Day
    reason: Reason
    apprentices: Count | None = None
    volunteers: Count | None = None


Command = RecordEmployment | CorrectEmployment
Event = EmploymentRecorded | EmploymentCorrected


def decide(employment: Employment | None, command: Command, context: Context) -> Event:
    match command:
        case RecordEmployment(as_of=as_of):
            return EmploymentRecorded(_build_employment(command, as_of, context))
        case CorrectEmployment(effective_on=effective_on, reason=reason):
            if employment is None:
                raise NOTHING_TO_CORRECT("L’état de l’emploi n’a pas encore été relevé.")
            corrected = _build_employment(command, effective_on, context, "La date d’effet")
            return EmploymentCorrected(corrected, effective_on, reason=context.text(reason))


def available_commands(employment: Employment | None) -> Iterator[type]:
    yield RecordEmployment
    if employment:
        yield CorrectEmployment


def _build_employment(
    command: Command, as_of: date | None, context: Context, date_label: str = "La date de l’état de l’emploi"
) -> Employment:
    if as_of:
        require_past(as_of, context.now, date_label)
    return Employment(
        command.cdi,
        command.cdd,
        aided=command.aided,
        fte=command.fte,
        apprentices=command.apprentices,
        volunteers=command.volunteers,
        as_of=as_of,
    ).require_plausible()
