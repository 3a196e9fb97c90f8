"""Mail that waits to be judged, and what brought a mail to its probe as a kind instead of a sentence

Revision: 0013, after: 0012
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

AT_ONCE = 1_000
WORDS = {
    "recipient": "matched by the address ",
    "message_id": "matched by the Message-ID ",
    "token": "matched by the token ",
    "returned_address": "matched by our address ",
    "ticket": "matched by the ticket number ",
    "person": "assigned by ",
    "own_copy": "our own copy of the message",
}
RETURNED = "the returned mail"

mails = sa.table(
    "incoming_mails",
    sa.column("id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("matched_by", sa.String),
    sa.column("matched_kind", sa.String),
    sa.column("matched_value", sa.String),
    sa.column("matched_where", sa.String),
)


def upgrade() -> None:
    for column in (
        sa.Column("matched_kind", sa.String(24), nullable=True),
        sa.Column("matched_value", sa.String(500), server_default="", nullable=False),
        sa.Column("matched_where", sa.String(60), server_default="", nullable=False),
        sa.Column("judge_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(100), server_default="", nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer, server_default="0", nullable=False),
    ):
        op.add_column("incoming_mails", column)
    _rewrite(lambda row: _taken_apart(row.matched_by), mails.c.matched_by)
    op.drop_column("incoming_mails", "matched_by")
    op.create_index("ix_incoming_mails_judge_at", "incoming_mails", ["judge_at"])


def downgrade() -> None:
    # The version before judges mail as it comes; a person finds what is not judged among the mail without a probe.
    op.execute(sa.update(mails).where(mails.c.state == "new").values(state="unmatched"))
    op.add_column(
        "incoming_mails", sa.Column("matched_by", sa.String(200), server_default="", nullable=False)
    )
    _rewrite(lambda row: {"matched_by": _put_together(row)}, mails.c.matched_kind, *mails.c[-2:])
    op.drop_index("ix_incoming_mails_judge_at", "incoming_mails")
    for name in ("tries", "claimed_until", "claimed_by", "judge_at"):
        op.drop_column("incoming_mails", name)
    for name in ("matched_where", "matched_value", "matched_kind"):
        op.drop_column("incoming_mails", name)


def _rewrite(values: Callable[[Any], dict[str, str | None]], *columns: sa.ColumnClause[Any]) -> None:
    connection, last = op.get_bind(), 0
    while True:
        query = sa.select(mails.c.id, *columns).where(mails.c.id > last).order_by(mails.c.id).limit(AT_ONCE)
        rows = connection.execute(query).all()
        if not rows:
            return
        for row in rows:
            connection.execute(sa.update(mails).where(mails.c.id == row.id).values(values(row)))
        last = rows[-1].id


def _taken_apart(sentence: str) -> dict[str, str | None]:
    kind = next((kind for kind, words in WORDS.items() if sentence.startswith(words)), None)
    value, where = sentence.removeprefix(WORDS[kind]) if kind else sentence, ""
    if kind not in (None, "person", "own_copy") and " in " in value:
        value, _, where = value.rpartition(" in ")
    if kind == "message_id" and where == RETURNED:
        kind = "returned_id"
    if kind == "ticket":
        number, _, domain = value.partition(" of ")
        value = f"{domain} {number}"
    return {"matched_kind": kind, "matched_value": value, "matched_where": where[:60]}


def _put_together(row: Any) -> str:
    kind, value = row.matched_kind, row.matched_value
    if kind == "ticket":
        domain, _, number = value.partition(" ")
        value = f"{number} of {domain}"
    words = WORDS.get("message_id" if kind == "returned_id" else kind, "")
    return f"{words}{value}{f' in {row.matched_where}' if row.matched_where else ''}"[:200]
