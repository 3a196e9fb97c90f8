"""Where a probe's browser may go: to public addresses, and to what an administrator has allowed. Asks no network.

The networks are those of IANA's registries of special-purpose addresses (RFC 6890 and its updates), with multicast.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

NOT_PUBLIC = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
"""Of IPv6 all but 2000::/3 is not public either; 2001::/23 and 2002::/16 hold tunnels into IPv4 (Teredo, 6to4)."""
GLOBAL_UNICAST = IPv6Network("2000::/3")


class NotAnAddress(ValueError):
    """What was given is neither the name of a host nor an address nor a network; the message says so."""


def is_public(address: Address) -> bool:
    """Tell whether everybody on the internet could mean this address. One of IPv4 in a coat of IPv6 is judged as itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in GLOBAL_UNICAST:
            return False
    return not any(address in network for network in NOT_PUBLIC if network.version == address.version)


@dataclass(frozen=True)
class Allowed:
    """What may be gone to although it is not public: hosts by name, and networks (a single address is a network of one)."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def reaches(self, host: str, address: Address) -> bool:
        """Tell whether a browser may go to an address that `host` was resolved to."""
        plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
        return (
            is_public(plain)
            or host.casefold().rstrip(".") in self.hosts
            or any(plain in network for network in self.networks if network.version == plain.version)
        )


PUBLIC_ONLY = Allowed()


def allowed_from(entries: Iterable[str]) -> Allowed:
    """Read what administrators entered, as `normal_entry` writes it."""
    hosts, networks = set(), []
    for entry in entries:
        network = _network(entry)
        if network is None:
            hosts.add(entry.casefold())
        else:
            networks.append(network)
    return Allowed(frozenset(hosts), tuple(networks))


def normal_entry(text: str) -> str:
    """Write a host's name, an address or a network in its one way. Raises NotAnAddress."""
    entry = text.strip().strip("[]").casefold().rstrip(".")
    network = _network(entry)
    if network is not None:
        return str(network.network_address) if network.num_addresses == 1 else str(network)
    try:
        host = entry.encode("idna").decode("ascii") if entry else ""
    except UnicodeError:
        host = ""
    labels = host.split(".")
    named = all(label and set(label) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for label in labels)
    if not named or len(host) > 253 or labels[-1].isdigit():
        raise NotAnAddress(
            f"“{text.strip()}” is not the name of a host, an address or a network. "
            "Write, for example, intranet.example.org, 10.1.2.3 or 10.1.0.0/16."
        )
    return host


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        return None
