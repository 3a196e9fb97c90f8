"""Binding the demo company's ports, so that a taken one is told in words before anything starts."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from audit_app.demo.company.errors import CompanyError


@contextmanager
def listening(host: str, ports: Mapping[str, int]) -> Iterator[dict[str, socket.socket]]:
    """Listen on one port for each named service, and close them all at the end.

    ``host`` is a numeric loopback address; port 0 means any free one. Raises CompanyError for an address
    that other machines could reach and for a port that cannot be had.
    """
    _refuse_public(host)
    sockets: dict[str, socket.socket] = {}
    try:
        for service, port in ports.items():
            sockets[service] = _listen(host, port, service)
        yield sockets
    finally:
        for each in sockets.values():
            each.close()


def port_of(listener: socket.socket) -> int:
    """The port that this socket listens on."""
    return int(listener.getsockname()[1])


def _refuse_public(host: str) -> None:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise CompanyError(
            f"The demo company listens on this machine alone: use 127.0.0.1 instead of {host!r}."
        )


def _listen(host: str, port: int, service: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise CompanyError(
            f"The demo company's {service} server cannot use port {port} on {host} ({reason}): "
            f"stop what uses it, or choose another with --{service}-port."
        ) from error
    return listener
