"""The limits have the values that docs/security.md states: the other tests set their own, to be quick."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address

from shared.settings import ServerSettings
from shared.web.http import request_body
from shared.web.limits import RateLimiter, connections, fair_use, rates, slots
from shared.web.limits.connections import ConnectionTable, GuardedConnection


def test_the_limits_are_those_that_the_documentation_states() -> None:
    assert (request_body.MAX_BODY_BYTES, request_body.MAX_MARKS, request_body.MAX_DEPTH) == (256 * 1024, 2_000, 16)
    assert (request_body.LONG_BODY_BYTES, request_body.UNIT_BYTES, request_body.UNIT_MARKS) == (16384, 8192, 100)
    assert request_body.BODY_TIMEOUT_SECONDS == 20
    assert (connections.MAX_CONNECTIONS, connections.OPENINGS_PER_SECOND, connections.HOLDING_SECONDS) == (1000, 100, 5)
    assert (connections.OPENINGS_AT_ONCE, connections.MAX_TURNED_AWAY) == (300, 2000)
    assert (connections.HEADER_TIMEOUT_SECONDS, connections.WRITE_TIMEOUT_SECONDS) == (10, 30)
    assert (fair_use.MAX_AT_ONCE_PERSON, fair_use.MAX_AT_ONCE_ADDRESS, fair_use.UNIT_SECONDS) == (12, 32, 0.25)
    assert (fair_use.REFUSAL_DELAY_SECONDS, fair_use.PROVING_THREADS) == (1, 2)
    assert (rates.PATIENCE.amount, rates.PATIENCE.get_expiry()) == (60, 60)
    assert [(each.total, each.each, each.waiting) for each in (slots.PDFS, slots.PAST, slots.UPLOADS)] == [
        (1, 1, 3),
        (2, 1, 3),
        (8, 2, 8),
    ]


def test_an_attacker_with_many_addresses_does_not_fill_the_memory() -> None:
    """What is remembered of addresses that came once is bounded."""
    table = ConnectionTable(200)

    async def story() -> None:
        for number in range(connections.MAX_TRACKED_ADDRESSES + 10):
            connection = GuardedConnection(asyncio.Protocol, {}, table)
            connection._peer = (str(IPv4Address(2**24 + number)), 1)
            assert table.admit(connection)
            table.remove(connection)

    asyncio.run(story())
    assert len(table._openings) == connections.MAX_TRACKED_ADDRESSES


def test_so_many_valid_tokens_are_remembered_and_the_oldest_is_forgotten_first() -> None:
    limiter = RateLimiter(ServerSettings())
    for number in range(rates.MAX_TRACKED_CALLERS + 1):
        limiter.remember_valid(f"token {number}", "person")
    assert (limiter.owner("token 0"), limiter.owner("token 1")) == (None, "person")
