"""What a deployment tells the ledger, by environment variables that begin with DLA_AUDIT_LEDGER_."""

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

OTHERS_MODE_BITS = 0o077


class LedgerSettings(BaseSettings):
    """Settings of the ledger, which the role `work` of audit needs."""

    model_config = SettingsConfigDict(
        use_attribute_docstrings=True, env_prefix="DLA_AUDIT_LEDGER_", frozen=True, hide_input_in_errors=True
    )

    origin: Annotated[str, AfterValidator(check_key_name)]
    """The ledger’s name for ever; best the address where `/tlog` is served, without its scheme."""
    key: Annotated[SecretBytes, BeforeValidator(decode_key)] | None = None
    """Signing key: 32 bytes in base64, instead of a file."""
    key_file: Path | None = None
    """File of the signing key, readable by its owner alone; `dla-audit keygen` makes it."""
    memory: Path | None = None
    """File outside the database that keeps the last signed checkpoint; beside the key’s file unless set."""
    every: PositiveFloat = 1.0
    """Seconds, at least, between two checkpoints."""
    witnesses: dict[str, HttpUrl] = {}
    """Witnesses that are asked to cosign, as JSON: an address by published key."""
    quorum: NonNegativeInt = 0
    """How many witnesses must have cosigned within a minute for the ledger to be healthy."""

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if (self.key is None) == (self.key_file is None):
            raise ValueError(
                "the ledger is signed with one key: set DLA_AUDIT_LEDGER_KEY_FILE (made by `dla-audit keygen FILE`)"
                " or DLA_AUDIT_LEDGER_KEY"
            )
        if self.remembered_in() is None:
            raise ValueError(
                "without a file that keeps the last signed checkpoint, a database restored from an older back-up would"
                " be signed anew: with DLA_AUDIT_LEDGER_KEY, set DLA_AUDIT_LEDGER_MEMORY too, to a file outside the"
                " database"
            )
        self.signer()
        self.asked()
        if self.quorum > len(self.witnesses):
            raise ValueError(f"{self.quorum} witnesses must cosign, and {len(self.witnesses)} are asked")
        return self

    def asked(self) -> dict[WitnessKey, str]:
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

    def remembered_in(self) -> Path | None:
        """Beside the key's file unless told otherwise."""
        if self.memory or self.key_file is None:
            return self.memory
        return self.key_file.with_name(f"{self.key_file.name}.checkpoint")


def read_seed(key_file: Path) -> bytes:
    try:
        if key_file.stat().st_mode & OTHERS_MODE_BITS:
            raise ValueError(f"the ledger's key can be read by others than its owner: chmod 600 {key_file}")
        return parse_key(key_file.read_text().strip())
    except OSError as error:
        raise ValueError(f"the ledger's key cannot be read: {error.strerror} ({key_file})") from error
