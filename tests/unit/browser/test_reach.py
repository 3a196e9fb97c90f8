"""Which addresses are public, what administrators may enter, and what that allows."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.browser.reach import PUBLIC_ONLY, NotAnAddress, allowed_from, is_public, normal_entry


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "100::1",
        "5f00::1", "3fff::1", "fec0::1",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not PUBLIC_ONLY.reaches("firm.example", ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.0.1", "2606:4700::1", "::ffff:8.8.8.8"],
)  # fmt: skip
def test_what_is_public_is_reached(address: str) -> None:
    assert PUBLIC_ONLY.reaches("firm.example", ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_of_ipv4_is_judged_the_same_in_a_coat_of_ipv6(address: IPv4Address) -> None:
    assert is_public(IPv6Address(f"::ffff:{address}")) is is_public(address)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_or_reserved_is_public(address: IPv4Address | IPv6Address) -> None:
    doubtful = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    assert not (doubtful and is_public(address))


def test_a_host_is_allowed_by_its_name_and_a_network_by_its_addresses() -> None:
    allowed = allowed_from(["intranet.example", "10.1.0.0/16", "fd00::/8", "192.168.7.7"])
    assert allowed.reaches("Intranet.Example.", ip_address("192.168.1.1"))
    assert allowed.reaches("anything", ip_address("10.1.2.3"))
    assert allowed.reaches("anything", ip_address("::ffff:10.1.2.3"))
    assert allowed.reaches("anything", ip_address("fd12::1"))
    assert allowed.reaches("anything", ip_address("192.168.7.7"))
    assert not allowed.reaches("sub.intranet.example", ip_address("192.168.1.1"))
    assert not allowed.reaches("anything", ip_address("10.2.0.1"))
    assert not allowed.reaches("anything", ip_address("192.168.7.8"))


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        (" Intranet.Example. ", "intranet.example"), ("10.1.2.3", "10.1.2.3"), ("10.1.2.3/16", "10.1.0.0/16"), ("[::1]", "::1"),
        ("FD00::/8", "fd00::/8"), ("büro.example", "xn--bro-hoa.example"), ("localhost", "localhost"), ("10.1.2.3/32", "10.1.2.3"),
    ],
)  # fmt: skip
def test_an_entry_is_written_in_one_way(text: str, entry: str) -> None:
    assert normal_entry(text) == entry


@pytest.mark.parametrize(
    "text",
    ["", "https://intranet.example/", "two words", "10.1.2", "10.1.2.999", "a..b", "*", "x" * 300, "host:80"],
)
def test_what_is_no_host_and_no_network_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NotAnAddress, match="Write, for example"):
        normal_entry(text)
