"""The pages that teach a chat: asking for a try, correcting it, storing it and giving it to touchpoints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from audit_app.models import ChannelName, TrialState, User, WidgetTrial
from audit_app.services.widgets import adapters
from audit_app.services.widgets import dry_runs as trials
from tests.factories import NOW
from tests.integration.probes import probe_factories as make
from tests.integration.widgets.widget_scene import PAGE, found, no_way_in, tried
from tests.visitor import Visitor, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TEXT = "extends: generic\nname: Ours\nverified: taught on a page, not yet answered by a person\n"
SHOWN = {
    "title": "Chat of the shop",
    "base": "generic",
    "field_1_1": "name",
    "field_1_2": "email",
    "field_1_4": "",
}
"""What a browser sends when nobody changed anything."""


@pytest.fixture(autouse=True)
def signed_in(client: Visitor, ada: User) -> None:
    """Ada teaches."""
    sign_in(client, ada)


def newest(session: Session) -> WidgetTrial:
    trial = session.scalars(sa.select(WidgetTrial).order_by(WidgetTrial.id.desc())).first()
    assert trial is not None
    return trial


def correct(client: Visitor, session: Session, trial: WidgetTrial, **entered: str) -> dict[str, object]:
    """Send corrections of a try, and return what is tried next."""
    answer = client.submit(f"/admin/widgets/tries/{trial.id}", **(SHOWN | entered))
    assert answer.status_code == 302, answer.text
    again = newest(session)
    assert again.earlier_id == trial.id
    written = yaml.safe_load(again.text)
    assert isinstance(written, dict)
    return written


def test_a_page_is_asked_for_and_waits_for_a_worker(client: Visitor, session: Session, ada: User) -> None:
    answer = client.submit("/admin/widgets/teach", address=f" {PAGE} ", widget="auto")
    trial = newest(session)

    assert answer.headers["Location"] == f"/admin/widgets/tries/{trial.id}"
    assert (trial.page, trial.state, trial.asked_by) == (PAGE, TrialState.QUEUED, f"Ada Admin ({ada.email})")
    assert "Waiting for the worker" in client.get(answer.headers["Location"]).text


def test_when_no_worker_takes_it_the_page_says_what_to_do(client: Visitor, session: Session) -> None:
    trial = trials.queue_dry_run(session, PAGE, by="Ada", now=datetime.now(UTC) - timedelta(minutes=3))
    state = client.get(f"/admin/widgets/tries/{trial.id}/state").json

    assert state["is_running"] is True
    assert "No worker has taken this for 3 min" in state["words"]
    assert "audit-app worker" in state["words"]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("", "Enter the address"),
        ("shop.example", "is not the address of a page"),
        ("file:///etc/passwd", "is not the address of a page"),
        ("javascript:alert(1)", "is not the address of a page"),
        ("https://anna:secret@shop.example/", "Leave out the user name"),
    ],
)
def test_only_the_address_of_a_page_is_opened(
    client: Visitor, session: Session, page: str, words: str
) -> None:
    answer = client.submit("/admin/widgets/teach", address=page, widget="auto")

    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalars(sa.select(WidgetTrial)).all() == []


def test_a_try_shows_what_was_found_and_nothing_of_the_page_as_markup(
    client: Visitor, session: Session
) -> None:
    trial = tried(session)
    shown = client.get(f"/admin/widgets/tries/{trial.id}").text

    assert "“Only necessary”" in shown
    assert "A probe would click it." in shown
    assert "Nothing was typed and nothing was sent." in shown
    assert "&lt;b&gt;Hello&lt;/b&gt;" in shown
    picture = trial.pictures[0].id
    assert f'<image href="/evidence/{picture}"' in shown
    assert client.get(f"/evidence/{picture}").mimetype == "image/png"


def test_what_was_found_by_its_looks_is_tried_by_lasting_signs_before_it_can_be_stored(
    client: Visitor, session: Session
) -> None:
    trial = tried(session)
    assert client.get(f"/admin/widgets/tries/{trial.id}/store").status_code == 400

    written = correct(client, session, trial)
    assert written["launcher"] == {"host": "#open", "frame": "", "button": None}
    assert written["frame"] == "iframe.chat"
    assert written["prechat"] == {
        "fields": [{"field": "Your name", "value": "name"}, {"field": "Your e-mail", "value": "email"}],
        "submit": "Start",
    }


def test_each_part_can_be_corrected_by_number_by_words_and_away(client: Visitor, session: Session) -> None:
    written = correct(
        client,
        session,
        tried(session),
        choice_consent="0-2",
        choice_home_begin="pattern",
        value_home_begin="write to us.*",
        choice_composer="css",
        value_composer="textarea.chat",
        choice_composer_send="absent",
        field_1_1="",
        messages_item=".line",
        messages_roles_visitor=".me",
        title="Help desk",
    )

    assert written["consent"] == ["Accept all"]
    assert written["home"] == {"begin": {"pattern": "write to us.*"}}
    assert written["composer"] == {"field": {"css": "textarea.chat", "pattern": ""}, "send": None}
    assert written["prechat"]["fields"] == [{"field": "Your e-mail", "value": "email"}]  # type: ignore[index]
    assert written["messages"] == {"item": ".line", "roles": {"visitor": ".me"}}
    assert written["name"] == "Help desk"


@pytest.mark.parametrize(
    ("entered", "field", "words"),
    [
        ({"choice_composer": "pattern", "value_composer": "mess("}, "value_composer", "is not a pattern"),
        ({"choice_composer": "name"}, "value_composer", "Enter its name"),
        ({"choice_launcher": "css", "value_launcher": "a[href"}, "value_launcher", "is not a selector"),
        ({"choice_launcher": "9-9"}, "choice_launcher", "Not a valid choice"),
        ({"messages_item": ".line"}, "messages_roles_visitor", "visitor&#39;s own message"),
        ({"messages_author": ".who"}, "messages_item", "Say what one message matches"),
        ({"messages_author": ")("}, "messages_author", "has no partner"),
        ({"own_field": "Phone"}, "own_field", "what goes into it"),
        ({"title": " "}, "title", "Enter what people call"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field_and_nothing_typed_is_lost(
    client: Visitor, session: Session, entered: dict[str, str], field: str, words: str
) -> None:
    trial = tried(session)
    answer = client.submit(
        f"/admin/widgets/tries/{trial.id}", **(SHOWN | {"value_home_begin": "kept"} | entered)
    )

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert words in answer.text
    assert 'value="kept"' in answer.text
    assert newest(session).id == trial.id


def test_a_chat_that_looks_like_a_vendors_begins_from_the_vendors_file(
    client: Visitor, session: Session
) -> None:
    written = correct(client, session, tried(session), base="zendesk")

    assert (written["extends"], "launcher" in written) == ("zendesk", False)


def test_a_way_that_ended_early_is_corrected_from_the_last_picture(client: Visitor, session: Session) -> None:
    trial = tried(session, no_way_in())
    shown = client.get(f"/admin/widgets/tries/{trial.id}").text
    assert "would not find its way in" in shown
    assert "Nothing that opens a chat was found." in shown
    assert "The chat stands open, or" not in shown

    written = correct(client, session, trial, choice_launcher="0-3")
    assert written["launcher"] == {"host": "#open", "frame": "", "button": None}


def test_as_a_file_mistakes_are_told_with_their_lines(client: Visitor, session: Session) -> None:
    trial = tried(session)
    path = f"/admin/widgets/tries/{trial.id}/file"
    answer = client.submit(path, text=TEXT + "lancher: x\n")

    assert answer.status_code == 422
    assert "Line 4: lancher is not a field that widgets have" in answer.text
    assert "lancher: x" in answer.text
    assert client.submit(path, text=TEXT.replace("\n", "\r\n")).status_code == 302
    assert newest(session).text == TEXT


def test_what_was_tried_is_stored_and_given_to_the_touchpoints_of_its_host(
    client: Visitor, session: Session
) -> None:
    here = make.touchpoint(session, channel=ChannelName.CHAT, address="https://shop.example/contact")
    other = make.touchpoint(session, here.location, ChannelName.CHAT, "https://elsewhere.example/")
    here.widget = other.widget = "auto"
    trial = tried(session, text=TEXT)
    answer = client.submit(f"/admin/widgets/tries/{trial.id}/store", name="shop-example")
    assert answer.headers["Location"] == "/admin/widgets/adapters/shop-example"

    shown = client.get("/admin/widgets/adapters/shop-example").text
    assert shown.count("checked") == 1
    assert "Taught on a page, not yet answered by a person." in shown
    client.submit("/admin/widgets/adapters/shop-example", touchpoints=[here.id])
    assert (here.widget, other.widget) == ("shop-example", "auto")
    assert "shop-example" in client.get(f"/admin/touchpoints/{other.id}").text
    assert client.get("/admin/widgets/adapters/shop-example.yaml").text == TEXT


def test_a_name_that_is_taken_is_told_and_can_be_put_right(client: Visitor, session: Session) -> None:
    trial = tried(session, text=TEXT)
    answer = client.submit(f"/admin/widgets/tries/{trial.id}/store", name="zendesk")

    assert answer.status_code == 422
    assert "comes with the program" in answer.text


def test_a_stored_adapter_is_changed_by_another_try_and_keeps_its_old_text(
    client: Visitor, session: Session
) -> None:
    adapters.store(session, "ours", TEXT, PAGE, "Ada", NOW)
    answer = client.submit("/admin/widgets/adapters/ours/again", "/admin/widgets/adapters/ours", address=PAGE)
    assert answer.status_code == 302
    asked = newest(session)
    assert (asked.text, asked.adapter_name) == (TEXT, "ours")

    changed = TEXT + "consent: [Only necessary]\n"
    trials.claim_trial(session, "worker-1", NOW, timedelta(seconds=30))
    trials.finish(session, asked.id, "worker-1", found(), NOW)
    asked.text = changed
    client.submit(f"/admin/widgets/tries/{asked.id}/store", name="ours")
    shown = client.get("/admin/widgets/adapters/ours").text
    assert "Version 2" in shown
    assert "Download version 1" in shown
    assert client.get("/admin/widgets/adapters/ours.yaml?version=1").text == TEXT


def test_deleting_says_what_is_lost_and_is_refused_while_it_is_used(
    client: Visitor, session: Session
) -> None:
    adapter = adapters.store(session, "ours", TEXT, PAGE, "Ada", NOW)
    touchpoint = make.touchpoint(session, channel=ChannelName.CHAT, address=PAGE)
    session.flush()
    adapters.use_for(session, adapter, [touchpoint.id])
    path = "/admin/widgets/adapters/ours/delete"
    assert "Give it another chat first" in client.get(path).text
    assert client.submit(path, "/admin/widgets/teach").status_code == 409

    touchpoint.widget = "auto"
    assert "Its only version is lost" in client.get(path).text.replace("\n    ", " ")
    assert client.submit(path).status_code == 302
    assert client.get("/admin/widgets/adapters/ours").status_code == 404
