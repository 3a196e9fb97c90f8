"""Playwright's trace of what a page did: evidence of a failure that a person can replay (`playwright show-trace`)."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from probes.base import ProbeError, Proof
from probes.browser.browsers import BrowserError, Page, within

TRACE_SECONDS = 20.0
LARGEST_TRACE = 20_000_000
"""Bytes; a larger one is left out, for evidence lies in the database."""
REQUESTS = ".network"
SECRET_HEADERS = ("cookie", "set-cookie", "authorization", "proxy-authorization")


async def start_trace(page: Page, *, snapshots: bool = True) -> bool:
    """Begin to record the page's context; returns whether that worked: evidence must not fail a probe.

    With `snapshots` the document is kept at each step, and every request; without, our steps and the console.
    """
    try:
        await within(TRACE_SECONDS, page.context.tracing.start(snapshots=snapshots, screenshots=False))
    except BrowserError:
        return False
    return True


async def stop_trace(page: Page, name: str) -> Proof | None:
    """End the recording and return it without cookies, or None if it cannot be had or is too large."""
    with tempfile.TemporaryDirectory(prefix="trace-") as folder:
        file = Path(folder) / "trace.zip"
        try:
            await within(TRACE_SECONDS, page.context.tracing.stop(path=file))
            content = _without_secrets(file) if file.stat().st_size <= LARGEST_TRACE else b""
        except (BrowserError, OSError, zipfile.BadZipFile):
            return None
    return Proof("trace", "application/zip", f"{name}.zip", content) if content else None


async def drop_trace(page: Page) -> None:
    """End the recording and throw it away."""
    try:
        await within(TRACE_SECONDS, page.context.tracing.stop())
    except BrowserError:
        return


@asynccontextmanager
async def traced(page: Page, name: str, *, snapshots: bool = False) -> AsyncGenerator[None, None]:
    """Record what is done here, and give the trace to the ProbeError that it ends in; else nothing is kept."""
    recording = await start_trace(page, snapshots=snapshots)
    try:
        yield
    except ProbeError as error:
        if recording and (trace := await stop_trace(page, name)):
            error.evidence = (*error.evidence, trace)
        recording = False
        raise
    finally:
        if recording:
            await drop_trace(page)


def _without_secrets(file: Path) -> bytes:
    """Leave out what would let its reader go on in our name; the chat's own state keeps that, and it is sealed."""
    cleaned = io.BytesIO()
    with zipfile.ZipFile(file) as trace, zipfile.ZipFile(cleaned, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in trace.namelist():
            content = trace.read(name)
            archive.writestr(name, _cleaned(content) if name.endswith(REQUESTS) else content)
    return cleaned.getvalue()


def _cleaned(requests: bytes) -> bytes:
    return b"\n".join(json.dumps(_clean(json.loads(line))).encode() for line in requests.splitlines() if line)


def _clean(value: Any) -> Any:
    """Empty each `cookies` list and the headers that carry secrets, wherever they stand (HAR 1.2)."""
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if not isinstance(value, dict):
        return value
    if str(value.get("name", "")).lower() in SECRET_HEADERS:
        return value | {"value": "left out"}
    return {key: [] if key == "cookies" else _clean(part) for key, part in value.items()}
