"""Playwright's trace of what a page did: evidence of a failure that a person can replay (`playwright show-trace`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from probes.base import Evidence
from probes.browser import BrowserError, Page, within

TRACE_SECONDS = 20.0
LARGEST_TRACE = 20_000_000
"""Bytes; a larger one is left out, for evidence lies in the database."""


async def start_trace(page: Page) -> bool:
    """Begin to record the page's context; returns whether that worked: evidence must not fail a probe."""
    try:
        await within(TRACE_SECONDS, page.context.tracing.start(snapshots=True, screenshots=False))
    except BrowserError:
        return False
    return True


async def stop_trace(page: Page, name: str) -> Evidence | None:
    """End the recording and return it, or None if it cannot be had or is too large."""
    with tempfile.TemporaryDirectory(prefix="trace-") as folder:
        file = Path(folder) / "trace.zip"
        try:
            await within(TRACE_SECONDS, page.context.tracing.stop(path=file))
            content = file.read_bytes() if file.stat().st_size <= LARGEST_TRACE else b""
        except (BrowserError, OSError):
            return None
    return Evidence("trace", "application/zip", f"{name}.zip", content) if content else None
