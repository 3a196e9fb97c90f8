"""Signing in and the frame of the pages in a real browser, by mouse, by touch and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from audit_app.models import Location, User
from tests.browser.pages import Screen, check_page, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_the_sign_in_page_is_fit_for_everybody_before_and_after_a_mistake(screen: Screen) -> None:
    screen.page.goto("/sign-in")
    check_page(screen)

    screen.page.get_by_label("E-mail address").fill("nobody@shopper.example")
    screen.page.get_by_label("Password").fill("not the password")
    screen.page.get_by_role("button", name="Sign in").click()

    expect(screen.page.get_by_role("alert")).to_be_focused()
    check_page(screen)


def test_the_pages_around_people_are_fit_for_everybody(
    screen: Screen, session: Session, ada: User, magnus: User, carl: User, lulea: Location
) -> None:
    ada.name = "Adalwolfa Administratorsdottir-Vingtsson the Elder of Norrbotten"
    session.commit()
    sign_in(screen.page, ada)
    addresses = [
        "/account",
        "/account/password",
        "/search?q=u",
        "/search?q=nothing-like-it",
        "/nowhere",
        "/admin/users",
        "/admin/users?q=nobody",
        "/admin/users/new",
        f"/admin/users/{carl.id}",
        f"/admin/users/{carl.id}/password",
        f"/admin/users/{carl.id}/deactivate",
    ]
    session.commit()

    for address in addresses:
        screen.page.goto(address)
        check_page(screen)


def test_mistakes_in_a_form_are_summed_up_and_lead_to_their_fields(screen: Screen, ada: User) -> None:
    sign_in(screen.page, ada)
    screen.page.goto("/admin/users/new")
    screen.page.get_by_label("Name", exact=True).fill("Nora New")
    screen.page.get_by_role("button", name="Add the user").click()

    expect(screen.page.get_by_role("alert")).to_be_focused()
    check_page(screen)
    screen.page.get_by_role("link", name="Enter an e-mail address.").click()

    expect(screen.page.get_by_label("E-mail address")).to_be_focused()


def test_the_menu_works_by_keyboard_alone(desktop: Page, magnus: User) -> None:
    sign_in(desktop, magnus)
    menu = desktop.get_by_role("link", name="Your account")
    expect(menu).to_be_hidden()

    desktop.locator("details.menu summary").focus()
    desktop.keyboard.press("Enter")
    expect(menu).to_be_visible()
    desktop.keyboard.press("Escape")

    expect(menu).to_be_hidden()
    expect(desktop.locator("details.menu summary")).to_be_focused()


def test_the_first_tab_skips_to_the_content(desktop: Page, magnus: User) -> None:
    sign_in(desktop, magnus)
    desktop.goto("/account")

    desktop.keyboard.press("Tab")
    expect(desktop.get_by_role("link", name="Skip to the content")).to_be_focused()
    desktop.keyboard.press("Enter")

    expect(desktop.locator("main")).to_be_focused()


def test_a_slash_goes_to_the_search_and_finds_a_location(desktop: Page, magnus: User, umea: Location) -> None:
    sign_in(desktop, magnus)
    desktop.goto("/account")

    desktop.keyboard.press("/")
    desktop.keyboard.type("ume")
    desktop.keyboard.press("Enter")

    expect(desktop.get_by_role("link", name="Umeå North")).to_be_visible()


def test_the_chosen_colours_stay_on_the_device(desktop: Page, magnus: User) -> None:
    sign_in(desktop, magnus)
    desktop.emulate_media(color_scheme="light")
    desktop.goto("/account")

    desktop.get_by_role("main").get_by_role("button", name="Dark").click()
    expect(desktop.locator("html")).to_have_attribute("data-bs-theme", "dark")
    desktop.reload()

    expect(desktop.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_a_message_can_be_dismissed(desktop: Page, ada: User, magnus: User) -> None:
    sign_in(desktop, ada)
    desktop.goto("/admin/users")
    desktop.get_by_role("link", name="Magnus Manager").click()
    desktop.get_by_role("button", name="Save the changes").click()
    message = desktop.get_by_text("The changes to Magnus Manager are saved.")
    expect(message).to_be_visible()

    desktop.get_by_role("button", name="Dismiss this message").click()

    expect(message).to_be_hidden()


def test_everything_here_works_without_javascript(browser: Browser, live_server: str, magnus: User) -> None:
    context = browser.new_context(base_url=live_server, java_script_enabled=False)
    page = context.new_page()

    sign_in(page, magnus)
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


def test_targets_on_a_phone_are_large_enough_for_a_thumb(screen: Screen, ada: User, magnus: User) -> None:
    sign_in(screen.page, ada)
    for address in ("/admin/users", "/admin/users/new", "/account"):
        screen.page.goto(address)
        small = screen.page.evaluate(
            """() => [...document.querySelectorAll("button, .btn, select, .bottom-bar a, input.form-control, summary")]
                .filter((one) => one.checkVisibility() && matchMedia("(pointer: coarse)").matches)
                .filter((one) => one.getBoundingClientRect().height < 44)
                .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert small == [], address
