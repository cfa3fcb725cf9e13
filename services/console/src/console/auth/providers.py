"""The identity providers that people may sign in with; a session names the one that signed it in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from console.auth.oidc_provider import OidcProvider
from console.auth.provider_settings import provider_settings
from console.settings import ConsoleSettings


class Providers:
    def __init__(self, settings: ConsoleSettings) -> None:
        self._labels = {each.issuer: each.label for each in provider_settings(settings)}
        self._providers = {each.issuer: OidcProvider(each) for each in provider_settings(settings)}
        self._first = settings.issuer

    async def close(self) -> None:
        await asyncio.gather(*(provider.close() for provider in self._providers.values()))

    def of(self, issuer: str) -> OidcProvider | None:
        """The provider that is called so, the first for an empty name; null for one that is not trusted any more."""
        return self._providers.get(issuer or self._first)

    def offered(self) -> Iterator[tuple[str, str]]:
        """For the sign-in page: the issuer of each, and the words on its button. One provider needs no name."""
        if len(self._labels) == 1:
            yield "", "Se connecter"
            return
        for issuer, label in self._labels.items():
            yield issuer, f"Se connecter avec {label or issuer}"
