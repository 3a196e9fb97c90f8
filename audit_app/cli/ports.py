"""Whether a port is free, and who holds it."""

from __future__ import annotations

import socket

import psutil

from audit_app.domain.errors import InvalidInput


def check_port_free(host: str, port: int, setting: str) -> None:
    """Raise InvalidInput when something else already listens on `port` of `host`."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise port_held(host, port, setting, error) from error


def port_held(host: str, port: int, setting: str, error: OSError) -> InvalidInput:
    """What to say of a port that cannot be used: who holds it, and which setting names another one."""
    return InvalidInput(
        f"Port {port} on {host} cannot be used ({error.strerror}{_holder(port)}). "
        f"Stop what runs there, or choose another port with {setting}."
    )


def _holder(port: int) -> str:
    """Which process listens on `port`, as far as the system tells us."""
    try:
        listening = (one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN)
        pid = next((one.pid for one in listening if one.laddr and one.laddr[1] == port), None)
        command = " ".join(" ".join(psutil.Process(pid).cmdline()).split())
        return f"; process {pid} holds it: {command[:200]}" if pid else ""
    except psutil.Error:
        return ""
