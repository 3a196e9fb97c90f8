"""The live chat of the demo company: the widget, the frame it opens, and the conversations behind it.

It is served from a port of its own, as a chat vendor's would be, so that the frame is of another origin
than the page that shows it. What is said reaches the frame at once, as server-sent events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from audit_app.demo.chain import COMPANY, SHOPS
from audit_app.demo.company.staff import BOT, GREETING, Staff
from audit_app.demo.company.store import ChatMessage, Conversation, Store
from audit_app.demo.company.subscribers import Subscribers

MAX_TEXT = 2000
MAX_NAME = 120
AGAIN_SECONDS = 10.0
"""How long a silent stream waits until it says something all the same, and so notices that nobody listens."""
_SHOPS = {shop.key: shop for shop in SHOPS}


class ChatRoom:
    """The conversations; may be used from any thread."""

    def __init__(self, store: Store, staff: Staff) -> None:
        self._store, self._staff = store, staff
        self._subscribers = Subscribers()

    def close(self) -> None:
        """End all streams."""
        self._subscribers.close()

    def changed(self, conversation: str) -> None:
        """Tell those who follow this conversation that something was said in it."""
        self._subscribers.tell(conversation)

    def begin(self, shop: str, visitor: str, email: str, now: datetime) -> Conversation:
        """Open a conversation and greet the visitor by bot."""
        with self._store.transaction():
            conversation = self._store.add_conversation(shop, visitor, email, now)
            self._store.add_chat_message(conversation.id, "bot", BOT, GREETING, now)
        return conversation

    def write(self, conversation: Conversation, text: str, key: str, now: datetime) -> None:
        """Take a visitor's message, once for each ``key`` however often it is sent."""
        with self._store.transaction():
            earlier = self._store.chat_messages(conversation.id)
            first = not any(message.role == "visitor" for message in earlier)
            if self._store.add_chat_message(conversation.id, "visitor", conversation.visitor, text, now, key):
                self._staff.visitor_wrote(conversation, text, now, first)
        self.changed(conversation.id)

    def find(self, id_: str) -> Conversation | None:
        """The conversation with this id, if there is one."""
        return self._store.conversation(id_)

    def transcript(self, conversation: Conversation, now: datetime) -> dict[str, Any]:
        """All that was said, and who is typing, as the frame shows it."""
        messages = self._store.chat_messages(conversation.id)
        typing = self._staff.typing(conversation.id, now)
        return {"messages": [_shown(message) for message in messages], "typing": typing}

    def follow(self, conversation: Conversation) -> Iterator[dict[str, Any]]:
        """The transcript now and after each change, and now and again although nothing changed; ends with the room."""
        with self._subscribers.listening(conversation.id) as news:
            there = True
            while there:
                now = datetime.now(UTC)
                yield self.transcript(conversation, now)
                typing_in = self._staff.seconds_to_typing(conversation.id, now)
                there = news.wait(AGAIN_SECONDS if typing_in is None else min(AGAIN_SECONDS, typing_in))


def chat_app(room: ChatRoom) -> Flask:
    """The web application of the chat port."""
    app = Flask("audit_app.demo.company", template_folder="templates/chat", static_folder="static/chat")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.extensions["chat_room"] = room
    app.register_blueprint(_pages)
    return app


_pages = Blueprint("chat", __name__)


@_pages.get("/widget.js")
def widget() -> ResponseReturnValue:
    """The script that the shop's pages load."""
    return current_app.send_static_file("widget.js")


@_pages.get("/frame")
def frame() -> ResponseReturnValue:
    """The page inside the widget's frame."""
    shop = _SHOPS.get(request.args.get("shop", ""))
    if shop is None:
        abort(404)
    return render_template("frame.html", shop=shop, company=COMPANY, max_text=MAX_TEXT, max_name=MAX_NAME)


@_pages.post("/api/conversations")
def begin() -> ResponseReturnValue:
    """Begin a conversation."""
    data = _json()
    shop, visitor, email = _text(data, "shop", 40), _text(data, "name", MAX_NAME), _text(data, "email", 200)
    if shop not in _SHOPS or "@" not in email:
        abort(400)
    conversation = _room().begin(shop, visitor, email, datetime.now(UTC))
    return jsonify(id=conversation.id), 201


@_pages.get("/api/conversations/<id_>")
def transcript(id_: str) -> ResponseReturnValue:
    """What has been said so far."""
    response = jsonify(_room().transcript(_conversation(id_), datetime.now(UTC)))
    response.headers["Cache-Control"] = "no-store"
    return response


@_pages.get("/api/conversations/<id_>/events")
def events(id_: str) -> ResponseReturnValue:
    """What has been said so far, at once and whenever that changes, as server-sent events."""
    told = _room().follow(_conversation(id_))
    lines = (f"retry: 1000\ndata: {json.dumps(said)}\n\n" for said in told)
    return Response(lines, mimetype="text/event-stream", headers={"Cache-Control": "no-store"})


@_pages.post("/api/conversations/<id_>/messages")
def write(id_: str) -> ResponseReturnValue:
    """Take one message of the visitor."""
    data = _json()
    _room().write(
        _conversation(id_), _text(data, "text", MAX_TEXT), _text(data, "key", 64), datetime.now(UTC)
    )
    return Response(status=204)


def _room() -> ChatRoom:
    room: ChatRoom = current_app.extensions["chat_room"]
    return room


def _conversation(id_: str) -> Conversation:
    conversation = _room().find(id_)
    if conversation is None:
        abort(404)
    return conversation


def _json() -> Mapping[str, Any]:
    data = request.get_json()
    if not isinstance(data, dict):
        abort(400)
    return data


def _text(data: Mapping[str, Any], key: str, longest: int) -> str:
    text = data.get(key)
    if not isinstance(text, str) or not text.strip() or len(text) > longest:
        abort(400)
    return text.strip()


def _shown(message: ChatMessage) -> dict[str, str]:
    at = message.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": f"m{message.id}",
        "role": message.role,
        "author": message.author,
        "text": message.text,
        "at": at,
    }
