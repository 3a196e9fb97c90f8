"""The one rule for passwords, wherever one is chosen."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from audit_app.models import User
from audit_app.services.users.passwords import WeakPassword, check_password, commonest, generated_password
from audit_app.services.users.users import set_password
from tests import factories
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevensigns",
        "anna@shopper.example",
        "ANNA@Shopper.Example",
        "Anna Auditor 1",
        "anna-auditor-2026",
        "fjord & field",
        "FjordAndField"[:5] + "field2026!",
        "service-audit",
        "Service Audits 2026",
        "leavemealone",
        "LeaveMeAlone1",
        "password1234",
        "password-password",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "x" * 257,
    ],
)
def test_what_is_easy_to_guess_is_refused(session: Session, anna: User, password: str) -> None:
    factories.organisation(session)

    with pytest.raises(WeakPassword):
        check_password(session, password, anna)


@pytest.mark.parametrize(
    "password",
    ["seven sleepy herons", "correct horse battery", "åäöåäö åäö xyz", "only lower letters", "1029384756665"],
)
def test_no_kinds_of_characters_are_asked_for(session: Session, anna: User, password: str) -> None:
    factories.organisation(session)

    check_password(session, password, anna)


def test_a_password_that_was_made_keeps_the_rule_and_the_list_is_a_list(session: Session, anna: User) -> None:
    check_password(session, generated_password(), anna)

    assert len(commonest()) > 9_000
    assert "password" in commonest()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_may_be_typed_in_either_way(
    app: Flask, client: Visitor, session: Session, anna: User, form: str
) -> None:
    set_password(session, anna, unicodedata.normalize("NFC", "älter als der Öresund"))

    typed = unicodedata.normalize(form, "älter als der Öresund")  # type: ignore[arg-type]
    client.submit("/sign-in", email=anna.email, password=typed)

    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("weak", ["leavemealone", "anna@shopper.example", "fjord-and-field"[:5] + "-field"])
def test_ones_own_change_an_administrator_and_a_link_keep_the_same_rule(
    client: Visitor, session: Session, anna: User, ada: User, weak: str
) -> None:
    client.submit("/sign-in", email=anna.email, password=factories.PASSWORD)
    own = client.submit(
        "/account/password",
        password=factories.PASSWORD,
        new_password=weak,
        new_password_confirm=weak,
    )
    assert "password must" in own.text or "too easy" in own.text
    client.submit("/sign-out", page="/account")

    client.submit("/sign-in", email=ada.email, password=factories.PASSWORD)
    given = client.submit(f"/admin/users/{anna.id}/password", password=weak)
    assert given.status_code == 422
