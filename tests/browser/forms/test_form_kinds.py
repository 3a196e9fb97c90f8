"""What proves that a form was sent, what refuses it, and parts that were filled in wrongly once: each kind in a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from probes.base import Fact, FactKind, NotSent, SendUnknown
from probes.channels.contact_form.timeouts import FormTimeouts
from tests.browser.forms.kinds import KINDS
from tests.browser.forms.kinds_site import KindsSite, kinds_site
from tests.browser.forms.visitor import Visitor, letter

pytestmark = pytest.mark.browser
AT_ONCE = 5
TIMEOUTS = FormTimeouts(show=4.0, settle=2.0, click=2.0, confirm=4.0, steady=0.6)
TEXTS = {
    "en": "Hello, I want to make a complaint: the lamp is broken.", "de": "Guten Tag, ich habe eine Beschwerde: die Lampe ist kaputt.",
    "fr": "Bonjour, ma lampe est cassée.", "es": "Hola, mi lámpara está rota.", "sv": "Hej, jag har en reklamation: lampan är trasig.",
    "ru": "Здравствуйте, лампа сломана.", "he": "שלום, המנורה שבורה.", "ro": "Bună ziua, am o reclamație: lampa este stricată.",
    "pl": "Dzień dobry, lampa jest zepsuta.", "nl": "Hallo, de lamp is kapot.", "fi": "Hei, haluan tehdä valituksen: lamppu on rikki.",
}  # fmt: skip
Seen = dict[str, Fact | BaseException]


@pytest.fixture(scope="module")
def kinds() -> Iterator[KindsSite]:
    with kinds_site() as site:
        yield site


@pytest.fixture(scope="module")
def seen(visitor: Visitor, kinds: KindsSite) -> Seen:
    """What came of each page, some visited side by side because a visit is mostly waiting."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> Fact:
        language = KINDS[name].language
        async with places:
            return await visitor.visit(
                letter(f"{kinds.url}/kind/{name}", language, TEXTS[language]), TIMEOUTS
            )

    async def each() -> list[Fact | BaseException]:
        return await asyncio.gather(*(one(name) for name in KINDS), return_exceptions=True)

    return dict(zip(KINDS, visitor.runner.run(each()), strict=True))


def sent(seen: Seen, name: str) -> Fact:
    fact = seen[name]
    assert isinstance(fact, Fact), fact
    assert fact.kind is FactKind.SENT
    return fact


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("address-thanks", "address"),
        ("parameter-thanks", "address"),
        ("gives-way", "replaced"),
        ("same-page-gives-way", "replaced"),
        ("empties", "reset"),
        ("thanks-in-title", "message"),
    ],
)
def test_what_proves_that_it_was_sent_is_graded(seen: Seen, name: str, sign: str) -> None:
    assert sent(seen, name).details["sign"] == sign


@pytest.mark.parametrize(
    "name",
    [
        "reloads-empty",
        "reloads-beside-news",
        "to-the-home-page",
        "parameter-refuses",
        "gives-way-to-trouble",
        "only-counts",
        "thanks-alone",
        "fluent-without-script",
        "osticket-refuses",
        "fails-and-empties",
    ],
)
def test_what_proves_nothing_is_never_taken_for_sent(seen: Seen, name: str) -> None:
    assert isinstance(seen[name], SendUnknown | NotSent), seen[name]


@pytest.mark.parametrize(
    "name", ["cf7", "names-the-field", "beside-the-field", "fluent", "answers-in-json", "boxes-late"]
)
def test_a_refusal_with_status_200_that_names_a_field_is_corrected_once(
    seen: Seen, kinds: KindsSite, name: str
) -> None:
    assert sent(seen, name)
    first, second = ({key for key, value in got.items() if value != [""]} for got in kinds.received(name))
    added = {"cf7": {"your-tel"}, "fluent": set(), "boxes-late": {"topic"}}.get(
        name, {"phone"}
    )  # one sends all its fields as one
    assert second - first == added


@pytest.mark.parametrize(
    ("name", "words", "presses"),
    [
        ("cf7-spam", "Une erreur est survenue", 1),
        ("cf7-never", "Teléfono: El número de teléfono no es válido", 2),
        ("always-names", "El Teléfono no es válido", 2),
        ("refuses-in-secret", "Nonce is stale", 1),
    ],
)
def test_a_refusal_with_status_200_is_not_sent_and_says_field_and_words(
    seen: Seen, kinds: KindsSite, name: str, words: str, presses: int
) -> None:
    with pytest.raises(NotSent, match=words):
        _raise(seen[name])
    assert len(kinds.received(name)) == presses


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("list-by-key", "topic", "Reklamation"),
        ("list-by-value", "topic", "Beschwerde"),
        ("covered-box", "agreed", "yes"),
        ("covered-all", "agreed", "yes"),
        ("covered-all", "topic", "Complaint"),
        ("covered-radios", "topic", "b"),
        ("boxes-late", "topic", "Complaint"),
        ("parts-below", "a", "Anna"),
        ("parts-below", "b", "Berg"),
        ("formidable", "item_meta[1]", "Anna"),
        ("formidable", "item_meta[2]", "Berg"),
        ("formidable-fr", "item_meta[1]", "Anna"),
        ("formidable-fr", "item_meta[2]", "Berg"),
        ("formidable-ru", "item_meta[1]", "Anna"),
        ("formidable-ru", "item_meta[2]", "Berg"),
        ("vorname-name", "a", "Berg"),
        ("vorname-name", "b", "Anna"),
        ("boxes-fieldset", "topic", "Valitus"),
        ("boxes-star", "xReclamație", "on"),
        ("boxes-of-two-sorts", "ok", "on"),
        ("cf7", "topics[]", "Beschwerde"),
        ("boxes-without-title", "age", "on"),
        ("boxes-without-title", "true", "on"),
        ("osticket", "x8b", "Anna Berg"),
        ("osticket", "x6d", "A damaged lamp"),
        ("osticket", "topicId", "2"),
        ("osticket", "x5e", TEXTS["en"]),
    ],
)
def test_parts_are_filled_in_as_a_person_would(
    seen: Seen, kinds: KindsSite, name: str, key: str, value: str
) -> None:
    assert sent(seen, name)
    assert kinds.received(name)[-1][key] == [value]


@pytest.mark.parametrize(("name", "key"), [("boxes-star", "xLaude"), ("boxes-of-two-sorts", "news")])
def test_boxes_that_nobody_insists_on_stay_empty(seen: Seen, kinds: KindsSite, name: str, key: str) -> None:
    assert key not in kinds.received(name)[-1]


def test_what_neither_mouse_nor_keyboard_reaches_is_said_in_plain_words(seen: Seen) -> None:
    with pytest.raises(NotSent, match="“What is it about[?] [*]” on .* could not be used") as told:
        _raise(seen["list-by-nothing"])
    assert not any(word in str(told.value) for word in ("Timeout", "ElementHandle", "Locator"))


def _raise(seen: Fact | BaseException) -> None:
    if isinstance(seen, BaseException):
        raise seen
