"""What a program needs to reach NATS: an address and the private half of its NKey."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class NatsAccess:
    """`url`: `nats://…`, or `tls://…` for TLS from the first byte. `seed`: the NKey seed of this program's own user.
    `authorities`: who signed the server's certificate, when the machine does not know them."""

    url: str
    seed: str = field(repr=False)
    authorities: Path | None = None
