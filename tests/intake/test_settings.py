"""Settings of mail: off without a server, whole with one, and never unencrypted over a network in production."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from intake.mail.smtp import SmtpTls
from intake.settings import IntakeSettings
from shared.settings import Mode

WHOLE: dict[str, Any] = {
    "smtp_host": "smtp.example",
    "mail_from": "DLA <dla@dla.example>",
    "console_url": "https://dla.example",
    "identity_key": b64encode(bytes(range(32))).decode(),
}


def faults(**settings: Any) -> str:
    with pytest.raises(ValidationError) as wrong:
        IntakeSettings(**settings)
    return str(wrong.value)


def test_a_server_needs_all_that_a_mail_needs() -> None:
    assert IntakeSettings().smtp_host is None
    assert IntakeSettings(**WHOLE).smtp_tls is SmtpTls.STARTTLS
    for missing, variable in (
        ("mail_from", "DLA_INTAKE_MAIL_FROM"),
        ("console_url", "DLA_INTAKE_CONSOLE_URL"),
        ("identity_key", "DLA_IDENTITY_KEY"),
    ):
        assert variable in faults(**{name: value for name, value in WHOLE.items() if name != missing})
    assert "DLA_INTAKE_MAIL_FROM" in faults(**WHOLE | {"mail_from": "DLA"})


def test_an_account_has_a_password_and_a_password_an_account(tmp_path: Path) -> None:
    (file := tmp_path / "password").write_text("secret")
    assert "DLA_INTAKE_SMTP_PASSWORD_FILE" in faults(**WHOLE, smtp_user="dla")
    assert "DLA_INTAKE_SMTP_USER" in faults(**WHOLE, smtp_password_file=file)
    assert IntakeSettings(**WHOLE, smtp_user="dla", smtp_password_file=file).smtp_user == "dla"


def test_production_refuses_mail_without_tls_over_a_network() -> None:
    unencrypted = WHOLE | {"smtp_tls": "none"}
    assert "DLA_INTAKE_SMTP_TLS" in faults(**unencrypted)
    assert IntakeSettings(**unencrypted | {"smtp_host": "127.0.0.1"}).smtp_tls is SmtpTls.NONE
    assert IntakeSettings(**unencrypted | {"mode": Mode.DEVELOPMENT}).smtp_tls is SmtpTls.NONE


def test_an_orientation_is_called_to_mind_twice_at_most() -> None:
    assert IntakeSettings().reminder_days == (7, 21)
    assert "reminder_days" in faults(reminder_days=(7, 14, 21))
