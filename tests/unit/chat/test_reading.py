"""What is made of a chat's page without a browser: order, delivery, what was there before, and rows in a tree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.browser.browsers import BrowserError
from probes.channels.chat import vocabulary
from probes.channels.chat.delivery import Delivery, delivery_of
from probes.channels.chat.earlier import Earlier
from probes.channels.chat.order import FirstSight, by_place, is_newest_first
from probes.channels.chat.rows import find_rows
from probes.channels.chat.transcript import Line
from probes.channels.chat.tree import BLOCK, PAINTED, SCROLLS, TYPED_IN, read_tree

OURS = "Do you have the lamp from the window?"
OWN = Line("m2", "visitor", "", OURS, None, place=(10, 100))


def line(id_: str, text: str, top: int = 0, role: Any = "unknown", own_id: bool = True) -> Line:
    return Line(id_, role, "", text, None, has_own_id=own_id, place=(10, top))


# --- order --------------------------------------------------------------------------------------------------------


def test_messages_stand_as_the_screen_has_them_whatever_the_document_says() -> None:
    drawn = [line("c", "third", 300), line("a", "first", 100), line("b", "second", 200)]
    assert [each.id for each in by_place(drawn)] == ["a", "b", "c"]
    assert [each.id for each in by_place(drawn, newest_first=True)] == ["c", "b", "a"]


def test_what_was_there_before_ours_says_which_way_a_list_runs() -> None:
    assert is_newest_first([line("w", "Welcome", 50)], OWN) is False
    assert is_newest_first([line("w", "Welcome", 150)], OWN) is True
    assert is_newest_first([], OWN) is None


@given(st.lists(st.lists(st.integers(0, 30), unique=True), max_size=8))
def test_whatever_a_list_does_what_was_seen_first_stays_first(looks: list[list[int]]) -> None:
    sight, order = FirstSight(), dict[str, None]()
    for look in looks:
        shown = [line(str(number), str(number)) for number in look]
        order.update((each.id, None) for each in shown)
        arranged = [each.id for each in sight.arranged(shown)]
        assert arranged == [id_ for id_ in order if id_ in {each.id for each in shown}]


# --- what was there before -------------------------------------------------------------------------------------------


def test_a_greeting_that_gets_its_id_late_is_still_what_was_there_before() -> None:
    earlier = Earlier.of([line("x", "Welcome!", own_id=False)], [])
    before, after = earlier.split([line("m1", "Welcome!"), line("m3", "Welcome!"), line("m4", "Yes")])
    assert [each.id for each in before] == ["m1"]
    assert [each.id for each in after] == ["m3", "m4"]


def test_what_was_there_before_is_known_again_in_another_process_without_its_words() -> None:
    earlier = Earlier.of([line("m1", "Welcome!"), line("x", "Hello", own_id=False)], ["Powered by HelpDesk"])
    kept = Earlier.from_json(earlier.as_json())
    assert "Welcome" not in str(earlier.as_json())
    lines = [line("m1", "Welcome!"), line("y", "Hello", own_id=False), line("m9", "Yes")]
    assert [each.id for each in kept.split(lines)[1]] == ["m9"]


# --- delivery --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beside", "notices", "delivery"),
    [
        ((), (), Delivery.STANDS),
        (("10:42",), (), Delivery.STANDS),
        (("Sent by you",), (), Delivery.STANDS),
        (("Sending…",), (), Delivery.WAITING),
        (("Wird gesendet …",), (), Delivery.WAITING),
        (("Delivered",), (), Delivery.DELIVERED),
        (("Läst 10:42",), (), Delivery.DELIVERED),
        (("Not delivered. Tap to retry.",), (), Delivery.FAILED),
        (("Kunde inte skickas",), (), Delivery.FAILED),
        (("Échec de l’envoi",), (), Delivery.FAILED),
        (("Не доставлено",), (), Delivery.FAILED),
        (("Retry",), (), Delivery.DOUBTFUL),
        ((), ("You’re offline",), Delivery.DOUBTFUL),
        ((), ("Keine Verbindung. Bitte warten.",), Delivery.DOUBTFUL),
    ],
)
def test_what_stands_beside_our_message_says_what_became_of_it(
    beside: tuple[str, ...], notices: tuple[str, ...], delivery: Delivery
) -> None:
    assert delivery_of(replace(OWN, beside=beside), [], notices)[0] is delivery


def test_an_answer_shows_that_our_message_arrived_unless_the_chat_says_otherwise() -> None:
    answer = line("m3", "Yes, two in stock.")
    assert delivery_of(OWN, [answer])[0] is Delivery.ANSWERED
    assert delivery_of(replace(OWN, beside=("Not delivered",)), [answer])[0] is Delivery.FAILED


@pytest.mark.parametrize(
    "said",
    [
        "I have joined two lamps",
        "Has Saga joined?",
        "Yes, she left the chat about it to me and then we talked on for a long time",
    ],
)
def test_a_person_who_speaks_of_joining_is_no_remark_of_the_chat(said: str) -> None:
    assert not vocabulary.is_remark(said)


@pytest.mark.parametrize(
    "said", ["Saga has joined the chat", "Saga joined", "Saga har anslutit", "Сага присоединилась к чату"]
)
def test_who_comes_and_goes_is_a_remark_of_the_chat(said: str) -> None:
    assert vocabulary.is_remark(said)


# --- rows in a tree --------------------------------------------------------------------------------------------------


def element(depth: int, tag: str, classes: str = "", flags: int = BLOCK, **attributes: str) -> list[Any]:
    return [depth, tag, classes, attributes, [0, 0, 100, 20], flags]


def rows_of(*nodes: list[Any]) -> list[tuple[str, str, str]]:
    roots, _ = read_tree([list(nodes), []])
    return [(row.role, row.author, row.text) for row in find_rows(roots, [OURS]).rows]


def test_a_turn_of_one_writer_is_taken_apart_and_its_name_and_time_told_from_the_words() -> None:
    assert rows_of(
        element(0, "section"),
        element(1, "div", "list", BLOCK | SCROLLS),
        element(2, "div", "turn mine"),
        element(3, "div", "bubble", BLOCK | PAINTED),
        [4, "", OURS],
        element(2, "div", "turn theirs"),
        element(3, "span", "author", 0),
        [4, "", "Saga"],
        element(3, "div", "bubble", BLOCK | PAINTED),
        [4, "", "Yes."],
        element(3, "div", "bubble", BLOCK | PAINTED),
        [4, "", "Two in stock."],
        element(3, "time", "", 0),
        [4, "", "10:42"],
        element(1, "textarea", "", TYPED_IN),
    ) == [("visitor", "", OURS), ("unknown", "Saga", "Yes."), ("unknown", "Saga", "Two in stock.")]  # fmt: skip


def test_paragraphs_of_one_bubble_are_one_message() -> None:
    assert rows_of(
        element(0, "ol", "", BLOCK | SCROLLS),
        element(1, "li", "row"),
        [2, "", OURS],
        element(1, "li", "row"),
        element(2, "div", "bubble", BLOCK | PAINTED),
        element(3, "p"),
        [4, "", "Yes."],
        element(3, "p"),
        [4, "", "Two in stock."],
    ) == [("visitor", "", OURS), ("unknown", "", "Yes.\nTwo in stock.")]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=7),
        max_leaves=30,
    )
)
def test_whatever_a_page_gives_is_read_or_refused(given_: Any) -> None:
    try:
        roots, _ = read_tree(given_)
    except BrowserError:
        return
    find_rows(roots, [OURS])
