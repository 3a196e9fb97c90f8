"""Signing in to a mailbox with OAuth 2: an access token for a refresh token (RFC 6749, 6), shown by XOAUTH2.

XOAUTH2 is what Google and Microsoft ask for: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol.
"""

from __future__ import annotations

import json
import smtplib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from probes.base import OurFailure

TIMEOUT = 30.0
"""Seconds that the token endpoint may take."""
MARGIN = 60.0
"""Seconds before its end from which an access token is not used any more."""
USUAL_LIFE = 3600.0
"""Seconds that a token lives whose endpoint does not say (RFC 6749, 5.1 recommends to say it)."""
LARGEST_ANSWER = 100_000
"""Bytes of the endpoint's answer that are read."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Provider:
    """What is the same for all mailboxes of one provider."""

    token_url: str
    scope: str


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "google": Provider("https://oauth2.googleapis.com/token", "https://mail.google.com/"),
        "microsoft": Provider(
            "https://login.microsoftonline.com/common/oauth2/v2.0/token",
            "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
        ),
    }
)


@dataclass(frozen=True)
class OAuth:
    """The standing permission to use one mailbox: who asks, and the refresh token its owner granted."""

    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""


class TokenRefused(OurFailure):
    """No access token was to be had; what was to be done with it was not."""


@dataclass(frozen=True)
class _Token:
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    good_until: float


_tokens: dict[OAuth, _Token] = {}
_lock = threading.Lock()


def access_token(oauth: OAuth, clock: Callable[[], float] = time.monotonic) -> str:
    """Return an access token that is still good, fetched anew when the last one ends; kept in memory only.

    `clock` counts seconds. Raises TokenRefused, with the provider's reason.
    """
    with _lock:
        token = _tokens.get(oauth)
        if token is None or token.good_until <= clock():
            token = _tokens[oauth] = _fetch(oauth, token.refresh if token else oauth.refresh_token, clock())
        return token.access


def newest_refresh_token(oauth: OAuth) -> str:
    """Return the refresh token to be used from now on: some providers hand out a new one with each access token."""
    token = _tokens.get(oauth)
    return token.refresh if token else oauth.refresh_token


def forget(oauth: OAuth) -> None:
    """Drop the access token, because a server did not take it; the next one is fetched anew."""
    with _lock:
        token = _tokens.get(oauth)
        if token is not None:
            _tokens[oauth] = _Token("", token.refresh, float("-inf"))


def _fetch(oauth: OAuth, refresh_token: str, now: float) -> _Token:
    answer = _ask(oauth, refresh_token)
    access = answer.get("access_token")
    if not isinstance(access, str) or not access:
        raise TokenRefused(f"{_where(oauth)} answered without an access token.")
    life = answer.get("expires_in")
    seconds = float(life) if isinstance(life, (int, float, str)) and str(life).isdigit() else USUAL_LIFE
    renewed = answer.get("refresh_token")
    return _Token(
        access, renewed if isinstance(renewed, str) and renewed else refresh_token, now + seconds - MARGIN
    )


def _ask(oauth: OAuth, refresh_token: str) -> dict[str, Any]:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": oauth.client_id}
    form |= {
        name: value
        for name, value in (("client_secret", oauth.client_secret), ("scope", oauth.scope))
        if value
    }
    _refuse_open_lines(oauth)
    request = Request(oauth.token_url, urlencode(form).encode(), {"Accept": "application/json"})  # noqa: S310 -- checked above
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 -- as above
            said = json.loads(answer.read(LARGEST_ANSWER))
    except HTTPError as error:
        with error:
            raise TokenRefused(f"{_where(oauth)} refused: {_reason(error)}") from error
    except (OSError, ValueError) as error:
        raise TokenRefused(f"{_where(oauth)} could not be asked ({error}).") from error
    return said if isinstance(said, dict) else {}


def _refuse_open_lines(oauth: OAuth) -> None:
    parts = urlsplit(oauth.token_url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise TokenRefused(f"The token endpoint {oauth.token_url} does not begin with https://.")


def _where(oauth: OAuth) -> str:
    return f"The token endpoint {urlsplit(oauth.token_url).netloc or oauth.token_url}"


def _reason(error: HTTPError) -> str:
    try:
        said = json.loads(error.read(LARGEST_ANSWER))
    except (OSError, ValueError):
        said = None
    if not isinstance(said, dict) or "error" not in said:
        return f"status {error.code}."
    words = (
        f"{said['error']} ({said['error_description']})"
        if said.get("error_description")
        else str(said["error"])
    )
    if said["error"] == "invalid_grant":
        return f"{words}. The permission has ended or was withdrawn: grant it anew."
    return f"{words}."


# --- showing the token ---------------------------------------------------------------------------------------


def sign_in_smtp(smtp: smtplib.SMTP, user: str, oauth: OAuth) -> None:
    """Sign in to an SMTP server; a token that it does not take is fetched anew once.

    Raises TokenRefused or smtplib.SMTPAuthenticationError.
    """
    try:
        _auth_smtp(smtp, user, access_token(oauth))
    except smtplib.SMTPAuthenticationError:
        forget(oauth)
        _auth_smtp(smtp, user, access_token(oauth))


def _auth_smtp(smtp: smtplib.SMTP, user: str, token: str) -> None:
    def answer(challenge: bytes | None = None) -> str:
        # A challenge holds the server's error; the answer to it is empty, and then the server refuses.
        return _initial(user, token) if challenge is None else ""

    smtp.auth("XOAUTH2", answer)


def sign_in_imap(imap: IMAPClient, user: str, oauth: OAuth) -> None:
    """Sign in to an IMAP server; a token that it does not take is fetched anew once.

    Raises TokenRefused or imapclient's LoginError.
    """
    try:
        _auth_imap(imap, user, access_token(oauth))
    except LoginError:
        forget(oauth)
        _auth_imap(imap, user, access_token(oauth))


def _auth_imap(imap: IMAPClient, user: str, token: str) -> None:
    imap.sasl_login("XOAUTH2", lambda challenge: b"" if challenge else _initial(user, token).encode())


def _initial(user: str, token: str) -> str:
    return f"user={user}\1auth=Bearer {token}\1\1"
