"""Which languages each purpose lacks, so that whoever adds one sees where it is still missing."""

from __future__ import annotations

import pytest

from probes.languages import languages_in

PURPOSES = {
    "contact forms": ("probes.forms", {"it", "da", "nb"}),
    "consent banners": ("probes.browser.banners", set()),
    "words around a chat's messages": ("probes.channels.chat.languages", set()),
    "judging mail": ("probes.replies.languages", {"it", "da", "nb"}),
    "suggesting ratings": ("audit_app.domain.replies.phrases", {"it", "da", "nb"}),
}
"""The folder of each purpose, and what it lacks of the languages that any purpose knows."""
ALL = {tag for package, _ in PURPOSES.values() for tag in languages_in(package)}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_languages_that_a_purpose_lacks_are_these(purpose: str) -> None:
    package, lacking = PURPOSES[purpose]
    assert ALL - set(languages_in(package)) == lacking


def test_files_that_are_no_languages_are_not_taken_for_one() -> None:
    assert languages_in("probes.forms")[0] == "en"
    assert {len(tag) for tag in ALL} == {2}
