"""The certificate of the demonstration's hub, which signs itself: a region trusts it as its own authority."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from embedded.private_files import private_folder, write_private

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub of the demonstration")])
ADDRESS = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])


class CertificateFiles(NamedTuple):
    certificate: str
    key: str


def make_certificate(folder: Path) -> CertificateFiles:
    """For servers on 127.0.0.1, valid for a day."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(ADDRESS, critical=False)
        .sign(key, SHA256())
    )
    certificate, private = private_folder(folder) / "tls.crt", folder / "tls.key"
    certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    encoded = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(private, encoded.decode())
    return CertificateFiles(str(certificate), str(private))
