"""Chats that nobody has described and that do what the chats of shops do: each is written in once, and answers count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from probes.base import Fact, FactKind
from probes.browser.browsers import Browsers
from probes.channels.chat.leave_address import ADDRESS_ALONE, NOT_TAKEN, TAKEN
from probes.channels.chat.session import open_chat
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.watch import Watch
from probes.widgets.files import load_widget
from probes.widgets.schema import Widget
from tests.browser.chat.chat_server import ChatServer, Said, chat_server, run_chat

pytestmark = pytest.mark.browser
ANNA = Visitor("Anna Berg", "anna-7f3@shopper.example", "en", "Europe/Stockholm")
QUESTION = "Good morning. Don't you have the lamp from https://shop.example/lamp? Thank you."
SAGA = Said("operator", "Yes, we have two.", 0.6, "Saga")


def talk(
    server: ChatServer, ways: str, seconds: float = 4.0, widget: str | Widget = "auto"
) -> tuple[list[Fact], list[Fact]]:
    """Say something and watch so long; then go back once and return what each of the two visits was told."""

    async def run(browsers: Browsers) -> tuple[list[Fact], list[Fact]]:
        url = f"{server.url}/plain.html?{ways}"
        async with open_chat(browsers, url, widget, ANNA) as session:
            await session.introduce()
            await session.send(QUESTION)
            first = [seen async for seen in Watch(session).answers(_in(seconds))]
            state = await session.state()
        async with open_chat(browsers, url, widget, ANNA, state) as session:
            await session.introduce()
            await session.recall(QUESTION)
            return first, [seen async for seen in Watch(session).answers(_in(1.0), datetime.now(UTC))]

    return run_chat(run)


def _in(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def answers(seen: Sequence[Fact]) -> list[str]:
    return [each.text for each in seen if each.kind is FactKind.UNCERTAIN_REPLY]


@pytest.mark.parametrize(
    "ways",
    ["shadow=closed", "waits=scroll", "waits=consent", "corrects", "split", "icon", "icon&submit", "empties",
     "form=asks", "form=asks&reach", "form=question", "home", "attach", "attach=Datei anhängen", "attach=קובץ&icon"],
)  # fmt: skip
def test_it_is_written_in_once_and_its_answer_seen_now_and_on_coming_back(ways: str) -> None:
    with chat_server(SAGA) as server:
        first, again = talk(server, ways)

    assert server.own_messages() == [QUESTION]
    assert answers(first) == answers(again) == ["Yes, we have two."]


def test_a_chat_whose_element_takes_no_room_because_all_in_it_floats_is_read_all_the_same() -> None:
    shop = load_widget("generic").model_copy(update={"root": ".shop-chat"})
    with chat_server(SAGA) as server:
        first, again = talk(server, "flat&icon", widget=shop)

    assert server.own_messages() == [QUESTION]
    assert answers(first) == answers(again) == ["Yes, we have two."]


def test_an_age_that_grows_makes_no_new_answer_of_an_old_one() -> None:
    with chat_server(SAGA, Said("operator", "Until six.", 0.8, "Saga")) as server:
        first, again = talk(server, "ages", 5.0)

    assert [text.split(" just")[0].split(" 2 s")[0] for text in answers(first)] == [
        "Yes, we have two.",
        "Until six.",
    ]
    assert {seen.key for seen in again} <= {seen.key for seen in first}


def test_an_answer_counts_although_our_message_has_left_a_list_that_draws_only_its_end() -> None:
    queue = [Said("operator", f"Number {place} in the queue.", place / 2, "Saga") for place in (1, 2, 3, 4)]

    async def run(browsers: Browsers) -> list[Fact]:
        url, waits = f"{server.url}/plain.html?icon&last=3", Patience(settle=1.0)
        async with open_chat(browsers, url, "auto", ANNA, patience=waits) as session:
            await session.introduce()
            await session.send(QUESTION)
            return [seen async for seen in Watch(session).answers(_in(6.0))]

    late = Said("operator", "Yes, we have two.", 3.0, "Saga")
    with chat_server(*queue, late) as server:
        seen = run_chat(run)

    assert answers(seen) == [*(each.text for each in queue), late.text]
    assert FactKind.LOST not in [each.kind for each in seen]


@pytest.mark.parametrize(("said", "told"), [("img:photo", "[image]"), ("img:thumb", "👍")])
def test_an_answer_that_is_only_a_picture_is_an_answer(said: str, told: str) -> None:
    with chat_server(Said("operator", said, 0.5, "Saga")) as server:
        first, _ = talk(server, "")

    assert answers(first) == [told]


@pytest.mark.parametrize("asks", ["after", "again", "held", "first"])
def test_a_chat_that_asks_for_an_address_gets_the_probes_own_once_and_the_message_once(asks: str) -> None:
    with chat_server(SAGA) as server:
        first, again = talk(server, f"icon&asks={asks}", 5.0)

    assert server.left == [{"email": ANNA.email}]
    assert server.own_messages() == [QUESTION]
    assert "Yes, we have two." in answers(first)
    assert "Yes, we have two." in answers(again)
    told = [reason for seen in [*first, *again] for reason in seen.reasons if "e-mail address" in reason]
    assert told == {"after": [TAKEN], "held": [TAKEN], "again": [NOT_TAKEN], "first": []}[asks]


def test_where_nobody_is_and_only_an_address_can_be_left_that_is_what_was_sent() -> None:
    async def run(browsers: Browsers) -> Fact:
        async with open_chat(browsers, f"{server.url}/plain.html?asks=only", "auto", ANNA) as session:
            await session.introduce()
            return await session.send(QUESTION)

    with chat_server() as server:
        sent = run_chat(run)

    assert (sent.reasons, sent.text) == ((ADDRESS_ALONE,), "")
    assert server.left == [{"email": ANNA.email}]
    assert server.own_messages() == []
