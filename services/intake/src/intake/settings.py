"""Settings of intake alone: environment variables that begin with `DLA_INTAKE_`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, ClassVar

from annotated_types import Ge, Le, MaxLen
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    HttpUrl,
    NonNegativeInt,
    PositiveInt,
    SecretBytes,
)
from pydantic_settings import SettingsConfigDict

from intake.domain.orientation.consequences import RECIPIENT_DAYS, REMINDER_DAYS, REMINDERS_AT_MOST
from intake.mail.smtp import SmtpTls
from intake.reference import files
from shared.kernel import DifficultyLevel
from shared.settings import CertificateAuthorities, CheckedSettings, Checks, Mode, decode_key, https_only, is_loopback

PREFIX, MODE = "DLA_INTAKE_", "DLA_MODE"


def _check_tls(tls: SmtpTls, others: Mapping[str, Any]) -> Iterator[str]:
    host = others.get("smtp_host")
    if host and tls is SmtpTls.NONE and not is_loopback(host):
        yield f"{PREFIX}SMTP_TLS is none, and mails would cross a network unencrypted: set starttls or implicit"


def _check_mail(sender: str | None, others: Mapping[str, Any]) -> Iterator[str]:
    """All that a mail needs, once there is a server."""
    if not others.get("smtp_host"):
        return
    if sender is None or "@" not in parseaddr(sender)[1]:
        yield f"{PREFIX}MAIL_FROM is no address, and {PREFIX}SMTP_HOST is set: set the address that mails come from"
    for name, variable in (("console_url", f"{PREFIX}CONSOLE_URL"), ("identity_key", "DLA_IDENTITY_KEY")):
        if others.get(name) is None:
            yield f"{variable} is not set, and {PREFIX}SMTP_HOST is: the links of mails need it"
    if bool(others.get("smtp_user")) != bool(others.get("smtp_password_file")):
        yield f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD_FILE go together: set both or none"


class IntakeSettings(CheckedSettings):
    """Settings of intake. Each file is read and checked whole when the service starts."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)
    always: ClassVar[Checks] = CheckedSettings.always | {"mail_from": _check_mail}
    in_production: ClassVar[Checks] = CheckedSettings.in_production | {
        "smtp_tls": _check_tls,
        "console_url": https_only(f"{PREFIX}CONSOLE_URL", "leads personal links to an unencrypted page"),
        "prefill_url": https_only(f"{PREFIX}PREFILL_URL", "is read without TLS, and could be altered on the way"),
    }

    mode: Mode = Field(default=Mode.PRODUCTION, validation_alias=MODE)
    """In `production`, the program refuses to start on anything that is for development, unencrypted or known to be
    unsafe."""
    chase_days: dict[DifficultyLevel, NonNegativeInt] = Field(default_factory=dict)
    """Days given to acknowledge an orientation, as JSON by level of difficulty, where ours do not suit."""
    transfer_days: Annotated[int, Ge(1), Le(366)] = 7
    """Days given to take over a transferred request; after them it is a task of the unit that transferred it too."""
    competence: Annotated[Path, AfterValidator(files.validate_with(files.read_competence))] | None = None
    """TOML file with the unit of each department and region."""
    prefill_url: HttpUrl | None = None
    """Public API “Recherche d’entreprises”, or one that answers alike; not asked unless set."""
    criteria: Annotated[Path, AfterValidator(files.validate_with(files.read_criteria))] | None = None
    """TOML file with the versions of the eligibility criteria, in place of ours."""
    targets: Annotated[Path, AfterValidator(files.validate_with(files.read_targets))] | None = None
    """TOML file with targets of orientation, added to ours."""
    link_days: Annotated[int, Ge(1), Le(366)] = 30
    """Days that a personal link lasts at most."""
    console_url: HttpUrl | None = None
    """Public address of the console, where the codes of personal links are typed."""
    communes: Annotated[Path, AfterValidator(files.validate_with(files.read_communes))] | None = None
    """CSV file of communes as INSEE publishes it, newer than what is shipped."""
    activities: Annotated[Path, AfterValidator(files.validate_with(files.read_activities))] | None = None
    """CSV file of activities as INSEE publishes it, newer than what is shipped."""
    backup_days: NonNegativeInt = 35
    """Days that a back-up of any service is kept; after that no copy of an erased key is left in one."""
    keep_not_admitted_months: Annotated[int, Ge(1), Le(1200)] = 24
    """Months that a case is kept which was not admitted, after the last event."""
    keep_closed_months: Annotated[int, Ge(1), Le(1200)] = 36
    """Months that a closed case is kept before it becomes an archive."""
    keep_archived_months: Annotated[int, Ge(0), Le(1200)] = 84
    """Months that an archive is kept."""
    identity_key: Annotated[SecretBytes, BeforeValidator(decode_key)] | None = Field(
        default=None, validation_alias="DLA_IDENTITY_KEY"
    )
    """Makes people’s pseudonyms, and with the sealing key of intake the secrets of mailed links."""
    ca_file: CertificateAuthorities | None = Field(default=None, validation_alias="DLA_CA_FILE")
    """Authority of the SMTP server’s certificate, if it is not one of the machine’s."""
    smtp_host: str | None = None
    """SMTP server that mails are handed over to; without one no mail is queued."""
    smtp_port: Annotated[int, Ge(1), Le(65_535)] = 587
    """Port of the SMTP server."""
    smtp_tls: SmtpTls = SmtpTls.STARTTLS
    """`starttls`, `implicit`, or `none` for a server on the same machine."""
    smtp_user: str | None = None
    """Account at the SMTP server."""
    smtp_password_file: FilePath | None = None
    """File that holds the password of that account; it is read at each delivery."""
    mail_from: str | None = None
    """Address that mails come from, with a name or without."""
    mail_link_days: Annotated[int, Ge(1), Le(31)] = 7
    """Days that the link in a mail can be opened, once."""
    digest_hour: Annotated[int, Ge(0), Le(22)] = 7
    """Hour of the day, in Paris, from which the digest of what waits for a person is mailed."""
    recipient_days: Annotated[int, Ge(7), Le(366)] = RECIPIENT_DAYS
    """Days that the recipient of an orientation can answer by their link."""
    reminder_days: Annotated[tuple[PositiveInt, ...], MaxLen(REMINDERS_AT_MOST)] = REMINDER_DAYS
    """Days after its sending on which an orientation that nobody has answered is called to mind, as JSON; on the next
    working day, and never more than twice."""
