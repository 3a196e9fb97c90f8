"""The e-mail channel on the demo company's site: finding the address, and a whole probe."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug import Request, Response
from werkzeug.serving import make_server

from audit_app.demo.company import SHOPPER_PASSWORD, DemoCompany
from probes.base import Fact, FactKind, Message, OurFailure
from probes.browser.browsers import Browsers
from probes.browser.program import find_browser
from probes.channel import Equipment
from probes.channels.contact_page import look_for_address
from probes.channels.table import CHANNELS
from probes.mail.imap import MailAccount
from tests.local_hosts import LOCAL

pytestmark = pytest.mark.browser
ANNA = "anna@shopper.example"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[DemoCompany]:
    with DemoCompany(tmp_path / "company", answer_after=(60.0, 60.0)) as running:
        yield running


def look(url: str, expected: str) -> Fact:
    async def run() -> Fact:
        async with Browsers(find_browser(), allowed=LOCAL) as browsers:
            return await look_for_address(browsers, url, expected)

    return asyncio.run(run())


def test_the_address_is_found_on_the_contact_page_in_spite_of_the_consent_banner(
    company: DemoCompany,
) -> None:
    seen = look(company.contact_url("umea"), "umea@fjordfield.example")
    assert seen.kind is FactKind.ADDRESS_SEEN
    assert (seen.details["matches"], seen.details["clicks"], seen.details["how"]) == (True, 0, "mailto link")
    assert [evidence.media_type for evidence in seen.evidence] == ["image/jpeg"]


def test_the_way_to_the_contact_page_is_counted_in_clicks(company: DemoCompany) -> None:
    seen = look(company.shop_url("umea"), "umea@fjordfield.example")
    assert (seen.details["matches"], seen.details["clicks"]) == (True, 1)


def test_another_address_than_the_expected_one_is_noted(company: DemoCompany) -> None:
    seen = look(company.contact_url("umea"), "old@fjordfield.example")
    assert seen.details["matches"] is False
    assert seen.details["published"] == ["umea@fjordfield.example"]
    assert seen.text == "The contact page publishes umea@fjordfield.example instead of old@fjordfield.example"


@pytest.mark.parametrize("path", ["/no-such-page", None])
def test_a_page_that_does_not_open_is_noted_and_keeps_no_mail_from_leaving(
    company: DemoCompany, path: str | None
) -> None:
    url = company.site_url + path if path else "http://127.0.0.1:1/contact"
    seen = look(url, "umea@fjordfield.example")
    assert seen.kind is FactKind.ADDRESS_SEEN
    assert seen.details["matches"] is False
    assert seen.text.startswith(f"The contact page {url} ")


PAGES = {
    "/menu": "<nav hidden><a href='mailto:press@company.example'>Press</a></nav><p>Write to umea@company.example.</p>",
    "/start": "<nav hidden><a href=/about>About</a><a href=/kontakta-oss>Kontakta oss</a></nav><p>Lamps</p>",
    "/kontakta-oss": "<p id=a></p><script>setTimeout(() => { a.textContent = 'umea (snabel-a) company.example'; }, 600)</script>",
    "/machine": '<script type=application/ld+json>{"email": "umea@company.example"}</script><p>Hello</p>',
    "/picture": "<img alt='Our address' src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' width=90 height=20>",
    "/window": "<a target=_blank href=/machine>Customer service</a>",
}


def test_an_address_in_a_closed_menu_or_beside_another_link_is_published_all_the_same() -> None:
    with small_site(PAGES) as url:
        seen = look(f"{url}/menu", "umea@company.example")
    assert seen.details["published"] == ["press@company.example", "umea@company.example"]
    assert (seen.details["matches"], seen.text) == (True, "The contact page publishes umea@company.example")


def test_what_is_no_page_of_the_web_is_not_opened_and_keeps_no_mail_from_leaving() -> None:
    seen = look("file:///etc/hostname", "umea@company.example")
    assert (seen.details["published"], seen.details["matches"]) == ([], False)
    assert seen.text.startswith("file:///etc/hostname is no address of a page")


@pytest.mark.parametrize(
    ("path", "how", "clicks"),
    [
        ("/start", "written-out address", 2),
        ("/machine", "structured data", 0),
        ("/window", "structured data", 1),
        ("/picture", "", 0),
    ],
)
def test_it_is_noted_how_an_address_stands_there_and_how_far_away(path: str, how: str, clicks: int) -> None:
    with small_site(PAGES) as url:
        seen = look(url + path, "umea@company.example")
    assert (seen.details["how"], seen.details["clicks"], seen.details["matches"]) == (how, clicks, bool(how))
    assert seen.text.startswith(
        "The contact page publishes" if how else "The contact page publishes no address"
    )


@contextmanager
def small_site(pages: Mapping[str, str]) -> Iterator[str]:
    """Serve these pages on a free port."""

    @Request.application
    def answer(request: Request) -> Response:
        return Response(pages.get(request.path, ""), mimetype="text/html")

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_probe_finds_the_address_sends_once_and_finds_its_own_proof(company: DemoCompany) -> None:
    account = MailAccount(
        ANNA,
        company.host,
        company.smtp_port,
        company.host,
        company.imap_port,
        "none",
        "none",
        ANNA,
        SHOPPER_PASSWORD,
    )
    message = Message(
        token="k7m2p9",
        channel="email",
        persona_name="Anna Berg",
        from_address="anna+k7m2p9@shopper.example",
        to="umea@fjordfield.example",
        subject="A lamp",
        text="Hello, do you have the lamp in stock?",
        message_id="<k7m2p9@shopper.example>",
        url=company.contact_url("umea"),
    )

    async def run() -> list[Fact | None]:
        async with (
            Browsers(find_browser(), allowed=LOCAL) as browsers,
            CHANNELS["email"].open(Equipment(browsers, account), message) as attempt,
        ):
            start = datetime.now(UTC)
            before = await attempt.find_sent(start)
            prepared = await attempt.prepare()
            assert await attempt.state() == {}
            sent = await attempt.send()
            answers = [seen async for seen in attempt.watch(start + timedelta(hours=1))]
            return [before, *prepared, sent, await attempt.find_sent(start), *answers]

    before, seen, sent, proof = asyncio.run(run())
    assert before is None
    assert seen is not None
    assert seen.kind is FactKind.ADDRESS_SEEN
    assert sent is not None
    assert proof is not None
    assert sent.key == proof.key == message.message_id
    assert company.received(message_id=message.message_id) == 1


def test_without_a_mailbox_nothing_is_begun() -> None:
    message = Message("t", "email", "Anna", ANNA, "Hello")

    async def run() -> None:
        async with (
            Browsers(find_browser(), allowed=LOCAL) as browsers,
            CHANNELS["email"].open(Equipment(browsers), message),
        ):
            pytest.fail("it began")

    with pytest.raises(OurFailure, match="mailbox"):
        asyncio.run(run())
