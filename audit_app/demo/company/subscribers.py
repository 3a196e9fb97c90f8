"""Who follows which conversation, and how they hear at once that something was said in it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

CLOSING_SECONDS = 2.0


class News:
    """What one listener waits for."""

    def __init__(self) -> None:
        self._come = threading.Event()
        self.over = False

    def wait(self, seconds: float) -> bool:
        """Wait for news, at most so long; False when there will be none any more."""
        self._come.wait(max(0.0, seconds))
        self._come.clear()
        return not self.over

    def tell(self) -> None:
        """Wake the listener."""
        self._come.set()


class Subscribers:
    """The listeners of all conversations; may be used from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._listeners: defaultdict[str, set[News]] = defaultdict(set)
        self._closed = False

    @contextmanager
    def listening(self, conversation: str) -> Iterator[News]:
        """Hear of this conversation; what was said before does not count."""
        news = News()
        with self._changed:
            news.over = self._closed
            self._listeners[conversation].add(news)
        try:
            yield news
        finally:
            with self._changed:
                self._listeners[conversation].discard(news)
                if not self._listeners[conversation]:
                    del self._listeners[conversation]
                self._changed.notify_all()

    def tell(self, conversation: str) -> None:
        """Wake those who listen to this conversation."""
        with self._changed:
            for news in self._listeners.get(conversation, ()):
                news.tell()

    def close(self) -> None:
        """Send all listeners away, and wait until they have gone."""
        with self._changed:
            self._closed = True
            for news in [each for listeners in self._listeners.values() for each in listeners]:
                news.over = True
                news.tell()
            self._changed.wait_for(lambda: not self._listeners, CLOSING_SECONDS)
