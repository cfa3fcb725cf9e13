"""Rehearsal of an upgrade: what one version of the program makes of the whole log, compared with what another does."""

from shared.runtime.rehearsal.differences import Declared, DeclaredBadly, FactDifference, compare, read_declared
from shared.runtime.rehearsal.facts import Fact, FactKind, LogGrows, count_steps, folded_rows, gather_facts, stored_rows
from shared.runtime.rehearsal.record import RecordDamaged, RecordHeading, heading_of, read_record, write_record

__all__ = [
    "Declared",
    "DeclaredBadly",
    "Fact",
    "FactDifference",
    "FactKind",
    "LogGrows",
    "RecordDamaged",
    "RecordHeading",
    "compare",
    "count_steps",
    "folded_rows",
    "gather_facts",
    "heading_of",
    "read_declared",
    "read_record",
    "stored_rows",
    "write_record",
]
