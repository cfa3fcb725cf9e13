"""Connections to NATS: one user for each program, known by its NKey, over TLS where the URL says so."""

from __future__ import annotations

import ssl
from typing import Any

import nats
from faststream.nats.security import NatsNKey
from nats.aio.client import Client

from shared.settings import NatsAccess

PING_SECONDS, UNANSWERED_PINGS = 2, 2
"""Between two pings, and how many may stay unanswered: a frozen connection is given up within six seconds, and not
after six minutes."""


async def connect(access: NatsAccess, **options: Any) -> Client:
    """A connection of nats-py. `options`: those of `nats.connect`."""
    context = tls_context(access)
    tls_options = {"tls": context, "tls_handshake_first": True} if context else {}
    options = {"ping_interval": PING_SECONDS, "max_outstanding_pings": UNANSWERED_PINGS} | options
    return await nats.connect(access.url, nkeys_seed_str=access.seed, **tls_options, **options)


def faststream_security(access: NatsAccess) -> NatsNKey:
    """The same credentials, in FastStream's form."""
    context = tls_context(access)
    return NatsNKey.from_seed(access.seed, ssl_context=context, tls_handshake_first=context is not None)


def tls_context(access: NatsAccess) -> ssl.SSLContext | None:
    """For `tls://` URLs, with the handshake first: otherwise nats-py goes on unencrypted when the server claims to have
    no TLS."""
    return ssl.create_default_context(cafile=access.authorities) if access.url.startswith("tls://") else None


def violates_permissions(error: Exception) -> bool:
    """Whether an error given to nats-py's `error_cb` is a permission violation.

    It shows nowhere else: the call that was not permitted never gets an answer."""
    return "permissions violation" in str(error).lower()
