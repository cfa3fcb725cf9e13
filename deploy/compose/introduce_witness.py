"""Exchanges the public keys of the ledger and of its witness at the first start; organisations do it by hand."""

import base64
import hashlib
import json
import secrets
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from embedded.private_files import keep_secret

NAME, ADDRESS = "witness.local.dla.invalid", "http://witness:8000"
LEDGERS, WITNESSES = b"\x01", b"\x04"
"""What kind of key it is, in its published form (C2SP signed-note)."""


def introduce(folders: Path, origin: str) -> None:
    """Once: after a succession of keys, whoever runs each side enters the new ones."""
    ledger, witness = folders / "audit", folders / "witness"
    key, own = (ledger / "DLA_AUDIT_LEDGER_KEY").read_text(), keep_secret(witness / "key", thirty_two_bytes)
    keep_secret(witness / "logs", lambda: verifier_key(origin, LEDGERS, key) + "\n")
    keep_secret(
        ledger / "DLA_AUDIT_LEDGER_WITNESSES", lambda: json.dumps({verifier_key(NAME, WITNESSES, own): ADDRESS})
    )


def verifier_key(name: str, kind: bytes, key: str) -> str:
    """`name+id+key`"""
    public = kind + Ed25519PrivateKey.from_private_bytes(base64.b64decode(key)).public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(public).decode()}"


def thirty_two_bytes() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


if __name__ == "__main__":
    introduce(Path(sys.argv[1]), sys.argv[2])
