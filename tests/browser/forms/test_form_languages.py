"""One shop's contact form in each of the languages, filled in and sent in a real browser."""

from __future__ import annotations

import asyncio

import pytest

from probes.base import Fact, FactKind
from probes.forms.words import LANGUAGES
from tests.browser.forms.odd_site import SAID, OddSite
from tests.browser.forms.visitor import ADDRESS, Visitor, letter

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def seen(visitor: Visitor, running: OddSite) -> dict[str, Fact]:
    """What came of all of them, visited side by side because each waits most of the time."""

    async def all_of_them() -> list[Fact]:
        visits = (
            visitor.visit(letter(f"{running.url}/language/{tag}", tag, SAID[tag]["text"]))
            for tag in LANGUAGES
        )
        return await asyncio.gather(*visits)

    running.forget()
    return dict(zip(LANGUAGES, visitor.runner.run(all_of_them()), strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_is_understood_and_sent_once_in_every_language(
    seen: dict[str, Fact], running: OddSite, language: str
) -> None:
    said, sent = SAID[language], seen[language]
    (got,) = (fields for name, fields in running.got if name == language)
    assert (got["a1"], got["b2"], got["f6"]) == (said.get("called", "Anna Berg"), ADDRESS, said["text"])
    assert (got["c3"], got["d4"], got["e5"][:3]) == ("", said["complaint"], "999")
    assert ("g7" in got, got["h8"], got["refused"]) == (False, "1", "1"), (
        "consent, but no offers and no cookies"
    )
    assert sent.kind is FactKind.SENT
    assert sent.reasons == (f"The page says that it was sent: {said['thanks']}",)
