"""How a page tells that it changed: in every frame, in every shadow root, within milliseconds."""

from __future__ import annotations

import asyncio

from probes.browser import Page

SIGNAL = "__noteChange"
REST_SECONDS = 0.1
OBSERVE = f"""(() => {{
  let busy = false, again = false;
  const rest = () => new Promise((wake) => {{ setTimeout(wake, 40); }});
  const tell = async () => {{
    if (busy) {{ again = true; return; }}
    busy = true;
    do {{ again = false; await window.{SIGNAL}?.(); await rest(); }} while (again);
    busy = false;
  }};
  const observer = new MutationObserver(() => {{ tell().catch(() => {{ busy = false; }}); }});
  const watch = (root) => observer.observe(root, {{subtree: true, childList: true, characterData: true}});
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (...given) {{
    const root = attach.apply(this, given);
    watch(root);
    return root;
  }};
  const declared = () => {{
    for (const host of document.querySelectorAll("*")) if (host.shadowRoot) watch(host.shadowRoot);
  }};
  addEventListener("DOMContentLoaded", declared, {{once: true}});
}})()"""
"""Runs in each frame before its own scripts. It says nothing more until it was heard, so no page can flood us."""


class Changes:
    """Wakes whoever waits when the page changed, and counts the documents that were loaded into it."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self.documents = 0

    async def listen(self, page: Page) -> None:
        """Begin to listen; call before the page loads. Raises BrowserError."""
        page.on("domcontentloaded", lambda _: self._loaded())
        await page.expose_binding(SIGNAL, lambda _: self._changed.set())
        await page.add_init_script(OBSERVE)

    def _loaded(self) -> None:
        self.documents += 1
        self._changed.set()

    def clear(self) -> None:
        """Forget the changes so far; call before a look, so that none is missed during it."""
        self._changed.clear()

    async def wait(self, seconds: float) -> None:
        """Wait for the next change, at most so long."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._changed.wait()
        except TimeoutError:
            return

    async def pause(self, seconds: float) -> None:
        """Wait for the next change after this moment, at most so long, and give a page that redraws itself a rest."""
        await asyncio.sleep(REST_SECONDS)
        await self.wait(seconds - REST_SECONDS)
        self.clear()
