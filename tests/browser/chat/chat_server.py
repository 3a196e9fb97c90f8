"""The server behind the chats of tests/browser/widgets, which answers as a test tells it to, and a browser to see them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from probes.browser.browsers import Browsers
from probes.browser.program import find_browser
from tests import one_run
from tests.local_hosts import LOCAL

Result = TypeVar("Result")
PAGES = Path(__file__).parent / "widgets"
KINDS = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True)
class Said:
    """One message: who says it, how, and how many seconds after the visitor's."""

    role: str
    text: str
    after: float = 0.0
    author: str = ""


@dataclass
class ChatServer:
    """Conversations in memory. Answers are due from the moment the visitor writes, whoever looks or not."""

    url: str = ""
    answers: tuple[Said, ...] = ()
    typing: bool = False
    conversations: list[list[dict[str, Any]]] = field(default_factory=list)
    visitors: list[dict[str, str]] = field(default_factory=list)
    deaf: bool = False
    """Whether it takes no word: whoever speaks then waits for ever."""
    unheard: list[str] = field(default_factory=list)
    """What was said while it was deaf."""
    left: list[dict[str, str]] = field(default_factory=list)
    """What was left in the form for those who find nobody there."""

    def begin(self, visitor: dict[str, str]) -> dict[str, Any]:
        self.visitors.append(visitor)
        greeting = _message("g", Said("bot", "Welcome!", author="Robot"), datetime.now(UTC))
        self.conversations.append([greeting])
        return {"id": str(len(self.conversations) - 1)}

    def say(self, given: dict[str, str]) -> dict[str, Any]:
        now, said = datetime.now(UTC), self.conversations[int(given["id"])]
        number = len(said)
        said.append(_message(f"v{number}", Said("visitor", given["text"], author="You"), now))
        said += [_message(f"a{number}-{place}", answer, now) for place, answer in enumerate(self.answers)]
        return {}

    def said(self, id_: str) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat()
        due = [message for message in self.conversations[int(id_)] if message["at"] <= now]
        return {"messages": due, "typing": self.typing}

    def own_messages(self) -> list[str]:
        return [m["text"] for said in self.conversations for m in said if m["role"] == "visitor"]


def _message(id_: str, said: Said, now: datetime) -> dict[str, Any]:
    at = (now + timedelta(seconds=said.after)).isoformat()
    return {"id": id_, "role": said.role, "author": said.author, "text": said.text, "at": at}


class Handler(BaseHTTPRequestHandler):
    """Serves the pages, and the conversations of the chat that its server carries."""

    @property
    def chat(self) -> ChatServer:
        chat: ChatServer = self.server.chat  # type: ignore[attr-defined]  # set by chat_server below
        return chat

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        page = PAGES / parts.path.lstrip("/")
        if parts.path == "/said":
            self._json(self.chat.said(parse_qs(parts.query)["id"][0]))
        elif parts.path == "/file":
            self._answer(b"MZ", "application/octet-stream", "attachment")
        elif page.suffix in KINDS and page.is_file():
            self._answer(page.read_bytes(), KINDS[page.suffix])
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/begin":
            self._json(self.chat.begin(given))
        elif self.path == "/say" and self.chat.deaf:
            self.chat.unheard.append(given["text"])
            self.connection.settimeout(60)
            self.rfile.read(1)
        elif self.path == "/say":
            self._json(self.chat.say(given))
        else:
            self.chat.left.append(given)
            self._json({})

    def _json(self, data: object) -> None:
        self._answer(json.dumps(data).encode(), "application/json")

    def _answer(self, body: bytes, kind: str, disposition: str = "inline") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Disposition", disposition)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def handle(self) -> None:
        with suppress(ConnectionError):  # a browser that closes in the middle
            super().handle()


@contextmanager
def chat_server(*answers: Said) -> Iterator[ChatServer]:
    """Run a chat whose people and bots give these answers to every message."""
    chat = ChatServer(answers=answers)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.chat = chat  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        chat.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield chat
        finally:
            server.shutdown()
            thread.join()


_runner: list[tuple[asyncio.Runner, Browsers]] = []
"""The one browser of this test process, started by the first test that needs it."""


def run_chat(act: Callable[[Browsers], Awaitable[Result]]) -> Result:
    """Run a test's coroutine with a browser that outlives it; what it opened, it closes."""
    if not _runner:
        runner = asyncio.Runner()
        browsers = runner.run(Browsers(find_browser(), allowed=LOCAL, contexts_per_browser=1000).__aenter__())
        _runner.append((runner, browsers))
        one_run.at_end(_stop)
    runner, browsers = _runner[0]

    async def run() -> Result:
        return await act(browsers)

    return runner.run(run())


def _stop() -> None:
    runner, browsers = _runner.pop()
    runner.run(browsers.__aexit__(None, None, None))
    runner.close()
