"""Keys of what people enter: made of the name, in plain letters, and told apart by a number."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from audit_app.services.entry.text import plain

LONGEST_KEY = 60


def free_key(session: Session, column: InstrumentedAttribute[str], name: str, otherwise: str) -> str:
    """A key that no row has in `column`, made of `name`; `otherwise` where the name has no letter of the alphabet."""
    stem = "-".join(re.findall(r"[a-z0-9]+", plain(name)))[:LONGEST_KEY] or otherwise
    taken = set(session.scalars(select(column).where(column.startswith(stem, autoescape=True))))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(key for key in numbered if key not in taken)
