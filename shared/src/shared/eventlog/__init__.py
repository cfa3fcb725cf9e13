"""The append-only event log of one service, on the `eventsourcing` library and PostgreSQL."""

from shared.eventlog.application import ServiceApplication
from shared.eventlog.deadlines import Firing
from shared.eventlog.entries import LogEntry, LogIdentity
from shared.eventlog.errors import OUTAGES, CaseParked, DueSettled, NotParked, TrackingRefused
from shared.eventlog.mapper import EventMapper, Meta, RecordedEvent, Stored, plain
from shared.eventlog.partitions import PARTITIONS, PartitionTracking
from shared.eventlog.pending_changes import Loaded
from shared.eventlog.people_search import cases_of, found, held, is_something_else, only_in, values_of
from shared.eventlog.receipts import CommandKey, KeyReused, Receipt, StaleVersion, UnknownCase
from shared.eventlog.recorder import LogRecorder
from shared.eventlog.restored_log import StillServed, declared_restored
from shared.eventlog.rewrapping import rewrapped

__all__ = [
    "OUTAGES",
    "PARTITIONS",
    "CaseParked",
    "CommandKey",
    "DueSettled",
    "EventMapper",
    "Firing",
    "KeyReused",
    "Loaded",
    "LogEntry",
    "LogIdentity",
    "LogRecorder",
    "Meta",
    "NotParked",
    "PartitionTracking",
    "Receipt",
    "RecordedEvent",
    "ServiceApplication",
    "StaleVersion",
    "StillServed",
    "Stored",
    "TrackingRefused",
    "UnknownCase",
    "cases_of",
    "declared_restored",
    "found",
    "held",
    "is_something_else",
    "only_in",
    "plain",
    "rewrapped",
    "values_of",
]
