"""Which addresses a page publishes, and how they stand there."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.channels.published_address import published_addresses

SHOP = "info@firm.example"


@pytest.mark.parametrize(
    "text",
    [
        "Write to info [at] firm.example today.",
        "info(at)firm(dot)example",
        "E-Mail: info (at) firm (punkt) example",
        "info[arroba]firm[punto]example",
        "info {snabel-a} firm.example",
        "info (małpa) firm (kropka) example",
        "info [собака] firm.example",
        "Mail us: info at firm dot example",
        "info @ firm.example",
    ],
)
def test_an_address_that_is_written_out_against_robots_is_read_as_a_person_reads_it(text: str) -> None:
    assert published_addresses([], text, []) == {SHOP: "written-out address"}


@pytest.mark.parametrize(
    "text",
    ["We are at home.", "Call us @ 8.30", "Look (at) this", "info[at]firm", ""],
)
def test_a_sentence_is_no_address(text: str) -> None:
    assert published_addresses([], text, []) == {}


def test_what_a_customer_can_use_most_easily_comes_first_and_each_address_once() -> None:
    data = json.dumps({"@graph": [{"@type": "Store", "contactPoint": {"email": "mailto:data@firm.example"}}]})
    found = published_addresses(
        ["mailto:Info%40firm.example?subject=Hello"],
        f"{SHOP}, sales@firm.example; jobs (at) firm.example",
        [data],
    )
    assert found == {
        "Info@firm.example": "mailto link",
        "sales@firm.example": "printed address",
        "jobs@firm.example": "written-out address",
        "data@firm.example": "structured data",
    }


@given(st.lists(st.text(max_size=30)), st.text(), st.lists(st.text(max_size=40)))
def test_nothing_on_a_page_stops_the_reading(links: list[str], text: str, data: list[str]) -> None:
    assert all("@" in address for address in published_addresses(links, text, data))
