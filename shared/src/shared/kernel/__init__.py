"""What every service and every domain is made of: deciders, events, ids, roles, sealed values, dates."""

from shared.kernel.axes import AXIS_LABELS, Axis
from shared.kernel.clock import Clock
from shared.kernel.dates import add_months, require_future, require_past
from shared.kernel.decider import (
    Actor,
    CaseAccess,
    CompanionCommand,
    Context,
    Deadline,
    Decider,
    UniqueKey,
)
from shared.kernel.differences import ContentChange, ContentFact, ContentSection, diff_facts
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
    Motive,
    PersonalLine,
    Text,
)
from shared.kernel.french import (
    MONTHS,
    PARIS,
    capitalize_first,
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
from shared.kernel.indicators import STANDARD_INDICATORS, format_indicator
from shared.kernel.phases import CASE_PATHS, PHASE_LABELS, PHASE_SERVICES, SERVICE_LABELS, SERVICES
from shared.kernel.refusals import Refusal, Refused
from shared.kernel.roles import ROLE_LABELS, Right, Role
from shared.kernel.rule_difference import RuleDifference
from shared.kernel.sealed import Encrypted, PersonalData, encrypted_values, stored_tokens
from shared.kernel.text_normalization import fold_text
from shared.kernel.worker import WorkerLoop

__all__ = [
    "AXIS_LABELS",
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
    "Encrypted",
    "EventName",
    "FullTimeEquivalents",
    "Instant",
    "Line",
    "Motive",
    "PersonalData",
    "PersonalLine",
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
