"""Consent banners in a real browser: of many languages and platforms, in frames and shadow roots, late and again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from html import escape
from typing import TypeVar

import pytest

from probes.browser.banners.words import LANGUAGES, platforms
from probes.browser.browsers import Browsers, Page, open_page
from probes.browser.consent import dismiss_consent_banner, expect_consent_banners
from probes.browser.program import find_browser
from tests.local_hosts import LOCAL

pytestmark = pytest.mark.browser
Result = TypeVar("Result")

# What banners of each language say, and their buttons; the first is the one that a customer with sense presses.
BANNERS = {
    "en": ("We use cookies to improve your experience.", "Reject all", "Accept all", "Manage preferences"),
    "de": ("Wir verwenden Cookies.", "Nur notwendige Cookies", "Alle akzeptieren", "Einstellungen anpassen"),
    "fr": ("Ce site utilise des cookies.", "Continuer sans accepter", "Tout accepter", "Paramétrer"),
    "es": ("Utilizamos cookies propias.", "Rechazar todas", "Aceptar todas", "Configurar cookies"),
    "sv": ("Vi använder kakor.", "Bara nödvändiga kakor", "Godkänn alla kakor", "Anpassa inställningar"),
    "ru": ("Мы используем файлы cookie.", "Отклонить все", "Принять все", "Настроить"),
    "he": ("אתר זה משתמש בעוגיות.", "דחיית הכל", "אישור הכל", "הגדרות"),
    "ro": ("Folosim cookie-uri.", "Respinge tot", "Acceptă toate", "Setări"),
    "pl": ("Ta strona używa ciasteczek.", "Odrzuć wszystkie", "Akceptuję wszystkie", "Ustawienia"),
    "nl": ("Wij gebruiken cookies.", "Alles weigeren", "Alles accepteren", "Zelf instellen"),
    "fi": ("Käytämme evästeitä.", "Vain välttämättömät", "Hyväksy kaikki evästeet", "Muokkaa asetuksia"),
    "it": ("Usiamo i cookie.", "Rifiuta tutti", "Accetta tutti", "Personalizza"),
    "da": ("Vi bruger cookies.", "Afvis alle", "Tillad alle", "Tilpas"),
    "nb": ("Vi bruker informasjonskapsler.", "Kun nødvendige", "Godta alle", "Innstillinger"),
}
PRESSED = "const b = this.closest('.over') || this.getRootNode().host; top.pressed.push(this.textContent); (b || frameElement).remove()"
PAGE = "<!doctype html><script>pressed = []</script><button id=send onclick=\"pressed.push('sent')\">Send</button>"
OVER = "position:fixed;inset:0;background:#eee;border:0;width:100%;height:100%"


def button(text: str, attributes: str = "") -> str:
    return f'<button {attributes} onclick="{PRESSED}">{text}</button>'


def banner(said: str, *buttons: str) -> str:
    return f'<div class=over style="{OVER}"><p>{said}</p>{"".join(buttons)}</div>'


LATE = banner("Cookies!", button("Decline"))


@pytest.fixture(scope="module")
def on_page() -> Iterator[Callable[[Callable[[Page], Awaitable[Result]]], Result]]:
    """One page for all tests of this file."""
    with asyncio.Runner() as runner:
        browsers = Browsers(find_browser(), allowed=LOCAL)
        runner.run(browsers.__aenter__())
        context = browsers.context()
        page = runner.run(open_page(runner.run(context.__aenter__())))
        yield lambda act: runner.run(act(page))  # type: ignore[arg-type,return-value]
        runner.run(context.__aexit__(None, None, None))
        runner.run(browsers.__aexit__(None, None, None))


OnPage = Callable[[Callable[[Page], Awaitable[list[str]]]], list[str]]


def pressed_on(on_page: OnPage, html: str, own: tuple[str, ...] = ()) -> list[str]:
    """What was pressed until the button under the banner could be."""

    async def act(page: Page) -> list[str]:
        await page.set_content(PAGE + html)
        await expect_consent_banners(page, own)
        await page.locator("#send").click(timeout=8000)
        pressed: list[str] = await page.evaluate("pressed")
        return pressed

    return on_page(act)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_least_consent_is_given_in_every_language(on_page: OnPage, language: str) -> None:
    said, refuse, accept, settings = BANNERS[language]
    all_three = banner(said, button(settings), button(accept), button(refuse))
    assert pressed_on(on_page, all_three) == [refuse, "sent"]
    without_choice = banner(said, button(settings), button(accept))
    assert pressed_on(on_page, without_choice) == [accept, "sent"]


@pytest.mark.parametrize("platform", platforms(), ids=lambda platform: platform.name)
def test_a_platforms_button_is_known_by_its_name_whatever_it_says(on_page: OnPage, platform: object) -> None:
    known = {each.name: each for each in platforms()}[platform.name]  # type: ignore[attr-defined]
    buttons = "".join(_built(css, word) for css, word in ((known.accept[0], "Jā"), (known.refuse[0], "Nē")))
    html = f'<div class=over style="{OVER}">{buttons}</div>'
    assert pressed_on(on_page, html) == ["Nē", "sent"]


def _built(css: str, text: str) -> str:
    """Build an element that fits a selector of tags, classes, ids and one attribute, within what is around it."""
    *around, last = css.split(" ")
    opened = "".join(f"<div {_attributes(each)}>" for each in around)
    return f"{opened}{button(text, _attributes(last))}{'</div>' * len(around)}"


def _attributes(selector: str) -> str:
    name, _, attribute = selector.removeprefix("button").partition("[")
    classes = " ".join(part.partition("#")[0] for part in name.split(".")[1:])
    ident = name.partition("#")[2].partition(".")[0]
    return f'class="{classes}" id="{ident}" {attribute.removesuffix("]")}'


def test_a_banner_in_an_open_shadow_root_is_dismissed(on_page: OnPage) -> None:
    inner = f'<div style="{OVER}"><p>We use cookies</p>{button("Deny")}</div>'
    html = "<script>document.body.appendChild(document.createElement('div')).attachShadow({mode: 'open'}).innerHTML"
    assert pressed_on(on_page, f"{html} = {json.dumps(inner)}</script>") == ["Deny", "sent"]


@pytest.mark.parametrize(
    "frame", ["id=sp_message_iframe_7", "title='Cookie consent'", "class=truste_popframe"]
)
def test_a_banner_in_a_frame_is_dismissed(on_page: OnPage, frame: str) -> None:
    inner = escape(f"<p>Your choices</p>{button('Accept')}{button('Reject')}", quote=True)
    html = f'<iframe {frame} style="{OVER}" srcdoc="{inner}"></iframe>'
    assert pressed_on(on_page, html) == ["Reject", "sent"]


def test_a_banner_that_only_informs_is_closed(on_page: OnPage) -> None:
    assert pressed_on(on_page, banner("This site uses cookies.", button("OK"))) == ["OK", "sent"]


def test_the_words_that_a_page_is_known_by_come_first(on_page: OnPage) -> None:
    html = banner("Welcome", button("Onwards"), button("Reject all"))
    assert pressed_on(on_page, html, ("onwards",)) == ["Onwards", "sent"]


@pytest.mark.parametrize(
    "html",
    [
        "<p>I agree to the terms <button onclick=\"pressed.push('agreed')\">I agree</button></p>",
        "<div style='position:fixed;bottom:0'>Chat with us! <button onclick=\"pressed.push('no')\">Decline</button></div>",
        "<h2>Strictly necessary cookies</h2><a href='#' onclick=\"pressed.push('link')\">Necessary cookies</a>",
        "<dialog open style='position:fixed;bottom:0'>We keep no cookies. <textarea></textarea>"
        "<button onclick=\"pressed.push('closed')\">Close</button></dialog>",
        "<main class='cmp-container'>Cookies are baked here. <button onclick=\"pressed.push('yes')\">Yes</button></main>",
        "<form><label>Cookies or cake?</label><button type=button onclick=\"pressed.push('form')\">Accept</button></form>",
    ],
)
def test_what_is_no_banner_is_left_alone(on_page: OnPage, html: str) -> None:
    assert pressed_on(on_page, html) == ["sent"]


def test_a_banner_that_comes_back_and_one_that_comes_late_are_dismissed_too(on_page: OnPage) -> None:
    async def act(page: Page) -> list[str]:
        await page.set_content(PAGE)
        await expect_consent_banners(page)
        await page.locator("#send").click()
        for _ in range(2):
            await page.evaluate("(html) => document.body.insertAdjacentHTML('beforeend', html)", LATE)
            await page.locator("#send").click(timeout=8000)
        pressed: list[str] = await page.evaluate("pressed")
        return pressed

    assert on_page(act) == ["sent", "Decline", "sent", "Decline", "sent"]


def test_one_can_ask_for_the_banner_to_go_before_looking(on_page: OnPage) -> None:
    async def act(page: Page) -> list[str]:
        await page.set_content(PAGE + LATE)
        went = [await dismiss_consent_banner(page), await dismiss_consent_banner(page)]
        return [str(each) for each in went]

    assert on_page(act) == ["True", "False"]
