"""The contact-form channel in a real browser: the demo company's form, and a site of odd ones."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit_app.demo.company import DemoCompany
from probes.base import Blocked, Fact, FactKind, NotSent, OurFailure, ProbeError, SendUnknown
from probes.browser.browsers import Browsers, open_page
from probes.browser.program import find_browser
from probes.channels.contact_form.channel import ContactFormAttempt
from probes.forms.mapping import MappedField, Mapping
from tests.browser.forms.odd_site import CAPTCHAS, OddSite
from tests.browser.forms.visitor import ADDRESS, QUICK, TEXT, Visitor, letter
from tests.local_hosts import LOCAL

pytestmark = pytest.mark.browser


def test_the_demo_companys_form_is_filled_in_and_sent_once(visitor: Visitor, tmp_path: Path) -> None:
    with DemoCompany(tmp_path / "company") as company:
        sent = visitor.send(letter(company.contact_url("umea")))
        assert company.received(shop="umea") == 1
        (mail,) = company.received_mail()
    assert sent.kind is FactKind.SENT
    assert sent.earliest <= sent.latest <= datetime.now(UTC)
    assert sent.details["filled"]["What is it about?"] == "A complaint"  # type: ignore[index,call-overload]
    assert ADDRESS in str(mail.message["Reply-To"])
    assert [evidence.name for evidence in sent.evidence] == ["filled-in.jpg", "sent.jpg"]


def test_preparing_sends_nothing(visitor: Visitor, site: OddSite) -> None:
    async def act(attempt: ContactFormAttempt) -> dict[str, str]:
        await attempt.prepare()
        assert await attempt.state()
        return dict(attempt.filled)

    filled = visitor.at(letter(f"{site.url}/plain"), act)
    assert filled == {"Name": "Anna Berg", "E-mail": ADDRESS, "Message": TEXT}
    assert site.got == []


def test_the_browser_says_what_it_is_unless_a_setting_names_it_and_guards_still_know(
    visitor: Visitor, site: OddSite, tmp_path: Path
) -> None:
    visitor.send(letter(f"{site.url}/plain"))
    assert "HeadlessChrome/" in site.headers["User-Agent"]

    async def call_it(name: str) -> str:
        async with Browsers(find_browser(), allowed=LOCAL, user_agent=name) as browsers:
            await replace(visitor, browsers=browsers).visit(letter(f"{site.url}/plain"))
            async with browsers.own(tmp_path, "en", "UTC") as context:
                return str(await (await open_page(context)).evaluate("navigator.userAgent"))

    assert visitor.runner.run(call_it("Mozilla/5.0 (X11; Linux x86_64) A/1.0")).endswith(" A/1.0")
    assert site.headers["User-Agent"] == "Mozilla/5.0 (X11; Linux x86_64) A/1.0"
    assert "HeadlessChrome" in site.headers["Sec-Ch-Ua"]


def test_a_form_is_read_by_its_labels_and_looked_at_again_after_each_choice(
    visitor: Visitor, site: OddSite
) -> None:
    text = "Guten Tag, die Lampe ist leider beschädigt. Was nun?"
    sent = visitor.send(letter(f"{site.url}/german", "de", text))
    (got,) = site.accepted
    assert (got["a1"], got["x7f"], got["q9z"]) == ("Keine Angabe", "Anna", "Berg")
    assert got["k3d"] == got["k4d"] == ADDRESS
    assert (got["t00"], got["m11"], got["dsgvo"]) == ("R", text, "1")
    assert got["o55"].startswith("999")
    assert datetime.strptime(got["d66"], "%d.%m.%Y").date() < datetime.now(UTC).date()  # noqa: DTZ007 -- a day
    assert got["p77"].startswith("03023125"), (
        "a number that belongs to nobody, in the notation that the field takes"
    )
    assert "news" not in got
    assert [got[f"trap{number}"] for number in range(1, 6)] == [""] * 5
    assert sent.reasons == ("The page says that it was sent: Vielen Dank, Ihre Nachricht wurde gesendet.",)


def test_a_form_in_steps_asks_for_an_answer_by_mail(visitor: Visitor, site: OddSite) -> None:
    sent = visitor.send(letter(f"{site.url}/steps"))
    ((_, got),) = site.got
    assert [value for key, value in got.items() if key.startswith("f")] == ["Anna Berg", ADDRESS, TEXT]
    assert [value for key, value in got.items() if key.startswith("radio")] == ["false", "true"]
    assert sent.details["sign"] == "message"


def test_a_form_in_a_shadow_root_with_a_dropdown_of_its_own_counts_as_sent_when_it_empties(
    visitor: Visitor, site: OddSite
) -> None:
    sent = visitor.send(letter(f"{site.url}/shadow", "sv", "Hej, när kommer min leverans?"))
    ((_, got),) = site.got
    assert (got["name"], got["mail"], got["topic"]) == ("Anna Berg", ADDRESS, "Leverans")
    assert (got["agreed"], got["news"]) == ("true", "false")
    assert sent.details["sign"] == "reset"


def test_a_form_in_a_frame_counts_as_sent_when_it_leads_on_to_an_address_that_says_thanks(
    visitor: Visitor, site: OddSite
) -> None:
    sent = visitor.send(letter(f"{site.url}/framed", "fr", "Bonjour, quand ouvrez-vous ?"))
    (got,) = site.accepted
    assert (got["aa"], got["bb"], got["cc"]) == ("Berg", "Anna", ADDRESS)
    assert (got["dd"], got["ee"]) == ("A damaged lamp", "Bonjour, quand ouvrez-vous ?")
    assert (sent.details["sign"], sent.details["url"]) == ("address", f"{site.url}/merci")


def test_a_form_made_of_parts_without_a_form_element_is_sent_and_thanks_in_a_pop_up_count(
    visitor: Visitor, site: OddSite
) -> None:
    text = "Hello, I want to return a lamp and have lost the receipt. What now?"
    sent = visitor.send(letter(f"{site.url}/modern", text=text))
    ((_, got),) = site.got
    assert got == {"name": "Anna Berg", "mail": ADDRESS, "text": text, "topic": "Returns"}
    assert sent.reasons == ("The page says that it was sent: Your message has been sent.",)


@pytest.mark.parametrize("captcha", CAPTCHAS)
def test_a_captcha_ends_the_attempt_before_anything_is_sent(
    visitor: Visitor, site: OddSite, captcha: str
) -> None:
    with pytest.raises(Blocked) as told:
        visitor.send(letter(f"{site.url}/{captcha}"))
    assert told.value.kind == "captcha"
    assert site.got == []
    assert {evidence.kind for evidence in told.value.evidence} == {"screenshot", "trace"}


@pytest.mark.parametrize("page", ["invisible", "other-forms-captcha"])
def test_a_captcha_that_nobody_has_to_solve_here_is_none(visitor: Visitor, site: OddSite, page: str) -> None:
    assert visitor.send(letter(f"{site.url}/{page}")).kind is FactKind.SENT
    assert len(site.accepted) == 1


@pytest.mark.parametrize(
    ("page", "kind"),
    [("members", "login_wall"), ("forbidden", "blocked"), ("turned-away", "blocked")],
)
def test_a_closed_page_is_named_for_what_it_is(visitor: Visitor, site: OddSite, page: str, kind: str) -> None:
    with pytest.raises(Blocked) as told:
        visitor.send(letter(f"{site.url}/{page}"))
    assert told.value.kind == kind


@pytest.mark.parametrize(("page", "kind"), [("overloaded", "blocked"), ("suspicious", "captcha")])
def test_being_turned_away_after_the_button_is_not_the_companys_silence(
    visitor: Visitor, site: OddSite, page: str, kind: str
) -> None:
    with pytest.raises(Blocked) as told:
        visitor.send(letter(f"{site.url}/{page}"))
    assert told.value.kind == kind
    assert len(site.got) == 1


def test_what_the_site_refused_as_incomplete_is_completed_once(visitor: Visitor, site: OddSite) -> None:
    assert visitor.send(letter(f"{site.url}/strict")).kind is FactKind.SENT
    assert [bool(got["phone"]) for _, got in site.got] == [False, True]
    assert len(site.accepted) == 1


def test_a_refusal_without_proof_that_nothing_was_kept_is_never_pressed_again(
    visitor: Visitor, site: OddSite
) -> None:
    with pytest.raises(NotSent, match="Error: please try again tomorrow") as told:
        visitor.send(letter(f"{site.url}/stubborn"))
    assert len(site.got) == 1
    trace = next(evidence for evidence in told.value.evidence if evidence.kind == "trace")
    assert "trace.trace" in zipfile.ZipFile(io.BytesIO(trace.content)).namelist()
    assert [evidence.name for evidence in told.value.evidence][:2] == ["filled-in.jpg", "not-sent.jpg"]


@pytest.mark.parametrize("page", ["silent", "broken-line"])
def test_without_any_sign_nobody_can_tell(visitor: Visitor, site: OddSite, page: str) -> None:
    with pytest.raises(SendUnknown):
        visitor.send(letter(f"{site.url}/{page}"), timeouts=replace(QUICK, confirm=2.0))
    assert len(site.got) == 1


def test_a_question_that_only_a_person_can_answer_is_not_guessed_but_can_be_mapped(
    visitor: Visitor, site: OddSite
) -> None:
    with pytest.raises(NotSent, match="Favourite animal"):
        visitor.send(letter(f"{site.url}/wants-secret"))
    assert site.got == []
    mapping = Mapping(name="animals", fields=(MappedField(label="Favourite animal", value="The moose"),))
    visitor.send(letter(f"{site.url}/wants-secret"), mapping)
    assert site.accepted[0]["animal"] == "The moose"


def test_after_a_crash_only_a_mail_can_show_that_the_form_was_sent(visitor: Visitor, site: OddSite) -> None:
    async def look(attempt: ContactFormAttempt) -> Fact | None:
        return await attempt.find_sent(datetime.now(UTC))

    with pytest.raises(OurFailure, match="keeps no copy"):
        visitor.at(letter(f"{site.url}/plain"), look)
    assert site.got == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/contact", None])
def test_a_page_without_a_form_sends_nothing(visitor: Visitor, site: OddSite, url: str | None) -> None:
    with pytest.raises(ProbeError) as told:
        visitor.send(letter(url or f"{site.url}/bienvenue"), timeouts=replace(QUICK, show=1.0))
    assert type(told.value) is NotSent
