"""Deciders of the aggregates that every phase after intake runs besides its own."""

from shared.access import case_access, emergency_access, replicated_rights, seal_decider
from shared.attachments import attachment
from shared.erasure import erasure
from shared.messaging import restored_publisher
from shared.names import name_decider

SHARED_DECIDERS = (
    attachment.decider,
    replicated_rights.decider,
    case_access.decider,
    emergency_access.decider,
    name_decider,
    erasure.decider,
    restored_publisher.decider,
    seal_decider,
)
"""Attachments; the rights, case access, emergency accesses and names that intake publishes; erasure; publishers that
were restored from a back-up; seals of the access log."""
