"""Settings of the ledger: environment variables that begin with DLA_AUDIT_LEDGER_."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    NonNegativeInt,
    PositiveFloat,
    SecretBytes,
)
from pydantic_settings import SettingsConfigDict

from audit.tlog import Signer, VerificationError, WitnessKey, check_key_name, parse_witness_key
from shared.settings import (
    Check,
    CheckedSettings,
    Checks,
    Mode,
    decode_key,
    https_only,
    key_faults,
    of_development,
    parse_key,
    random_key,
)

PREFIX = "DLA_AUDIT_LEDGER_"
GROUP_AND_OTHERS = 0o077


def read_seed(key_file: Path) -> bytes:
    """Raises ValueError when the file cannot be read, or others than its owner can read it."""
    try:
        if key_file.stat().st_mode & GROUP_AND_OTHERS:
            raise ValueError(f"the key can be read by others than its owner: chmod 600 {key_file}")
        return parse_key(key_file.read_text().strip())
    except OSError as error:
        raise ValueError(f"the key cannot be read: {error.strerror} ({key_file})") from error


def random_seed_in(variable: str) -> Check:
    """A check of the key in a file; whether it can be read is another's."""

    def check(file: Path | None, _: Mapping[str, Any]) -> Iterator[str]:
        try:
            key = read_seed(file) if file else None
        except ValueError:
            return
        if key:
            yield from key_faults(variable, key)

    return check


def one_key(prefix: str, signed: str) -> Check:
    """A check of `key_file`: it can be read, or `key` is set instead."""

    def check(file: Path | None, earlier: Mapping[str, Any]) -> Iterator[str]:
        if "key" not in earlier:
            return
        if (earlier["key"] is None) == (file is None):
            yield f"{signed} with one key: set {prefix}KEY_FILE (made by `dla-audit keygen FILE`) or {prefix}KEY"
        elif file is not None:
            try:
                read_seed(file)
            except ValueError as error:
                yield f"{prefix}KEY_FILE: {error}"

    return check


def check_checkpoint_file(file: Path | None, earlier: Mapping[str, Any]) -> Iterator[str]:
    if file is None and earlier.get("key") and earlier.get("key_file") is None:
        yield (
            "without a file that keeps the last signed checkpoint, a database restored from an older back-up would"
            f" be signed anew: with {PREFIX}KEY, set {PREFIX}CHECKPOINT_FILE too, to a file outside the database"
        )


def check_witnesses(witnesses: Mapping[str, HttpUrl], _: Mapping[str, Any]) -> Iterator[str]:
    for key in witnesses:
        try:
            parse_witness_key(key)
        except VerificationError as error:
            yield f"{PREFIX}WITNESSES: {error}"


def check_quorum(quorum: int, earlier: Mapping[str, Any]) -> Iterator[str]:
    if "witnesses" in earlier and quorum > len(earlier["witnesses"]):
        yield (
            f"{PREFIX}QUORUM: {quorum} witnesses must cosign, and {len(earlier['witnesses'])} are asked: name them in"
            f" {PREFIX}WITNESSES"
        )


class LedgerSettings(CheckedSettings):
    """What the role `work` of audit needs to sign the ledger."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)
    always: ClassVar[Checks] = {
        "key_file": one_key(PREFIX, "the ledger is signed"),
        "checkpoint_file": check_checkpoint_file,
        "witnesses": check_witnesses,
        "quorum": check_quorum,
    }
    in_production: ClassVar[Checks] = CheckedSettings.in_production | {
        "origin": of_development(f"{PREFIX}ORIGIN", "which the ledger would keep for ever"),
        "key": random_key(f"{PREFIX}KEY"),
        "key_file": random_seed_in(f"{PREFIX}KEY_FILE"),
        "witnesses": https_only(f"{PREFIX}WITNESSES", "asks a witness without TLS"),
    }

    mode: Mode = Field(default=Mode.PRODUCTION, validation_alias="DLA_MODE")
    """In `production`, the program refuses to start on anything that is for development, unencrypted or known to be
    unsafe."""
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
    witnesses: dict[str, HttpUrl] = Field(default_factory=dict)
    """Address of each witness that is asked to cosign, as JSON by its published key."""
    quorum: NonNegativeInt = 0
    """How many witnesses must have cosigned within a minute for the ledger to be healthy."""

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
