"""Which private hosts probes may reach: found by the upgrade, decided on a page, held to by the browsers."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app import migrate
from audit_app.config import Settings
from audit_app.database import open_engine
from audit_app.models import ChannelName, PrivateHost, User
from audit_app.services.entry.fields import InvalidFields
from audit_app.services.operations import private_hosts as service
from tests.integration.probes import probe_factories as make
from tests.visitor import Visitor, sign_in

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
INTRANET, TILL = ip_address("192.168.1.1"), ip_address("10.1.9.9")


def test_what_is_allowed_is_reached_and_what_is_refused_is_not(session: Session, anna: User) -> None:
    service.allow(session, "10.1.2.3/16", "The tills", anna, NOW)
    host = service.allow(session, "Wiki.Internal", "", anna, NOW)
    assert service.allowed(session).reaches("wiki.internal", INTRANET)
    assert service.allowed(session).reaches("x", TILL)
    service.answer(host, anna, NOW, may_be_reached=False)
    session.flush()
    assert not service.allowed(session).reaches("wiki.internal", INTRANET)
    assert host.answered_by == f"{anna.name} <{anna.email}>"


def test_the_same_host_is_entered_once_and_allowed_again(session: Session) -> None:
    first = service.allow(session, "10.0.0.7", "A till", None, NOW)
    service.answer(first, None, NOW, may_be_reached=False)
    again = service.allow(session, " 10.0.0.7 ", "", None, NOW)
    assert (again.id, again.allowed, again.note) == (first.id, True, "A till")


@pytest.mark.parametrize("address", ["", "https://wiki.internal/", "10.1.2"])
def test_what_is_no_host_is_refused_at_its_field(session: Session, address: str) -> None:
    with pytest.raises(InvalidFields) as told:
        service.allow(session, address, "", None, NOW)
    assert list(told.value.problems) == ["address"]


def test_the_upgrade_lists_the_private_hosts_of_confirmed_touchpoints_and_allows_them_until_answered(
    empty_database: Settings,
) -> None:
    engine = open_engine(empty_database)
    migrate.upgrade(engine)
    pages = {
        "http://10.1.2.3:8080/contact": True, "http://shop.internal/chat": True, "https://[fd00::7]/contact": True,
        "http://192.168.9.9/contact": False, "https://8.8.8.8/contact": True, "http://till/contact": True,
    }  # fmt: skip
    with Session(engine) as session:
        place = make.touchpoint(session).location
        for address, confirmed in pages.items():
            make.touchpoint(session, place, ChannelName.CONTACT_FORM, address, confirmed=confirmed)
        session.commit()
    migrate.downgrade(engine, "0011")
    migrate.upgrade(engine)
    with Session(engine) as session:
        found = {host.address: host.allowed for host in session.scalars(sa.select(PrivateHost))}
        assert found == dict.fromkeys(["10.1.2.3", "fd00::7", "shop.internal", "till"], True)
        assert session.scalars(sa.select(PrivateHost.answered_at)).all() == [None] * 4
        assert service.allowed(session).reaches("shop.internal", TILL)
    engine.dispose()


def test_an_administrator_answers_on_the_page(session: Session, client: Visitor, ada: User) -> None:
    host = PrivateHost(address="till.internal", allowed=True, note="In use")
    session.add(host)
    session.commit()
    sign_in(client, ada)
    assert "1 host was in use before this page was there" in client.get("/admin/private-hosts").text
    client.submit(f"/admin/private-hosts/{host.id}", "/admin/private-hosts", allow="no")
    assert (host.allowed, host.answered_at is not None) == (False, True)
    client.submit("/admin/private-hosts", address="10.0.0.0/8", note="Ours")
    assert service.allowed(session).reaches("x", TILL)
    assert client.submit("/admin/private-hosts", address="https://x/", note="").status_code == 422
