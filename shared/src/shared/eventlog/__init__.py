"""The append-only event log of one service, on the `eventsourcing` library and PostgreSQL."""

from shared.eventlog.application import ServiceApplication
from shared.eventlog.command_options import CommandOptions, InTransaction
from shared.eventlog.deadlines import FiredDeadline
from shared.eventlog.entries import LogEntry, LogIdentity
from shared.eventlog.errors import (
    DATABASE_ERRORS,
    OUTAGES,
    AppendRefused,
    CaseParked,
    DeadlineAlreadyFired,
    EventLogError,
    NotParked,
    TrackingRefused,
    UnreadableEvent,
)
from shared.eventlog.maintenance.restored_log import ServiceStillRunning, declare_restored
from shared.eventlog.maintenance.rewrapping import rewrap_keys
from shared.eventlog.mapper import EventMapper, EventMetadata, RecordedEvent, StoredPayload, to_plain
from shared.eventlog.partitions import PARTITIONS, PartitionTracking, partition_of
from shared.eventlog.pending_changes import LoadedAggregate
from shared.eventlog.people_search import (
    FoundPerson,
    cases_of_person,
    count_values_of,
    find_people,
    is_case_key,
    people_only_in,
    personal_data_of,
)
from shared.eventlog.receipts import IdempotencyKey, IdempotencyKeyReused, Receipt, StaleVersion, UnknownCase
from shared.eventlog.storage.notifier import LogWatch
from shared.eventlog.storage.recorder import LogRecorder
from shared.eventlog.storage.table_version import TABLE_VERSION, TablesUnusable

__all__ = [
    "DATABASE_ERRORS",
    "OUTAGES",
    "PARTITIONS",
    "TABLE_VERSION",
    "AppendRefused",
    "CaseParked",
    "CommandOptions",
    "DeadlineAlreadyFired",
    "EventLogError",
    "EventMapper",
    "EventMetadata",
    "FiredDeadline",
    "FoundPerson",
    "IdempotencyKey",
    "IdempotencyKeyReused",
    "InTransaction",
    "LoadedAggregate",
    "LogEntry",
    "LogIdentity",
    "LogRecorder",
    "LogWatch",
    "NotParked",
    "PartitionTracking",
    "Receipt",
    "RecordedEvent",
    "ServiceApplication",
    "ServiceStillRunning",
    "StaleVersion",
    "StoredPayload",
    "TablesUnusable",
    "TrackingRefused",
    "UnknownCase",
    "UnreadableEvent",
    "cases_of_person",
    "count_values_of",
    "declare_restored",
    "find_people",
    "is_case_key",
    "partition_of",
    "people_only_in",
    "personal_data_of",
    "rewrap_keys",
    "to_plain",
]
