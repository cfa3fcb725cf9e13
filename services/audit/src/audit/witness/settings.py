"""Settings of a witness: environment variables that begin with DLA_WITNESS_."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import SettingsConfigDict

from audit.ledger.settings import random_seed_in, read_seed
from audit.ledger.succession import PublishedKey, parse_published_keys
from audit.tlog import Cosigner, VerificationError, check_key_name
from shared.settings import CheckedSettings, Checks, Mode, of_development


class WitnessSettings(CheckedSettings):
    """Settings of a witness of other organisations’ ledgers."""

    model_config = SettingsConfigDict(env_prefix="DLA_WITNESS_")
    in_production: ClassVar[Checks] = CheckedSettings.in_production | {
        "name": of_development("DLA_WITNESS_NAME", "which its cosignatures would keep for ever"),
        "key_file": random_seed_in("DLA_WITNESS_KEY_FILE"),
    }

    mode: Mode = Field(default=Mode.PRODUCTION, validation_alias="DLA_MODE")
    """In `production`, the program refuses to start on anything that is for development, unencrypted or known to be
    unsafe."""
    name: Annotated[str, AfterValidator(check_key_name)]
    """The witness’s name for ever; best its address without the scheme."""
    key_file: Path
    """File of the signing key, as `dla-audit keygen` makes it."""
    store: Path
    """Folder of what was cosigned, which this program alone writes."""
    logs: Path
    """File with the published keys of the logs that it follows, one on each line."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8000
    """Port to listen on."""

    @field_validator("logs")
    @classmethod
    def _check_logs(cls, file: Path) -> Path:
        read_log_keys(file)
        return file

    @field_validator("key_file")
    @classmethod
    def _check_key_file(cls, file: Path) -> Path:
        read_seed(file)
        return file

    def cosigner(self) -> Cosigner:
        return Cosigner(self.name, read_seed(self.key_file))

    def log_keys(self) -> list[PublishedKey]:
        return read_log_keys(self.logs)


def read_log_keys(file: Path) -> list[PublishedKey]:
    """Raises ValueError, also when there is none."""
    try:
        return parse_published_keys(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"the keys of the logs cannot be read: {error.strerror} ({file})") from error
    except (VerificationError, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: {error}") from error
