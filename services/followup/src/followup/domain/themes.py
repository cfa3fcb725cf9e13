"""Themes of a new need: the axes of change that diagnoses assess, under the same codes."""

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
