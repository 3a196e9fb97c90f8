"""Dry runs on pages that administrators ask for: queued here, made by a worker, and corrected until they fit.

A worker's claim is a lease: whoever finds it run out takes the try over, and one that was begun too often has failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from audit_app.domain.errors import Conflict, InvalidInput, NotFound
from audit_app.models import Evidence, EvidenceKind, TrialState, WidgetTrial
from audit_app.services.entry.text import storable
from audit_app.services.widgets.check import check_widget_text
from probes.channels.chat.dry_run import Trial
from probes.widgets.files import AUTO, widget_names

MOST_STARTS = 2
"""A page that brings a worker down twice is not tried a third time."""
MOST_WAITING = 20
KEPT = timedelta(days=30)
"""How long a try and its pictures are kept."""
GONE = "The worker that tried this page ended twice while it did. Look at its log; the page may be too much for it."


def queue_dry_run(
    session: Session,
    page: str,
    *,
    by: str,
    now: datetime,
    widget: str = AUTO,
    text: str = "",
    adapter_name: str = "",
    earlier: WidgetTrial | None = None,
) -> WidgetTrial:
    """Queue a dry run on a page, with the description `text` or else by what `widget` names.

    Raises InvalidInput when the description cannot be used, Conflict when too many tries are waiting.
    """
    if widget not in (AUTO, *widget_names()):
        raise InvalidInput(f"There is no chat widget called “{widget}”. Choose one of the list.")
    if text and (problems := check_widget_text(text, "description")):
        raise InvalidInput(" ".join(str(problem) for problem in problems))
    waiting = session.scalars(select(WidgetTrial.id).where(WidgetTrial.state == TrialState.QUEUED)).all()
    if len(waiting) >= MOST_WAITING:
        raise Conflict(
            f"{len(waiting)} tries are waiting already. Wait until a worker has made some of them."
        )
    trial = WidgetTrial(
        page=page,
        widget=widget,
        text=text,
        adapter_name=adapter_name,
        earlier_id=earlier.id if earlier else None,
        asked_by=by[:300],
        asked_at=now,
    )
    session.add(trial)
    session.flush()
    return trial


def trial_by_id(session: Session, trial_id: int) -> WidgetTrial:
    """The try with this number; raises NotFound."""
    found = session.get(WidgetTrial, trial_id)
    if found is None:
        raise NotFound(
            f"There is no try {trial_id} any more: tries are kept for {KEPT.days} days. Begin a new one."
        )
    return found


def newest_trials(session: Session, limit: int) -> Sequence[WidgetTrial]:
    """The tries that were asked for last."""
    return session.scalars(select(WidgetTrial).order_by(WidgetTrial.id.desc()).limit(limit)).all()


def tries_before(session: Session, trial: WidgetTrial) -> int:
    """How many tries led to this one."""
    number, seen = 0, {trial.id}
    while trial.earlier_id is not None and trial.earlier_id not in seen:
        earlier = session.get(WidgetTrial, trial.earlier_id)
        if earlier is None:
            break
        number, trial = number + 1, earlier
        seen.add(trial.id)
    return number


# --- a worker's side ------------------------------------------------------------------------------------------


def claim_trial(session: Session, worker_name: str, now: datetime, lease: timedelta) -> WidgetTrial | None:
    """Take the try that waits longest, or one whose worker vanished; None when there is none."""
    vanished = and_(WidgetTrial.state == TrialState.RUNNING, WidgetTrial.claimed_until <= now)
    query = (
        select(WidgetTrial)
        .where(or_(WidgetTrial.state == TrialState.QUEUED, vanished))
        .order_by(WidgetTrial.id)
        .limit(1)
    )
    # PostgreSQL passes over a row that another worker is taking; on SQLite only one transaction writes at a time.
    trial = session.scalar(query.with_for_update(skip_locked=True, of=WidgetTrial))
    if trial is None:
        return None
    if trial.starts >= MOST_STARTS:
        _end(trial, TrialState.FAILED, now)
        trial.problem = GONE
        session.flush()
        return None
    trial.state, trial.progress = TrialState.RUNNING, ""
    trial.started_at, trial.starts = now, trial.starts + 1
    trial.claimed_by, trial.claimed_until = worker_name, now + lease
    session.flush()
    return trial


def note_progress(
    session: Session, trial_id: int, worker_name: str, until: datetime, progress: str = ""
) -> bool:
    """Keep the claim until then and say how far it is; False when the try is no longer this worker's."""
    trial = _held_by(session, trial_id, worker_name)
    if trial is not None:
        trial.claimed_until = until
        trial.progress = storable(progress, 200) or trial.progress
        session.flush()
    return trial is not None


def finish(session: Session, trial_id: int, worker_name: str, found: Trial, now: datetime) -> bool:
    """Store what a dry run found, with its pictures; False when the try is no longer this worker's."""
    trial = _held_by(session, trial_id, worker_name)
    if trial is None:
        return False
    trial.result = cast("dict[str, Any]", _storable_json(found.as_json()))
    trial.pictures = [
        Evidence.of(EvidenceKind.SCREENSHOT, picture.media_type, picture.name, picture.content, now)
        for picture in found.pictures
    ]
    _end(trial, TrialState.DONE, now)
    session.flush()
    return True


def fail(session: Session, trial_id: int, worker_name: str, problem: str, now: datetime) -> bool:
    """Note that our own equipment failed; False when the try is no longer this worker's."""
    trial = _held_by(session, trial_id, worker_name)
    if trial is None:
        return False
    trial.problem = storable(problem, 2000)
    _end(trial, TrialState.FAILED, now)
    session.flush()
    return True


def release(session: Session, trial_id: int, worker_name: str) -> None:
    """Let another worker take the try at once, because this one has to stop."""
    if trial := _held_by(session, trial_id, worker_name):
        trial.state, trial.starts = TrialState.QUEUED, trial.starts - 1
        trial.claimed_by, trial.claimed_until = "", None
        session.flush()


def delete_old_trials(session: Session, now: datetime) -> int:
    """Delete tries that ended long ago, with their pictures, which show other people's pages; returns how many."""
    query = select(WidgetTrial).where(WidgetTrial.asked_at < now - KEPT)
    old = session.scalars(query.with_for_update(skip_locked=True, of=WidgetTrial)).all()
    pictures = [picture.id for trial in old for picture in trial.pictures]
    for trial in old:
        session.delete(trial)
    session.flush()
    session.execute(delete(Evidence).where(Evidence.id.in_(pictures)))
    return len(old)


def _held_by(session: Session, trial_id: int, worker_name: str) -> WidgetTrial | None:
    query = select(WidgetTrial).where(
        WidgetTrial.id == trial_id,
        WidgetTrial.claimed_by == worker_name,
        WidgetTrial.state == TrialState.RUNNING,
    )
    return session.scalar(query.with_for_update(of=WidgetTrial).execution_options(populate_existing=True))


def _end(trial: WidgetTrial, state: TrialState, now: datetime) -> None:
    trial.state, trial.ended_at, trial.progress = state, now, ""
    trial.claimed_by, trial.claimed_until = "", None


def _storable_json(given: Any) -> Any:
    """What a page said, without what a database refuses."""
    if isinstance(given, str):
        return storable(given, 4000)
    if isinstance(given, dict):
        return {key: _storable_json(value) for key, value in given.items()}
    return [_storable_json(one) for one in given] if isinstance(given, list | tuple) else given
