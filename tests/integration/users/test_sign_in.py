"""Signing in and out: who gets in, what the refused learn, and where they are led."""

from __future__ import annotations

import re
import statistics
import time
from urllib.parse import urljoin

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from audit_app.models import Location, User
from audit_app.services.users.passwords import hash_password
from audit_app.services.users.users import deactivate, set_password
from tests.factories import PASSWORD
from tests.visitor import Visitor, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def attempt(client: Visitor, email: str, password: str, page: str = "/sign-in", **fields: str):
    """Fill in the sign-in form and send it."""
    return client.submit(page, email=email, password=password, **fields)


def is_signed_in(client: Visitor) -> bool:
    return client.get("/account").status_code == 200


def test_a_person_signs_in_with_address_and_password(client: Visitor, magnus: User) -> None:
    response = attempt(client, magnus.email, PASSWORD)

    assert response.status_code == 302
    assert response.location == "/home"
    assert is_signed_in(client)


def test_the_case_of_the_address_does_not_matter(client: Visitor, magnus: User) -> None:
    attempt(client, magnus.email.upper(), PASSWORD)

    assert is_signed_in(client)


def test_an_auditor_lands_on_their_visits_and_a_manager_on_the_overview(
    client: Visitor, anna: User, magnus: User
) -> None:
    sign_in(client, anna)
    assert client.get("/home").location == "/my-visits"
    assert client.get("/").location == "/home"

    sign_in(client, magnus)
    assert client.get("/home").location == "/"


def words_of(response) -> str:
    """The page without what differs each time: the token and the address that was typed."""
    return re.sub(r'value="[^"]*"', "", response.text)


def test_a_refusal_says_the_same_whatever_was_wrong(
    client: Visitor, session: Session, magnus: User, anna: User, ada: User
) -> None:
    deactivate(session, anna, by=ada)

    wrong_password = attempt(client, magnus.email, "not the password")
    unknown_address = attempt(client, "nobody@shopper.example", PASSWORD)
    no_address = attempt(client, "not an address", PASSWORD)
    switched_off = attempt(client, anna.email, PASSWORD)

    assert "not right" in wrong_password.text
    assert (
        words_of(wrong_password)
        == words_of(unknown_address)
        == words_of(switched_off)
        == words_of(no_address)
    )
    assert wrong_password.status_code == unknown_address.status_code == switched_off.status_code
    assert not is_signed_in(client)


def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    client: Visitor, session: Session, app: Flask, magnus: User
) -> None:
    magnus.password = hash_password(PASSWORD)

    def seconds(email: str) -> float:
        token = client.token()
        start = time.perf_counter()
        client.post("/sign-in", data={"csrf_token": token, "email": email, "password": "not the password"})
        return time.perf_counter() - start

    seconds(magnus.email)
    known = statistics.median(seconds(magnus.email) for _ in range(3))
    unknown = statistics.median(seconds("nobody@shopper.example") for _ in range(3))

    # Hashing is most of the time in both; without it an unknown address would take a tenth.
    assert unknown > known / 3


def test_the_password_never_comes_back_in_the_page(client: Visitor, magnus: User) -> None:
    assert "secret of mine" not in attempt(client, magnus.email, "secret of mine").text


def test_the_eleventh_attempt_on_an_account_within_a_minute_is_refused_with_a_page(
    client: Visitor, magnus: User
) -> None:
    for number in range(10):
        answer = client.submit(
            "/sign-in",
            email=magnus.email,
            password="wrong",
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"},
        )
        assert answer.status_code == 200

    refused = client.submit(
        "/sign-in", email=magnus.email, password=PASSWORD, environ_overrides={"REMOTE_ADDR": "192.0.2.99"}
    )

    assert refused.status_code == 429
    assert "Wait a minute" in refused.text
    assert int(refused.headers["Retry-After"]) <= 60
    assert not is_signed_in(client)


def test_the_eleventh_attempt_from_one_address_is_refused_whichever_the_accounts(client: Visitor) -> None:
    for number in range(10):
        assert attempt(client, f"nobody{number}@shopper.example", "wrong").status_code == 200

    assert attempt(client, "somebody@shopper.example", "wrong").status_code == 429


def test_a_form_without_our_token_signs_nobody_in(client: Visitor, magnus: User) -> None:
    response = client.post("/sign-in", data={"email": magnus.email, "password": PASSWORD})

    assert response.status_code == 400
    assert "Reload the page" in response.text
    assert not is_signed_in(client)


def test_a_person_is_led_back_to_the_page_they_wanted(client: Visitor, magnus: User) -> None:
    refused = client.get("/account?from=a%20mail")
    assert refused.status_code == 302

    response = attempt(client, magnus.email, PASSWORD, page=refused.location)

    assert response.location == "/account?from=a%20mail"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        r"\\evil.example",
        r"/\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        " //evil.example",
        "\t//evil.example",
        "http://localhost@evil.example/",
        r"https://localhost\.evil.example/",
    ],
)
def test_signing_in_never_leads_to_somebody_elses_page(client: Visitor, magnus: User, elsewhere: str) -> None:
    response = client.submit("/sign-in", email=magnus.email, password=PASSWORD, next=elsewhere)

    target = urljoin("http://localhost/sign-in", response.location or "")
    assert target.startswith("http://localhost/")
    assert "\\" not in target


def test_signing_out_needs_a_form_and_ends_the_session(client: Visitor, magnus: User) -> None:
    sign_in(client, magnus)
    assert client.get("/sign-out").status_code == 405
    assert is_signed_in(client)

    client.submit("/sign-out", page="/account")

    assert not is_signed_in(client)


def test_somebody_switched_off_while_signed_in_is_out_at_once(
    client: Visitor, session: Session, anna: User, ada: User
) -> None:
    sign_in(client, anna)
    deactivate(session, anna, by=ada)

    assert not is_signed_in(client)


def test_a_new_password_ends_the_sessions_begun_with_the_old(
    client: Visitor, session: Session, anna: User
) -> None:
    sign_in(client, anna)
    set_password(session, anna, "another long password")

    assert not is_signed_in(client)


def test_staying_signed_in_survives_closing_the_browser(client: Visitor, magnus: User) -> None:
    attempt(client, magnus.email, PASSWORD, remember="y")

    client.delete_cookie("audit_session")

    assert is_signed_in(client)


def test_without_staying_signed_in_closing_the_browser_signs_out(client: Visitor, magnus: User) -> None:
    attempt(client, magnus.email, PASSWORD)

    client.delete_cookie("audit_session")

    assert not is_signed_in(client)


def test_a_person_changes_their_password_and_uses_the_new_one(client: Visitor, magnus: User) -> None:
    attempt(client, magnus.email, PASSWORD)
    new = "an even longer password"

    client.submit("/account/password", password=PASSWORD, new_password=new, new_password_confirm=new)
    client.submit("/sign-out", page="/account")
    attempt(client, magnus.email, new)

    assert is_signed_in(client)


def test_a_short_new_password_is_refused_with_the_length_that_is_needed(
    client: Visitor, magnus: User
) -> None:
    attempt(client, magnus.email, PASSWORD)

    response = client.submit(
        "/account/password", password=PASSWORD, new_password="short", new_password_confirm="short"
    )

    assert "12 characters" in response.text
    assert "There is a problem" in response.text


def test_the_account_page_says_what_the_person_may_see(client: Visitor, carl: User, umea: Location) -> None:
    sign_in(client, carl)

    page = client.get("/account").text

    assert carl.email in page
    assert "Location contact" in page
    assert umea.name in page


def test_the_cookies_are_out_of_reach_for_scripts_and_other_sites(client: Visitor, magnus: User) -> None:
    response = attempt(client, magnus.email, PASSWORD, remember="y")

    cookies = response.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} >= {"audit_session", "audit_remember"}
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert not any("Secure" in cookie for cookie in cookies)


def test_a_foreign_return_address_keeps_nobody_out_after_a_mistyped_password(
    client: Visitor, magnus: User
) -> None:
    page = "/sign-in?next=https://evil.example/"
    attempt(client, magnus.email, "not the password at all", page=page)
    response = attempt(client, magnus.email, PASSWORD, page=page)

    assert response.status_code == 302
    assert "evil" not in response.location
    assert is_signed_in(client)
