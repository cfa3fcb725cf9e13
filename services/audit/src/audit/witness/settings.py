"""Settings of a witness: environment variables that begin with DLA_WITNESS_."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, SecretBytes, field_validator
from pydantic_settings import SettingsConfigDict

from audit.ledger.settings import one_key, random_seed_in, read_seed
from audit.ledger.succession import PublishedKey, parse_published_keys
from audit.tlog import Cosigner, VerificationError, check_key_name
from shared.settings import CheckedSettings, Checks, Mode, decode_key, of_development, random_key

PREFIX = "DLA_WITNESS_"


class WitnessSettings(CheckedSettings):
    """Settings of a witness of other organisations’ ledgers."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)
    always: ClassVar[Checks] = {"key_file": one_key(PREFIX, "a witness signs")}
    in_production: ClassVar[Checks] = CheckedSettings.in_production | {
        "name": of_development(f"{PREFIX}NAME", "which its cosignatures would keep for ever"),
        "key": random_key(f"{PREFIX}KEY"),
        "key_file": random_seed_in(f"{PREFIX}KEY_FILE"),
    }

    mode: Mode = Field(default=Mode.PRODUCTION, validation_alias="DLA_MODE")
    """In `production`, the program refuses to start on anything that is for development, unencrypted or known to be
    unsafe."""
    name: Annotated[str, AfterValidator(check_key_name)]
    """The witness’s name for ever; best its address without the scheme."""
    key: Annotated[SecretBytes, BeforeValidator(decode_key)] | None = None
    """The signing key itself, where there is no file."""
    key_file: Path | None = None
    """The signing key, in a file that only its owner reads, as `dla-audit keygen` makes it."""
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

    def cosigner(self) -> Cosigner:
        """Raises ValueError when the key's file is not what it should be."""
        if self.key:
            return Cosigner(self.name, self.key.get_secret_value())
        assert self.key_file is not None
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
