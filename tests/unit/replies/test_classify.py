"""Who wrote a mail: every fictional mail is judged as what it is, and any bytes at all are judged."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.replies.classify import judge
from probes.replies.quoted import new_text_of
from tests import fictional_mail as post
from tests.fictional_mail import ANSWER, QUESTION, SPEECH, mail

EVERYTHING = [
    *post.HUMAN.values(),
    *post.AUTOMATIC.values(),
    *post.BOUNCED.values(),
    *post.BY_DESK_HUMAN.values(),
]


@pytest.mark.parametrize("case", post.HUMAN)
def test_a_persons_mail_is_judged_human(case: str) -> None:
    assert judge(post.HUMAN[case], QUESTION).verdict == "human", judge(post.HUMAN[case], QUESTION)


@pytest.mark.parametrize("case", post.AUTOMATIC)
def test_a_machines_mail_is_judged_automatic_and_of_its_kind(case: str) -> None:
    judged = judge(post.AUTOMATIC[case], QUESTION)
    assert (judged.verdict, judged.kind) == ("automatic", case.partition(":")[0]), judged


@pytest.mark.parametrize("case", post.BOUNCED)
def test_a_failed_delivery_is_judged_a_bounce(case: str) -> None:
    assert judge(post.BOUNCED[case], QUESTION).verdict == "bounce", judge(post.BOUNCED[case], QUESTION)


@pytest.mark.parametrize("desk", post.BY_DESK_HUMAN)
def test_a_persons_answer_through_a_help_desk_is_human_however_it_is_stamped(desk: str) -> None:
    judged = judge(post.BY_DESK_HUMAN[desk], QUESTION)
    assert (judged.verdict, judged.platform) == ("human", desk), judged


@pytest.mark.parametrize("desk", post.BY_DESK_AUTOMATIC)
def test_a_help_desks_acknowledgement_is_automatic(desk: str) -> None:
    judged = judge(post.BY_DESK_AUTOMATIC[desk], QUESTION)
    assert (judged.verdict, judged.platform) == ("automatic", desk), judged


@pytest.mark.parametrize("case", post.UNTELLABLE)
def test_what_nothing_can_tell_is_uncertain(case: str) -> None:
    assert judge(post.UNTELLABLE[case]).verdict == "uncertain", judge(post.UNTELLABLE[case])


@pytest.mark.parametrize("desk", ["Zendesk", "FreeScout", "RT"])
def test_a_help_desk_is_recognised_without_knowing_what_we_had_written(desk: str) -> None:
    assert judge(post.BY_DESK_HUMAN[desk]).verdict == "human"
    assert judge(post.BY_DESK_AUTOMATIC[desk]).verdict == "automatic"


@pytest.mark.parametrize("language", SPEECH)
def test_an_acknowledgement_in_our_own_quoted_words_proves_nothing(language: str) -> None:
    own = SPEECH[language].acknowledgement
    assert judge(mail(f"{ANSWER.partition('Kind regards')[0]}\n{own}"), own).verdict == "human"


def test_no_return_address_and_no_content_prove_nothing_but_a_machine() -> None:
    assert judge(mail("I am on holiday until Monday.", Return_Path="<>")).verdict == "automatic"
    assert judge(mail(ANSWER, Return_Path="<>")).verdict != "bounce"


def test_a_mark_set_to_no_marks_nothing() -> None:
    assert judge(mail(ANSWER, X_Autoreply="no", Auto_Submitted="no")).verdict == "human"


def test_every_verdict_gives_reasons_in_words() -> None:
    judged = [judge(raw, QUESTION) for raw in EVERYTHING]
    assert all(each.reasons and all(reason.strip() for reason in each.reasons) for each in judged)


def test_a_verdict_does_not_hang_on_the_ends_of_lines() -> None:
    for raw in EVERYTHING:
        assert judge(raw.replace(b"\n", b"\r\n"), QUESTION).verdict == judge(raw, QUESTION).verdict


def mutated(raw: bytes, seed: int) -> bytes:
    """The mail with lines dropped, doubled and moved, bytes changed, and its end cut off."""
    chance = random.Random(seed)  # noqa: S311 -- damage, not secrets
    lines = raw.split(b"\n")
    for _ in range(chance.randrange(6)):
        place = chance.randrange(len(lines))
        lines[place : place + chance.randrange(3)] = chance.choice(
            ([], lines[place : place + 1] * 2, lines[:3])
        )
        lines = lines or [b""]
    changed = bytearray(b"\n".join(lines))
    for _ in range(chance.randrange(8) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randrange(len(changed) + 1)] if chance.random() < 0.3 else changed)


@given(st.sampled_from(EVERYTHING), st.integers(0, 10_000))
def test_a_damaged_mail_is_judged_with_reasons(raw: bytes, seed: int) -> None:
    damaged = mutated(raw, seed)
    assert judge(damaged, QUESTION).reasons
    new_text_of(damaged, QUESTION)


@pytest.mark.parametrize(
    "noise", [b"<", b">", b"<p", b"<!--", b"<style>", b"<div>", b"From: ", b"On 1.1.2020 ", b"- ", b"a:\n"]
)
def test_a_long_mail_of_nothing_but_noise_is_judged_in_no_time(noise: bytes) -> None:
    for kind in (b"plain", b"html"):
        raw = b"Content-Type: text/" + kind + b"\n\n" + noise * (1_000_000 // len(noise))
        assert judge(raw).reasons
