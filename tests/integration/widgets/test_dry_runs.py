"""Dry runs that wait for a worker: who takes which, what becomes of one whose worker dies, and what is kept."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app.config import Settings
from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.models import ChannelName, Evidence, TrialState, WidgetTrial
from audit_app.services.probes.messages import message_of
from audit_app.services.widgets import adapters
from audit_app.services.widgets import dry_runs as trials
from audit_app.worker.context import WorkerContext
from audit_app.worker.dry_runs import DryRuns
from probes.base import OurFailure
from probes.browser.browsers import Browsers
from probes.widgets.files import read_widget_text
from tests.factories import NOW
from tests.integration.probes import probe_factories as make
from tests.integration.widgets.widget_scene import LEASE, PAGE, found, tried

TEXT = "extends: generic\nname: Ours\nverified: taught on a page, not yet answered by a person\n"


def ask(session: Session, **named: object) -> WidgetTrial:
    return trials.queue_dry_run(session, PAGE, by="Ada", now=NOW, **named)  # type: ignore[arg-type]


def take(session: Session, worker: str = "worker-1", seconds: int = 0) -> WidgetTrial | None:
    return trials.claim_trial(session, worker, NOW + timedelta(seconds=seconds), LEASE)


def test_the_try_that_waits_longest_is_taken_first_and_by_one_worker_alone(session: Session) -> None:
    first, second = ask(session), ask(session)

    assert take(session) is first
    assert take(session, "worker-2") is second
    assert take(session, "worker-3") is None
    assert (first.state, first.claimed_by) == (TrialState.RUNNING, "worker-1")


def test_two_workers_that_ask_at_the_same_moment_do_not_get_the_same_try(
    engine: sa.Engine, session: Session
) -> None:
    ask(session)
    session.commit()
    taken: list[bool] = []

    def worker(name: str) -> None:
        with Session(engine) as own:
            taken.append(take(own, name) is not None)
            own.commit()

    make.at_once([lambda: worker("worker-1"), lambda: worker("worker-2")])
    assert sorted(taken) == [False, True]


def test_a_try_whose_worker_died_is_taken_over_once_and_then_given_up(session: Session) -> None:
    trial = ask(session)
    take(session)

    assert take(session, "worker-2", seconds=10) is None
    assert take(session, "worker-2", seconds=31) is trial
    assert not trials.finish(session, trial.id, "worker-1", found(), NOW)  # the dead one comes back too late
    assert take(session, "worker-3", seconds=100) is None
    assert (trial.state, trial.problem) == (TrialState.FAILED, trials.GONE)


def test_a_worker_that_is_still_at_it_keeps_its_try_and_says_how_far_it_is(session: Session) -> None:
    trial = ask(session)
    take(session)

    assert trials.note_progress(
        session, trial.id, "worker-1", NOW + timedelta(seconds=60), "Opening the chat"
    )
    assert take(session, "worker-2", seconds=45) is None
    assert trial.progress == "Opening the chat"
    assert not trials.note_progress(session, trial.id, "worker-2", NOW)


def test_a_worker_that_stops_gives_its_try_back_at_once(session: Session) -> None:
    trial = ask(session)
    take(session)
    trials.release(session, trial.id, "worker-1")

    assert take(session, "worker-2") is trial
    assert trial.starts == 1


def test_what_a_dry_run_found_is_kept_with_its_pictures(session: Session) -> None:
    trial = tried(session)
    session.commit()
    session.expire_all()

    assert trial.state is TrialState.DONE
    assert trial.result is not None
    assert [step["part"] for step in trial.result["steps"][:2]] == ["consent", "launcher"]
    assert [picture.name for picture in trial.pictures] == ["1-page.png", "2-form.png"]


def test_what_failed_on_our_side_says_so(session: Session) -> None:
    trial = ask(session)
    take(session)
    trials.fail(session, trial.id, "worker-1", "No browser could be started.", NOW)

    assert (trial.state, trial.problem, trial.result) == (
        TrialState.FAILED,
        "No browser could be started.",
        None,
    )


def test_tries_and_their_pictures_are_forgotten_after_thirty_days(session: Session) -> None:
    old = tried(session)
    later = trials.queue_dry_run(session, PAGE, by="Ada", now=NOW + timedelta(days=30), earlier=old)
    session.commit()

    assert trials.delete_old_trials(session, NOW + timedelta(days=29)) == 0
    assert trials.delete_old_trials(session, NOW + timedelta(days=31)) == 1
    session.commit()
    session.expire_all()
    assert session.scalars(sa.select(Evidence)).all() == []
    assert later.earlier_id is None
    with pytest.raises(NotFound, match="kept for 30 days"):
        trials.trial_by_id(session, 4711)


def test_a_description_that_cannot_be_used_is_never_tried_and_the_queue_has_an_end(session: Session) -> None:
    with pytest.raises(InvalidInput, match="description:1"):
        ask(session, text="extends: nothing-like-it\nname: X\nverified: not a widget\n")
    with pytest.raises(InvalidInput, match="no chat widget called"):
        ask(session, widget="../secrets.yaml")
    for _ in range(trials.MOST_WAITING):
        ask(session)
    with pytest.raises(Conflict, match="waiting already"):
        ask(session)


def test_a_worker_whose_browser_does_not_start_says_so_and_goes_on(
    settings: Settings, engine: sa.Engine, session: Session
) -> None:
    asked = [ask(session), ask(session)]
    session.commit()

    async def work() -> None:
        stop = asyncio.Event()
        async with Browsers(shutil.which("false")) as browsers:
            context = WorkerContext(settings, engine, browsers, "worker-1", LEASE, stop)
            running = asyncio.create_task(DryRuns(context).run())
            async with asyncio.timeout(30):
                while await context.do(lambda own: own.scalar(sa.select(WidgetTrial.id).where(unfinished))):
                    await asyncio.wait({running}, timeout=0.1)
            stop.set()
            await running

    unfinished = WidgetTrial.state.in_([TrialState.QUEUED, TrialState.RUNNING])
    asyncio.run(work())
    session.expire_all()
    assert [trial.state for trial in asked] == [TrialState.FAILED] * 2
    assert "could not be started" in asked[0].problem


# ---------- stored adapters ----------


def test_an_adapter_keeps_all_its_versions_and_probes_use_the_newest(session: Session) -> None:
    adapter = adapters.store(session, "ours", TEXT, PAGE, "Ada", NOW)
    adapters.store_again(session, adapter, TEXT.replace("Ours", "Theirs"), PAGE, "Ada", NOW)
    session.commit()
    session.expire_all()

    adapter = adapters.adapter_by_name(session, "ours")
    assert [(each.number, adapters.title_of(each.text)) for each in adapter.versions] == [
        (1, "Ours"),
        (2, "Theirs"),
    ]
    assert "Theirs" in adapters.description_for(session, "ours")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("zendesk", "comes with the program"),
        ("auto", "comes with the program"),
        ("ours", "already"),
        ("../ours", "small letters"),
        ("-ours", "small letters"),
        ("ours.yaml", "small letters"),
        ("x" * 41, "small letters"),
    ],
)
def test_a_name_is_free_and_hides_no_widget_that_comes_with_the_program(
    session: Session, name: str, words: str
) -> None:
    adapters.store(session, "ours", TEXT, PAGE, "Ada", NOW)
    with pytest.raises(InvalidInput, match=words):
        adapters.store(session, name, TEXT, PAGE, "Ada", NOW)


def test_a_text_that_cannot_be_used_is_not_stored(session: Session) -> None:
    with pytest.raises(InvalidInput, match="description:2"):
        adapters.store(
            session, "ours", "extends: generic\ncolour: blue\nname: X\nverified: x\n", PAGE, "Ada", NOW
        )


def test_an_adapter_in_use_cannot_be_deleted(session: Session) -> None:
    adapter = adapters.store(session, "ours", TEXT, PAGE, "Ada", NOW)
    touchpoint = make.touchpoint(session, channel=ChannelName.CHAT, address=PAGE)
    session.flush()
    adapters.use_for(session, adapter, [touchpoint.id])

    with pytest.raises(Conflict, match="1 touchpoints"):
        adapters.delete(session, adapter)
    touchpoint.widget = "auto"
    adapters.delete(session, adapter)
    assert adapters.adapters(session) == []


def test_a_touchpoint_names_only_what_is_known_here_and_no_file_of_this_machine(session: Session) -> None:
    for known in ("", "auto", "demo"):
        assert adapters.description_for(session, known) == ""
    for unknown in ("/etc/widget.yaml", "gone", "../demo"):
        with pytest.raises(OurFailure, match="There is no chat widget"):
            adapters.description_for(session, unknown)


def test_a_probe_takes_the_stored_description_along(session: Session) -> None:
    adapter = adapters.store(session, "ours", TEXT, PAGE, "Ada", NOW)
    probe = make.planned_probe(session, ChannelName.CHAT)
    adapters.use_for(session, adapter, [probe.touchpoint_id])
    message = message_of(probe)

    assert (message.widget, read_widget_text(message.widget_text, "ours").name) == ("ours", "Ours")
