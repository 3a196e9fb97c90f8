"""Setting up in a real browser: a mailbox is entered and tried out, a touchpoint entered and confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from audit_app.demo.company import SHOPPER_PASSWORD, DemoCompany
from audit_app.models import Location, Mailbox, Organisation, Touchpoint, User
from audit_app.services.campaigns.personas import PersonaEntry, add_persona
from tests.browser.pages import Screen, check_page, sign_in
from tests.integration.probes import probe_factories as make

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

ANNA = "anna.berg@shopper.example"
SHOP = "umea@fjordfield.example"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCompany]:
    running = DemoCompany(tmp_path_factory.mktemp("company"), answer_after=(0.2, 0.3))
    # In another thread, because Playwright's event loop occupies this one.
    with ThreadPoolExecutor(1) as elsewhere:
        yield elsewhere.submit(running.__enter__).result()
        elsewhere.submit(running.__exit__, None, None, None).result()


def fill_in_servers(page: Page, company: DemoCompany) -> None:
    """Both servers of the demo company, which speak in the clear."""
    for title, port in (("Sending (SMTP)", company.smtp_port), ("Receiving (IMAP)", company.imap_port)):
        part = page.get_by_role("group", name=title)
        part.get_by_label("Server").fill(company.host)
        part.get_by_label("Port").fill(str(port))
        part.get_by_label("Security").select_option("none")


def test_a_mailbox_is_entered_tried_out_and_saved_with_only_the_fields_that_it_needs(
    screen: Screen, session: Session, ada: User, company: DemoCompany
) -> None:
    page = screen.page
    sign_in(page, ada)
    page.goto("/admin/mailboxes")
    page.get_by_role("link", name="Add a mailbox").first.click()
    page.get_by_label("OAuth with Google").check()
    expect(page.get_by_label("Refresh token")).to_be_visible()
    expect(page.get_by_label("Address that hands out access tokens")).to_be_hidden()
    page.get_by_label("User name and password").check()
    expect(page.get_by_label("Refresh token")).to_be_hidden()
    page.get_by_role("button", name="Add the mailbox").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the password.")
    check_page(screen)

    page.get_by_label("E-mail address").fill(ANNA)
    page.get_by_label("Password", exact=True).fill(SHOPPER_PASSWORD)
    fill_in_servers(page, company)
    page.get_by_role("button", name="Test the sign-in").click()
    expect(page.locator("#trial")).to_be_focused()
    expect(page.locator("#trial")).to_contain_text("INBOX")
    check_page(screen)
    page.get_by_role("button", name="Add the mailbox").click()
    expect(page.get_by_role("status")).to_contain_text(f"{ANNA} is added")
    check_page(screen)
    assert session.scalars(sa.select(Mailbox.password)).one() == SHOPPER_PASSWORD
    session.commit()  # on SQLite whoever reads keeps the others from writing

    page.get_by_role("link", name=ANNA).click()
    check_page(screen)
    page.get_by_role("link", name="Switch the mailbox off").click()
    check_page(screen)
    page.get_by_role("button", name="Switch the mailbox off").click()
    expect(page.get_by_text("Switched off: it is not read")).to_be_visible()


def test_a_touchpoint_is_entered_confirmed_changed_and_then_waits_again(
    screen: Screen, session: Session, ada: User, umea: Location
) -> None:
    page = screen.page
    sign_in(page, ada)
    page.goto("/admin/touchpoints")
    check_page(screen)
    page.get_by_role("link", name="Add an e-mail address").first.click()
    page.get_by_label("Location", exact=True).select_option("umea")
    page.get_by_label("E-mail address").fill(SHOP)
    check_page(screen)
    page.get_by_role("button", name="Add and go on to confirm").click()
    page.get_by_role("button", name="Confirm the address").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the statement")
    check_page(screen)
    page.get_by_label(f"{SHOP} is ours").check()
    page.get_by_role("button", name="Confirm the address").click()
    expect(page.get_by_role("row", name=SHOP)).to_contain_text("Confirmed")
    check_page(screen)

    page.get_by_role("link", name=SHOP, exact=True).click()
    check_page(screen)
    page.get_by_label("E-mail address").fill("new@fjordfield.example")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_role("heading", name="Is this address the company's own?")).to_be_visible()
    assert session.scalars(sa.select(Touchpoint.confirmed_at)).one() is None
    for path in (
        "/admin/touchpoints?state=waiting",
        "/admin/touchpoints/new/contact_form",
        "/admin/touchpoints/new/chat",
        "/admin/personas",
        "/admin/personas/new",
    ):
        page.goto(path)
        check_page(screen)


def test_a_campaign_is_entered_from_its_question_to_its_pause(
    screen: Screen, session: Session, ada: User, umea: Location
) -> None:
    for number in range(9):
        make.touchpoint(session, umea, address=f"desk-{number}@fjordfield.example")
    box = make.mailbox_of(session, ANNA)
    session.flush()
    add_persona(session, PersonaEntry("Anna Berg", box.id))
    session.commit()
    page = screen.page
    sign_in(page, ada)
    page.goto("/admin/campaigns/new")
    check_page(screen)
    page.get_by_role("link", name="Enter a service target").click()
    check_page(screen)
    page.get_by_role("link", name="Add a service target").first.click()
    page.get_by_label("Name").fill("Ten hours")
    check_page(screen)
    page.get_by_role("button", name="Add the service target").click()
    expect(page.get_by_role("row", name="Ten hours")).to_contain_text("20 h")

    page.goto("/admin/scenarios")
    check_page(screen)
    page.get_by_role("link", name="Add a scenario").first.click()
    page.get_by_label("What is asked").fill("Open on Sundays?")
    page.get_by_role("button", name="Add and go on to its first wording").click()
    page.get_by_label("Chat", exact=True).check()
    expect(page.get_by_label("Subject")).to_be_hidden()
    page.get_by_label("E-mail", exact=True).check()
    page.get_by_label("Subject").fill("Sundays")
    page.get_by_label("Text").fill("Hello,\n\nis {location} open on Sundays, {nmae}?")
    page.get_by_role("button", name="Add the wording").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is filled in for “{nmae}”")
    check_page(screen)
    page.get_by_label("Text").fill("Hello,\n\nis {location} open on Sundays?\n\n{name}")
    page.get_by_role("button", name="Add the wording").click()
    check_page(screen)
    page.get_by_role("link", name="Delete wording 1").click()
    check_page(screen)

    page.goto("/admin/campaigns/new")
    page.get_by_label("Name").fill("Weekly question")
    page.get_by_label("Show only").fill("desk-3")
    page.get_by_role("button", name="Tick all shown", exact=True).click()
    expect(page.get_by_text("1 of 9 ticked")).to_be_visible()
    page.get_by_label("Open on Sundays?").check()
    page.get_by_label("Anna Berg").check()
    page.get_by_label("Service target").select_option(label="Ten hours")
    check_page(screen)
    page.get_by_role("button", name="Add the campaign").click()
    expect(page.get_by_role("heading", name="Weekly question")).to_be_visible()
    expect(page.get_by_text("desk-3@fjordfield.example")).to_be_visible()
    check_page(screen)
    page.get_by_role("link", name="Pause it").click()
    check_page(screen)
    page.get_by_role("button", name="Pause the campaign").click()
    expect(page.get_by_text("This campaign is paused")).to_be_visible()
    check_page(screen)
    page.goto("/admin/campaigns")
    check_page(screen)


def test_an_empty_database_leads_to_the_company_and_the_first_location(
    screen: Screen, session: Session, ada: User
) -> None:
    page = screen.page
    sign_in(page, ada)
    session.execute(sa.delete(Organisation))
    session.commit()
    page.goto("/")
    check_page(screen)
    page.get_by_role("link", name="Enter the company").click()
    check_page(screen)
    page.get_by_label("Name").fill("Fjord & Field")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Enter a location").click()
    check_page(screen)
    page.get_by_role("link", name="Add a location").first.click()
    check_page(screen)
    page.get_by_label("Name", exact=True).fill("Umeå City")
    page.get_by_label("Name of the new region").fill("North")
    page.get_by_label("Time zone").select_option("Europe/Stockholm")
    page.get_by_label("Monday").fill("9–5")
    page.get_by_label("Closed on the public holidays of").select_option("SE")
    page.get_by_role("button", name="Add the location").click()
    expect(page.get_by_role("alert")).to_contain_text("would end on the next day")
    check_page(screen)
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Monday")).to_be_focused()
    page.get_by_label("Monday").fill("10:00–13:00, 14:00–19:00")
    page.get_by_text("Public holidays of Sweden").click()
    expect(page.get_by_text("Midsummer Day").first).to_be_visible()
    check_page(screen)
    page.get_by_role("button", name="Add the location").click()
    expect(page.get_by_role("row", name="Umeå City")).to_contain_text("Mon 10:00–13:00, 14:00–19:00")
    check_page(screen)
    page.goto("/")
    expect(page.get_by_role("link", name="Add a touchpoint and confirm it")).to_be_visible()
    check_page(screen)


def test_a_location_is_changed_moved_to_a_new_region_and_switched_off(
    screen: Screen, ada: User, umea: Location
) -> None:
    page = screen.page
    sign_in(page, ada)
    page.goto("/admin/locations")
    page.get_by_role("link", name="Umeå").first.click()
    expect(page.get_by_label("Name of the new region")).to_be_hidden()
    check_page(screen)
    page.get_by_label("Region", exact=True).select_option("")
    page.get_by_label("Name of the new region").fill("Norrland")
    page.get_by_label("Sunday").fill("")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_role("row", name="Umeå")).to_contain_text("Mon to Sat 00:00–24:00")
    page.get_by_role("link", name="Regions").click()
    expect(page.get_by_role("row", name="Norrland")).to_be_visible()
    check_page(screen)
    page.get_by_role("link", name="North").click()
    check_page(screen)
    page.get_by_role("link", name="Delete the region").click()
    check_page(screen)
    page.get_by_role("button", name="Delete the region").click()
    expect(page.get_by_role("status")).to_contain_text("North is deleted")

    page.goto("/admin/locations")
    page.get_by_role("link", name="Umeå").first.click()
    page.get_by_role("link", name="Switch the location off").click()
    check_page(screen)
    page.get_by_role("button", name="Switch the location off").click()
    expect(page.get_by_text("No location yet")).to_be_visible()
    page.goto("/admin/locations?state=off")
    check_page(screen)
    page.get_by_role("link", name="Umeå").first.click()
    check_page(screen)
    page.get_by_role("button", name="Switch the location on").click()
    expect(page.get_by_role("status").filter(has_text="Umeå is switched on")).to_be_visible()
