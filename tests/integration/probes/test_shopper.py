"""A location's contact never learns who the shopper is: the next probe could be recognised by it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ChannelName, Evidence, Location, Mailbox, Persona, Probe, User
from audit_app.services.probes.shopper import THE_SHOPPER, hiding
from audit_app.services.probes.timeline import timeline_of
from probes import base
from tests.factories import NOW
from tests.integration.probes.probe_scene import HOUR, PNG, happened, probe_to, seen
from tests.visitor import Visitor, sign_in

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SENT = NOW - timedelta(days=3)
LINK = re.compile(r'href="(/[^"#]*)"')


@pytest.fixture
def told(session: Session, umea: Location) -> list[Probe]:
    """Closed probes by mail and chat whose answers and files name the shopper in every way."""
    by_mail = probe_to(session, umea, SENT, campaign="Secret spring plan", subject="A lamp for Anna Berg")
    raw = f"To: {by_mail.from_address}\nSubject: Re\n\nDear Anna Berg".encode()
    answer = seen(
        "human_reply",
        SENT + 2 * HOUR,
        f"Dear Ms Berg, dear Anna,\nwe wrote to {by_mail.from_address} and to ANNA BERG. Anna's lamp is here.",
        author="Kim",
        role="person",
        reasons=[f"matched by the address {by_mail.from_address}"],
        evidence=[base.Proof("raw_mail", "message/rfc822", "mail.eml", raw)],
    )
    happened(session, by_mail, answer)
    by_chat = probe_to(session, umea, SENT + HOUR, ChannelName.CHAT, campaign="Secret spring plan")
    lines = [
        {"role": "visitor", "author": "Anna Berg", "text": "Hello, this is Anna Berg."},
        {"role": "person", "author": "Kim", "text": "Hello Anna, we open at ten."},
    ]
    shown = base.Proof("screenshot", "image/png", "anna-berg.png", PNG)
    said = base.Proof("transcript", "application/json", "chat.json", json.dumps(lines).encode())
    happened(
        session,
        by_chat,
        seen("human_reply", SENT + 2 * HOUR, "Hello Anna, we open at ten.", evidence=[shown, said]),
    )
    return [by_mail, by_chat]


def pages_of(client: Visitor) -> dict[str, str]:
    """Every page that links lead to from the first one, as text."""
    found: dict[str, str] = {}
    waiting = ["/", "/probes", "/search?q=lamp", "/search?q=Anna", "/search?q=Berg", "/probes?q=Berg"]
    while waiting and len(found) < 200:
        address = waiting.pop().replace("&amp;", "&")
        if address in found or address.startswith(("/static", "/bootstrap", "/visits")):
            continue
        answer = client.get(address, follow_redirects=True)
        found[address] = answer.data.decode("utf-8", "replace") if answer.status_code == 200 else ""
        waiting += LINK.findall(found[address]) if answer.mimetype == "text/html" else []
    return found


@on_sqlite
def test_no_page_search_or_file_tells_a_contact_who_the_shopper_is(
    client: Visitor, session: Session, told: list[Probe], carl: User, magnus: User
) -> None:
    words = ["Anna", "ANNA", "Berg", "anna.berg", "Secret spring", *(probe.token for probe in told)]
    sign_in(client, carl)
    pages = pages_of(client)
    assert f"/probes/{told[0].id}" in pages, "the walk has to reach the probes"
    assert "A lamp for the shopper" in pages[f"/probes/{told[0].id}"]
    leaks = {(address, word) for address, page in pages.items() for word in words if word in page}
    leaks -= {
        (address, word) for address, word in leaks if f"q={word}" in address and word in ("Anna", "Berg")
    }
    assert leaks == set()
    assert f'href="/probes/{told[0].id}"' not in pages["/search?q=Berg"] + pages["/probes?q=Berg"]

    files = [row.id for row in session.query(Evidence)]
    assert files
    assert {client.get(f"/evidence/{number}/x").status_code for number in files} == {404}
    narrowed = client.get(f"/probes?campaign={told[0].campaign_id}").text
    assert "No probes match" in narrowed, "a campaign must not be told by what it leaves"

    sign_in(client, magnus)
    seen_by_manager = pages_of(client)
    assert "Anna Berg" in seen_by_manager[f"/probes/{told[0].id}"]
    assert f'href="/probes/{told[0].id}"' in seen_by_manager["/search?q=Berg"]
    assert client.get(f"/evidence/{files[0]}/x").status_code == 200


def persona_probe(name: str, address: str) -> Probe:
    """A probe of a persona with this name, in memory."""
    box = Mailbox(address="ms.k@post.example")
    return Probe(persona=Persona(name=name, mailbox=box), from_address=address, token="k7m2p9qx")


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("Åsa Öberg", "Hej Asa Oberg!", "Hej the shopper!"),
        ("Åsa Öberg", "Hej ÅSA, Öbergs lampa", "Hej the shopper, the shopper lampa"),
        ("Will Hope", "I will, and hope so, Will.", "I will, and hope so, the shopper."),
        ("Li Ek", "Dear Li, the like of it", "Dear the shopper, the like of it"),
        ("Anna Berg", "to <a.berg+k7m2p9qx@post.example>", "to <the shopper>"),
        ("Anna Berg", "to ms.k+other@post.example", "to the shopper"),
        ("Anna Berg", "Bergen is a town, Anna-Lena a name", "Bergen is a town, the shopper-Lena a name"),
    ],
)
def test_names_are_hidden_as_people_write_them(name: str, text: str, read: str) -> None:
    assert hiding(persona_probe(name, "a.berg+k7m2p9qx@post.example"))(text) == read


@given(st.text(max_size=200), st.sampled_from(["Anna Berg", "Åsa Öberg", "Jo"]))
def test_whatever_surrounds_it_the_whole_name_never_stays(around: str, name: str) -> None:
    hidden = hiding(persona_probe(name, "j@post.example"))(f"{around} {name} {around}")
    assert name not in hidden
    assert THE_SHOPPER in hidden


@on_sqlite
def test_the_time_line_is_in_order_and_says_what_came_after_the_close(
    session: Session, umea: Location
) -> None:
    probe = probe_to(session, umea, SENT)
    happened(
        session,
        probe,
        seen("human_reply", SENT + 30 * HOUR, "Sorry for the delay."),
        seen("acknowledged", SENT - timedelta(seconds=1), "We got it."),
        looked_at=SENT + 31 * HOUR,
    )
    assert probe.outcome is Outcome.UNANSWERED
    timeline = timeline_of(probe, NOW)
    assert [each.observation.kind.value for each in timeline.before_close] == ["sent", "acknowledged"]
    assert [each.observation.kind.value for each in timeline.after_close] == ["human_reply"]
