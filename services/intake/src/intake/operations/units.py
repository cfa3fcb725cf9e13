"""The units that a deployment knows: those of its table of competence, and those that a right of the register names."""

from __future__ import annotations

from intake.domain.reference.territory import Competence, Unit
from shared.eventlog import LogRecorder


def find_unit_codes(recorder: LogRecorder, competence: Competence) -> frozenset[str]:
    """As of the last event of the register, whatever projections have followed."""
    rows = recorder.fetch("SELECT DISTINCT unnest(units) AS unit FROM {schema}.register_units")
    return competence.unit_codes | {row["unit"] for row in rows}


def find_units(recorder: LogRecorder, competence: Competence) -> list[Unit]:
    """In the order of their codes."""
    return [competence.unit(code) for code in sorted(find_unit_codes(recorder, competence))]
