"""Chats that nobody has described, chosen and drawn at random: the verdict is right or ours, never a false one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from probes.base import Fact, FactKind, NotSent, OurFailure, SendUnknown
from probes.browser.browsers import Browsers
from probes.channels.chat.session import open_chat
from probes.channels.chat.visitor import Patience, Visitor
from probes.channels.chat.watch import REPLIES, Watch
from probes.widgets.files import load_widget
from probes.widgets.schema import Messages, Widget
from tests.browser.chat.chat_server import chat_server, run_chat

pytestmark = pytest.mark.browser
ANNA = Visitor("Anna Berg", "anna-7f3@shopper.example", "en", "Europe/Stockholm")
QUESTION = "Do you have the lamp from the window in stock? Thank you."
ANSWER = "Yes, two in stock. Olga"
Spec = Mapping[str, Any]

SPECS: st.SearchStrategy[Spec] = st.fixed_dictionaries(
    {
        "where": st.sampled_from(["page", "open", "closed", "frame"]),
        "order": st.sampled_from(["last", "reverse", "first"]),
        "list": st.sampled_from(["log", "scrolls", "plain"]),
        "tag": st.sampled_from(["div", "ul"]),
        "grouped": st.booleans(),
        "ids": st.sampled_from(["", "now", "late"]),
        "names": st.sampled_from(["", "told", "untold"]),
        "times": st.sampled_from(["", "tag", "text"]),
        "day": st.booleans(),
        "furniture": st.sampled_from(["", "still", "changes"]),
        "greeting": st.booleans(),
        "receipt": st.sampled_from(["", "delivered", "sending"]),
        "linked": st.booleans(),
        "field": st.sampled_from(["textarea", "editable"]),
        "nameless": st.booleans(),
        "streams": st.booleans(),
        "types": st.booleans(),
        "refused": st.sampled_from(["", "", "", "words", "button", "icon", "bar"]),
        "refusedAfter": st.integers(0, 2500),
        "answer": st.sampled_from(["", ANSWER, ANSWER, "Yes\nWe have two in stock."]),
        "answerAfter": st.integers(600, 6000),
    }
)


@dataclass
class Verdict:
    """What a visit brought: whether it counts as sent, what was told, and how it failed as ours."""

    sent: bool = False
    ours: str = ""
    told: list[Fact] = field(default_factory=list)

    @property
    def replies(self) -> list[str]:
        return [seen.text for seen in self.told if seen.kind in REPLIES]


async def visit(browsers: Browsers, url: str, widget: str | Widget = "generic") -> Verdict:
    """Say something in the chat and watch it until after its answer."""
    verdict, patience = Verdict(), Patience(show=20.0, click=6.0, open=40.0, settle=4.0)
    try:
        async with open_chat(browsers, url, widget, ANNA, patience=patience) as session:
            await session.introduce()
            await session.send(QUESTION)
            verdict.sent = True
            until = datetime.now(UTC) + timedelta(seconds=7)
            verdict.told = [seen async for seen in Watch(session).answers(until)]
    except (NotSent, SendUnknown, OurFailure) as error:
        verdict.ours = str(error)
    return verdict


def judge(spec: Spec, verdict: Verdict) -> str:
    """Say what is false in a verdict; empty where nothing is."""
    letters = ["".join(filter(str.isalnum, text)) for text in verdict.replies]
    answer = "".join(filter(str.isalnum, spec["answer"])) if not spec["refused"] else ""
    if spec["refused"] and not verdict.ours:
        return "a refused message counts as sent"
    if any(seen.kind is FactKind.LOST for seen in verdict.told):
        return "it counts as lost"
    if not all(text and text in answer for text in letters):
        return f"a false answer among {verdict.replies}"
    if answer and "".join(letters) != answer and not verdict.ours:
        return f"a false silence: {verdict.replies}"
    return ""


def verdicts_on(specs: Sequence[Spec], widget: str | Widget = "generic") -> list[Verdict]:
    """Visit the chats of all specs at once."""

    async def run(browsers: Browsers) -> list[Verdict]:
        urls = [f"{server.url}/drawn.html?spec={quote(json.dumps(spec))}" for spec in specs]
        return list(await asyncio.gather(*(visit(browsers, url, widget) for url in urls)))

    with chat_server() as server:
        return run_chat(run)


PLAIN: Spec = {"list": "log", "answer": ANSWER, "answerAfter": 3000, "refused": ""}
CHOSEN: Mapping[str, Spec] = {
    "furniture beside a lone message": {"furniture": "still", "times": "tag"},
    "a header that changes its words after ours": {"furniture": "changes", "list": "scrolls"},
    "the newest message at the bottom of a list that is drawn upside down": {
        "order": "reverse",
        "greeting": True,
    },
    "the newest message above all others": {"order": "first", "greeting": True},
    "the newest above, in a list that says nothing of itself": {
        "order": "first",
        "list": "plain",
        "greeting": True,
    },
    "ids that come a second late": {"ids": "late", "greeting": True},
    "turns of one writer in one group": {"grouped": True, "names": "told", "times": "text", "greeting": True},
    "a name that no class tells from the words": {"names": "untold", "greeting": True},
    "a receipt that comes later": {"receipt": "delivered"},
    "a message that is first on its way": {"receipt": "sending", "times": "text"},
    "our words made into links": {"linked": True, "ids": "late"},
    "a field that is no textarea": {"field": "editable", "tag": "ul"},
    "an open shadow root and a launcher without a name": {"where": "open", "nameless": True},
    "a closed shadow root": {"where": "closed", "list": "scrolls"},
    "a frame": {"where": "frame", "list": "scrolls", "day": True},
    "a machine that writes word by word": {"streams": True, "types": True},
    "a day above the messages": {"day": True, "list": "plain", "greeting": True},
    "nobody who answers": {"answer": "", "furniture": "still", "receipt": "delivered"},
    "refused, in words": {"refused": "words", "refusedAfter": 2000},
    "refused, with a button alone": {"refused": "button", "refusedAfter": 1500},
    "refused, with an icon that has a name": {"refused": "icon", "refusedAfter": 2500, "order": "reverse"},
    "refused, with a bar above the chat": {"refused": "bar", "refusedAfter": 1000},
    "refused at once": {"refused": "words", "refusedAfter": 0, "greeting": True, "grouped": True},
}


def test_each_of_these_chats_is_judged_rightly_and_none_is_given_up() -> None:
    chosen = {name: {**PLAIN, **spec} for name, spec in CHOSEN.items()}
    found = [verdict for part in _in_parts(list(chosen.values())) for verdict in verdicts_on(part)]
    false = {
        name: judge(spec, verdict) or (not spec["refused"] and verdict.ours)
        for (name, spec), verdict in zip(chosen.items(), found, strict=True)
    }
    assert {name: words for name, words in false.items() if words} == {}


def _in_parts(specs: Sequence[Spec]) -> list[list[Spec]]:
    return [list(specs[first : first + 8]) for first in range(0, len(specs), 8)]


DESCRIBED = load_widget("generic").model_copy(
    update={
        "messages": Messages.model_validate(
            {"item": ".q1", "id_attribute": "id", "text": ".q2", "roles": {"visitor": ".z9", "person": ".z8"}}
        )
    }
)


def test_a_description_does_not_hide_order_late_ids_or_a_refusal() -> None:
    base = {**PLAIN, "greeting": True}
    specs = [
        {**base, "order": "reverse", "ids": "now"},
        {**base, "order": "first", "ids": "now"},
        {**base, "ids": "late"},
        {**base, "refused": "words", "refusedAfter": 2000, "ids": "now"},
        {**base, "refused": "bar", "refusedAfter": 1000, "ids": "late"},
    ]
    found = verdicts_on(specs, DESCRIBED)

    assert [judge(spec, verdict) for spec, verdict in zip(specs, found, strict=True)] == [""] * len(specs)
    kinds = [[seen.kind for seen in verdict.told] for verdict in found[:3]]
    assert kinds == [[FactKind.GREETING, FactKind.HUMAN_REPLY]] * 3


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    report_multiple_bugs=False,
)
@given(st.lists(SPECS, min_size=6, max_size=6))
def test_the_verdict_on_a_drawn_chat_is_right_or_ours(specs: list[Spec]) -> None:
    found = verdicts_on(specs)
    for spec, verdict in zip(specs, found, strict=True):
        note(f"{json.dumps(spec)}: {verdict.sent=} {verdict.ours=} {verdict.replies=}")
    assert [judge(spec, verdict) for spec, verdict in zip(specs, found, strict=True)] == [""] * len(specs)
    assert not any("lost" in verdict.ours for verdict in found)
