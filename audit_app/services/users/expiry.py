"""What of sign-ins has ended by itself and can be deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from audit_app.domain.session_life import SessionLife
from audit_app.services.users.forgotten import forget_ended_links
from audit_app.services.users.sessions import forget_ended
from audit_app.services.users.sign_in_limits import forget_old_limits


def forget_sign_ins(session: Session, life: SessionLife, now: datetime) -> None:
    """Delete ended sessions, devices that were not used for long, old limits and old links."""
    forget_ended(session, life, now)
    forget_old_limits(session, now)
    forget_ended_links(session, now)
