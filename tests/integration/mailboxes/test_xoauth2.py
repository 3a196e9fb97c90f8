"""Mailboxes that are signed in to with OAuth: a real token endpoint, real SMTP, and IMAP as far as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from audit_app.domain.errors import AuditError
from audit_app.models import Mailbox
from audit_app.services.mailboxes.accounts import account_of, check_account, keep_renewed_token
from probes.base import FactKind, MailboxDown, Message, NotSent
from probes.channels.email import compose
from probes.mail.imap import check, fetch_new
from probes.mail.oauth import OAuth, TokenRefused, access_token, newest_refresh_token
from probes.mail.smtp import send
from tests.integration.mailboxes.oauth_scene import ANNA, Provider, provider
from tests.integration.probes import probe_factories as make

LETTER = compose(
    Message(
        token="k7m2p9qx",
        channel="email",
        persona_name="Anna Berg",
        from_address="anna.berg+k7m2p9qx@shopper.example",
        text="Hello",
        to="shop@fjordfield.example",
        subject="Hours",
        message_id="<1@shopper.example>",
    ),
    datetime(2026, 11, 21, 13, 0, tzinfo=UTC),
)


@pytest.fixture
def google() -> Iterator[Provider]:
    with provider() as running:
        yield running


def test_a_token_opens_both_servers_and_is_fetched_once(google: Provider) -> None:
    account = google.account()
    check(account)
    assert list(fetch_new(account, {})) == []
    assert send(account, LETTER).kind is FactKind.SENT
    assert len(google.letters.got) == 1
    assert google.endpoint.asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "granted-by-anna",
            "client_id": "client-of-ours",
            "client_secret": "secret-of-ours",
            "scope": "mail",
        }
    ]


def test_a_token_is_fetched_anew_when_it_ends(google: Provider) -> None:
    oauth = google.account().oauth
    assert oauth is not None
    first = access_token(oauth, lambda: 0.0)
    assert access_token(oauth, lambda: 3500.0) == first
    assert access_token(oauth, lambda: 3541.0) != first, "a minute before its end it is not used any more"


def test_a_token_that_a_server_does_not_take_is_fetched_anew_once(google: Provider) -> None:
    check(google.account())
    google.endpoint.good.clear()
    check(google.account())
    assert len(google.endpoint.asked) == 2


def test_a_server_that_takes_no_token_is_not_asked_for_ever(google: Provider) -> None:
    stranger = replace(google.account(), username="somebody.else@shopper.example")
    with pytest.raises(MailboxDown, match="refused our OAuth token"):
        check(stranger)
    with pytest.raises(NotSent, match="could not be used"):
        send(stranger, LETTER)
    assert len(google.endpoint.asked) <= 4
    assert google.letters.got == []


def test_a_withdrawn_permission_is_said_with_what_to_do(google: Provider) -> None:
    withdrawn = google.account("withdrawn-by-anna")
    with pytest.raises(MailboxDown, match=r"Token has been revoked.*grant it anew") as told:
        check(withdrawn)
    with pytest.raises(NotSent, match="grant it anew"):
        send(withdrawn, LETTER)
    for secret in ("withdrawn-by-anna", "secret-of-ours"):
        assert secret not in str(told.value) + repr(withdrawn)


def test_an_endpoint_that_is_out_of_order_is_our_failure(google: Provider) -> None:
    google.endpoint.broken = True
    with pytest.raises(MailboxDown, match="status 502"):
        check(google.account())


@pytest.mark.parametrize(
    ("url", "reason"), [("http://tokens.example/", "https"), ("http://127.0.0.1:1/", "could not be asked")]
)
def test_an_endpoint_that_cannot_be_trusted_or_reached_gets_no_secret(url: str, reason: str) -> None:
    with pytest.raises(TokenRefused, match=reason):
        access_token(OAuth(url, "client", "secret", "refresh"))


def test_a_renewed_refresh_token_is_used_from_then_on(google: Provider) -> None:
    google.endpoint.renews = True
    account = google.account()
    check(account)
    google.endpoint.good.clear()
    google.endpoint.granted.discard("granted-by-anna")
    check(account)
    assert [asked["refresh_token"] for asked in google.endpoint.asked] == ["granted-by-anna", "renewed-1"]
    assert account.oauth is not None
    assert newest_refresh_token(account.oauth) == "renewed-2"


def signed_in_by(mailbox: Mailbox, provider: Provider) -> None:
    mailbox.oauth_token_url, mailbox.oauth_scope = provider.token_url, "mail"
    mailbox.oauth_client_id, mailbox.oauth_client_secret = "client-of-ours", "secret-of-ours"
    mailbox.oauth_refresh_token = "granted-by-anna"


def test_a_mailbox_keeps_its_secrets_sealed_and_its_renewed_token(session: Session, google: Provider) -> None:
    google.endpoint.renews = True
    mailbox = make.mailbox_of(session, ANNA)
    signed_in_by(mailbox, google)
    theirs = google.account()
    mailbox.smtp_port, mailbox.imap_port = theirs.smtp_port, theirs.imap_port
    session.commit()

    used = account_of(mailbox)
    assert check_account(mailbox) == "sending and reading work"
    keep_renewed_token(session, mailbox, used)
    session.commit()
    assert mailbox.oauth_refresh_token == "renewed-1"
    raw = session.connection().exec_driver_sql("SELECT oauth_refresh_token FROM mailboxes").scalar_one()
    assert b"renewed" not in bytes(raw)

    mailbox.oauth_refresh_token = "withdrawn"
    with pytest.raises(AuditError, match="No probe leaves"):
        check_account(mailbox)


def test_a_permission_granted_anew_is_not_overwritten_by_a_renewal_of_the_old_one(
    session: Session, google: Provider
) -> None:
    google.endpoint.renews = True
    mailbox = make.mailbox_of(session, ANNA)
    signed_in_by(mailbox, google)
    used = account_of(mailbox)
    assert used.oauth is not None
    access_token(used.oauth)
    mailbox.oauth_refresh_token = "granted-a-moment-ago"
    keep_renewed_token(session, mailbox, used)
    assert mailbox.oauth_refresh_token == "granted-a-moment-ago"
