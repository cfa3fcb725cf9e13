"""The roles of a program: what one process of a service runs."""

from enum import StrEnum


class ProcessRole(StrEnum):
    ALL = "all"
    API = "api"
    WORK = "work"
    RELAY = "relay"
