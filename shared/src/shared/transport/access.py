"""How does a program enter NATS? As one user, by the private half of an NKey, whose public half the server knows."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats
from faststream.nats.security import NatsNKey
from nats.aio.client import Client


@dataclass(frozen=True, slots=True)
class Access:
    """By `tls://` the handshake comes first: nats-py would else go on in clear with a server that says it has no TLS.

    `authorities`: who signed the server's certificate, when the machine does not know them."""

    url: str
    seed: str = field(repr=False)
    authorities: Path | None = None

    async def connect(self, **options: Any) -> Client:
        """`options`: those of nats-py."""
        secured = {"tls": context, "tls_handshake_first": True} if (context := self._context()) else {}
        return await nats.connect(self.url, nkeys_seed_str=self.seed, **secured, **options)

    @property
    def security(self) -> NatsNKey:
        """The same, for FastStream."""
        context = self._context()
        return NatsNKey.from_seed(self.seed, ssl_context=context, tls_handshake_first=context is not None)

    def _context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.authorities) if self.url.startswith("tls://") else None


def violates_permissions(error: Exception) -> bool:
    """Of what nats-py tells its `error_cb`: there alone does it show, and what was asked stays without an answer."""
    return "permissions violation" in str(error).lower()
