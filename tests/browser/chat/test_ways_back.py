"""Chats in windows of their own, chats that need a browser profile, and what is kept of those that fail."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from audit_app.cli import audit_app
from probes.base import Fact, FactKind, NotSent, OurFailure, SendUnknown
from probes.browser.browsers import Browsers, open_page
from probes.browser.trace import start_trace, stop_trace
from probes.channels.chat.session import ChatSession, open_chat
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.watch import Watch
from probes.widgets.files import load_widget
from probes.widgets.schema import Launcher
from tests.browser.chat.chat_server import Said, chat_server, run_chat

pytestmark = pytest.mark.browser
WIDGET = Path(__file__).parent / "widgets" / "acme.yaml"
ACME = load_widget(str(WIDGET))
IN_A_WINDOW = ACME.model_copy(
    update={"launcher": Launcher.model_validate(ACME.model_dump()["launcher"] | {"window": True})}
)
WITH_PROFILE = ACME.model_copy(update={"browser": "profile"})
ANNA = Visitor("Anna Berg", "anna-7f3@shopper.example")
QUICK = Patience(show=3.0, click=1.0, confirm=2.0, settle=1.0)
SAGA = Said("operator", "Yes, we have two.", 0.5, "Saga")


async def answers(session: ChatSession, seconds: float) -> list[str]:
    told = [seen async for seen in Watch(session).answers(datetime.now(UTC) + timedelta(seconds=seconds))]
    return [seen.text for seen in told if seen.role != "system" and "Yes" in seen.text]


@pytest.mark.parametrize("widget", ["auto", IN_A_WINDOW], ids=["unknown", "described"])
def test_a_chat_in_a_window_of_its_own_is_followed_there_and_every_other_window_closed(
    widget: object,
) -> None:
    async def run(browsers: Browsers) -> tuple[Fact, list[str]]:
        async with open_chat(browsers, f"{server.url}/page.html?window", widget, ANNA) as session:  # type: ignore[arg-type]
            await session.introduce()
            sent = await session.send("A lamp?")
            assert [page.url.split("?")[0] for page in session.page.context.pages] == [
                f"{server.url}/page.html",
                f"{server.url}/chat.html",
            ]
            assert session.page is session.page.context.pages[1]
            return sent, await answers(session, 3)

    with chat_server(SAGA) as server:
        sent, said = run_chat(run)

    assert sent.kind is FactKind.SENT
    assert "screenshot" in [proof.kind for proof in sent.evidence]
    assert any("Yes, we have two." in each for each in said)
    assert server.own_messages() == ["A lamp?"]


def test_a_window_that_no_description_speaks_of_is_closed() -> None:
    async def run(browsers: Browsers) -> int:
        async with open_chat(
            browsers, f"{server.url}/page.html?window", ACME, ANNA, patience=QUICK
        ) as session:
            with pytest.raises(NotSent, match="did not open"):
                await session.introduce()
            return len(session.page.context.pages)

    with chat_server() as server:
        assert run_chat(run) == 1


def test_browsers_elsewhere_cannot_keep_a_profile_and_say_so_before_anything_is_opened() -> None:
    async def run() -> None:
        async with (
            Browsers(url="http://127.0.0.1:9") as browsers,
            open_chat(browsers, "http://127.0.0.1:9/", WITH_PROFILE, ANNA),
        ):
            pass

    with pytest.raises(OurFailure, match=r"Nothing was sent.*AUDIT_BROWSER_URL"):
        asyncio.run(run())


def profile_folders() -> set[Path]:
    """The chats' folders of the browsers that this process, and no other one, has running."""
    words = [word for child in psutil.Process().children(recursive=True) for word in child.cmdline()]
    folders = {Path(word.partition("=")[2]) for word in words if word.startswith("--user-data-dir=")}
    return {folder for folder in folders if folder.name.startswith("chat-profile-")}


def test_a_profile_that_is_too_large_is_not_kept_and_its_folder_goes_with_the_chat() -> None:
    folders = set[Path]()

    async def run(browsers: Browsers) -> None:
        async with open_chat(browsers, f"{server.url}/page.html", WITH_PROFILE, ANNA) as session:
            await session.introduce()
            folders.update(profile_folders())
            await session.page.evaluate("""async () => {
              const noise = new Uint8Array(9e6);
              for (let at = 0; at < noise.length; at += 65536)
                crypto.getRandomValues(noise.subarray(at, at + 65536));
              await (await caches.open("shop")).put("/all", new Response(noise));
            }""")
            with pytest.raises(OurFailure, match="more than 8 MB"):
                await session.state()

    with chat_server() as server:
        run_chat(run)
    assert len(folders) == 1
    assert not any(folder.exists() for folder in folders)


def test_a_chat_with_a_profile_is_gone_back_to_from_its_file_alone(tmp_path: Path) -> None:
    widget, state = tmp_path / "acme.yaml", tmp_path / "chat.json"
    widget.write_text(WIDGET.read_text() + "browser: profile\n")

    def run(*words: str) -> list[dict[str, str]]:
        result = CliRunner().invoke(audit_app, ["probe", "chat", *words, "--json"])
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    with chat_server(Said("operator", "Yes, we have two.", 7.0, "Saga")) as server:
        url = f"{server.url}/page.html?aside"
        begun = run(
            url, "--text", "A lamp?", "--widget", str(widget), "--watch", "0", "--state", str(state), "--yes"
        )
        resumed = run("--resume", str(state), "--watch", "8")

    assert "sent" in [row["kind"] for row in begun]
    assert "Yes, we have two." in [row["text"] for row in resumed]
    assert server.own_messages() == ["A lamp?"]


def test_what_fails_leaves_a_trace_of_our_steps() -> None:
    async def run(browsers: Browsers) -> tuple[NotSent, SendUnknown]:
        async with open_chat(browsers, f"{server.url}/elsewhere.html", ACME, ANNA, patience=QUICK) as session:
            with pytest.raises(NotSent) as closed:
                await session.introduce()
        async with open_chat(browsers, f"{server.url}/page.html", ACME, ANNA, patience=QUICK) as session:
            await session.introduce()
            server.deaf = True
            with pytest.raises(SendUnknown) as unknown:
                await session.send("A lamp?")
        return closed.value, unknown.value

    with chat_server() as server:
        for failed in run_chat(run):
            (trace,) = [proof for proof in failed.evidence if proof.kind == "trace"]
            with zipfile.ZipFile(io.BytesIO(trace.content)) as archive:
                assert archive.testzip() is None
                assert archive.getinfo("trace.trace").file_size > 100


def test_no_cookie_stands_in_a_trace() -> None:
    async def run(browsers: Browsers) -> bytes:
        async with browsers.context() as context:
            await context.add_cookies([{"name": "session", "value": "hush-hush", "url": server.url}])
            page = await open_page(context)
            await start_trace(page)
            await page.goto(f"{server.url}/page.html")
            trace = await stop_trace(page, "trace")
            assert trace is not None
            return trace.content

    with chat_server() as server, zipfile.ZipFile(io.BytesIO(run_chat(run))) as archive:
        requests = archive.read("trace.network")
        assert b"/page.html" in requests
        assert all(b"hush-hush" not in archive.read(name) for name in archive.namelist())
