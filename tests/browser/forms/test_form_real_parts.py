"""Forms that are built of what companies really use: select2, flatpickr, jQuery UI, Klaro, Form.io (and Choices.js in it)."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from urllib.parse import unquote

import pytest

from probes.base import FactKind
from tests.browser.forms.odd_site import LIBRARIES, OddSite
from tests.browser.forms.visitor import ADDRESS, TEXT, Visitor, letter, today

pytestmark = pytest.mark.browser
PARTS = ("select2-4.0.13", "flatpickr-4.6.13", "jquery-3.7.1", "jquery-ui-dist-1.13.3", "klaro-0.7.22")


def fetched(*libraries: str) -> pytest.MarkDecorator:
    """Skip, with the reason, what cannot run because a library was not fetched."""
    missing = [library for library in libraries if not (LIBRARIES / library).is_dir()]
    reason = f"{', '.join(missing)} is not in .cache/widgets: run .ci/install-for-tests (it needs npm)"
    return pytest.mark.skipif(bool(missing), reason=reason)


@fetched(*PARTS)
def test_selects_calendars_an_upload_and_a_banner_that_others_made_are_used_as_a_customer_would(
    visitor: Visitor, site: OddSite
) -> None:
    sent = visitor.send(letter(f"{site.url}/real/parts"))
    ((_, got),) = site.got
    assert (got["name"], got["email"], got["message"].split()) == ("Anna Berg", ADDRESS, TEXT.split())
    assert (got["topic"], got["kind"]) == ("C", "Broken or damaged")
    bought = date.fromisoformat(got["bought"])
    delivered = datetime.strptime(got["delivered"], "%m/%d/%Y").date()  # noqa: DTZ007 -- a day
    assert today() - timedelta(days=7) <= min(bought, delivered) <= max(bought, delivered) <= today()
    assert got["photo"] == "page.png"
    assert json.loads(unquote(site.cookies["klaro"])) == {"shop-statistics": False}
    assert sent.kind is FactKind.SENT


@fetched("formio-js-5.6.0")
def test_a_form_library_with_steps_is_filled_in_and_sent(visitor: Visitor, site: OddSite) -> None:
    sent = visitor.send(letter(f"{site.url}/real/library"))
    ((_, fields),) = site.got
    got = json.loads(fields["json"])
    assert (got["name"], got["email"], got["message"].split()) == ("Anna Berg", ADDRESS, TEXT.split())
    assert (got["topic"], got["order"][:3], got["news"], got["agreed"]) == ("c", "999", False, True)
    assert date.fromisoformat(got["day"][:10]) == today() - timedelta(days=6)
    assert sent.reasons == ("The page says that it was sent: Thank you for your message.",)


@fetched("survey-core-2.5.38", "survey-js-ui-2.5.38")
def test_a_survey_used_as_a_form_is_filled_in_and_completed(visitor: Visitor, site: OddSite) -> None:
    text = "Hello, I have a complaint: the lamp that I bought is broken. What will you do?"
    sent = visitor.send(letter(f"{site.url}/real/survey", text=text))
    ((_, fields),) = site.got
    got = json.loads(fields["json"])
    assert (got["first"], got["last"], got["email"], got["message"]) == ("Anna", "Berg", ADDRESS, text)
    assert (got["topic"], got["parts"], got["reply"], got["agreed"]) == (
        "Complaint",
        ["Complaints"],
        "E-mail",
        True,
    )
    assert sent.details["sign"] == "message"


@fetched("formio-js-5.6.0")
def test_boxes_of_a_form_library_of_which_one_has_to_be_ticked_are_answered(
    visitor: Visitor, site: OddSite
) -> None:
    sent = visitor.send(
        letter(f"{site.url}/real/boxes", "de", "Guten Tag, ich habe eine Beschwerde: die Lampe ist kaputt.")
    )
    ((_, fields),) = site.got
    got = json.loads(fields["json"])
    assert got["topics"] == {"praise": False, "complaint": True, "other": False}
    assert got["short"] == "A damaged lamp"
    assert sent.kind is FactKind.SENT
