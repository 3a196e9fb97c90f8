"""What stands behind the widgets that nobody here wrote: a Direct Line server, and the chat server Prosody."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request, send_from_directory
from slixmpp import ClientXMPP
from slixmpp.stanza import Message
from werkzeug.serving import make_server

from audit_app.demo.company.bodies import closing_bodies
from tests.browser.chat.chat_server import PAGES, ChatServer, Said

LIBRARIES = Path(__file__).resolve().parents[3] / ".cache" / "widgets"


def missing(library: str) -> str:
    """Why a test of this library cannot run here; empty when it can."""
    there = (LIBRARIES / library).is_dir()
    return "" if there else f"{library} is not in .cache/widgets: run .ci/install-for-tests (it needs npm)"


def prosody_missing() -> str:
    return (
        ""
        if shutil.which("prosody")
        else "the chat server Prosody is not installed: run .ci/install-for-tests as root"
    )


@contextmanager
def shop(*answers: Said) -> Iterator[ChatServer]:
    """Serve the shop's pages with the real widgets, whose people give these answers."""
    chat = ChatServer(answers=answers)
    server = make_server("127.0.0.1", 0, closing_bodies(_application(chat)), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    chat.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield chat
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _application(chat: ChatServer) -> Flask:
    app = Flask("shop")

    @app.get("/<page>.html")
    def page(page: str) -> Response:
        return send_from_directory(PAGES / "real", f"{page}.html")

    @app.get("/lib/<path:path>")
    def library(path: str) -> Response:
        return send_from_directory(LIBRARIES, path)

    @app.post("/begin")
    def begin() -> Response:
        return jsonify(chat.begin({}))

    @app.post("/say")
    def say() -> Response:
        return jsonify(chat.say(request.get_json(force=True)))

    @app.get("/said")
    def said() -> Response:
        return jsonify(chat.said(request.args["id"]))

    _direct_line(app, chat)
    _bots(app, chat)
    _supchat(app, chat)
    return app


def _said_to_bot(chat: ChatServer, text: str) -> str:
    """Take down what a visitor wrote, and return what the bot says to it: the first answer."""
    if not chat.conversations:
        chat.begin({})
    chat.say({"id": "0", "text": text})
    return chat.answers[0].text


def _bots(app: Flask, chat: ChatServer) -> None:
    """As much as three builders of bots need behind their widgets: n8n's webhook, Typebot's and Flowise's addresses."""

    @app.post("/n8n")
    def n8n() -> Response:
        given = request.get_json(force=True)
        if given.get("action") != "sendMessage":
            return jsonify(data=[])
        return jsonify(output=_said_to_bot(chat, given["chatInput"]))

    def bubble(id_: str, text: str) -> dict[str, Any]:
        rich = [{"type": "p", "children": [{"text": text}]}]
        return {"id": id_, "type": "text", "content": {"type": "richText", "richText": rich}}

    typed = {"id": "asked", "type": "text input", "options": {"labels": {"placeholder": "Type your answer"}}}

    @app.post("/api/v1/typebots/shop/startChat")
    def start_typebot() -> Response:
        shown = {"id": "shop", "theme": {}, "settings": {}, "version": "6"}
        return jsonify(
            sessionId="s", resultId="r", typebot=shown, messages=[bubble("hi", "Hi there!")], input=typed
        )

    @app.post("/api/v1/sessions/s/continueChat")
    def continue_typebot() -> Response:
        said = request.get_json()["message"]
        text = said if isinstance(said, str) else said["text"]
        return jsonify(messages=[bubble("a1", _said_to_bot(chat, text))], input=typed)

    @app.get("/api/v1/public-chatbotConfig/shop")
    def flowise() -> Response:
        return jsonify({})

    @app.get("/api/v1/chatflows-streaming/shop")
    def streaming() -> Response:
        return jsonify(isStreaming=False)

    @app.post("/api/v1/prediction/shop")
    def predict() -> Response:
        text = _said_to_bot(
            chat, request.get_json(silent=True)["question"] if request.is_json else request.form["question"]
        )
        return jsonify(text=text, chatId="c", chatMessageId="m1", question="")


def _shown_by_supchat(said: dict[str, Any]) -> dict[str, str]:
    kind = {"visitor": "guest", "operator": "operator"}.get(said["role"], "system")
    return {"id": said["id"], "sender_type": kind, "text": said["text"], "created_at": said["at"]}


def _events_of_supchat(chat: ChatServer) -> Iterator[str]:
    shown: set[str] = set()
    for _ in range(300):
        for said in chat.said("0")["messages"]:
            if said["id"] not in shown and said["role"] != "visitor":
                yield f"event: message.created\ndata: {json.dumps(_shown_by_supchat(said))}\n\n"
            shown.add(said["id"])
        time.sleep(0.1)
        yield ": still there\n\n"


def _supchat(app: Flask, chat: ChatServer) -> None:
    """What django-supchat's own views answer, with its own template and scripts in front."""

    @app.get("/supchat.html")
    def supchat() -> str:
        template = (LIBRARIES / "django-supchat-1.8.0" / "templates" / "supchat" / "widget.html").read_text()
        filled = re.sub(r"{% static '([^']*)' %}", r"/lib/django-supchat-1.8.0/static/\1", template)
        filled = filled.replace("{{ start_url }}", "/supchat/start/").replace(
            "{{ config.MAX_MESSAGE_LENGTH }}", "2000"
        )
        plain = re.sub(r"{%.*?%}|{{.*?}}", "", filled.replace("{{ config.TITLE }}", "Support"))
        return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><h1>Shop</h1>{plain}</html>'

    @app.post("/supchat/start/")
    def start_supchat() -> Response:
        if not chat.conversations:
            chat.conversations.append([])
        return jsonify(ok=True, conversation={"id": "0"})

    @app.get("/supchat/conversations/0/messages/")
    def supchat_messages() -> Response:
        return jsonify(ok=True, messages=[_shown_by_supchat(said) for said in chat.said("0")["messages"]])

    @app.post("/supchat/conversations/0/messages/")
    def say_supchat() -> Response:
        if chat.deaf:
            return jsonify(ok=False, error="Message was not sent.")
        chat.say({"id": "0", "text": request.get_json()["text"]})
        own = next(said for said in reversed(chat.conversations[0]) if said["role"] == "visitor")
        return jsonify(ok=True, message=_shown_by_supchat(own))

    @app.post("/supchat/conversations/0/read/")
    def read_supchat() -> Response:
        return jsonify(ok=True)

    @app.get("/supchat/conversations/0/events/")
    def supchat_events() -> Response:
        return Response(_events_of_supchat(chat), mimetype="text/event-stream")


def _direct_line(app: Flask, chat: ChatServer) -> None:
    """As much of the Bot Framework's Direct Line 3.0 as Web Chat needs."""

    @app.post("/directline/conversations")
    def start() -> Response:
        return jsonify(conversationId=chat.begin({})["id"], token="visitor", expires_in=1800)

    @app.get("/directline/conversations/<id_>")
    def reconnect(id_: str) -> Response:
        return jsonify(conversationId=id_, token="visitor", expires_in=1800)

    @app.get("/directline/conversations/<id_>/activities")
    def activities(id_: str) -> Response:
        said = [message for message in chat.said(id_)["messages"] if message["role"] != "visitor"]
        own = [message for message in chat.said(id_)["messages"] if message["role"] == "visitor"]
        every = sorted([*said, *own], key=lambda message: message["at"])
        first = int(request.args.get("watermark") or 0)
        return jsonify(activities=[_activity(one, id_) for one in every[first:]], watermark=str(len(every)))

    @app.post("/directline/conversations/<id_>/activities")
    def post(id_: str) -> Response:
        given = request.get_json()
        if given["type"] == "message":
            chat.say({"id": id_, "text": given["text"]})
            chat.conversations[int(id_)][_place(chat, id_)]["client"] = given["channelData"][
                "clientActivityID"
            ]
        return jsonify(id=f"{id_}|{len(chat.conversations[int(id_)])}")


def _place(chat: ChatServer, id_: str) -> int:
    said = chat.conversations[int(id_)]
    return max(place for place, message in enumerate(said) if message["role"] == "visitor")


def _activity(message: dict[str, Any], id_: str) -> dict[str, Any]:
    own = message["role"] == "visitor"
    return {
        "id": f"{id_}|{message['id']}",
        "type": "message",
        "timestamp": message["at"].replace("+00:00", "Z"),
        "conversation": {"id": id_},
        "channelId": "directline",
        "text": message["text"],
        "from": {"id": "visitor", "role": "user"} if own else {"id": message["author"], "role": "bot"},
        "channelData": {"clientActivityID": message.get("client", "")},
    }


PROSODY = """
data_path = "{folder}/data"
certificates = "{folder}"
log = {{ warn = "*console" }}
run_as_root = true
modules_enabled = {{ "roster"; "saslauth"; "disco"; "websocket"; "blocklist" }}
modules_disabled = {{ "s2s"; "tls" }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
consider_websocket_secure = true
c2s_ports = {{ {client} }}
c2s_interfaces = {{ "127.0.0.1" }}
http_ports = {{ {web} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{}}
http_default_host = "guests.localhost"
VirtualHost "shop.localhost"
VirtualHost "guests.localhost"
  authentication = "anonymous"
"""


@contextmanager
def prosody(folder: Path, accounts: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Run a Prosody of our own with these accounts; gives its ports for clients and for browsers."""
    client, web = _free_ports()
    kept = folder / "data" / "shop%2elocalhost" / "accounts"
    kept.mkdir(parents=True)
    for name in accounts:
        (kept / f"{name}.dat").write_text('return { ["password"] = "secret"; };')
    file = folder / "prosody.cfg.lua"
    file.write_text(PROSODY.format(folder=folder, client=client, web=web))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["prosody", "-F", "--config", str(file)], stdout=log, stderr=log)  # noqa: S607 -- Debian's own
        try:
            _wait_for(client, folder / "log")
            _wait_for(web, folder / "log")
            yield client, web
        finally:
            process.terminate()
            process.wait(10)


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"Prosody did not listen on {port}: {log.read_text()}")


class Operator(ClientXMPP):
    """Somebody at the shop's end of an XMPP chat, who gives one answer to whatever is written."""

    def __init__(self, port: int, name: str, answer: str) -> None:
        super().__init__(f"{name}@shop.localhost", "secret")
        self._port, self._answer = port, answer
        self.received: list[tuple[str, datetime]] = []
        self.answered_at: datetime | None = None
        self.enable_direct_tls, self.enable_starttls, self.enable_plaintext = False, False, True
        self.plugin["feature_mechanisms"].unencrypted_plain = True
        self.plugin["feature_mechanisms"].unencrypted_scram = True
        self.add_event_handler("message", self._answer_it)

    async def come_in(self) -> None:
        """Sign in and be there."""
        self.connect("127.0.0.1", self._port)
        await self.wait_until("session_start", timeout=15)
        self.send_presence()

    def _answer_it(self, message: Message) -> None:
        if message["body"]:
            self.received.append((message["body"], datetime.now(UTC)))
            reply = message.reply(self._answer)
            self.loop.call_later(0.7, self._send, reply)

    def _send(self, reply: Message) -> None:
        self.answered_at = datetime.now(UTC)
        reply.send()
