"""Orientations of a structure to another actor who can help."""

from intake.domain.orientation.commands import (
    ADDRESS_TO_CORRECT,
    NOT_YOUR_ORIENTATION,
    AcknowledgeOrientation,
    ChaseOrientation,
    ConcludeOrientation,
    DeclineOrientation,
    ProposeOrientation,
    Recipient,
    RecordConsent,
    RemindRecipient,
    SendOrientation,
)
from intake.domain.orientation.consequences import companions, deadlines
from intake.domain.orientation.events import (
    ChaseChannel,
    OrientationAcknowledged,
    OrientationChased,
    OrientationConcluded,
    OrientationConsented,
    OrientationDeclined,
    OrientationProposed,
    OrientationReminded,
    OrientationSent,
    OrientationStatus,
)
from intake.domain.orientation.orientation import decide, decider
from intake.domain.orientation.state import Orientation, OrientationChase

__all__ = [
    "ADDRESS_TO_CORRECT",
    "NOT_YOUR_ORIENTATION",
    "AcknowledgeOrientation",
    "ChaseChannel",
    "ChaseOrientation",
    "ConcludeOrientation",
    "DeclineOrientation",
    "Orientation",
    "OrientationAcknowledged",
    "OrientationChase",
    "OrientationChased",
    "OrientationConcluded",
    "OrientationConsented",
    "OrientationDeclined",
    "OrientationProposed",
    "OrientationReminded",
    "OrientationSent",
    "OrientationStatus",
    "ProposeOrientation",
    "Recipient",
    "RecordConsent",
    "RemindRecipient",
    "SendOrientation",
    "companions",
    "deadlines",
    "decide",
    "decider",
]
