"""The kernel of every domain: deciders, events, ids, roles, encrypted values, dates, and the published language."""

from shared.kernel.clock import Clock
from shared.kernel.dates import add_months, require_future, require_past
from shared.kernel.decider import (
    Actor,
    CaseTable,
    CompanionCommand,
    Context,
    Deadline,
    Decider,
    UniqueKey,
)
from shared.kernel.differences import ContentChange, ContentFact, ContentSection, RuleDifference, diff_facts
from shared.kernel.encrypted import Encrypted, PersonalData, encrypted_values, stored_tokens
from shared.kernel.events import (
    EventName,
    command,
    command_title,
    declared_events,
    declared_refusals,
    effective_time,
    event,
    event_name,
)
from shared.kernel.fields import (
    UNIT_CODE,
    Cents,
    ConfidentialLine,
    Count,
    Day,
    FullTimeEquivalents,
    Instant,
    Line,
    PersonalLine,
    Reason,
    Text,
)
from shared.kernel.french import (
    MONTHS,
    PARIS,
    capitalize_first,
    fold_text,
    format_date,
    format_day,
    format_euros,
    format_instant,
    format_number,
    format_period,
    paris_year,
    quote_french,
)
from shared.kernel.ids import uuid7, uuid7_after
from shared.kernel.labels import LabelledEnum
from shared.kernel.refusals import Refusal, Refused
from shared.kernel.vocabulary.axes import AXIS_LABELS, Axis
from shared.kernel.vocabulary.case_access import CASE_ACCESS_TABLE, CaseAccess
from shared.kernel.vocabulary.difficulty import DifficultyCause, DifficultyLevel, DifficultyNature
from shared.kernel.vocabulary.indicators import STANDARD_INDICATORS, format_indicator
from shared.kernel.vocabulary.phases import CASE_PATHS, PHASE_LABELS, PHASE_SERVICES, SERVICE_LABELS, SERVICES
from shared.kernel.vocabulary.roles import ROLE_LABELS, Right, Role
from shared.kernel.worker import WorkerLoop

__all__ = [
    "AXIS_LABELS",
    "CASE_ACCESS_TABLE",
    "CASE_PATHS",
    "MONTHS",
    "PARIS",
    "PHASE_LABELS",
    "PHASE_SERVICES",
    "ROLE_LABELS",
    "SERVICES",
    "SERVICE_LABELS",
    "STANDARD_INDICATORS",
    "UNIT_CODE",
    "Actor",
    "Axis",
    "CaseAccess",
    "CaseTable",
    "Cents",
    "Clock",
    "CompanionCommand",
    "ConfidentialLine",
    "ContentChange",
    "ContentFact",
    "ContentSection",
    "Context",
    "Count",
    "Day",
    "Deadline",
    "Decider",
    "DifficultyCause",
    "DifficultyLevel",
    "DifficultyNature",
    "Encrypted",
    "EventName",
    "FullTimeEquivalents",
    "Instant",
    "LabelledEnum",
    "Line",
    "PersonalData",
    "PersonalLine",
    "Reason",
    "Refusal",
    "Refused",
    "Right",
    "Role",
    "RuleDifference",
    "Text",
    "UniqueKey",
    "WorkerLoop",
    "add_months",
    "capitalize_first",
    "command",
    "command_title",
    "declared_events",
    "declared_refusals",
    "diff_facts",
    "effective_time",
    "encrypted_values",
    "event",
    "event_name",
    "fold_text",
    "format_date",
    "format_day",
    "format_euros",
    "format_indicator",
    "format_instant",
    "format_number",
    "format_period",
    "paris_year",
    "quote_french",
    "require_future",
    "require_past",
    "stored_tokens",
    "uuid7",
    "uuid7_after",
]
