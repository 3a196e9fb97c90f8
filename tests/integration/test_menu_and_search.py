"""The frame of the pages: the menu shows what the role may use, the search finds what is theirs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from audit_app.models import Location, Organisation, RoleName, User
from tests import factories
from tests.factories import NOW
from tests.integration.scores import result_factories as results
from tests.visitor import Visitor, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ENTRY = re.compile(r'<li><a href="([^"]+)"( aria-current="page")?><svg.*?</svg><span>([^<]+)</span></a></li>')


def menu(page: str) -> list[str]:
    """The entries of the rail, in their order."""
    rail = page.partition('<nav class="rail"')[2].partition("</nav>")[0]
    return [name for _, _, name in ENTRY.findall(rail)]


def here(page: str) -> set[str]:
    """What the menus mark as the place where one is."""
    return {name for _, current, name in ENTRY.findall(page) if current}


def test_each_role_sees_its_own_menu(
    client: Visitor, anna: User, magnus: User, carl: User, ada: User
) -> None:
    seen = {}
    for person in (anna, magnus, carl, ada):
        sign_in(client, person)
        seen[person.name.split()[1]] = menu(client.get("/account").text)

    assert seen["Auditor"] == ["My visits", "All visits"]
    assert seen["Manager"] == ["Overview", "Locations", "All visits", "Probes"]
    assert seen["Contact"] == ["Overview", "Locations", "All visits", "Probes"]
    assert seen["Admin"] == [
        "Overview",
        "Locations",
        "All visits",
        "Probes",
        "Company",
        "Location details",
        "Touchpoints",
        "Chat widgets",
        "Mailboxes",
        "Personas",
        "Scenarios",
        "Service targets",
        "Campaigns",
        "Private hosts",
        "Users",
    ]


def test_the_bottom_bar_of_a_phone_has_at_most_four_entries(client: Visitor, session: Session) -> None:
    everything = factories.user(session, "Eva Everything", *RoleName, regions=[], locations=[])
    sign_in(client, everything)

    bar = client.get("/account").text.partition('<nav class="bottom-bar"')[2]

    assert len(ENTRY.findall(bar)) == 4


def test_an_administrators_phone_leads_to_the_set_up_page_with_every_page_of_it(
    client: Visitor, ada: User
) -> None:
    sign_in(client, ada)
    bar = client.get("/account").text.partition('<nav class="bottom-bar"')[2]
    assert [name for _, _, name in ENTRY.findall(bar)] == ["Overview", "All visits", "Probes", "Set-up"]

    listed = client.get("/admin/").text.partition('<ul class="result-list"')[2].partition("</ul>")[0]
    rail = menu(client.get("/account").text)
    assert re.findall(r"<strong>([^<]+)</strong>", listed) == rail[rail.index("Company") :]


def test_the_menu_marks_one_place_also_for_those_with_two_kinds_of_visits(
    client: Visitor, session: Session, umea: Location
) -> None:
    both = factories.user(session, "Bo Both", RoleName.AUDITOR, RoleName.MANAGER, regions=["north"])
    visit = results.visit(session, umea, NOW - timedelta(days=1), 80)
    session.commit()
    sign_in(client, both)

    assert here(client.get("/my-visits").text) == {"My visits"}
    assert here(client.get("/visits").text) == {"All visits"}
    assert here(client.get(f"/visits/{visit.id}").text) == {"All visits"}
    assert here(client.get("/account").text) == set()


def test_pages_say_that_they_show_sample_data_only_when_they_do(
    client: Visitor, session: Session, magnus: User
) -> None:
    sign_in(client, magnus)
    assert "Sample data" not in client.get("/account").text

    session.query(Organisation).one().sample_data = True

    assert "Sample data: Fjord &amp; Field is a fictional chain" in client.get("/account").text


@pytest.mark.parametrize("words", ["ume", "UMEÅ", "umeå storgatan", " stor  UME ", "Umea"])
def test_a_location_is_found_by_parts_of_its_words(
    client: Visitor, magnus: User, umea: Location, words: str
) -> None:
    sign_in(client, magnus)

    assert "/locations/umea" in client.get("/search", query_string={"q": words}).text


def test_a_location_is_found_whichever_way_its_capitals_and_accents_are_typed(
    client: Visitor, session: Session, magnus: User
) -> None:
    factories.location(session, "shop-7", "Örebro")
    sign_in(client, magnus)

    for words in ("Örebro", "örebro", "ÖREBRO", "orebro"):
        assert "/locations/shop-7" in client.get("/search", query_string={"q": words}).text


def test_the_search_finds_nothing_of_others(
    client: Visitor, session: Session, magnus: User, sigrid: User, umea: Location, lund: Location
) -> None:
    visit = results.visit(session, umea, NOW - timedelta(days=1), 80)
    probe = results.probe(session, umea, NOW - timedelta(days=1))
    session.commit()

    def found(words: object) -> set[str]:
        page = client.get(f"/search?q={words}").text.partition("<main")[2]
        return set(re.findall(r'href="(/(?:locations|visits|probes)/[^"]+)"', page))

    sign_in(client, magnus)
    assert found("storgatan") == {"/locations/umea"}
    assert found(visit.id) >= {f"/visits/{visit.id}"}
    assert found(f"%23{probe.id}") >= {f"/probes/{probe.id}"}

    sign_in(client, sigrid)
    assert found("storgatan") == {"/locations/lund"}
    assert found(visit.id) == found(probe.id) == set()


@pytest.mark.parametrize(
    "words", ["", "%", "_", "nothing like it", "9" * 40, "²", "<script>alert(1)</script>"]
)
def test_a_search_without_result_says_how_to_search(
    client: Visitor, magnus: User, umea: Location, words: str
) -> None:
    sign_in(client, magnus)

    answer = client.get("/search", query_string={"q": words})

    assert answer.status_code == 200
    assert "number" in answer.text
    assert "<script>alert" not in answer.text
