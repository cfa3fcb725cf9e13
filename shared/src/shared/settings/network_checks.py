"""Checks of addresses: what goes over a network unencrypted, goes to several servers, or trusts too many."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from shared.settings.types import check_certificate_authorities

Network = IPv4Network | IPv6Network
OWN_NETWORKS = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)
"""Networks that no stranger on the internet has an address of."""
IPV4_IN_IPV6 = IPv6Network("::ffff:0:0/96")
MAX_PUBLIC_ADDRESSES = {4: 2**24, 6: 2**112}
"""What the published networks of a large host of proxies take: a /8, a /16 of IPv6."""


def check_proxies(value: Sequence[Network], _: Mapping[str, Any]) -> Iterator[str]:
    """Counts the public addresses of all the networks together: two halves of the internet are the whole."""
    networks = [_unmap(each) for each in value]
    for version in (4, 6):
        together: Any = collapse_addresses([each for each in networks if each.version == version])
        public = sum(each.num_addresses for each in together if not _is_own(each))
        if public > MAX_PUBLIC_ADDRESSES[version]:
            yield (
                "DLA_PROXIES trusts so many addresses that a caller may say who they are, and pass every limit: name"
                " the addresses of your own proxies alone"
            )
            return


def _unmap(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.subnet_of(IPV4_IN_IPV6):
        return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))
    return network


def _is_own(network: Network) -> bool:
    return any(network.version == own.version and network.subnet_of(own) for own in OWN_NETWORKS)  # type: ignore[arg-type]


def check_nats_url(url: str, _: Mapping[str, Any]) -> Iterator[str]:
    """nats-py reads one address: what follows a comma would be part of its name."""
    if "," in url or " " in url or url.count("://") != 1:
        yield "DLA_NATS_URL is not one address: name one server, which makes those of its cluster known, as tls://host:4222"
        return
    parts = urlsplit(url)
    if not parts.hostname:
        yield "DLA_NATS_URL names no server: set it to tls://host:4222"
    elif not url.startswith("tls://") and not (parts.scheme == "nats" and is_loopback(parts.hostname)):
        yield (
            "DLA_NATS_URL is without TLS: whoever is on the way reads and alters events; use tls://, with DLA_CA_FILE"
            " when an authority of your own signed the certificate of the server"
        )
    if parts.password or parts.username:
        yield "DLA_NATS_URL holds a name or a password, which logs would show: DLA_NATS_SEED alone says who connects"


def database_faults(variable: str, url: str) -> Iterator[str]:
    """Faults of a PostgreSQL URL, whose every server counts."""
    parameters = conninfo_to_dict(url)
    if parameters.get("service"):
        yield f"{variable} names a service, whose file says where the connection goes: name the server itself"
    if parameters.get("sslkeylogfile"):
        yield f"{variable} has the secrets of its connections written to a file: leave sslkeylogfile out"
    if is_database_unencrypted(url):
        yield (
            f"{variable} does not check whom it speaks to: end it with ?sslmode=verify-full, and &sslrootcert= the"
            " file of the authority that signed the certificate of the server (or sslrootcert=system)"
        )
    elif is_over_network(url):
        yield from _authority_faults(variable, str(parameters.get("sslrootcert") or ""))


def _authority_faults(variable: str, authorities: str) -> Iterator[str]:
    if not authorities:
        yield (
            f"{variable} names no authority for sslmode=verify-full: add &sslrootcert= its file, or sslrootcert=system"
            " for those that this machine trusts"
        )
    elif authorities != "system":
        try:
            check_certificate_authorities(Path(authorities))
        except (OSError, ValueError, ssl.SSLError):
            yield f"{variable}: sslrootcert is no file with the certificate of an authority, in PEM"


def is_database_unencrypted(url: str) -> bool:
    return is_over_network(url) and conninfo_to_dict(url).get("sslmode") != "verify-full"


def is_over_network(url: str) -> bool:
    """Whether one server at least is another machine."""
    parameters = conninfo_to_dict(url)
    hosts = str(parameters.get("hostaddr") or parameters.get("host") or "").split(",")
    return not all(not host or host.startswith(("/", "@")) or is_loopback(host) for host in hosts)


def is_unencrypted(url: str) -> bool:
    """Over a network, that is: what stays on this machine may be plain."""
    parts = urlsplit(url)
    return parts.scheme != "https" and not is_loopback(parts.hostname)


def is_loopback(host: str | None) -> bool:
    """The loopback, by name or number."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
