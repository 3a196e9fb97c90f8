"""A site of the forms in kinds.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

from tests.browser.forms.kinds import KINDS, Kind
from tests.browser.forms.serving import serving


class KindsSite:
    """The running site; `got` holds what each form has sent, with several values for what was sent several times."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[str, dict[str, list[str]]]] = []

    def received(self, name: str) -> list[dict[str, list[str]]]:
        """What one form has sent, once after the other."""
        return [sent for form, sent in self.got if form == name]

    def app(self) -> Flask:
        """The site's application."""
        app = Flask(__name__)
        app.add_url_rule("/kind/<name>", view_func=self._page)
        app.add_url_rule("/kind/<name>", "take", self._take, methods=["POST"])
        return app

    def _page(self, name: str) -> ResponseReturnValue:
        if name in KINDS:
            return KINDS[name].page()
        return (
            ("", 404)
            if name.endswith(".js")
            else "<!doctype html><title>Shop</title><h1>Lamps</h1><p>Floor lamps"
        )

    def _take(self, name: str) -> ResponseReturnValue:
        if name not in KINDS:
            return "", 204
        self.got.append((name, request.form.to_dict(flat=False)))
        kind = KINDS[name]
        answer = kind.answers[min(len(self.received(name)), len(kind.answers)) - 1]
        if not isinstance(answer, str):
            return dict(answer)
        return (
            redirect(answer, 303)
            if answer.startswith("/")
            else _answered(kind, answer, request.form.to_dict())
        )


def _answered(kind: Kind, answer: str, sent: dict[str, str]) -> str:
    how, rest = answer[:1], answer[1:]
    match how:
        case "=" | "+":
            return kind.page(above=rest)
        case "~":
            return kind.framed(rest)
        case "!":
            return kind.page(above=rest, values=sent)
        case "?":
            return kind.page(inside=rest, values=sent)
        case _:
            return answer if answer.startswith("<!") else kind.framed(f"<p>{answer}</p>")


@contextmanager
def kinds_site() -> Iterator[KindsSite]:
    """Run the site on a free port."""
    site = KindsSite()
    with serving(site.app()) as site.url:
        yield site
