"""Connections to NATS: one user per program, known by its NKey, over TLS where the URL says so."""

from __future__ import annotations

import ssl
from typing import Any

import nats
from faststream.nats.security import NatsNKey
from nats.aio.client import Client

from shared.settings import NatsAccess


async def connect(access: NatsAccess, **options: Any) -> Client:
    """A connection of nats-py. `options`: those of nats-py."""
    context = tls_context(access)
    secured = {"tls": context, "tls_handshake_first": True} if context else {}
    return await nats.connect(access.url, nkeys_seed_str=access.seed, **secured, **options)


def faststream_security(access: NatsAccess) -> NatsNKey:
    """The same credentials, in FastStream's form."""
    context = tls_context(access)
    return NatsNKey.from_seed(access.seed, ssl_context=context, tls_handshake_first=context is not None)


def tls_context(access: NatsAccess) -> ssl.SSLContext | None:
    """With `tls://` the handshake comes first: else nats-py goes on in clear when the server says it has no TLS."""
    return ssl.create_default_context(cafile=access.authorities) if access.url.startswith("tls://") else None


def violates_permissions(error: Exception) -> bool:
    """Whether an error that nats-py gives to its `error_cb` is a permission violation.

    It shows nowhere else: the call that was not permitted never gets an answer."""
    return "permissions violation" in str(error).lower()
