"""The page of private hosts on a phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from audit_app.models import PrivateHost, User
from tests.browser.pages import Screen, check_page, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


def test_a_host_is_refused_and_another_allowed(screen: Screen, session: Session, ada: User) -> None:
    session.add(
        PrivateHost(address=f"{'long-name' * 6}.internal", allowed=True, note="In use by a touchpoint")
    )
    session.commit()
    page = screen.page
    sign_in(page, ada)
    page.goto("/admin/private-hosts")
    check_page(screen)
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("may not reach it")).to_be_visible()
    page.get_by_label("Host, address or network").fill("http://10.0.0.1")
    page.get_by_role("button", name="Allow it").click()
    check_page(screen)
    page.get_by_label("Host, address or network").fill("10.0.0.0/8")
    page.get_by_role("button", name="Allow it").click()
    expect(page.get_by_text("10.0.0.0/8").first).to_be_visible()
    check_page(screen)
