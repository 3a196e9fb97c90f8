"""Rating answers by the rubric: who may, what it comes to, and that nothing is replaced unasked."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict, InvalidInput
from audit_app.domain.replies.quality import COMPLAINT_ITEMS, RUBRIC, Share, reply_quality
from audit_app.models import Location, Probe, ReplyRating, User
from audit_app.services.replies.ratings import LONGEST_NOTE, rate, ratings_of, with_item_points
from tests.factories import NOW
from tests.integration.probes.probe_scene import answered_probe, silent_probe, uncertain_probe
from tests.visitor import Visitor, sign_in

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DAY = timedelta(days=1)
PERFECT = {item.key: "yes" if item.points > 0 else "no" for item in RUBRIC}
NOT_QUITE = PERFECT | {"apology": "not_applicable", "greeting": "partly", "thanks": "no"}


@pytest.fixture
def probe(session: Session, umea: Location) -> Probe:
    return answered_probe(session, umea, NOW - DAY)


def choices(items: dict[str, str]) -> dict[str, str]:
    """The rating as the form sends it."""
    return {"confirmed": "y"} | {f"item_{key}": share for key, share in items.items()}


# ---------- the service ----------


def test_a_rating_is_the_rubric_applied_to_what_was_chosen(
    session: Session, probe: Probe, magnus: User
) -> None:
    saved = rate(session, probe, magnus, NOT_QUITE, " Kind. ", NOW)
    session.commit()
    assert saved.quality == reply_quality({key: Share(share) for key, share in NOT_QUITE.items()})
    assert saved.note == "Kind."
    assert [rated.rating.id for rated in ratings_of(session, probe)] == [saved.id]


def test_rating_again_replaces_ones_own_rating_and_nobody_elses(
    session: Session, probe: Probe, magnus: User, ada: User
) -> None:
    rate(session, probe, magnus, PERFECT, "", NOW)
    rate(session, probe, ada, NOT_QUITE, "", NOW)
    rate(session, probe, magnus, NOT_QUITE, "", NOW + DAY)
    session.commit()
    rows = session.scalars(select(ReplyRating).order_by(ReplyRating.id)).all()
    assert [(row.rater_id, row.created_at) for row in rows] == [(magnus.id, NOW + DAY), (ada.id, NOW)]


@on_sqlite
@pytest.mark.parametrize(
    "items",
    [
        {},
        PERFECT | {"greeting": "very"},
        PERFECT | {"style": "yes"},
        dict.fromkeys(PERFECT, "not_applicable"),
    ],
)
def test_a_rating_that_says_nothing_clear_is_refused(
    session: Session, probe: Probe, magnus: User, items: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        rate(session, probe, magnus, items, "", NOW)
    with pytest.raises(InvalidInput, match="2000 is the most"):
        rate(session, probe, magnus, PERFECT, "x" * (LONGEST_NOTE + 1), NOW)
    assert session.scalars(select(ReplyRating)).all() == []


@on_sqlite
def test_a_complaint_is_rated_by_what_complaints_need(
    client: Visitor, session: Session, probe: Probe, magnus: User
) -> None:
    probe.scenario.complaint = True
    session.commit()
    with pytest.raises(InvalidInput, match="complaint 1"):
        rate(session, probe, magnus, PERFECT, "", NOW)
    session.rollback()
    sign_in(client, magnus)
    path = f"/probes/{probe.id}/rating"
    assert "Offers a compensation" in client.get(path).text
    given = PERFECT | {item.key: "yes" for item in COMPLAINT_ITEMS}
    assert client.submit(path, **choices(given)).status_code == 302
    assert session.scalars(select(ReplyRating)).one().items == given


@on_sqlite
def test_only_an_answer_can_be_rated(session: Session, umea: Location, magnus: User) -> None:
    for unanswered in (
        silent_probe(session, umea, NOW - 3 * DAY),
        uncertain_probe(session, umea, NOW - 5 * DAY),
    ):
        with pytest.raises(Conflict, match="Only an answer"):
            rate(session, unanswered, magnus, PERFECT, "", NOW)


earning = [item.key for item in RUBRIC if item.points > 0]
any_rating = st.fixed_dictionaries({item.key: st.sampled_from(list(Share)) for item in RUBRIC}).filter(
    lambda shares: any(shares[key] is not Share.NOT_APPLICABLE for key in earning)
)


@given(any_rating)
def test_the_shown_points_of_any_rating_add_up_to_its_shown_total(shares: dict[str, Share]) -> None:
    rating = ReplyRating(
        items={key: share.value for key, share in shares.items()}, quality=reply_quality(shares)
    )
    rated = with_item_points(rating)
    assert len(rated.items) == len(RUBRIC)
    assert sum((row.shown for row in rated.items), rated.floor) == rated.total
    assert 0 <= rated.total <= 100
    assert abs(Fraction(rated.total) - rating.quality) <= Fraction(1, 20)


def test_a_rating_by_an_earlier_rubric_still_shows_its_total() -> None:
    rated = with_item_points(ReplyRating(items={"was_fast": "yes"}, quality=Fraction(80)))
    assert (rated.total, rated.items) == (Decimal("80.0"), ())


# ---------- the pages ----------


@on_sqlite
def test_a_manager_rates_an_answer_and_sees_how_the_points_add_up(
    client: Visitor, probe: Probe, magnus: User
) -> None:
    sign_in(client, magnus)
    path = f"/probes/{probe.id}/rating"
    assert "We open at ten." in client.get(path).text
    response = client.submit(path, note="Friendly, but late with the thanks.", **choices(NOT_QUITE))
    assert response.status_code == 302
    page = client.get(f"/probes/{probe.id}").text
    assert "Friendly, but late" in page
    assert "Your rating is saved: 91.7 of 100." in page
    table = page.split('class="table rated-table"')[1].split("</table>")[0]
    body, foot = table.split("<tfoot>")
    points = re.findall(r'<td class="num">([−\d.]+) ?<', body) + re.findall(
        r'<td class="num">(−?[\d.]+)</td>', body
    )
    assert sum(Decimal(each.replace("−", "-")) for each in points) == Decimal("91.7")
    assert "<strong>91.7</strong>" in foot


@on_sqlite
def test_what_was_entered_stays_when_something_is_missing(
    client: Visitor, probe: Probe, magnus: User
) -> None:
    sign_in(client, magnus)
    path = f"/probes/{probe.id}/rating"
    given = choices(PERFECT)
    del given["item_greeting"]
    response = client.submit(path, note="A note that must not be lost", **given)
    assert response.status_code == 422
    assert "There is a problem" in response.text
    assert 'href="#item_greeting"' in response.text
    assert "Choose for “Greets the customer”." in response.text
    assert "A note that must not be lost" in response.text
    assert response.text.count('<input checked id="item_') == len(RUBRIC) - 1


@on_sqlite
@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            choices(dict.fromkeys(PERFECT, "not_applicable")),
            "At least one item that earns points must apply.",
        ),
        (choices(PERFECT | {"greeting": "perhaps"}), "Not a valid choice"),
        (choices(PERFECT) | {"note": "x" * 2001}, "Shorten the note to 2000 characters."),
    ],
)
def test_a_rating_that_cannot_be_used_says_why(
    client: Visitor, probe: Probe, magnus: User, given: dict[str, str], problem: str
) -> None:
    sign_in(client, magnus)
    response = client.submit(f"/probes/{probe.id}/rating", **given)
    assert response.status_code == 422
    assert problem in response.text


@on_sqlite
def test_ones_own_rating_is_replaced_only_after_seeing_what_it_was(
    client: Visitor, session: Session, probe: Probe, magnus: User
) -> None:
    sign_in(client, magnus)
    path = f"/probes/{probe.id}/rating"
    client.submit(path, note="First thoughts", **choices(PERFECT))
    page = client.get(path).text
    assert "You rated this answer 100.0 of 100" in page
    asked = client.submit(path, note="Second thoughts", **choices(NOT_QUITE))
    assert asked.status_code == 200
    assert "Replace your rating?" in asked.text
    assert "First thoughts" in asked.text
    row = session.scalars(select(ReplyRating)).one()
    assert row.quality == 100
    confirmed = {"replaces": row.created_at.isoformat(), "note": "Second thoughts", **choices(NOT_QUITE)}
    assert client.submit(path, **confirmed).status_code == 302
    assert session.scalars(select(ReplyRating)).one().note == "Second thoughts"
    # The same confirmation does not hold for the rating that stands now.
    assert client.submit(path, **confirmed).status_code == 409


@on_sqlite
def test_who_may_not_judge_a_probe_cannot_rate_its_answer(
    client: Visitor, session: Session, probe: Probe, sigrid: User, carl: User, anna: User, magnus: User
) -> None:
    path = f"/probes/{probe.id}/rating"
    for stranger, status in ((sigrid, 404), (carl, 403), (anna, 403)):
        sign_in(client, stranger)
        assert client.get(path).status_code == status
    sign_in(client, carl)
    assert "Rate this answer" not in client.get(f"/probes/{probe.id}").text
    sign_in(client, magnus)
    assert client.post(path, data=choices(PERFECT)).status_code == 400
    assert session.scalars(select(ReplyRating)).all() == []


@on_sqlite
def test_a_silent_probe_has_nothing_to_rate(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    silent = silent_probe(session, umea, NOW - 3 * DAY)
    sign_in(client, magnus)
    assert client.get(f"/probes/{silent.id}/rating").status_code == 409
