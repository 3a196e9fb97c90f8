"""What is entered about a mailbox: checked field by field, with the stored secrets kept where nothing new is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from audit_app.domain.errors import InvalidInput
from audit_app.models import AddressStyle, Mailbox, Security
from audit_app.services.entry.fields import FieldErrors, email_address
from probes.mail.oauth import LOOPBACK, PROVIDERS

LONGEST_LOCAL_PART, LONGEST_ALIAS = 64, 9
"""Characters before the @ (RFC 5321, 4.5.3.1.1), and how many of them the part that is a probe's own takes."""
HOST = re.compile(r"[\w.-]{1,253}|[0-9a-fA-F:.]{2,45}")
PUBLIC_DOMAINS = re.compile(
    r"(gmail|googlemail|icloud|me|mac|aol|zoho|mail|email|fastmail|hey|proton|tuta|tutanota)\.com"
    r"|(outlook|hotmail|live|msn|yahoo|ymail|gmx|yandex|protonmail)(\.\w{2,3}){1,2}"
    r"|(web|t-online|freenet|posteo|mailbox)\.(de|org)|(proton|pm)\.me|mail\.ru|laposte\.net|orange\.fr|libero\.it"
)
"""Domains of which no customer of the provider gets all mail."""


class SignIn(StrEnum):
    """How a mailbox is signed in to."""

    PASSWORD = "password"  # noqa: S105 -- a word, no password
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class MailboxEntry:
    """What an administrator enters; an empty secret means the stored one, an empty user name the address."""

    address: str
    smtp_host: str
    imap_host: str
    smtp_port: int = 587
    smtp_security: Security = Security.STARTTLS
    imap_port: int = 993
    imap_security: Security = Security.TLS
    username: str = ""
    sign_in: SignIn = SignIn.PASSWORD
    password: str = field(default="", repr=False)
    token_url: str = ""
    scope: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    address_style: AddressStyle = AddressStyle.PLUS


SERVERS = ("smtp_host", "smtp_port", "smtp_security", "imap_host", "imap_port", "imap_security")
COLUMNS = (
    *("address", *SERVERS, "username", "password", "address_style"),
    *("oauth_token_url", "oauth_scope", "oauth_client_id", "oauth_client_secret", "oauth_refresh_token"),
)
"""What an entry decides about a mailbox."""


def sign_in_of(mailbox: Mailbox) -> SignIn:
    """How the mailbox is signed in to now."""
    if not mailbox.oauth_token_url:
        return SignIn.PASSWORD
    known = (name for name, each in PROVIDERS.items() if each.token_url == mailbox.oauth_token_url)
    return SignIn(next(known, SignIn.OTHER))


def entry_about(mailbox: Mailbox) -> MailboxEntry:
    """What would have to be entered to leave the mailbox as it is; no secret is among it."""
    servers = {name: getattr(mailbox, name) for name in SERVERS}
    return MailboxEntry(
        address=mailbox.address,
        username=mailbox.username,
        sign_in=sign_in_of(mailbox),
        token_url=mailbox.oauth_token_url,
        scope=mailbox.oauth_scope,
        client_id=mailbox.oauth_client_id,
        address_style=mailbox.address_style,
        **servers,
    )


def drafted(entry: MailboxEntry, stored: Mailbox | None) -> Mailbox:
    """The mailbox as `entry` wants it, in no session; raises InvalidFields with what is wrong at each field."""
    draft, errors = Mailbox(), FieldErrors()
    with errors.field("address"):
        draft.address = email_address(entry.address).lower()
        _check_style(draft.address, entry.address_style)
    for name in ("smtp_host", "imap_host"):
        with errors.field(name):
            setattr(draft, name, _host(getattr(entry, name), "sends" if name == "smtp_host" else "receives"))
    for name in ("smtp_port", "imap_port"):
        with errors.field(name):
            setattr(draft, name, _port(getattr(entry, name)))
    draft.smtp_security, draft.imap_security = entry.smtp_security, entry.imap_security
    draft.address_style = entry.address_style
    with errors.field("username"):
        draft.username = _plain_signs(entry.username.strip(), "user name")[:255] or draft.address or ""
    _sign_in(draft, entry, stored, errors)
    errors.raise_if_any()
    return draft


def copy_of(mailbox: Mailbox) -> Mailbox:
    """The same mailbox in no session, to be tried out without keeping the database waiting."""
    return Mailbox(**{name: getattr(mailbox, name) for name in COLUMNS})


def _sign_in(draft: Mailbox, entry: MailboxEntry, stored: Mailbox | None, errors: FieldErrors) -> None:
    draft.password, draft.oauth_token_url, draft.oauth_scope, draft.oauth_client_id = "", "", "", ""
    draft.oauth_client_secret = draft.oauth_refresh_token = None
    same_servers = stored is not None and _same(draft, stored, SERVERS)
    if entry.sign_in is SignIn.PASSWORD:
        with errors.field("password"):
            typed = _plain_signs(entry.password, "password")
            draft.password = _secret(typed, stored.password if stored else "", "password", same_servers)
        return
    with errors.field("token_url"):
        draft.oauth_token_url, draft.oauth_scope = _provider(entry)
    with errors.field("client_id"):
        draft.oauth_client_id = _given(entry.client_id, "client id", 255)
    same = same_servers and stored is not None and draft.oauth_token_url == stored.oauth_token_url
    with errors.field("refresh_token"):
        kept = (stored.oauth_refresh_token if stored else None) or ""
        draft.oauth_refresh_token = _secret(entry.refresh_token.strip(), kept, "refresh token", same)
    with errors.field("client_secret"):
        kept = (stored.oauth_client_secret if stored else None) or ""
        typed = entry.client_secret.strip()
        # Some providers give programs on a desk no client secret at all.
        draft.oauth_client_secret = _secret(typed, kept, "client secret", same) if typed or kept else None


def _same(one: Mailbox, other: Mailbox, names: Iterable[str]) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _secret(typed: str, kept: str, what: str, same_servers: bool) -> str:
    """What was typed, else what is stored: but that goes only to the servers for which it was entered."""
    if typed:
        return typed
    if not kept:
        raise InvalidInput(f"Enter the {what}.")
    if not same_servers:
        raise InvalidInput(
            f"Enter the {what} again: the stored one is only for the servers it was entered for, and you changed them."
        )
    return kept


def _provider(entry: MailboxEntry) -> tuple[str, str]:
    known = PROVIDERS.get(entry.sign_in.value)
    if known is not None:
        return known.token_url, known.scope
    url = _given(entry.token_url, "address that hands out access tokens", 500)
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        usable = safe and bool(parts.hostname) and parts.username is None
    except ValueError:
        usable = False
    if not usable:
        raise InvalidInput(
            "The address that hands out access tokens has to begin with https:// and a server's name."
        )
    return url, entry.scope.strip()[:500]


def _given(text: str, what: str, most: int) -> str:
    cleaned = text.strip()
    if not cleaned:
        raise InvalidInput(f"Enter the {what}.")
    if len(cleaned) > most or not cleaned.isprintable():
        raise InvalidInput(f"The {what} may have at most {most} characters, all of them visible.")
    return cleaned


def _host(text: str, does: str) -> str:
    host = text.strip().rstrip(".")
    if not host:
        raise InvalidInput(f"Enter the name of the server that {does}.")
    try:
        known_shape = HOST.fullmatch(host) and host.encode("idna")
    except UnicodeError:
        known_shape = None
    if not known_shape:
        raise InvalidInput(
            f"“{host}” is not the name of a server. Enter the name alone, such as smtp.example.com, and the port below."
        )
    return host


def _port(number: int) -> int:
    if not 1 <= number <= 65535:
        raise InvalidInput("A port is a number from 1 to 65535.")
    return number


def _plain_signs(text: str, what: str) -> str:
    # Neither SMTP's nor IMAP's sign-in has a way that all servers know to write other signs.
    if not (text.isascii() and text.isprintable()):
        raise InvalidInput(
            f"The {what} has signs beyond plain letters, digits and punctuation, which mail servers do not all take. "
            "Give the mailbox another one at your provider."
        )
    return text


def _check_style(address: str, style: AddressStyle) -> None:
    local, _, domain = address.rpartition("@")
    if style is AddressStyle.CATCH_ALL and PUBLIC_DOMAINS.fullmatch(domain):
        raise InvalidInput(
            f"{domain} is your provider's domain, so not all of its mail comes to you. Choose plus addresses."
        )
    if style is AddressStyle.PLUS and "+" in local:
        raise InvalidInput(
            "Enter the address without the “+” and what follows; each probe gets a part of its own."
        )
    if len(local) + LONGEST_ALIAS > LONGEST_LOCAL_PART:
        raise InvalidInput(
            f"The part before the @ is too long; {LONGEST_LOCAL_PART - LONGEST_ALIAS} characters are the most."
        )
