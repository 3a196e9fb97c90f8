"""The JavaScript that probes run in pages, each script alone on a small page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest

from probes.browser.browsers import Page, open_page
from probes.browser.scripts import script
from probes.channels.contact_form.calendar import FIND_DAY
from probes.channels.contact_form.scan import OPEN_ROOTS, SCAN
from probes.channels.contact_page import READ
from tests.browser.forms.visitor import Visitor

pytestmark = pytest.mark.browser
OnPage: TypeAlias = Callable[[str, Callable[[Page], Awaitable[object]]], object]
CLASSES = {5: "day disabled", 6: "day flatpickr-disabled"}
DAYS = "".join(f"<td class='{CLASSES.get(day, 'day')}'>{day}</td>" for day in range(1, 31))


@pytest.fixture
def on_page(visitor: Visitor) -> OnPage:
    def run(html: str, act: Callable[[Page], Awaitable[object]]) -> object:
        async def steps() -> object:
            async with visitor.browsers.context() as context:
                page = await open_page(context)
                await page.add_init_script(OPEN_ROOTS)
                await page.goto("about:blank")
                await page.set_content(html)
                return await act(page)

        return visitor.runner.run(steps())

    return run


@pytest.mark.parametrize(
    ("html", "preferred", "chosen"),
    [
        (f"<table><tr>{DAYS}</table>", 14, "14"),
        (f"<table><tr>{DAYS}</table>", 5, "4"),
        (f"<table><tr><td>29</td><td>30</td><td>31</td>{DAYS}<td>1</td></table>", 30, "30"),
        ("<p>1</p><p>2</p><p>3</p>", 2, None),
        (f"<table hidden><tr>{DAYS}</table>", 14, None),
    ],
)
def test_a_calendar_gives_the_nearest_day_that_can_be_chosen(
    on_page: OnPage, html: str, preferred: int, chosen: str | None
) -> None:
    async def find(page: Page) -> object:
        return await page.evaluate(f"(day) => ({FIND_DAY})(day)?.textContent ?? null", preferred)

    assert on_page(html, find) == chosen


def test_addresses_are_read_from_links_text_and_data(on_page: OnPage) -> None:
    html = (
        "<a href='MAILTO:a@firm.example'>Write</a><p>b@firm.example</p>"
        '<script type=\'application/ld+json\'>{"email": "c@firm.example"}</script>'
    )
    assert on_page(html, lambda page: page.evaluate(READ)) == {
        "links": ["MAILTO:a@firm.example"],
        "text": "Write\n\nb@firm.example",
        "data": ['{"email": "c@firm.example"}'],
    }


def test_a_page_is_at_rest_once_it_stopped_changing(on_page: OnPage) -> None:
    async def watch(page: Page) -> object:
        await page.evaluate(
            "() => { let n = 0; const t = setInterval(() => { document.body.append(n += 1); if (n === 4) clearInterval(t); }, 60); }"
        )
        await page.evaluate(script("probes.browser", "changes"), 200)
        return await page.evaluate("document.body.textContent")

    assert on_page("<p></p>", watch) == "1234"


def test_a_closed_shadow_root_is_looked_into_and_its_trap_is_seen_to_be_hidden(on_page: OnPage) -> None:
    html = (
        "<div id=h></div><script>h.attachShadow({mode: 'closed'}).innerHTML = `<label>Name <input></label>"
        "<label style='position:absolute;left:-9000px'>Fax <input></label>`</script>"
    )

    async def scan(page: Page) -> object:
        seen = await page.evaluate(f"() => ({SCAN})().snapshot")
        return [(field["label"], field["visible"]) for field in seen["fields"]]

    assert on_page(html, scan) == [("Name", True), ("Fax", False)]
