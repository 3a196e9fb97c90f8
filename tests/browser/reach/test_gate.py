"""A page of the company's attacks the network that probes run on, through a real browser."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TypeAlias, TypeVar

import psutil
import pytest

from probes.base import OurFailure
from probes.browser.browsers import BrowserError, Browsers, Page, open_page
from probes.browser.program import find_browser
from probes.browser.reach import PUBLIC_ONLY, Allowed, allowed_from
from probes.browser.sandbox import sandbox_works
from probes.browser.visiting import our_doing, refused_hosts, visit

pytestmark = pytest.mark.browser
Result = TypeVar("Result")
ONE_HOST = allowed_from(["127.0.0.1"])
"""The company's site of these tests; 127.0.0.2 stands for what else is on the network."""


class Net:
    """Two hosts of this machine: the company's page, and a secret that nobody may ask for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """What the secret host was asked for, from its first byte on."""
        self.pages: dict[str, str] = {}
        self.page_port = self.secret_port = self.udp_port = 0

    async def __aenter__(self) -> Net:
        self._pages = await asyncio.start_server(self._show, "127.0.0.1", 0)
        self._secret = await asyncio.start_server(self._ask, "127.0.0.2", 0)
        self.page_port = self._pages.sockets[0].getsockname()[1]
        self.secret_port = self._secret.sockets[0].getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._udp.setblocking(False)
        self.udp_port = self._udp.getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pages.close()
        self._secret.close()
        self._udp.close()

    @property
    def got_datagrams(self) -> bool:
        try:
            return bool(self._udp.recv(100))
        except BlockingIOError:
            return False

    async def _show(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        said = self.pages.get(path, "")
        kind = "text/javascript" if path.endswith(".js") else "text/html"
        first = f"302 Found\r\nLocation: {said}" if path == "/away" else "200 OK"
        body = "" if path == "/away" else said
        writer.write(
            f"HTTP/1.1 {first}\r\nContent-Type: {kind}\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode()
        )
        await writer.drain()
        writer.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.read(200)).decode("latin-1"))
        writer.write(b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 6\r\n\r\nsecret")
        await writer.drain()
        writer.close()


Act: TypeAlias = Callable[[Net, Page], Awaitable[Result]]


@pytest.fixture(scope="module")
def on_page() -> Iterator[Callable[..., object]]:
    """One browser for all attacks; each has a page of its own, and what is allowed is said anew."""
    with asyncio.Runner() as runner:
        browsers = Browsers(find_browser())
        runner.run(browsers.__aenter__())

        def run(act: Act[object], allowed: Allowed = ONE_HOST) -> object:
            async def steps() -> object:
                browsers.allow(allowed)
                async with Net() as net, browsers.context() as context:
                    return await act(net, await open_page(context))

            return runner.run(steps())

        yield run
        runner.run(browsers.__aexit__(None, None, None))


IN_PAGE: Mapping[str, str] = {
    "fetch": "fetch('http://SECRET/a', {mode: 'no-cors'}).catch(() => 0)",
    "picture": "new Promise((done) => { const i = new Image(); i.onload = i.onerror = done; i.src = 'http://SECRET/b'; })",
    "frame": "new Promise((done) => { const f = document.createElement('iframe'); f.onload = done; f.src = 'http://SECRET/c';"
    " document.body.append(f); })",
    "form": "new Promise((done) => { document.body.innerHTML = '<iframe name=t></iframe><form method=post target=t action=http://SECRET/d>"
    "</form>'; document.forms[0].submit(); setTimeout(done, 500); })",
    "web-socket": "new Promise((done) => { const s = new WebSocket('ws://SECRET/e'); s.onopen = s.onclose = done; })",
    "secure-web-socket": "new Promise((done) => { const s = new WebSocket('wss://SECRET/f'); s.onopen = s.onclose = done; })",
    "worker": "new Promise((done) => { const code = `fetch('http://SECRET/g', {mode: 'no-cors'}).finally(() => postMessage(1))`;"
    " const w = new Worker(URL.createObjectURL(new Blob([code]))); w.onmessage = done; })",
    "service-worker": "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)"
    ".then((r) => new Promise((done) => { navigator.serviceWorker.onmessage = done; r.active.postMessage(1); setTimeout(done, 2000); }))",
    "beacon": "new Promise((done) => { navigator.sendBeacon('http://SECRET/i', 'x'); setTimeout(done, 500); })",
    "prefetch": "new Promise((done) => { const l = document.createElement('link'); l.rel = 'prefetch'; l.href = 'http://SECRET/j';"
    " l.onload = l.onerror = done; document.head.append(l); setTimeout(done, 1000); })",
    "redirect": "fetch('/away', {mode: 'no-cors'}).catch(() => 0)",
    "event-source": "new Promise((done) => { const s = new EventSource('http://SECRET/k'); s.onerror = done; })",
    "decimal": "fetch('http://2130706434:PORT/l', {mode: 'no-cors'}).catch(() => 0)",
    "octal": "fetch('http://0177.0.0.02:PORT/m', {mode: 'no-cors'}).catch(() => 0)",
    "hexadecimal": "fetch('http://0x7f.0.0.2:PORT/n', {mode: 'no-cors'}).catch(() => 0)",
    "short": "fetch('http://127.2:PORT/o', {mode: 'no-cors'}).catch(() => 0)",
    "mapped": "fetch('http://[::ffff:127.0.0.2]:PORT/p', {mode: 'no-cors'}).catch(() => 0)",
    "mapped-hexadecimal": "fetch('http://[::ffff:7f00:2]:PORT/q', {mode: 'no-cors'}).catch(() => 0)",
}  # fmt: skip
SERVICE_WORKER = (
    "onmessage = (e) => e.waitUntil(fetch('http://SECRET/h', {mode: 'no-cors'}).catch(() => 0)"
    ".then(() => e.source.postMessage(1)));"
)


@pytest.mark.parametrize("attack", IN_PAGE)
def test_no_request_of_a_page_reaches_what_is_not_allowed(
    on_page: Callable[..., object], attack: str
) -> None:
    async def act(net: Net, page: Page) -> tuple[list[str], tuple[str, ...]]:
        secret = f"127.0.0.2:{net.secret_port}"
        net.pages = {
            "/": "<p>Contact",
            "/sw.js": SERVICE_WORKER.replace("SECRET", secret),
            "/away": f"http://{secret}/r",
        }
        await visit(page, f"http://127.0.0.1:{net.page_port}/")
        script = IN_PAGE[attack].replace("SECRET", secret).replace("PORT", str(net.secret_port))
        await page.evaluate(f"() => {script}.then(() => 1)")
        return net.asked, refused_hosts(page)

    asked, refused = on_page(act)  # type: ignore[misc]
    assert asked == []
    assert refused, "it was asked for, so the attack was one"


def test_the_same_requests_arrive_where_they_are_allowed(on_page: Callable[..., object]) -> None:
    async def act(net: Net, page: Page) -> list[str]:
        secret = f"127.0.0.2:{net.secret_port}"
        net.pages = {
            "/": "<p>Contact",
            "/sw.js": SERVICE_WORKER.replace("SECRET", secret),
            "/away": f"http://{secret}/r",
        }
        await visit(page, f"http://127.0.0.1:{net.page_port}/")
        for script in IN_PAGE.values():
            wanted = script.replace("SECRET", secret).replace("PORT", str(net.secret_port))
            await page.evaluate(f"() => {wanted}.then(() => 1)")
        return net.asked

    asked = on_page(act, allowed_from(["127.0.0.0/8"]))
    paths = {line.split(" ")[1] for line in asked if " /" in line}  # type: ignore[attr-defined]
    assert {f"/{letter}" for letter in "abcdeghijklmnopqr"} <= paths


@pytest.mark.parametrize(
    "host",
    ["127.0.0.2", "127.2", "2130706434", "0x7f000002", "[::ffff:127.0.0.2]", "169.254.169.254", "[::1]"],
)
def test_a_page_that_is_not_allowed_is_ours_with_its_host_named(
    on_page: Callable[..., object], host: str
) -> None:
    async def act(net: Net, page: Page) -> str:
        with pytest.raises(OurFailure) as told:
            await visit(page, f"http://{host}:{net.secret_port}/contact")
        assert net.asked == []
        return str(told.value)

    said = str(on_page(act, PUBLIC_ONLY))
    assert "which is not public and nobody has allowed" in said
    assert {"169.254.169.254": host, "[::1]": "::1"}.get(
        host, "127.0.0.2" if ":" not in host else "::ffff:7f00:2"
    ) in said


def test_a_page_that_leads_on_to_one_that_is_not_allowed_is_ours_too(on_page: Callable[..., object]) -> None:
    async def act(net: Net, page: Page) -> str:
        net.pages = {"/away": f"http://127.0.0.2:{net.secret_port}/"}
        with pytest.raises(OurFailure, match="127.0.0.2"):
            await visit(page, f"http://127.0.0.1:{net.page_port}/away")
        return ",".join(net.asked)

    assert on_page(act) == ""


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "data:text/html,x", "chrome://version", "javascript:1", "ftp://127.0.0.1/"],
)
def test_only_pages_of_the_web_are_opened(on_page: Callable[..., object], url: str) -> None:
    async def act(_: Net, page: Page) -> None:
        with pytest.raises(OurFailure, match="is no address of a page"):
            await visit(page, url)

    on_page(act)


def test_a_page_cannot_open_a_file_of_this_machine(on_page: Callable[..., object]) -> None:
    async def act(net: Net, page: Page) -> str:
        net.pages = {
            "/": "<iframe src='file:///etc/hostname'></iframe><script>setTimeout(() => { location = 'file:///etc/hostname' })</script>"
        }
        await visit(page, f"http://127.0.0.1:{net.page_port}/")
        await page.wait_for_timeout(500)
        return page.url

    assert str(on_page(act)).startswith("http://127.0.0.1")


def test_no_datagram_leaves_past_the_proxy(on_page: Callable[..., object]) -> None:
    async def act(net: Net, page: Page) -> bool:
        net.pages = {"/": "<p>Contact"}
        await visit(page, f"http://127.0.0.1:{net.page_port}/")
        await page.evaluate(
            "async (port) => { const c = new RTCPeerConnection({iceServers: [{urls: `stun:127.0.0.1:${port}`}]});"
            " c.createDataChannel('x'); await c.setLocalDescription(await c.createOffer());"
            " await new Promise((done) => setTimeout(done, 1500)); c.close(); }",
            net.udp_port,
        )
        return net.got_datagrams

    assert on_page(act) is False


def test_what_dns_says_later_changes_nothing(
    on_page: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["127.0.0.1"] + ["127.0.0.2"] * 50)
    asked_for: list[str] = []
    real = socket.getaddrinfo

    def lying(host: str, port: int, *more: object, **named: object) -> object:
        if host != "rebinding.test":
            return real(host, port, *more, **named)  # type: ignore[arg-type]
        asked_for.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", lying)

    async def act(net: Net, page: Page) -> int:
        net.pages = {"/": "<p>Contact"}
        for _ in range(3):
            await visit(page, f"http://rebinding.test:{net.page_port}/")
        assert net.asked == []
        return len(asked_for)

    assert on_page(act) == 1


def test_a_site_that_nobody_serves_is_still_said_to_be_one(on_page: Callable[..., object]) -> None:
    async def act(net: Net, page: Page) -> str:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        with pytest.raises(BrowserError) as told:
            await visit(page, f"http://127.0.0.1:{port}/contact")
        return str(told.value)

    assert "nothing answers at this address" in str(on_page(act))


def test_a_page_that_takes_too_much_memory_is_closed_and_the_others_go_on() -> None:
    fill = "() => { window.kept = []; for (let i = 1; i < 60; i += 1) kept.push(new Uint8Array(10 * 1024 * 1024).fill(i)); }"

    async def run() -> tuple[str, str, str]:
        async with (
            Browsers(find_browser(), allowed=ONE_HOST, page_bytes=400 * 1024**2) as browsers,
            Net() as net,
            browsers.context() as large,
            browsers.context() as small,
        ):
            net.pages = {"/": "<p>Contact"}
            pages = [await open_page(context) for context in (large, small)]
            for page in pages:
                await visit(page, f"http://127.0.0.1:{net.page_port}/")
            closed = asyncio.Event()
            pages[0].on("close", lambda _: closed.set())
            pages[0].on("crash", lambda _: closed.set())
            await pages[0].evaluate(fill)
            await asyncio.wait_for(closed.wait(), 30)
            text = await pages[1].evaluate("document.body.innerText")
            return our_doing(pages[0]), our_doing(pages[1]), str(text)

    large, small, text = asyncio.run(run())
    assert large == "The page took more than 400 MB of memory, so it was closed."
    assert (small, text) == ("", "Contact")


def test_the_browser_runs_in_its_sandbox_where_one_can_be_had() -> None:
    program = find_browser()
    assert program is not None
    if not sandbox_works(program):
        pytest.skip("neither root's user namespaces nor Chromium's own can be had on this machine")

    async def run() -> list[str]:
        async with Browsers(program, allowed=ONE_HOST) as browsers, browsers.context() as context:
            await open_page(context)
            return [" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True)]

    commands = asyncio.run(run())
    assert any("--type=renderer" in command for command in commands)
    assert not any("--no-sandbox" in command for command in commands)
