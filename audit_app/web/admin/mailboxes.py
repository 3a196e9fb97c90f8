"""How our mailboxes and browsers are: what works, what does not and since when, and how far each folder is read."""

from __future__ import annotations

import sqlalchemy as sa
from flask import render_template
from sqlalchemy.orm import selectinload

from audit_app.extensions import db
from audit_app.models import AlarmKind, IncomingMail, Mailbox, RoleName
from audit_app.services.alarms import active_alarms
from audit_app.services.periods import organisation_zone
from audit_app.web.access import roles
from audit_app.web.admin.views import blueprint


@blueprint.get("/mailboxes")
@roles(RoleName.ADMIN)
def mailboxes() -> str:
    """List our mailboxes, those in trouble first, with their folders."""
    in_trouble_first = (Mailbox.down_since.is_(None), Mailbox.active.desc(), Mailbox.address)
    query = sa.select(Mailbox).order_by(*in_trouble_first).options(selectinload(Mailbox.folders))
    stored = sa.select(
        IncomingMail.mailbox_id, IncomingMail.folder, sa.func.count(), sa.func.max(IncomingMail.received_at)
    ).group_by(IncomingMail.mailbox_id, IncomingMail.folder)
    return render_template(
        "admin/mailboxes.html",
        mailboxes=db.session.scalars(query).all(),
        stored={
            (mailbox, folder): (count, last) for mailbox, folder, count, last in db.session.execute(stored)
        },
        browsers=active_alarms(db.session, AlarmKind.BROWSER),
        zone=organisation_zone(db.session),
    )
