"""Forms with odd parts in a real browser: what is filled in, and what each ends as when it cannot be."""

from __future__ import annotations

import asyncio

import pytest

from probes.base import Blocked, Fact, FactKind, NotSent, SendUnknown
from probes.channels.contact_form.channel import ContactFormAttempt
from probes.channels.contact_form.timeouts import FormTimeouts
from tests.browser.forms.odd_parts import INSIDE, PAGES, STATUSES, STEPWISE
from tests.browser.forms.odd_site import OddSite
from tests.browser.forms.visitor import ADDRESS, TEXT, Visitor, letter

pytestmark = pytest.mark.browser
AT_ONCE = 5
TIMEOUTS = FormTimeouts(show=4.0, settle=2.0, click=2.0, confirm=6.0, steady=0.6)
Seen = dict[str, Fact | BaseException]


@pytest.fixture(scope="module")
def seen(visitor: Visitor, running: OddSite) -> Seen:
    """What came of each page, some visited side by side because a visit is mostly waiting."""
    names = (*INSIDE, *PAGES, *STATUSES, *STEPWISE)
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> Fact:
        async with places:
            return await visitor.visit(letter(f"{running.url}/{name}"), TIMEOUTS)

    async def each() -> list[Fact | BaseException]:
        return await asyncio.gather(*(one(name) for name in names), return_exceptions=True)

    running.forget()
    return dict(zip(names, visitor.runner.run(each()), strict=True))


def received(site: OddSite, name: str) -> dict[str, str]:
    (got,) = (fields for form, fields in site.got if form == name)
    return got


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("upload", "receipt", "page.pdf"),
        ("combo", "topic", "Complaints"),
        ("nice", "topic", "Complaints"),
        ("country", "code", "United Kingdom (+44)"),
        ("country", "tel", "07700 900"),
        ("agreed", "ok", "yes"),
        ("pop-up", "email", ADDRESS),
        ("thanked", "email", ADDRESS),
        ("national", "tel", "08-465 004 "),
        ("radios", "by", "E-mail"),
        ("times", "day", "2020-05-31"),
        ("times", "at", "2030-01-01T08:00"),
        ("badge", "name", "Anna Berg"),
        ("at-need", "name", "Anna Berg"),
        ("loose-radios", "how", "other"),
        ("cut-off", "trap", ""),
        ("styled", "kind", "Complaint"),
        ("ten-digits", "order", "999"),
        ("really", "name", "Anna Berg"),
        ("late-field", "topic", "Complaint"),
        ("twice", "name", "Anna Berg"),
        ("editor", "message", "Hello,"),
        ("editor-frame", "name", "Anna Berg"),
        ("closed", "name", "Anna Berg"),
        ("outside", "email", ADDRESS),
        ("no-button", "email", ADDRESS),
        ("enter", "email", ADDRESS),
        ("sticky", "email", ADDRESS),
        ("door-tab", "email", ADDRESS),
        ("door-fold", "email", ADDRESS),
        ("door-box", "email", ADDRESS),
        ("onwards", "email", ADDRESS),
        ("newsletter-first", "email", ADDRESS),
        ("asks", "email", ADDRESS),
        ("one-at-a-time", "topic", "A complaint"),
        ("one-at-a-time", "email", ADDRESS),
        ("door", "consent", "true"),
    ],
)
def test_odd_parts_are_filled_in_and_the_form_is_sent_once(
    seen: Seen, running: OddSite, name: str, field: str, value: str
) -> None:
    sent = seen[name]
    assert isinstance(sent, Fact), sent
    got = received(running, name)
    assert sent.kind is FactKind.SENT
    assert got[field].startswith(value)
    assert got["message"].split() == TEXT.split()


@pytest.mark.parametrize("name", ["door-link", "door-window"])
def test_a_form_on_another_page_is_gone_to(seen: Seen, running: OddSite, name: str) -> None:
    sent = seen[name]
    assert isinstance(sent, Fact), sent
    assert sent.details["url"] == f"{running.url}/send/plain"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("odd-upload", "“Receipt [*]” on .* wants a file of a kind that we cannot make .*docx"),
        ("short", "“Message” on .* takes 20 characters only"),
        ("long", "objects to “Message”: Please lengthen"),
        ("cutting", "“Message” on .* does not keep what we write: of 80 characters it has 30"),
        ("emptying", "“Message” on .* does not keep what we write: of 80 characters it has 0"),
        ("year", "“Year of birth [*]”, and nothing tells us what to put there"),
        ("unanswered", "asks for “Favourite animal [*]” and “Shoe [*]”, and nothing tells us"),
        ("sending", "nothing left the browser"),
        ("door-away", "leads to forms.example, which nobody has confirmed"),
        ("out-of-order", "answered with status 500[.]"),
    ],
)
def test_what_cannot_be_filled_in_is_not_sent_and_named(
    seen: Seen, running: OddSite, name: str, words: str
) -> None:
    with pytest.raises(NotSent, match=words):
        _raise(seen[name])
    assert name not in [form for form, _ in running.got]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("friendly", "captcha", "frc-captcha"),
        ("riddle", "captcha", "7 - 2"),
        ("in-words", "captcha", "five plus 3"),
        ("scored", "captcha", "reCAPTCHA verification failed"),
        ("challenged", "captcha", "bframe"),
        ("elsewhere", "blocked", "not available in your country"),
        ("guarded", "blocked", "status 503 and turned us away: “Checking your browser"),
        ("law", "blocked", "status 451"),
    ],
)
def test_what_is_closed_to_a_probe_is_named_and_never_evaded(
    seen: Seen, name: str, kind: str, words: str
) -> None:
    with pytest.raises(Blocked, match=words) as told:
        _raise(seen[name])
    assert told.value.kind == kind


def test_consent_to_other_mail_is_not_given(seen: Seen, running: OddSite) -> None:
    assert isinstance(seen["other-mail"], Fact)
    assert "news" not in received(running, "other-mail")


def test_a_step_that_shows_the_message_once_more_is_sent_on(seen: Seen, running: OddSite) -> None:
    assert isinstance(seen["shown-again"], Fact), seen["shown-again"]
    shown, sent = (fields for form, fields in running.got if form == "shown-again")
    assert "sure" not in shown
    assert sent["sure"] == "yes"


def test_a_form_that_was_emptied_by_a_refusal_does_not_count_as_sent(seen: Seen, running: OddSite) -> None:
    with pytest.raises(SendUnknown):
        _raise(seen["emptied"])
    assert received(running, "emptied")


def test_a_question_that_only_the_enter_key_leads_on_from_is_followed_by_the_next(
    seen: Seen, running: OddSite
) -> None:
    assert isinstance(seen["by-key"], Fact), seen["by-key"]
    assert received(running, "by-key") == {"email": ADDRESS, "who": "Anna Berg", "text": TEXT}


def test_a_box_that_asks_is_left_alone_once_something_has_left(seen: Seen, running: OddSite) -> None:
    with pytest.raises(SendUnknown):
        _raise(seen["asks-late"])
    assert "asks-late" not in [form for form, _ in running.got]


def test_a_newsletter_beside_ok_is_not_ordered(seen: Seen, running: OddSite) -> None:
    assert isinstance(seen["newsletter-first"], Fact)
    assert "newsletter" not in [form for form, _ in running.got]


@pytest.mark.parametrize("name", ["onwards", "one-at-a-time"])
def test_what_may_be_the_end_is_pressed_only_after_the_record_that_sending_begins(
    visitor: Visitor, running: OddSite, name: str
) -> None:
    begun: list[int] = []

    async def act(attempt: ContactFormAttempt) -> Fact:
        await attempt.prepare()

        async def begin() -> None:
            begun.append(len(running.got))

        running.forget()
        return await attempt.send(begin)

    visitor.at(letter(f"{running.url}/{name}"), act, timeouts=TIMEOUTS)
    assert begun == [0]
    assert len(running.got) == 1


def _raise(seen: Fact | BaseException) -> None:
    if isinstance(seen, BaseException):
        raise seen
