"""The list of visits: narrowed, sorted, and only what somebody may see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from audit_app.domain.scores.policy import DEFAULT_POLICY
from audit_app.models import Location, User, Visit
from audit_app.services.visits.list import VisitFilter, visit_choices, visit_page
from tests import factories
from tests.factories import NOW
from tests.small_checklist import begun_visit, submitted

HOUR = timedelta(hours=1)


def found(session: Session, user: User, **wanted: object) -> list[Visit]:
    return visit_page(session, user, VisitFilter(**wanted), DEFAULT_POLICY, 1).visits  # type: ignore[arg-type]


def test_the_list_is_narrowed_by_band_at_the_exact_borders(
    session: Session, anna: User, umea: Location
) -> None:
    full = submitted(session, anna, umea, NOW, eye_contact="yes", tidy=4)
    fair = submitted(session, anna, umea, NOW)
    border = submitted(session, anna, umea, NOW)
    border.score = Fraction(80) - Fraction(1, 10**9)
    exact = submitted(session, anna, umea, NOW)
    exact.score = Fraction(80)
    session.flush()
    assert (full.score, fair.score) == (100, Fraction("73.25"))
    assert found(session, anna, band="A") == [full]
    assert found(session, anna, band="B") == [exact]
    assert found(session, anna, band="C") == [border, fair]


def test_the_list_is_narrowed_by_days_as_the_location_counts_them(session: Session, anna: User) -> None:
    helsinki = factories.location(session, "helsinki", "Helsinki", time_zone="Europe/Helsinki")
    london = factories.location(session, "london", "London", time_zone="Europe/London")
    just_before_ten = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    friday = submitted(session, anna, london, just_before_ten)
    saturday = submitted(session, anna, helsinki, just_before_ten)
    assert found(session, anna, last_day=date(2026, 11, 20)) == [friday]
    assert found(session, anna, first_day=date(2026, 11, 21)) == [saturday]


def test_the_list_is_sorted_by_score_and_by_location(
    session: Session, anna: User, umea: Location, lulea: Location
) -> None:
    low = submitted(session, anna, umea, NOW, tidy=1)
    high = submitted(session, anna, lulea, NOW, tidy=4)
    assert found(session, anna, order="score", descending=False) == [low, high]
    assert found(session, anna, order="score") == [high, low]
    assert found(session, anna, order="location", descending=False) == [high, low]


def test_the_list_filters_by_place_checklist_and_auditor_and_shows_drafts_only_when_asked(
    session: Session, anna: User, ada: User, umea: Location, lund: Location
) -> None:
    axel = factories.user(session, "Axel Auditor", factories.RoleName.AUDITOR)
    north = submitted(session, anna, umea, NOW)
    south = submitted(session, axel, lund, NOW)
    draft = begun_visit(session, anna, umea, NOW - HOUR)
    assert found(session, ada, location="lund") == [south]
    assert found(session, ada, region="north") == [north]
    assert found(session, ada, auditor=axel.id) == [south]
    assert found(session, ada, checklist="other") == []
    assert set(found(session, ada, drafts=True)) == {north, south, draft}
    assert visit_choices(session, ada).regions == [("north", "North"), ("south", "South")]
