"""The one process that owns the clock, the browsers and the mailboxes; any number of them may run.

The database decides who does what, so a worker keeps nothing that matters: killed at any moment, it or another one
goes on where it was, at the latest when the leases have run out.
"""

from __future__ import annotations

from audit_app.worker.process import main, run

__all__ = ["main", "run"]
