"""Messaging between services: relay (outbox), NATS JetStream, inbox, parking, feed and back-fill."""

from shared.messaging.feed import (
    LOWEST_POSITION,
    MAX_PAGE_EVENTS,
    UNREADABLE_ERRORS,
    Feed,
    FeedBroken,
    FeedPage,
    FeedUnavailable,
)
from shared.messaging.follow_restored_log import (
    NotFollowed,
    RestoredLog,
    check_reason,
    effects_without_cause,
    find_restored_log,
    follow_restored,
    lift_halt,
    switch_log,
)
from shared.messaging.halts import PublisherHalted, halted_publishers, resume_publisher
from shared.messaging.inbox import Inbox
from shared.messaging.log_ancestors import ancestors_after, last_common_position
from shared.messaging.provenance import ForeignContent
from shared.messaging.reactions import CommandDispatch, Reactions
from shared.messaging.regions import find_origin, regional_publisher, regional_publishers
from shared.messaging.relay import Relay
from shared.messaging.relay_status import RelayStatus, find_relay_status
from shared.messaging.service_token import ServiceToken, build_service_token, find_token_fault, seconds_left
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.wire import HEADER_MODEL, Header, Message, ToIntegrationEvent, encode, messages_of

__all__ = [
    "HEADER_MODEL",
    "LOWEST_POSITION",
    "MAX_PAGE_EVENTS",
    "UNREADABLE_ERRORS",
    "CommandDispatch",
    "Feed",
    "FeedBroken",
    "FeedPage",
    "FeedUnavailable",
    "ForeignContent",
    "Header",
    "Inbox",
    "Message",
    "NotFollowed",
    "PublisherHalted",
    "Reactions",
    "Relay",
    "RelayStatus",
    "RestoredLog",
    "ServiceToken",
    "Subscriptions",
    "ToIntegrationEvent",
    "ancestors_after",
    "build_service_token",
    "check_reason",
    "effects_without_cause",
    "encode",
    "find_origin",
    "find_relay_status",
    "find_restored_log",
    "find_token_fault",
    "follow_restored",
    "halted_publishers",
    "last_common_position",
    "lift_halt",
    "messages_of",
    "regional_publisher",
    "regional_publishers",
    "resume_publisher",
    "seconds_left",
    "switch_log",
]
