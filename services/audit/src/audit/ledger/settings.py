"""Settings of the ledger: environment variables that begin with DLA_AUDIT_LEDGER_."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    HttpUrl,
    NonNegativeInt,
    PositiveFloat,
    SecretBytes,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from audit.tlog import Signer, VerificationError, WitnessKey, check_key_name, parse_witness_key
from shared.settings import decode_key, parse_key

GROUP_AND_OTHERS = 0o077


class LedgerSettings(BaseSettings):
    """What the role `work` of audit needs to sign the ledger."""

    model_config = SettingsConfigDict(
        use_attribute_docstrings=True, env_prefix="DLA_AUDIT_LEDGER_", frozen=True, hide_input_in_errors=True
    )

    origin: Annotated[str, AfterValidator(check_key_name)]
    """The ledger's name for ever, best the address where `/tlog` is served, without its scheme."""
    key: Annotated[SecretBytes, BeforeValidator(decode_key)] | None = None
    """The signing key itself, where there is no file."""
    key_file: Path | None = None
    """The signing key, in a file that only its owner reads, as `dla-audit keygen` makes it."""
    checkpoint_file: Path | None = None
    """File outside the database that keeps the last signed checkpoint; next to the key's file by default."""
    interval_seconds: PositiveFloat = 1.0
    """Seconds, at least, between two checkpoints."""
    witnesses: dict[str, HttpUrl] = {}
    """Address of each witness that is asked to cosign, as JSON by its published key."""
    quorum: NonNegativeInt = 0
    """How many witnesses must have cosigned within a minute for the ledger to be healthy."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.key is None) == (self.key_file is None):
            raise ValueError(
                "the ledger is signed with one key: set DLA_AUDIT_LEDGER_KEY_FILE (made by `dla-audit keygen FILE`)"
                " or DLA_AUDIT_LEDGER_KEY"
            )
        if self.checkpoint_path() is None:
            raise ValueError(
                "without a file that keeps the last signed checkpoint, a database restored from an older back-up would"
                " be signed anew: with DLA_AUDIT_LEDGER_KEY, set DLA_AUDIT_LEDGER_CHECKPOINT_FILE too, to a file"
                " outside the database"
            )
        self.signer()
        self.witness_addresses()
        if self.quorum > len(self.witnesses):
            raise ValueError(f"{self.quorum} witnesses must cosign, and {len(self.witnesses)} are asked")
        return self

    def witness_addresses(self) -> dict[WitnessKey, str]:
        """Raises ValueError for what is no witness's key."""
        try:
            return {parse_witness_key(key): str(address) for key, address in self.witnesses.items()}
        except VerificationError as error:
            raise ValueError(f"DLA_AUDIT_LEDGER_WITNESSES: {error}") from error

    def signer(self) -> Signer:
        """Raises ValueError when the key's file is not what it should be."""
        if self.key:
            return Signer(self.origin, self.key.get_secret_value())
        assert self.key_file is not None
        return Signer(self.origin, read_seed(self.key_file))

    def checkpoint_path(self) -> Path | None:
        """`checkpoint_file`, or a file next to the key's."""
        if self.checkpoint_file or self.key_file is None:
            return self.checkpoint_file
        return self.key_file.with_name(f"{self.key_file.name}.checkpoint")


def read_seed(key_file: Path) -> bytes:
    """Raises ValueError when the file cannot be read, or others than its owner can read it."""
    try:
        if key_file.stat().st_mode & GROUP_AND_OTHERS:
            raise ValueError(f"the ledger's key can be read by others than its owner: chmod 600 {key_file}")
        return parse_key(key_file.read_text().strip())
    except OSError as error:
        raise ValueError(f"the ledger's key cannot be read: {error.strerror} ({key_file})") from error
