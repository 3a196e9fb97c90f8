"""What the tests of contact forms share: one browser and one site for each file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.forms.odd_site import OddSite, odd_site
from tests.browser.forms.visitor import Visitor, visiting


@pytest.fixture(scope="module")
def running() -> Iterator[OddSite]:
    with odd_site() as site:
        yield site


@pytest.fixture
def site(running: OddSite) -> OddSite:
    running.forget()
    return running


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with visiting() as one:
        yield one
