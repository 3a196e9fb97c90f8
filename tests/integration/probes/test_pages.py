"""The pages of probes: who sees which, what they say, and what is safe to show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit_app.domain.probes.probe import ProbeState
from audit_app.domain.probes.response_time import Outcome
from audit_app.models import ChannelName, IncomingMail, Location, MailState, Observation, Probe, User
from audit_app.services.mail.history import history_of
from audit_app.services.probes.ledger import record
from audit_app.services.search import find
from probes.base import Proof
from tests.factories import NOW
from tests.integration.probes.probe_scene import (
    HOUR,
    answered_probe,
    happened,
    mail,
    probe_to,
    seen,
    silent_probe,
    uncertain_probe,
)
from tests.visitor import Visitor, sign_in

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DAY = timedelta(days=1)


# ---------- who sees what ----------


def test_a_manager_sees_the_probes_of_the_own_regions_only(
    client: Visitor, session: Session, umea: Location, lund: Location, magnus: User
) -> None:
    own, foreign = answered_probe(session, umea, NOW - DAY), answered_probe(session, lund, NOW - DAY)
    sign_in(client, magnus)
    page = client.get("/probes").text
    assert "Umeå" in page
    assert "Lund" not in page
    assert client.get(f"/probes/{own.id}").status_code == 200
    assert client.get(f"/probes/{foreign.id}").status_code == 404
    assert client.get(f"/probes/{foreign.id}/live").status_code == 404


@on_sqlite
def test_a_contact_never_learns_that_a_probe_is_running(
    client: Visitor, session: Session, umea: Location, carl: User
) -> None:
    closed = answered_probe(session, umea, NOW - 3 * DAY)
    waiting = happened(session, probe_to(session, umea, NOW - HOUR, subject="Secret question"))
    undecided = uncertain_probe(session, umea, NOW - 3 * HOUR)
    sign_in(client, carl)
    page = client.get("/probes").text
    assert f"/probes/{closed.id}" in page
    assert "1 closed" in page
    assert "Secret question" not in page
    assert "Needs a decision" not in page
    for hidden in (waiting, undecided):
        assert f"/probes/{hidden.id}" not in page
        assert client.get(f"/probes/{hidden.id}").status_code == 404
        assert client.get(f"/probes/{hidden.id}/live").status_code == 404
        assert find(session, carl, str(hidden.id)).probe is None
        assert f"/probes/{hidden.id}" not in client.get(f"/search?q={hidden.id}").text
    assert "Secret question" not in client.get("/probes?q=Secret").text
    assert "No probes match" in client.get("/probes?outcome=open").text
    assert find(session, carl, str(closed.id)).probe is closed


@on_sqlite
def test_a_contact_sees_nothing_of_other_locations(
    client: Visitor, session: Session, lulea: Location, carl: User
) -> None:
    other = answered_probe(session, lulea, NOW - DAY)
    sign_in(client, carl)
    assert "No results yet" in client.get("/probes").text
    assert client.get(f"/probes/{other.id}").status_code == 404


@on_sqlite
def test_an_auditor_has_no_access_to_probes(
    client: Visitor, session: Session, umea: Location, anna: User
) -> None:
    probe = answered_probe(session, umea, NOW - DAY)
    sign_in(client, anna)
    for path in ("/probes", f"/probes/{probe.id}", f"/probes/{probe.id}/live", "/mail/unmatched"):
        assert client.get(path).status_code == 403


@on_sqlite
def test_only_administrators_see_mail_without_a_probe(
    client: Visitor, session: Session, magnus: User
) -> None:
    stray = mail(session, NOW, "Hello")
    sign_in(client, magnus)
    assert client.get("/mail/unmatched").status_code == 403
    assert client.get(f"/mail/unmatched/{stray.id}").status_code == 403


# ---------- the list ----------


def test_what_needs_a_decision_comes_first_then_open_then_closed(
    client: Visitor, session: Session, umea: Location, ada: User
) -> None:
    answered_probe(session, umea, NOW - DAY)
    happened(session, probe_to(session, umea, NOW - HOUR))
    uncertain_probe(session, umea, NOW - 3 * DAY)
    sign_in(client, ada)
    page = client.get("/probes").text
    assert "1 needs a decision · 1 open · 1 closed" in page
    groups = [
        page.index(f'scope="rowgroup" colspan="5">{name}') for name in ("Needs a decision", "Open", "Closed")
    ]
    assert groups == sorted(groups)


def test_filters_narrow_the_list_and_their_counts(
    client: Visitor, session: Session, umea: Location, lund: Location, ada: User
) -> None:
    answered_probe(session, umea, NOW - DAY, hours=2)
    late = answered_probe(session, umea, NOW - 2 * DAY, hours=11)
    silent_probe(session, lund, NOW - 9 * DAY)
    chat = happened(session, probe_to(session, lund, NOW - HOUR, ChannelName.CHAT))
    sign_in(client, ada)

    def shown(query: str) -> set[int]:
        page = client.get(f"/probes?{query}").text
        return {probe.id for probe in session.scalars(select(Probe)) if f'/probes/{probe.id}"' in page}

    assert len(shown("")) == 4
    assert shown("outcome=late") == {late.id}
    assert shown("channel=chat") == {chat.id}
    assert len(shown("location=lund")) == 2
    assert len(shown("region=north")) == 2
    assert shown(f"campaign={late.campaign_id}&outcome=late") == {late.id}
    assert shown(f"from={NOW.date() - 2 * DAY}&to={NOW.date() - 2 * DAY}") == {late.id}
    assert len(shown("q=opening")) == 4
    assert shown("q=nothing+of+that+sort") == set()


@on_sqlite
def test_a_day_of_the_filter_is_a_day_at_the_location(
    client: Visitor, session: Session, umea: Location, ada: User
) -> None:
    # Half past eleven in the evening in UTC is already the next day in Sweden.
    probe = answered_probe(session, umea, NOW.replace(day=10, hour=23, minute=30))
    sign_in(client, ada)
    assert f"/probes/{probe.id}" in client.get("/probes?from=2026-11-11&to=2026-11-11").text
    assert "No probes match" in client.get("/probes?from=2026-11-10&to=2026-11-10").text


@on_sqlite
@pytest.mark.parametrize(
    "query",
    [
        "channel=pigeon",
        "outcome=great",
        "from=yesterday",
        "to=2026-13-01",
        "from=0001-01-01",
        "from=2026-11-02&to=2026-11-01",
    ],
)
def test_a_filter_that_cannot_be_used_is_said_to_be_one(
    client: Visitor, ada: User, session: Session, umea: Location, query: str
) -> None:
    answered_probe(session, umea, NOW - DAY)
    sign_in(client, ada)
    response = client.get(f"/probes?{query}")
    assert response.status_code == 200
    assert 'role="alert"' in response.text


@on_sqlite
def test_odd_arguments_do_not_break_the_list(
    client: Visitor, ada: User, session: Session, umea: Location
) -> None:
    answered_probe(session, umea, NOW - DAY)
    sign_in(client, ada)
    odd = "page=-3&campaign=99999999999&sort=sideways&endpoint=x&_anchor=y&_external=1&q=%25%5F%27%22"
    assert client.get(f"/probes?{odd}").status_code == 200


def test_probes_sort_by_response_time(client: Visitor, session: Session, umea: Location, ada: User) -> None:
    slow = answered_probe(session, umea, NOW - 3 * DAY, hours=9)
    quick = answered_probe(session, umea, NOW - DAY, hours=1)
    sign_in(client, ada)
    upwards = client.get("/probes?sort=response").text
    assert upwards.index(f"/probes/{quick.id}") < upwards.index(f"/probes/{slow.id}")
    downwards = client.get("/probes?sort=response&descending=yes").text
    assert downwards.index(f"/probes/{slow.id}") < downwards.index(f"/probes/{quick.id}")


@on_sqlite
def test_a_long_list_comes_in_pages_that_keep_the_filter(
    client: Visitor, session: Session, umea: Location, ada: User
) -> None:
    for number in range(27):
        answered_probe(session, umea, NOW - number * DAY - DAY)
    sign_in(client, ada)
    page = client.get("/probes?outcome=in_time").text
    assert "27 closed" in page
    assert "Page 1 of 2" in page
    assert "outcome=in_time&amp;page=2" in page or "page=2&amp;outcome=in_time" in page
    assert "Page 2 of 2" in client.get("/probes?outcome=in_time&page=99").text


# ---------- one probe ----------


@on_sqlite
def test_the_time_line_says_what_stopped_the_clock_and_what_did_not(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = probe_to(session, umea, NOW - DAY)
    happened(
        session,
        probe,
        seen("acknowledged", NOW - DAY + timedelta(minutes=2), "We got it.", role="machine"),
        seen(
            "human_reply",
            NOW - DAY + timedelta(hours=6, minutes=15),
            "We open at ten.",
            role="person",
            author="Kim",
        ),
    )
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}").text
    assert "automatic, does not stop the clock" in page
    assert "stops the clock" in page
    assert "6 h 15 min" in page
    assert "A person answered after 6 h 15 min, within the stretch of 8 h and the target of 10 h" in page
    assert "Answered in time" in page
    assert "(Stockholm)" in page
    assert "2026-11-20 19:15:00 UTC" in page
    assert "data-live-waiting" not in page


@on_sqlite
def test_a_doubtful_reply_behind_a_persons_answer_leaves_the_time_as_it_is(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = answered_probe(session, umea, NOW - DAY)
    happened(session, probe, seen("uncertain_reply", NOW - DAY + 3 * HOUR, "Thanks.", role="unknown"))
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}").text
    assert "A person answered after 2 h" in page
    assert "Whatever you decide, the outcome above stays as it is." in page
    assert "neither meets nor misses" not in page


@on_sqlite
def test_an_interval_is_shown_with_both_ends(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = probe_to(session, umea, NOW - DAY)
    at = NOW - DAY + timedelta(hours=9, minutes=50)
    happened(session, probe, seen("human_reply", at, "Ten.", latest=at + timedelta(minutes=30)))
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}").text
    assert "9 h 50 min to 10 h 20 min" in page
    assert "Answered, unclear whether in time" in page


@on_sqlite
def test_an_open_probe_refreshes_itself_and_a_planned_one_says_that_it_waits(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = happened(session, probe_to(session, umea, NOW - HOUR))
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}").text
    assert "data-live-waiting" in page
    assert "at least" in page
    fragment = client.get(f"/probes/{probe.id}/live").text
    assert "<html" not in fragment
    assert "data-waiting" in fragment


@on_sqlite
def test_an_answer_after_the_close_is_shown_and_does_not_count(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = silent_probe(session, umea, NOW - 3 * DAY)
    happened(session, probe, seen("human_reply", NOW - 3 * DAY + 30 * HOUR, "Sorry.", role="person"))
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}").text
    assert "Not answered in time" in page
    assert "too late to count" in page
    assert "Closed without an answer" in page


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> http://evil.example/ "
    "\u202egnp.exe\u202c \u2066x\u2069 " + "A" * 30_000
)


@on_sqlite
def test_hostile_text_is_shown_as_text_and_nothing_else(
    client: Visitor, session: Session, umea: Location, ada: User
) -> None:
    rows = [{"role": "person", "author": HOSTILE[:150], "text": HOSTILE, "at": "not a time"}, "junk", None]
    import json

    transcript = Proof("transcript", "application/json", "chat.json", json.dumps(rows).encode())
    probe = probe_to(session, umea, NOW - DAY, subject=HOSTILE[:200])
    reply = seen(
        "human_reply",
        NOW - HOUR,
        HOSTILE,
        author=HOSTILE[:150],
        reasons=[HOSTILE[:300]],
        evidence=[transcript],
    )
    happened(session, probe, reply)
    stray = mail(
        session,
        NOW,
        HOSTILE,
        subject="<script>alert(3)</script> \u202e",
        sender='"<b>x</b>" <a@evil.example>',
    )
    sign_in(client, ada)
    pages = [f"/probes/{probe.id}", f"/probes/{probe.id}/live", f"/probes/{probe.id}/rating", "/probes"]
    for path in [*pages, "/mail/unmatched", f"/mail/unmatched/{stray.id}"]:
        text = client.get(path).text
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        assert "<b>x</b>" not in text, path
        assert 'href="http://evil' not in text, path
        assert "A" * 25_000 not in text, path
    shown = client.get(f"/probes/{probe.id}").text
    assert "[U+202E]" in shown
    assert "more characters are in the raw file" in shown


# ---------- deciding on uncertain replies ----------


def decision_path(probe: Probe) -> str:
    (reply,) = [each for each in probe.observations if each.kind == "uncertain_reply" or each.details]
    return f"/probes/{probe.id}/replies/{reply.id}/decision"


def test_a_manager_decides_that_a_person_wrote_a_reply(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = uncertain_probe(session, umea, NOW - DAY)
    sign_in(client, magnus)
    path = decision_path(probe)
    page = client.get(path).text
    assert "The probe counts as answered in time." in page
    assert "The clock goes on: no person has answered yet." in page
    assert probe.outcome is Outcome.UNCERTAIN
    response = client.submit(path, verdict="person", seen="0")
    assert response.status_code == 302
    session.refresh(probe)
    assert probe.outcome is Outcome.ANSWERED
    assert probe.elapsed_seconds == 7200
    shown = client.get(f"/probes/{probe.id}").text
    assert "Magnus Manager decided" in shown
    assert "Change the decision" in shown


@on_sqlite
def test_a_decision_can_be_changed_and_the_earlier_one_stays_on_record(
    client: Visitor, session: Session, umea: Location, magnus: User, ada: User
) -> None:
    probe = uncertain_probe(session, umea, NOW - DAY)
    path = decision_path(probe)
    sign_in(client, magnus)
    client.submit(path, verdict="person", seen="0")
    sign_in(client, ada)
    client.submit(path, verdict="automatic", seen="1")
    session.refresh(probe)
    assert probe.outcome is Outcome.OPEN
    shown = client.get(f"/probes/{probe.id}").text
    assert "Magnus Manager decided" in shown
    assert "Ada Admin decided" in shown
    assert "changed later" in shown
    assert session.scalars(select(Observation).where(Observation.kind == "acknowledged")).one().text


@on_sqlite
def test_who_decides_on_a_reply_that_somebody_else_decided_on_is_told_so(
    client: Visitor, session: Session, umea: Location, magnus: User, ada: User
) -> None:
    probe = uncertain_probe(session, umea, NOW - DAY)
    path = decision_path(probe)
    sign_in(client, magnus)
    client.submit(path, verdict="person", seen="0")
    sign_in(client, ada)
    response = client.submit(path, verdict="automatic", seen="0")
    assert response.status_code == 409
    assert "Magnus Manager decided on this reply while you were reading" in response.text
    session.refresh(probe)
    assert probe.outcome is Outcome.ANSWERED


@on_sqlite
def test_a_decision_without_a_choice_is_refused(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = uncertain_probe(session, umea, NOW - DAY)
    sign_in(client, magnus)
    response = client.submit(decision_path(probe), seen="0")
    assert response.status_code == 422
    assert "Choose who wrote this reply." in response.text
    assert client.post(decision_path(probe), data={"verdict": "person", "seen": "0"}).status_code == 400


@on_sqlite
def test_nobody_decides_on_what_the_rules_were_sure_of_or_on_foreign_probes(
    client: Visitor, session: Session, umea: Location, sigrid: User, magnus: User, carl: User
) -> None:
    undecided = uncertain_probe(session, umea, NOW - DAY)
    sure = answered_probe(session, umea, NOW - 2 * DAY)
    path = decision_path(undecided)
    for stranger, status in ((sigrid, 404), (carl, 403)):
        sign_in(client, stranger)
        assert client.get(path).status_code == status
    sign_in(client, magnus)
    reply = sure.observations[-1]
    assert client.get(f"/probes/{sure.id}/replies/{reply.id}/decision").status_code == 404
    assert (
        client.get(f"/probes/{sure.id}/replies/{undecided.observations[-1].id}/decision").status_code == 404
    )


# ---------- mail without a probe ----------


def test_a_stray_mail_is_assigned_and_stops_the_clock(
    client: Visitor, session: Session, umea: Location, ada: User
) -> None:
    probe = happened(session, probe_to(session, umea, NOW - DAY))
    stray = mail(
        session, NOW - DAY + 3 * HOUR, "Hello Anna, we open at ten on weekdays. Best wishes, Kim Berg"
    )
    assert stray.state is MailState.UNMATCHED
    sign_in(client, ada)
    listed = client.get("/mail/unmatched").text
    assert "we open at ten on weekdays" in listed
    assert f'value="{probe.id}"' in client.get(f"/mail/unmatched/{stray.id}").text
    response = client.submit(
        f"/mail/unmatched/{stray.id}/assign", f"/mail/unmatched/{stray.id}", probe=probe.id
    )
    assert response.status_code == 302
    session.refresh(probe)
    assert probe.outcome is Outcome.ANSWERED
    page = client.get(f"/probes/{probe.id}").text
    assert "Assigned by Ada Admin" in page
    assert "Raw mail" in page
    assert f"It answers probe #{probe.id}" in client.get(f"/mail/unmatched/{stray.id}").text


@on_sqlite
@pytest.mark.parametrize(
    ("number", "problem"),
    [("", "Enter the number"), ("999", "There is no probe 999"), ("x", "Enter the number")],
)
def test_a_mail_cannot_be_assigned_to_nothing(
    client: Visitor, session: Session, umea: Location, ada: User, number: str, problem: str
) -> None:
    happened(session, probe_to(session, umea, NOW - DAY))
    stray = mail(session, NOW, "Hello")
    sign_in(client, ada)
    response = client.submit(
        f"/mail/unmatched/{stray.id}/assign", f"/mail/unmatched/{stray.id}", probe=number
    )
    assert response.status_code == 422
    assert problem in response.text


@on_sqlite
def test_a_mail_that_came_before_the_probe_cannot_answer_it(
    client: Visitor, session: Session, umea: Location, ada: User
) -> None:
    probe = happened(session, probe_to(session, umea, NOW - HOUR))
    stray = mail(session, NOW - DAY, "Hello")
    sign_in(client, ada)
    page = f"/mail/unmatched/{stray.id}?q={probe.id}"
    response = client.submit(f"/mail/unmatched/{stray.id}/assign", page, probe=probe.id)
    assert response.status_code == 422
    assert "came before" in response.text


@on_sqlite
def test_a_discarded_mail_is_kept_and_can_be_put_back(client: Visitor, session: Session, ada: User) -> None:
    stray = mail(session, NOW, "Buy now!")
    sign_in(client, ada)
    client.submit(f"/mail/unmatched/{stray.id}/discard", "/mail/unmatched")
    assert "Buy now!" not in client.get("/mail/unmatched").text
    assert "Buy now!" in client.get("/mail/unmatched?show=discarded").text
    client.submit(f"/mail/unmatched/{stray.id}/restore", "/mail/unmatched?show=discarded")
    assert "Buy now!" in client.get("/mail/unmatched").text
    row = session.scalars(select(IncomingMail)).one()
    assert row.state is MailState.UNMATCHED
    assert [(each.step, each.by) for each in history_of(row)] == [
        ("discarded", "Ada Admin"),
        ("put_back", "Ada Admin"),
    ]
    assert client.post(f"/mail/unmatched/{stray.id}/discard").status_code == 400


@on_sqlite
def test_a_probe_of_which_nobody_knows_whether_it_left_is_not_called_unsent(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = probe_to(session, umea, NOW - HOUR)
    probe.state, probe.outcome, probe.sent_earliest, probe.sent_latest = (
        ProbeState.SEND_UNKNOWN,
        Outcome.OPEN,
        None,
        None,
    )
    session.commit()
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}").text
    assert "Not known whether it was sent" in page
    assert "it is never sent again" in page
    assert "left out as our failure and counts for nobody" in page
    assert "Not sent yet" not in page
    page = client.get("/probes").text
    assert "0 open · 1 not sent · 0 closed" in page
    assert "Its trace is looked for" in page
    assert "Its trace" not in client.get("/probes?outcome=open").text
    assert "Its trace" in client.get("/probes?outcome=unsent").text


@on_sqlite
def test_a_probe_that_was_deferral_says_why_and_that_it_is_tried_again(
    client: Visitor, session: Session, umea: Location, magnus: User
) -> None:
    probe = probe_to(session, umea, NOW - HOUR)
    said = "Nothing was sent: the mail server does not take mail for it now (450 Greylisted)."
    deferral = seen("deferred", NOW - HOUR, reasons=[said])
    session.delete(probe.observations[0])
    session.flush()
    session.refresh(probe)
    probe.state, probe.sent_earliest, probe.sent_latest, probe.failure = ProbeState.PLANNED, None, None, said
    record(session, probe, [deferral], NOW)
    session.commit()
    sign_in(client, magnus)
    page = client.get(f"/probes/{probe.id}").text
    assert "Not sent yet" in page
    assert f"{said} The same message is tried again." in page
    assert "not taken yet, so the clock does not run" in page
    assert "Put off, tried again" in client.get("/probes").text
