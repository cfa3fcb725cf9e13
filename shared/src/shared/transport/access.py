"""How does a program enter NATS? As one user, by the private half of an NKey, whose public half the server knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import nats
from faststream.nats.security import NatsNKey
from nats.aio.client import Client


@dataclass(frozen=True, slots=True)
class Access:
    url: str
    seed: str = field(repr=False)

    async def connect(self, **options: Any) -> Client:
        """`options`: those of nats-py."""
        return await nats.connect(self.url, nkeys_seed_str=self.seed, **options)

    @property
    def security(self) -> NatsNKey:
        """The same, for FastStream."""
        return NatsNKey.from_seed(self.seed)


def violates_permissions(error: Exception) -> bool:
    """Of what nats-py tells its `error_cb`: there alone does it show, and what was asked stays without an answer."""
    return "permissions violation" in str(error).lower()
