"""Everything of the demo company running together."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from audit_app.demo.chain import Shop
from audit_app.demo.company import letters
from audit_app.demo.company.bodies import closing_bodies
from audit_app.demo.company.chat import ChatRoom, chat_app
from audit_app.demo.company.delivery import PostOffice, smtp_protocol
from audit_app.demo.company.event_loop import LoopThread
from audit_app.demo.company.imap import ImapServer
from audit_app.demo.company.listening import listening, port_of
from audit_app.demo.company.site import Enquiry, site_app
from audit_app.demo.company.staff import Staff
from audit_app.demo.company.store import ChatMessage, Plan, ReceivedMail, Store

SHOPPER_PASSWORD = "walk-in-2026"  # noqa: S105 - of play accounts that exist on this machine alone
"""What the shoppers' mailboxes are opened with unless another password is given."""


class DemoCompany:
    """A chain of shops with web site, chat, mail and staff, on loopback ports; use it in a ``with``.

    ``answer_after`` is how long staff usually take for an answer, in seconds, from and to; each shop has its
    own pace on top. ``seed`` fixes who answers and how. Port 0 takes any free port. What happened is kept in
    ``data_dir``: mail, chats and promised answers survive a restart. Raises CompanyError when it cannot start.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        host: str = "127.0.0.1",
        site_port: int = 0,
        chat_port: int = 0,
        smtp_port: int = 0,
        imap_port: int = 0,
        answer_after: tuple[float, float] = (20.0, 45.0),
        seed: int = 2026,
        shopper_password: str = SHOPPER_PASSWORD,
    ) -> None:
        self._data_dir, self._host, self._password = data_dir, host, shopper_password
        self._wanted = {"site": site_port, "chat": chat_port, "smtp": smtp_port, "imap": imap_port}
        self._answer_after, self._seed = answer_after, seed
        self._ports: dict[str, int] = {}
        self._running = ExitStack()

    def __enter__(self) -> DemoCompany:
        with ExitStack() as starting:
            sockets = starting.enter_context(listening(self._host, self._wanted))
            self._ports = {service: port_of(each) for service, each in sockets.items()}
            self._store = Store(self._data_dir)
            starting.callback(self._store.close)
            self._start_mail(starting, sockets)
            self._start_web(starting, sockets["chat"], chat_app(self._room))
            starting.callback(self._room.close)
            self._start_web(starting, sockets["site"], site_app(self.chat_url, self._send_enquiry))
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @property
    def host(self) -> str:
        """The address that all servers listen on."""
        return self._host

    @property
    def site_url(self) -> str:
        """The front page of the web site, without a slash at the end."""
        return self._url("site")

    @property
    def chat_url(self) -> str:
        """The origin of the chat."""
        return self._url("chat")

    @property
    def smtp_port(self) -> int:
        """Where mail for both domains is taken."""
        return self._ports["smtp"]

    @property
    def imap_port(self) -> int:
        """Where the shoppers' mailboxes are read."""
        return self._ports["imap"]

    def shop_url(self, shop_key: str) -> str:
        """A shop's page, which has its chat."""
        return f"{self.site_url}/shops/{shop_key}"

    def contact_url(self, shop_key: str) -> str:
        """A shop's contact page, with its address and form."""
        return f"{self.shop_url(shop_key)}/contact"

    def received_mail(self) -> list[ReceivedMail]:
        """Every message that the shops got by e-mail or form, oldest first, those of earlier runs too."""
        return self._store.shop_mail()

    def received_chats(self) -> list[ChatMessage]:
        """Every message that a visitor wrote in the chat, oldest first, those of earlier runs too."""
        return [message for message in self._store.chat_messages() if message.role == "visitor"]

    def sent_chats(self) -> list[ChatMessage]:
        """Every message that staff or bot wrote in the chat, oldest first, those of earlier runs too."""
        return [message for message in self._store.chat_messages() if message.role != "visitor"]

    def received(self, *, shop: str | None = None, message_id: str | None = None) -> int:
        """How many messages the shops got, of one shop or with one Message-ID if told so."""
        return sum(
            shop in (None, mail.shop) and message_id in (None, mail.message_id)
            for mail in self.received_mail()
        )

    def addresses(self) -> dict[str, str | int]:
        """Where everything is, for a line of JSON."""
        return {
            "site_url": self.site_url,
            "chat_url": self.chat_url,
            "mail_host": self.host,
            "smtp_port": self.smtp_port,
            "imap_port": self.imap_port,
        }

    def _url(self, service: str) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._ports[service]}"

    def _start_mail(self, starting: ExitStack, sockets: dict[str, socket.socket]) -> None:
        loop = LoopThread()
        starting.callback(loop.stop)
        imap = ImapServer(self._store, self._password)

        def announce(account: str) -> None:
            loop.soon(imap.announce(account))

        self._loop, self._office = loop, PostOffice(self._store, announce)
        self._staff = Staff(self._store, self._office, self._answer_after, self._seed, self._run_later)
        self._office.staff = self._staff
        self._room = ChatRoom(self._store, self._staff)
        loop.wait_for(self._serve_mail(imap, sockets))
        for plan in self._store.plans():
            self._run_later(plan)

    async def _serve_mail(self, imap: ImapServer, sockets: dict[str, socket.socket]) -> None:
        self._loop.closing(await imap.start(sockets["imap"]))
        self._loop.closing(
            await asyncio.get_running_loop().create_server(
                lambda: smtp_protocol(self._office, self._password), sock=sockets["smtp"]
            )
        )

    def _start_web(self, starting: ExitStack, listener: socket.socket, app: Flask) -> None:
        server = make_server(
            self._host,
            port_of(listener),
            closing_bodies(app),
            threaded=True,
            request_handler=_QuietRequests,
            fd=listener.fileno(),
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        starting.callback(_stop_web, server, thread)

    def _send_enquiry(self, shop: Shop, enquiry: Enquiry) -> str:
        now = datetime.now(UTC)
        with self._store.transaction():
            number = letters.ticket_number(self._store.next_shop_mail_id())
            sender, raw = letters.form_mail(
                shop, enquiry.name, enquiry.email, enquiry.topic, enquiry.message, number, now
            )
            self._office.deliver(sender, shop.email, raw, now)
        return number

    def _run_later(self, plan: Plan) -> None:
        self._loop.soon(self._carry_out(plan))

    async def _carry_out(self, plan: Plan) -> None:
        await asyncio.sleep(max(0.0, (plan.due - datetime.now(UTC)).total_seconds()))
        self._staff.carry_out(plan, datetime.now(UTC))
        self._room.changed(plan.subject)


class _QuietRequests(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _stop_web(server: BaseWSGIServer, thread: threading.Thread) -> None:
    server.shutdown()
    thread.join()
    server.server_close()
