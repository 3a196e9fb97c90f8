"""The address of browsers that run elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_here(url: str) -> bool:
    """Tell whether browsers at an address run on this machine, so that they reach what listens on it."""
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def speaks_devtools(url: str) -> bool:
    """Tell a DevTools address, which Chromium itself listens on, from that of a Playwright server."""
    return url.startswith(("http://", "https://")) or "/devtools/" in url


def without_secret(url: str) -> str:
    """Leave out what may be a secret in an address: user, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
