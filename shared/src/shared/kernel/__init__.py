"""What every service and every domain is made of: deciders, events, ids, roles, sealed values, dates."""

from shared.kernel.clock import Clock
from shared.kernel.dates import already_past, months_after, yet_to_come
from shared.kernel.decider import Actor, Alongside, Claim, Context, Decider, Due, InCharge, Refusal, Refused, Role
from shared.kernel.differences import CHANGES, differing
from shared.kernel.events import EventName, event, happened_at, name_of, title_of
from shared.kernel.fields import (
    UNIT_CODE,
    Cents,
    Count,
    Day,
    FullTimeEquivalents,
    Instant,
    Line,
    Motive,
    PersonLine,
    SealedLine,
    Text,
)
from shared.kernel.french import (
    MONTHS,
    PARIS,
    ROLES,
    day_in_words,
    euros,
    in_words,
    instant_in_words,
    number,
    period,
    quoted,
    sentence,
    year_in_paris,
)
from shared.kernel.ids import uuid7, uuid7_after
from shared.kernel.indicators import STANDARD, in_french
from shared.kernel.right import Right
from shared.kernel.rule_difference import Would
from shared.kernel.sealed import Personal, Sealed, sealed_in, tokens_in
from shared.kernel.text_normalization import folded

__all__ = [
    "CHANGES",
    "MONTHS",
    "PARIS",
    "ROLES",
    "STANDARD",
    "UNIT_CODE",
    "Actor",
    "Alongside",
    "Cents",
    "Claim",
    "Clock",
    "Context",
    "Count",
    "Day",
    "Decider",
    "Due",
    "EventName",
    "FullTimeEquivalents",
    "InCharge",
    "Instant",
    "Line",
    "Motive",
    "PersonLine",
    "Personal",
    "Refusal",
    "Refused",
    "Right",
    "Role",
    "Sealed",
    "SealedLine",
    "Text",
    "Would",
    "already_past",
    "day_in_words",
    "differing",
    "euros",
    "event",
    "folded",
    "happened_at",
    "in_french",
    "in_words",
    "instant_in_words",
    "months_after",
    "name_of",
    "number",
    "period",
    "quoted",
    "sealed_in",
    "sentence",
    "title_of",
    "tokens_in",
    "uuid7",
    "uuid7_after",
    "year_in_paris",
    "yet_to_come",
]
