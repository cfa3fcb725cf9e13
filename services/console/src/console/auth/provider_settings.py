"""The identity providers of a deployment: one, or a second one for the day when the first is down."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from console.settings import ConsoleSettings, Userinfo


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """How to sign in with one provider. `address`: of the console. `label`: its name for people, null when there is
    one provider only. `development`: whether it may be read without TLS."""

    issuer: str
    discovery_document: str
    client_id: str
    client_secret: SecretStr | None
    scope: str
    resource: str | None
    acr_values: tuple[str, ...]
    userinfo: Userinfo
    label: str | None
    address: str
    development: bool


def provider_settings(settings: ConsoleSettings) -> tuple[ProviderSettings, ...]:
    """The first provider, and the second one if there is one."""
    first = ProviderSettings(
        settings.issuer,
        settings.discovery or _usual_place(settings.issuer),
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scope=settings.scope,
        resource=settings.resource,
        acr_values=settings.acr_values,
        userinfo=settings.userinfo,
        label=settings.provider_label,
        address=settings.address,
        development=settings.development,
    )
    if settings.second_issuer is None:
        return (first,)
    return first, ProviderSettings(
        settings.second_issuer,
        settings.second_discovery or _usual_place(settings.second_issuer),
        client_id=settings.second_client_id,
        client_secret=settings.second_client_secret,
        scope=settings.second_scope,
        resource=settings.second_resource,
        acr_values=settings.second_acr_values,
        userinfo=settings.second_userinfo,
        label=settings.second_label,
        address=settings.address,
        development=settings.development,
    )


def _usual_place(issuer: str) -> str:
    return issuer.rstrip("/") + "/.well-known/openid-configuration"
