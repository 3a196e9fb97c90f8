"""Suggestions on the rating form, what is kept of them, and the page on which raters are compared."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.replies.quality import COMPLAINT_ITEMS, RUBRIC, Share
from audit_app.domain.replies.suggestions import RULES
from audit_app.models import Location, Probe, ReplyRating, RoleName, User
from audit_app.services.replies.agreement import agreements
from audit_app.services.replies.ratings import rate, ratings_of
from audit_app.services.replies.suggestions import read_answer
from probes.base import Proof
from tests import factories
from tests.factories import NOW
from tests.integration.probes import probe_scene as scene
from tests.visitor import Visitor, sign_in

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DAY = timedelta(days=1)
ANSWER = "Hello Anna,\n\nthank you for writing. We open at ten; I will call you by Friday. I promise.\n\nKind regards\nKim"
LEFT_TO_PEOPLE = {"answers_every_question": "yes", "correct": "yes"}


def answered(session: Session, location: Location, *texts: str, days: int = 1) -> Probe:
    """A probe that a person answered in so many messages."""
    probe = scene.probe_to(session, location, NOW - days * DAY)
    replies = [
        scene.seen(
            "human_reply", NOW - days * DAY + (hours + 1) * scene.HOUR, text, role="person", author="Kim"
        )
        for hours, text in enumerate(texts)
    ]
    return scene.happened(session, probe, *replies)


@pytest.fixture
def probe(session: Session, umea: Location) -> Probe:
    return answered(session, umea, ANSWER)


def suggested_form(probe: Probe, **changed: str) -> dict[str, str]:
    """The form as it comes to the page, with what only people can say filled in."""
    shares = {key: share.value for key, share in read_answer(probe).shares.items()}
    return {f"item_{key}": share for key, share in (shares | LEFT_TO_PEOPLE | changed).items()}


# ---------- reading the answer ----------


def test_the_pieces_of_an_answer_make_its_text_and_name_the_items_they_were_found_for(probe: Probe) -> None:
    answer = read_answer(probe)
    (message,) = answer.messages
    assert "".join(piece.text for piece in message.pieces) == ANSWER
    found = {piece.text: piece.item_keys for piece in message.pieces if piece.item_keys}
    assert found["Hello"] == ("greeting",)
    assert found["I promise"] == ("risky_promise",)
    assert found["Kim"] == ("signed_by_person",)
    assert set(answer.suggestions) == {item.key for item in RUBRIC}


def test_several_messages_of_a_person_are_one_answer(session: Session, umea: Location) -> None:
    answer = read_answer(answered(session, umea, "Hi Anna!", "We open at ten.", "Best\nKim"))
    assert [answer.shares[key] for key in ("greeting", "uses_name", "signed_by_person")] == [Share.YES] * 3
    marked = [[piece.text for piece in message.pieces if piece.item_keys] for message in answer.messages]
    assert marked == [["Hi", "Anna"], [], ["Kim"]]


def test_letters_in_two_parts_are_read_as_the_one_letter_that_they_are(
    session: Session, umea: Location
) -> None:
    probe = answered(
        session, umea, "Hallo Frau Berg, liebe Gru\u0308\u00dfe\nJ\u00f6rg und das ist nicht alles."
    )
    probe.language = "de"
    (message,) = read_answer(probe).messages
    assert "Gr\u00fc\u00dfe" in "".join(piece.text for piece in message.pieces)


def test_a_name_below_a_mails_signature_separator_signs_it(session: Session, umea: Location) -> None:
    letter = EmailMessage()
    letter.set_content("We open at ten.\n\n-- \nKim Olsen\nFjord & Field\n")
    raw = Proof("raw_mail", "message/rfc822", "mail.eml", letter.as_bytes())
    reply = scene.seen("human_reply", NOW, "We open at ten.", role="person", evidence=[raw])
    probe = scene.happened(session, scene.probe_to(session, umea, NOW - DAY), reply)
    assert read_answer(probe).shares["signed_by_person"] is Share.YES
    assert "Kim Olsen" in read_answer(probe).suggestions["signed_by_person"].reason


# ---------- the form ----------


def test_suggestions_are_chosen_marked_and_told_apart_from_what_people_chose(
    client: Visitor, probe: Probe, magnus: User
) -> None:
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}/rating").text
    assert re.search(r'<input checked id="item_greeting-0"[^>]*value="yes"', page)
    assert 'data-found="greeting"' in page
    assert "Promises: “I promise”." in page
    assert page.count("rating-suggested") == len(RUBRIC) - len(LEFT_TO_PEOPLE)
    assert "Suggested: Yes" in page
    assert not re.search(r'<input checked id="item_correct', page)


def test_what_no_rule_can_judge_has_to_be_answered(client: Visitor, probe: Probe, magnus: User) -> None:
    sign_in(client, magnus)
    given = suggested_form(probe)
    del given["item_correct"]
    response = client.submit(f"/probes/{probe.id}/rating", confirmed="y", **given)
    assert response.status_code == 422
    assert "Choose for “Is correct”." in response.text


def test_suggestions_are_taken_over_only_by_somebody_who_says_to_have_checked_them(
    client: Visitor, session: Session, probe: Probe, magnus: User
) -> None:
    sign_in(client, magnus)
    path = f"/probes/{probe.id}/rating"
    response = client.submit(path, **suggested_form(probe, greeting="partly"))
    assert response.status_code == 422
    assert "You left 8 suggestions as the rules made them. Check them, and tick the box." in response.text
    assert 'href="#confirmed"' in response.text
    assert client.submit(path, confirmed="y", **suggested_form(probe, greeting="partly")).status_code == 302
    saved = session.scalars(select(ReplyRating)).one()
    assert saved.suggested["rules"] == RULES
    assert (saved.items["greeting"], saved.suggested["shares"]["greeting"]) == ("partly", "yes")
    assert "correct" not in saved.suggested["shares"]
    (rated,) = ratings_of(session, probe)
    assert [row.points.item.key for row in rated.items if row.changed] == ["greeting"]
    assert "(suggested: Yes)" in client.get(f"/probes/{probe.id}").text


def test_who_sees_everything_differently_has_nothing_to_confirm(
    client: Visitor, probe: Probe, magnus: User
) -> None:
    sign_in(client, magnus)
    answer = dict.fromkeys((item.key for item in RUBRIC), "partly")
    given = {f"item_{key}": share for key, share in answer.items()}
    assert client.submit(f"/probes/{probe.id}/rating", **given).status_code == 302


def test_ones_own_rating_is_not_overwritten_by_suggestions(
    client: Visitor, session: Session, probe: Probe, magnus: User
) -> None:
    rate(session, probe, magnus, {item.key: "no" for item in RUBRIC}, "", NOW)
    session.commit()
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}/rating").text
    assert re.search(r'<input checked id="item_greeting-2"[^>]*value="no"', page)
    assert "rating-suggested" not in page
    assert 'name="confirmed"' not in page
    assert "Greets: “Hello”." in page


def test_a_complaint_is_read_for_what_complaints_need(
    client: Visitor, session: Session, probe: Probe, magnus: User
) -> None:
    probe.scenario.complaint = True
    session.commit()
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}/rating").text
    assert all(item.label in page for item in COMPLAINT_ITEMS)
    assert "Found no compensation." in page


def test_what_was_found_in_a_hostile_answer_stays_text(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    text = "Hello <script>alert(1)</script> \u202e I promise <b>you</b>" + "x" * 30_000
    probe = answered(session, umea, text)
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}/rating").text
    assert "<script>alert" not in page
    assert "[U+202E]" in page
    assert 'data-found="risky_promise"' in page
    assert len(page) < 100_000


# ---------- agreement ----------


def rated(session: Session, probe: Probe, rater: User, **shares: str) -> None:
    choices = {item.key: "yes" if item.points > 0 else "no" for item in RUBRIC}
    rate(session, probe, rater, choices | shares, "", NOW)


@pytest.fixture
def nora(session: Session, umea: Location) -> User:
    return factories.user(session, "Nora North", RoleName.MANAGER, regions=[umea.region.key])


def test_agreement_counts_the_replies_that_both_have_rated(
    session: Session, umea: Location, magnus: User, nora: User
) -> None:
    choices = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    for days, (first, second) in enumerate(choices[::5], 1):
        probe = answered(session, umea, "We open at ten.", days=days)
        rated(session, probe, magnus, greeting=first)
        rated(session, probe, nora, greeting=second)
    rated(session, answered(session, umea, "At ten.", days=99), magnus, greeting="no")
    found = agreements(session, magnus)
    greeting = next(row for row in found.rows if row.item.key == "greeting")
    assert (found.replies, greeting.agreement.n) == (10, 10)
    assert greeting.kappa is not None
    assert float(greeting.kappa) == pytest.approx(0.4)
    assert greeting.word == "fair"
    correct = next(row for row in found.rows if row.item.key == "correct")
    assert (correct.kappa, correct.word) == (None, "")


def test_three_raters_make_three_pairs_of_which_one_can_be_chosen(
    client: Visitor, session: Session, probe: Probe, magnus: User, nora: User, ada: User
) -> None:
    for rater, thanks in ((magnus, "yes"), (nora, "no"), (ada, "no")):
        rated(session, probe, rater, thanks=thanks)
    session.commit()
    found = agreements(session, ada)
    assert (len(found.pairs), found.replies, found.rows[0].agreement.n) == (3, 1, 3)
    pair = next(pair for pair in found.pairs if set(pair.names) == {nora.name, ada.name})
    only = agreements(session, ada, pair.raters)
    assert next(row for row in only.rows if row.item.key == "thanks").agreement.observed == 1
    sign_in(client, ada)
    page = client.get(f"/probes/agreement?raters={pair.raters[0]}-{pair.raters[1]}").text
    assert "have both rated" in page
    assert "undefined: both always chose the same" in page
    assert "3 pairs of people" in client.get("/probes/agreement?raters=nonsense").text


def test_nobody_is_compared_by_replies_that_the_reader_may_not_see(
    session: Session, probe: Probe, magnus: User, ada: User, sigrid: User
) -> None:
    rated(session, probe, magnus)
    rated(session, probe, ada)
    assert len(agreements(session, magnus).pairs) == 1
    assert agreements(session, sigrid).pairs == []


def test_without_two_raters_the_page_says_how_to_begin(
    client: Visitor, session: Session, probe: Probe, magnus: User, carl: User
) -> None:
    rated(session, probe, magnus)
    session.commit()
    sign_in(client, magnus)
    assert "Nobody has rated the same answer as somebody else" in client.get("/probes/agreement").text
    sign_in(client, carl)
    assert client.get("/probes/agreement").status_code == 403
