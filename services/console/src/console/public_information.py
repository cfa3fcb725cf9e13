"""What a deployment says of itself on its public pages: publisher, hosting, contacts, accessibility, security."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import AwareDatetime, Field, StringConstraints
from pydantic_settings import SettingsConfigDict

from shared.kernel import LabelledEnum, paris_date
from shared.settings import CheckedSettings, Checks, Mode

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
AUDIT_VALID_YEARS = 3
"""Years after which a declaration of accessibility must be renewed (decree 2019-768, article 5)."""
PARTIAL_FROM_PERCENT = 50.0
"""Share of the RGAA's criteria from which a site is partially compliant (RGAA 4.1, declaration of accessibility)."""
EXPIRES_WITHIN = timedelta(days=366)
"""RFC 9116, section 2.5.5, recommends less than a year."""


class Compliance(LabelledEnum):
    """State of compliance with the RGAA, in the words of its model declaration."""

    FULL = "full", "totalement conforme"
    PARTIAL = "partial", "partiellement conforme"
    NONE = "none", "non conforme"


def check_contact(contact: str | None, _: Mapping[str, Any]) -> Iterator[str]:
    if contact and (urlsplit(contact).scheme not in ("https", "mailto", "tel") or len(contact.split()) > 1):
        yield "DLA_CONSOLE_SECURITY_CONTACT is no address that RFC 9116 knows: use mailto:, https:// or tel:"


def check_expires(expires: datetime | None, earlier: Mapping[str, Any]) -> Iterator[str]:
    if (expires is None) != (earlier.get("security_contact") is None):
        yield "DLA_CONSOLE_SECURITY_CONTACT and DLA_CONSOLE_SECURITY_EXPIRES go together (RFC 9116)"
    if expires and expires > datetime.now(UTC) + EXPIRES_WITHIN:
        yield "DLA_CONSOLE_SECURITY_EXPIRES is more than a year away: RFC 9116 wants it renewed before"


def check_policy(policy: str | None, _: Mapping[str, Any]) -> Iterator[str]:
    if policy and (not policy.startswith("https://") or len(policy.split()) > 1):
        yield "DLA_CONSOLE_SECURITY_POLICY is not https:// (RFC 9116)"


def check_audit(rate: float | None, earlier: Mapping[str, Any]) -> Iterator[str]:
    """A rate without an audit is invented, and so is an audit that is still to come."""
    missing = [f"DLA_CONSOLE_{name.upper()}" for name in ("audit_date", "audited_by") if earlier.get(name) is None]
    if rate is not None and missing:
        yield f"DLA_CONSOLE_AUDIT_RATE is that of no audit: set {', '.join(missing)}"
    if rate is None and len(missing) < 2:
        yield "DLA_CONSOLE_AUDIT_DATE and DLA_CONSOLE_AUDITED_BY tell of an audit: set its DLA_CONSOLE_AUDIT_RATE"


def check_audit_date(day: date | None, _: Mapping[str, Any]) -> Iterator[str]:
    if day and day > paris_date(datetime.now(UTC)):
        yield "DLA_CONSOLE_AUDIT_DATE is in the future: an audit that is still to come proves nothing"


class PublicPagesSettings(CheckedSettings):
    """What the console's public pages say of the deployment. Nothing is required, and what is not set is not invented:
    the page says that it is missing."""

    model_config = SettingsConfigDict(env_prefix="DLA_CONSOLE_")
    always: ClassVar[Checks] = CheckedSettings.always | {
        "security_contact": check_contact,
        "security_expires": check_expires,
        "security_policy": check_policy,
        "audit_date": check_audit_date,
        "audit_rate": check_audit,
    }
    mode: Annotated[Mode, Field(validation_alias="DLA_MODE")] = Mode.PRODUCTION
    """As for every program; nothing here depends on it."""
    publisher: Words | None = None
    """Who publishes the site: name and legal form."""
    publisher_address: Words | None = None
    """The publisher’s postal address and telephone number."""
    publication_director: Words | None = None
    """Name of the person responsible for what is published (law of 29 July 1982, article 93-2)."""
    hosting: Words | None = None
    """Name of the hosting company."""
    hosting_address: Words | None = None
    """The hosting company’s postal address and telephone number."""
    contact: Words | None = None
    """Where people write about the site, and report what they cannot use: an e-mail address, or a page’s address."""
    controller: Words | None = None
    """Who is responsible for the processing of personal data (GDPR, article 4)."""
    dpo_contact: Words | None = None
    """How to reach the data protection officer: an e-mail address, or a page’s address."""
    accessibility_declared: date | None = None
    """Day on which the declaration of accessibility was made or last revised."""
    accessibility_plan: Words | None = None
    """Address of the multi-year accessibility plan (*schéma pluriannuel*)."""
    audit_date: date | None = None
    """Day of the last audit against the RGAA; without one, the site is declared « non conforme »."""
    audited_by: Words | None = None
    """Who made that audit."""
    audit_findings: Words | None = None
    """What the audit found not to be accessible, in French, apart by semicolons."""
    audit_rate: Annotated[float, Field(ge=0, le=100)] | None = None
    """Percentage of the RGAA’s criteria that the audit found met."""
    security_contact: Words | None = None
    """Where to report a vulnerability: `mailto:`, `https://` or `tel:`; without it, no `security.txt` is served."""
    security_policy: Words | None = None
    """Address of the rules for those who look for vulnerabilities."""
    security_expires: AwareDatetime | None = None
    """Until when `security.txt` is to be believed, with a time zone; from then on it is not served."""

    def compliance(self, today: date) -> Compliance:
        """Of the console with the RGAA, by an audit that is still valid."""
        if self.audit_rate is None or self.is_outdated(today):
            return Compliance.NONE
        if self.audit_rate >= 100:
            return Compliance.FULL
        return Compliance.PARTIAL if self.audit_rate >= PARTIAL_FROM_PERCENT else Compliance.NONE

    def is_outdated(self, today: date) -> bool:
        """Whether no audit was made, or none that is still valid."""
        return self.audit_date is None or _years_later(self.audit_date) <= today

    def security_txt(self, address: str, now: datetime) -> str | None:
        """`security.txt` (RFC 9116) of the site at `address`; null without a contact, and once it has expired."""
        if self.security_contact is None or self.security_expires is None or self.security_expires <= now:
            return None
        lines = [f"Contact: {self.security_contact}", f"Expires: {self.security_expires.isoformat(timespec='seconds')}"]
        if self.security_policy:
            lines.append(f"Policy: {self.security_policy}")
        lines += ["Preferred-Languages: fr, en", f"Canonical: {address}/.well-known/security.txt"]
        return "\n".join(lines) + "\n"


def _years_later(day: date) -> date:
    """29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + AUDIT_VALID_YEARS)
    except ValueError:
        return date(day.year + AUDIT_VALID_YEARS, 3, 1)
