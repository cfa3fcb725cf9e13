"""The services of the phases, as audit calls them: where they are, whom it trusts, and with whose headers."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import Request


@dataclass(frozen=True, slots=True)
class PhaseServices:
    """The services of the phases by name, at their addresses. `trusted`: the TLS verification."""

    addresses: Mapping[str, str]
    trusted: ssl.SSLContext | bool = True

    @staticmethod
    def of(request: Request) -> PhaseServices:
        """Those of this deployment."""
        return PhaseServices(request.app.state.addresses, request.app.state.trusted)

    def url(self, name: str, path: str) -> str:
        """Raises ServiceUnknown."""
        if name not in self.addresses:
            raise ServiceUnknown(name)
        return f"{self.addresses[name].rstrip('/')}{path}"

    def get(
        self,
        name: str,
        path: str,
        reader: Mapping[str, str],
        params: Mapping[str, Any] | None = None,
        *,
        timeout_seconds: float,
    ) -> httpx.Response:
        """One service's answer to the `reader`'s own headers. Raises ServiceUnknown or httpx.HTTPError."""
        return httpx.get(
            self.url(name, path),
            params=params,
            headers=dict(reader),
            timeout=timeout_seconds,
            trust_env=False,
            verify=self.trusted,
        )


class ServiceUnknown(LookupError):
    """The deployment gave audit no address of the service (DLA_FEEDS)."""
