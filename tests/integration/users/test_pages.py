"""Looking after the users: adding, changing, switching off, and passwords."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.models import Location, Region, RoleName, User
from audit_app.services.users.users import add_user, change_user, deactivate
from tests import factories
from tests.factories import NOW, PASSWORD, quick_hash
from tests.visitor import Visitor, sign_in

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def add(session: Session, **changes: Any) -> User:
    """Add Nora, changed as the test wants her."""
    nora: dict[str, Any] = {
        "email": "nora@shopper.example",
        "name": "Nora New",
        "password": PASSWORD,
        "roles": ["auditor"],
        "regions": [],
        "locations": [],
        "now": NOW,
        "hash": quick_hash,
    }
    return add_user(session, **(nora | changes))


# ---------- the rules ----------


def test_an_address_is_kept_in_lower_case_and_a_name_without_odd_spaces(session: Session) -> None:
    user = add(session, email=" Nora@Shopper.Example ", name="  Nora   New ")

    assert (user.email, user.name) == ("nora@shopper.example", "Nora New")


def test_a_person_has_the_regions_and_locations_that_were_named(
    session: Session, north: Region, umea: Location
) -> None:
    user = add(session, roles=["manager", "contact"], regions=["north"], locations=["umea"])
    session.commit()
    session.expire_all()

    assert {role.name for role in user.roles} == {"manager", "contact"}
    assert [region.key for region in user.regions] == ["north"]
    assert [location.key for location in user.locations] == ["umea"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "nora"}, "“nora” is not an e-mail address"),
        ({"name": "  "}, "Enter the person's name"),
        ({"password": "short"}, "at least 12 characters; this one has 5"),
        ({"password": "x" * 400}, "at most 256"),
        ({"password": "aaaaaaaaaaaaaaaa"}, "too easy to guess"),
        ({"password": "NORA@shopper.example"}, "too easy to guess"),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["king"]}, "no role “king”. The roles are: admin, manager, auditor, contact"),
        ({"regions": ["atlantis"]}, "no region with the key “atlantis”"),
        ({"locations": ["atlantis"]}, "no location with the key “atlantis”"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(
    session: Session, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=re.escape(words)):
        add(session, **changes)

    assert session.scalars(sa.select(User)).all() == []


def test_nobody_gets_an_address_twice_however_it_is_written(session: Session) -> None:
    add(session)

    with pytest.raises(Conflict, match="Nora New already has the address"):
        add(session, email="NORA@shopper.example", name="Another Nora")

    assert len(session.scalars(sa.select(User)).all()) == 1


def test_the_last_active_administrator_can_neither_be_switched_off_nor_lose_the_role(
    session: Session, ada: User, magnus: User
) -> None:
    second = factories.user(session, "Bea Admin", RoleName.ADMIN)
    deactivate(session, second, by=ada)

    with pytest.raises(Conflict, match="last active administrator"):
        deactivate(session, ada, by=magnus)
    with pytest.raises(Conflict, match="last active administrator"):
        change_user(session, ada, ada.email, ada.name, ["manager"], [], [])

    assert ada.active
    assert ada.is_a(RoleName.ADMIN)


def test_one_of_two_administrators_can_be_switched_off_by_the_other(session: Session, ada: User) -> None:
    second = factories.user(session, "Bea Admin", RoleName.ADMIN)

    deactivate(session, ada, by=second)

    assert not ada.active


def test_nobody_switches_off_their_own_account(session: Session, ada: User) -> None:
    factories.user(session, "Bea Admin", RoleName.ADMIN)

    with pytest.raises(Conflict, match="your own account"):
        deactivate(session, ada, by=ada)


# ---------- the pages ----------


def choose_own_password(client: Visitor, given: str) -> None:
    """Do what everybody has to do who signs in with a password that somebody else gave."""
    assert client.get("/account").location == "/account/password"
    new = "seven sleepy herons"
    client.submit("/account/password", password=given, new_password=new, new_password_confirm=new)


@one_database
def test_an_administrator_adds_a_manager_who_then_signs_in(
    client: Visitor, session: Session, ada: User, north: Region
) -> None:
    sign_in(client, ada)

    answer = client.submit(
        "/admin/users/new",
        name="Nora New",
        email="nora@shopper.example",
        roles=["manager"],
        regions=["north"],
        password=PASSWORD,
    )
    assert answer.location == "/admin/users"

    client.submit("/sign-out", page="/account")
    client.submit("/sign-in", email="nora@shopper.example", password=PASSWORD)
    choose_own_password(client, PASSWORD)
    assert "North" in client.get("/account").text


@one_database
def test_a_password_that_was_made_is_shown_once_and_works(client: Visitor, ada: User) -> None:
    sign_in(client, ada)

    shown = client.submit(
        "/admin/users/new", name="Nora New", email="nora@shopper.example", roles=["auditor"], password=""
    )
    found = re.search(r'class="secret">([^<]+)<', shown.text)
    assert found
    assert found[1] not in client.get("/admin/users").text

    client.submit("/sign-out", page="/account")
    client.submit("/sign-in", email="nora@shopper.example", password=found[1])
    choose_own_password(client, found[1])
    assert client.get("/account").status_code == 200


@one_database
def test_a_form_with_mistakes_names_each_at_its_field_and_keeps_what_was_entered(
    client: Visitor, ada: User
) -> None:
    sign_in(client, ada)

    answer = client.submit(
        "/admin/users/new", name="Nora New", email="nora", roles=["auditor"], password="short"
    )
    both = client.submit("/admin/users/new", name="", email="", password=PASSWORD)
    weak = client.submit(
        "/admin/users/new", name="Nora New", email="nora@shopper.example", roles=["auditor"], password="short"
    )

    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert 'value="Nora New"' in answer.text
    assert {'href="#name"' in both.text, 'href="#email"' in both.text, 'href="#roles"' in both.text} == {True}
    assert 'href="#password"' in weak.text
    assert "short<" not in weak.text
    assert 'value="short"' not in weak.text


@one_database
def test_a_tampered_form_cannot_name_roles_or_regions_that_are_not_offered(
    client: Visitor, session: Session, ada: User
) -> None:
    sign_in(client, ada)

    for tampered in ({"roles": ["king"]}, {"roles": ["manager"], "regions": ["atlantis"]}):
        answer = client.submit(
            "/admin/users/new", name="Mallory", email="mallory@evil.example", password=PASSWORD, **tampered
        )
        assert answer.status_code == 422

    assert session.scalar(sa.select(User).where(User.name == "Mallory")) is None


@one_database
def test_an_administrator_changes_what_somebody_may_see(
    client: Visitor, session: Session, ada: User, magnus: User, south: Region
) -> None:
    sign_in(client, ada)

    client.submit(
        f"/admin/users/{magnus.id}",
        name="Magnus Moved",
        email=magnus.email,
        roles=["manager"],
        regions=["south"],
    )

    assert magnus.name == "Magnus Moved"
    assert [region.key for region in magnus.regions] == ["south"]


@one_database
def test_taking_somebody_elses_address_changes_nothing(
    client: Visitor, session: Session, ada: User, magnus: User, anna: User
) -> None:
    sign_in(client, ada)

    answer = client.submit(
        f"/admin/users/{magnus.id}", name="Changed", email=anna.email.upper(), roles=["manager"]
    )

    assert answer.status_code == 422
    assert "Anna Auditor already has the address" in answer.text
    assert magnus.name == "Magnus Manager"


@one_database
def test_switching_off_names_what_ends_and_is_confirmed_first(
    client: Visitor, session: Session, ada: User, anna: User
) -> None:
    sign_in(client, ada)

    asked = client.get(f"/admin/users/{anna.id}/deactivate")
    assert "signed out at once" in asked.text
    assert anna.active

    client.submit(f"/admin/users/{anna.id}/deactivate")
    assert not anna.active
    assert "Switched off" in client.get("/admin/users").text

    client.submit(f"/admin/users/{anna.id}/reactivate", page=f"/admin/users/{anna.id}")
    assert anna.active


@one_database
def test_a_new_password_replaces_the_old_one(client: Visitor, ada: User, anna: User) -> None:
    sign_in(client, ada)
    client.submit(f"/admin/users/{anna.id}/password", password="quite another password")
    client.submit("/sign-out", page="/account")

    client.submit("/sign-in", email=anna.email, password=PASSWORD)
    assert client.get("/account").status_code == 302

    client.submit("/sign-in", email=anna.email, password="quite another password")
    choose_own_password(client, "quite another password")
    assert client.get("/account").status_code == 200


@one_database
def test_the_list_is_searched_filtered_and_sorted(
    client: Visitor, ada: User, anna: User, magnus: User, sigrid: User
) -> None:
    sign_in(client, ada)

    def listed(query: str) -> list[str]:
        page = client.get(f"/admin/users?{query}").text
        return re.findall(r'<th scope="row"[^>]*><a href="[^"]+">([^<]+)</a>', page)

    assert listed("") == ["Ada Admin", "Anna Auditor", "Magnus Manager", "Sigrid Manager"]
    assert listed("sort=name&descending=yes")[0] == "Sigrid Manager"
    factories.user(client.session, "Åsa Öberg", RoleName.AUDITOR, email="a.o@shopper.example")
    assert listed("q=åsa") == listed("q=öberg") == ["Åsa Öberg"]
    assert listed("q=MAN+gri") == ["Sigrid Manager"]
    assert listed("role=manager") == ["Magnus Manager", "Sigrid Manager"]
    assert listed("state=off") == []
    assert listed("q=100%25") == []
    assert listed("sort=nonsense&page=99") == listed("")


@one_database
def test_somebody_who_does_not_exist_is_said_not_to(client: Visitor, ada: User) -> None:
    sign_in(client, ada)

    answer = client.get("/admin/users/4711")

    assert answer.status_code == 404
    assert "There is no user 4711" in answer.text


@one_database
def test_names_cannot_smuggle_markup_into_the_list(client: Visitor, session: Session, ada: User) -> None:
    add(session, name="<img src=x onerror=alert(1)>")
    sign_in(client, ada)

    assert "<img src=x" not in client.get("/admin/users").text
