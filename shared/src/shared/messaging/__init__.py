"""Messaging between services: relay (outbox), NATS JetStream, inbox, parking, feed and back-fill."""

from shared.messaging.feed import LARGEST_PAGE, LOWEST, UNREADABLE, Feed, FeedBroken, FeedUnavailable, Page
from shared.messaging.follow_restored_log import NotFollowed, RestoredLog, follow, restored, switch, why, without_cause
from shared.messaging.inbox import Inbox
from shared.messaging.reactions import Reactions, To
from shared.messaging.relay import Relay
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.wire import Header, Message, Published, encode, messages_of

__all__ = [
    "LARGEST_PAGE",
    "LOWEST",
    "UNREADABLE",
    "Feed",
    "FeedBroken",
    "FeedUnavailable",
    "Header",
    "Inbox",
    "Message",
    "NotFollowed",
    "Page",
    "Published",
    "Reactions",
    "Relay",
    "RestoredLog",
    "Subscriptions",
    "To",
    "encode",
    "follow",
    "messages_of",
    "restored",
    "switch",
    "why",
    "without_cause",
]
