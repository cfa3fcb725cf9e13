"""What can a new need be about? The axes of change that diagnoses look at, by the same codes."""

from enum import StrEnum


class Theme(StrEnum):
    STRATEGY = "strategy"
    GOVERNANCE = "governance"
    ACTIVITIES = "activities"
    ORGANISATION = "organisation"
    HUMAN_RESOURCES = "human_resources"
    BUSINESS_MODEL = "business_model"
    FINANCE = "finance"
    PARTNERSHIPS = "partnerships"
    DIGITAL = "digital"
    ECOLOGY = "ecology"
