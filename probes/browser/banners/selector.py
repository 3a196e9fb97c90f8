"""How a browser finds the button that gets rid of a consent banner: a selector of its own, `banner=`.

The browser asks it before every step, so it stays in the page with all that it knows, and is only told whose words come
first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from urllib.parse import quote

from probes.browser.banners.words import in_all_languages, platforms
from probes.browser.scripts import script

PARTS = ("about", "necessary", "refuse", "accept", "notice", "other")


def banner_selector(own_words: Sequence[str], *, inside: bool = False) -> str:
    """Select the best button in a document, or the frame that holds the banner; `inside` says that this is that frame."""
    return "banner=" + quote(json.dumps({"own": list(own_words), "inside": inside}))


@cache
def banner_engine() -> str:
    """Return what makes `banner=` known to a browser. Raises OurFailure if the words cannot be read."""
    known = {
        "refuse": [each for platform in platforms() for each in platform.refuse],
        "accept": [each for platform in platforms() for each in platform.accept],
        "frames": [platform.frame for platform in platforms() if platform.frame],
        "words": {part: in_all_languages(part) for part in PARTS},
    }
    return f"({script(__package__, 'find')})({json.dumps(known)})"
