"""A site of odd contact forms: pages beside this file, and what becomes of them when they are sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from flask import Flask, redirect, render_template, render_template_string, request, send_from_directory
from flask.typing import ResponseReturnValue

from tests.browser.forms.odd_parts import INSIDE, PAGES, STATUSES, STEPWISE
from tests.browser.forms.serving import serving

CAPTCHAS = {
    "recaptcha": '<div class="g-recaptcha" data-sitekey="x"></div>',
    "hcaptcha": '<div class="h-captcha" data-sitekey="x"></div>',
    "turnstile": '<div class="cf-turnstile" data-sitekey="x"></div>',
    "picture": '<img src="/captcha.png" alt="code" width="90" height="30"><label>Security code <input name="c"></label>',
    "sum": "<label>What is 3 + 4? <input name='c'></label>",
}
SAID: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("languages.yaml").read_text("utf-8"))
LIBRARIES = Path(__file__).resolve().parents[3] / ".cache" / "widgets"
NOTHING: Mapping[str, str] = {}
SENTENCE = "Please give a telephone number."


class OddSite:
    """The running site; `got` holds what was sent, by the form's name, and `accepted` what was kept."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[str, dict[str, str]]] = []
        self.accepted: list[dict[str, str]] = []
        self.cookies: dict[str, str] = {}
        self.headers: dict[str, str] = {}

    def app(self) -> Flask:
        """The site's application."""
        app = Flask(__name__, template_folder=".")
        app.add_url_rule("/<name>", view_func=self._page)
        app.add_url_rule("/language/<tag>", view_func=self._in_language)
        app.add_url_rule("/real/<name>", "real", view_func=lambda name: render_template(f"real/{name}.html"))
        app.add_url_rule(
            "/lib/<path:path>", "lib", view_func=lambda path: send_from_directory(LIBRARIES, path)
        )
        app.add_url_rule("/saved/<name>", "saved", view_func=lambda name: ("", 204), methods=["POST"])
        app.add_url_rule("/send/<name>", view_func=self._take, methods=["POST"])
        return app

    def forget(self) -> None:
        """Begin anew with nothing received."""
        self.got.clear()
        self.accepted.clear()

    def _in_language(self, tag: str) -> str:
        return render_template("language.html", tag=tag, said=SAID[tag])

    def _page(self, name: str) -> ResponseReturnValue:
        if name in CAPTCHAS or name in INSIDE:
            return self._plain(name, inside=(CAPTCHAS | INSIDE)[name])
        if name in PAGES:
            return f"<!doctype html><html lang=en>{PAGES[name]}"
        return STATUSES[name][::-1] if name in STATUSES else self._other_page(name)

    def _other_page(self, name: str) -> ResponseReturnValue:
        if name in STEPWISE:
            return render_template(STEPWISE[name], name=name, how=name)
        if name == "invisible":
            return self._plain(
                name, inside='<button class="g-recaptcha" data-size="invisible" hidden></button>'
            )
        if name == "other-forms-captcha":
            return self._plain(name, above=f"<form><input type=email>{CAPTCHAS['recaptcha']}</form>")
        if name == "forbidden":
            return "<h1>Access denied</h1>", 403
        if name == "turned-away":
            return "<h1>Access denied</h1><p>You have been blocked.</p>"
        if name == "members":
            return "<form><label>E-mail <input type=email></label><input type=password><button>Log in</button></form>"
        if name in ("german", "steps", "shadow", "framed", "inner", "modern"):
            return render_template(f"{name}.html")
        if name in ("bienvenue", "merci"):
            return "<h1>Nos horaires</h1>"
        if name == "wants-secret":
            return self._plain(name, inside="<label>Favourite animal * <input name=animal></label>")
        return self._plain(name)

    def _once_more(self, name: str, sent: Mapping[str, str]) -> str:
        """The pages that come instead of a thank-you without saying in known words what is wrong."""
        if name == "shown-again" and "sure" not in sent:
            return self._shown_again(sent["message"])
        if name == "emptied":
            return self._plain(name, above="<div class=error-summary>Enter your telephone number</div>")
        return self._plain(name, values=sent) if name == "silent" else ""

    def _shown_again(self, message: str) -> str:
        """A step without fields, which asks whether what was written is right."""
        return render_template_string(
            "<!doctype html><html lang=en><h1>Is this right?</h1><p style='white-space:pre-line'>{{ message }}</p>"
            "<form method=post action=/send/shown-again><input type=hidden name=sure value=yes>"
            "<input type=hidden name=message value='{{ message }}'><button type=button>Back</button><button>Send</button>",
            message=message,
        )

    def _plain(
        self,
        name: str,
        *,
        above: str = "",
        inside: str = "",
        values: Mapping[str, str] = NOTHING,
        wrong: str = "",
    ) -> str:
        return render_template(
            "plain.html", name=name, above=above, inside=inside, values=values, wrong=wrong
        )  # fmt: skip

    def _take(self, name: str) -> ResponseReturnValue:
        sent = request.form.to_dict() | {key: file.filename or "" for key, file in request.files.items()}
        self.got.append((name, sent))
        self.cookies, self.headers = request.cookies.to_dict(), dict(request.headers)
        if name == "strict" and not sent["phone"]:
            return self._plain(name, above=f"<p role=alert>{SENTENCE}</p>", values=sent, wrong="phone"), 422
        if name == "stubborn":
            return self._plain(name, above="<p role=alert>Error: please try again tomorrow.</p>", values=sent)
        if name == "overloaded":
            return "<h1>Too many requests</h1>", 429
        if name == "broken-line":
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        if name == "suspicious":
            return self._plain(name, inside=CAPTCHAS["hcaptcha"], values=sent)
        if name == "scored":
            said = "<p role=alert>Error: reCAPTCHA verification failed. Please try again.</p>"
            return self._plain(name, above=said, values=sent)
        if again := self._once_more(name, sent):
            return again
        self.accepted.append(sent)
        if name in SAID:
            return f"<html lang={name}><h1>{SAID[name]['title']}</h1><p>{SAID[name]['thanks']}"
        if name == "inner":
            return redirect("/merci", 303)
        return "<html lang=de><p>Vielen Dank, Ihre Nachricht wurde gesendet.</p>"


@contextmanager
def odd_site() -> Iterator[OddSite]:
    """Run the site on a free port."""
    site = OddSite()
    with serving(site.app()) as site.url:
        yield site
