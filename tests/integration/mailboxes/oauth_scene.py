"""A token endpoint, an SMTP server and an IMAP server that know no password, only access tokens."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from flask import Flask, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import WSGIRequestHandler, make_server

from audit_app.demo.company.event_loop import LoopThread
from probes.mail.imap import MailAccount
from probes.mail.oauth import OAuth

ANNA = "anna.berg@shopper.example"
REFUSED = base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode()


class Endpoint:
    """Hands out tokens for refresh tokens, and knows which access tokens are good."""

    def __init__(self) -> None:
        self.granted = {"granted-by-anna"}
        self.good: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.life: int | str | None = 3600
        self.renews = False
        self.broken = False

    def token(self) -> ResponseReturnValue:
        """Answer as RFC 6749, 5.1 and 5.2 say."""
        form = request.form.to_dict()
        self.asked.append(form)
        if self.broken:
            return "<h1>Out of order</h1>", 502
        if form.get("client_secret") != "secret-of-ours":
            return {"error": "invalid_client"}, 401
        if form.get("refresh_token") not in self.granted:
            return {"error": "invalid_grant", "error_description": "Token has been revoked."}, 400
        access = f"access-{len(self.asked)}"
        self.good.add(access)
        answer: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": self.life}
        if self.renews:
            answer["refresh_token"] = f"renewed-{len(self.asked)}"
            self.granted.add(answer["refresh_token"])
        return answer

    def introspect(self) -> ResponseReturnValue:
        """Say whose an access token is, as RFC 7662 says."""
        if request.form.get("token") not in self.good:
            return {"active": False}
        return {"active": True, "username": ANNA, "scope": "mail", "token_type": "Bearer"}

    def lets_in(self, response: bytes) -> bool:
        """Whether an XOAUTH2 response is Anna's with a token that is good."""
        user, _, rest = response.decode().partition("\1auth=Bearer ")
        return user == f"user={ANNA}" and rest.removesuffix("\1\1") in self.good


class OAuthSmtp(SMTP):  # type: ignore[misc]  # aiosmtpd is untyped
    """Knows XOAUTH2 besides the usual ways in."""

    endpoint: Endpoint

    async def auth_XOAUTH2(self, _: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 -- aiosmtpd's name
        """Take a token, or say why not and wait for the empty answer."""
        if self.endpoint.lets_in(base64.b64decode(args[1])):
            return AuthResult(success=True, handled=False)
        await self.challenge_auth(REFUSED, encode_to_b64=False)
        return AuthResult(success=False, handled=False)


class Letters:
    """The handler that keeps what was sent."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a message."""
        self.got.append(envelope.original_content or b"")
        return "250 2.0.0 taken"


async def speak_imap(endpoint: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speak as much IMAP as it takes to sign in and look into an empty inbox."""

    def say(line: str) -> None:
        writer.write(f"{line}\r\n".encode())

    say("* OK ready")
    while line := await reader.readline():
        tag, _, words = line.decode().strip().partition(" ")
        command = words.split(" ")[0].upper()
        if command == "AUTHENTICATE":
            say("+ ")
            if endpoint.lets_in(base64.b64decode(await reader.readline())):
                say(f"{tag} OK signed in")
                continue
            say(f"+ {REFUSED}")
            said = (await reader.readline()).strip()
            say(f"{tag} NO AUTHENTICATE failed" if not said else f"{tag} BAD an empty answer was due")
            continue
        if command == "CAPABILITY":
            say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2")
        if command in ("EXAMINE", "SELECT"):
            say("* 0 EXISTS")
            say("* OK [UIDVALIDITY 7] fine")
        if command == "LOGOUT":
            say("* BYE")
        say(f"{tag} NO passwords are not known here" if command == "LOGIN" else f"{tag} OK done")
        await writer.drain()
        if command == "LOGOUT":
            break
    writer.close()


class Provider:
    """All three servers of a mail provider."""

    def __init__(self, endpoint: Endpoint, letters: Letters, token_url: str, smtp: int, imap: int) -> None:
        self.endpoint, self.letters = endpoint, letters
        self.token_url, self._smtp, self._imap = token_url, smtp, imap

    def account(self, refresh_token: str = "granted-by-anna") -> MailAccount:
        """Anna's mailbox here."""
        oauth = OAuth(self.token_url, "client-of-ours", "secret-of-ours", refresh_token, "mail")
        return MailAccount(
            ANNA, "127.0.0.1", self._smtp, "127.0.0.1", self._imap, "none", "none", ANNA, oauth=oauth
        )


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider on free ports."""
    endpoint, letters, loop = Endpoint(), Letters(), LoopThread()
    app = Flask(__name__)
    app.add_url_rule("/token", view_func=endpoint.token, methods=["POST"])
    app.add_url_rule("/introspect", view_func=endpoint.introspect, methods=["POST"])
    web = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    protocol = type("Protocol", (OAuthSmtp,), {"endpoint": endpoint})

    async def serve() -> tuple[int, int]:
        running = asyncio.get_running_loop()
        smtp = await running.create_server(
            lambda: protocol(letters, auth_require_tls=False, auth_exclude_mechanism=["PLAIN", "LOGIN"]),
            "127.0.0.1",
            0,
        )
        imap = await asyncio.start_server(lambda r, w: speak_imap(endpoint, r, w), "127.0.0.1", 0)
        for server in (smtp, imap):
            loop.closing(server)
        return smtp.sockets[0].getsockname()[1], imap.sockets[0].getsockname()[1]

    try:
        smtp_port, imap_port = loop.wait_for(serve())
        url = f"http://127.0.0.1:{web.server_port}/token"
        yield Provider(endpoint, letters, url, smtp_port, imap_port)
    finally:
        loop.stop()
        web.shutdown()
        thread.join()
        web.server_close()
