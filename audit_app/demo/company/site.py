"""The web site of the demo company: home, shops, and a contact page with address and form for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from audit_app.demo.chain import COMPANY, SHOPS, Shop

TOPICS = ("A product", "Delivery", "A return or exchange", "A complaint", "Something else")
MAX_MESSAGE = 4000
_SHOPS = {shop.key: shop for shop in SHOPS}
_EMAIL = re.compile(r"[^@\s<>\",;:\\()\[\]]{1,64}@[A-Za-z0-9.-]{1,190}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What a customer typed into the contact form, and what is wrong with it, by field."""

    name: str = ""
    email: str = ""
    topic: str = ""
    message: str = ""
    agreed: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


SendEnquiry = Callable[[Shop, Enquiry], str]
"""Takes a valid enquiry to the shop and gives the number under which it is filed."""


def site_app(chat_url: str, send: SendEnquiry) -> Flask:
    """The web application of the site port."""
    app = Flask("audit_app.demo.company", template_folder="templates/site", static_folder="static/site")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.extensions["send_enquiry"] = send
    app.jinja_env.globals.update(company=COMPANY, shops=SHOPS, regions=_regions(), chat_url=chat_url)
    app.register_blueprint(_pages)
    return app


_pages = Blueprint("site", __name__)


@_pages.get("/")
def home() -> ResponseReturnValue:
    """The front page, with a way to every shop."""
    return render_template("home.html")


@_pages.get("/shops")
def shop_list() -> ResponseReturnValue:
    """All shops by region."""
    return render_template("shops.html")


@_pages.get("/shops/<key>")
def shop(key: str) -> ResponseReturnValue:
    """One shop."""
    return render_template("shop.html", shop=_shop(key))


@_pages.get("/shops/<key>/contact")
def contact(key: str) -> ResponseReturnValue:
    """A shop's contact page."""
    number = request.args.get("sent", "")
    sent = number if re.fullmatch(r"FF-\d{1,9}", number) else None
    return render_template("contact.html", shop=_shop(key), enquiry=Enquiry(), topics=TOPICS, sent=sent)


@_pages.post("/shops/<key>/contact")
def send_enquiry(key: str) -> ResponseReturnValue:
    """Send the contact form to the shop."""
    place, enquiry = _shop(key), _enquiry(request.form)
    if enquiry.errors:
        return render_template("contact.html", shop=place, enquiry=enquiry, topics=TOPICS, sent=None), 422
    send: SendEnquiry = current_app.extensions["send_enquiry"]
    return redirect(url_for("site.contact", key=key, sent=send(place, enquiry)), 303)


def _shop(key: str) -> Shop:
    if key not in _SHOPS:
        abort(404)
    return _SHOPS[key]


def _regions() -> list[tuple[str, list[Shop]]]:
    return [(region, list(members)) for region, members in groupby(SHOPS, key=lambda shop: shop.region)]


def _enquiry(form: Mapping[str, str]) -> Enquiry:
    name, email = " ".join(form.get("name", "").split()), form.get("email", "").strip()
    topic, message, agreed = form.get("topic", ""), form.get("message", "").strip(), "agreed" in form
    errors = {
        "name": "" if 0 < len(name) <= 120 else "Tell us your name.",
        "email": "" if _EMAIL.fullmatch(email) else "Give an e-mail address that we can answer to.",
        "topic": "" if topic in TOPICS else "Choose what it is about.",
        "message": ""
        if 0 < len(message) <= MAX_MESSAGE
        else f"Write us a message of up to {MAX_MESSAGE} characters.",
        "agreed": "" if agreed else "We need your consent to answer you.",
    }
    return Enquiry(name, email, topic, message, agreed, {key: text for key, text in errors.items() if text})
