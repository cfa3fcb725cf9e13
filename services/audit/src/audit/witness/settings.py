"""Settings of a witness: environment variables that begin with DLA_WITNESS_."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from audit.ledger.settings import read_seed
from audit.ledger.succession import PublishedKey, parse_published_keys
from audit.tlog import Cosigner, VerificationError, check_key_name


class WitnessSettings(BaseSettings):
    """Settings of a witness of other organisations’ ledgers."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True, env_prefix="DLA_WITNESS_", frozen=True)

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
