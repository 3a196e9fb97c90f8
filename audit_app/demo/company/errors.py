"""The one error of the demo company."""

from __future__ import annotations

from audit_app.domain.errors import AuditError


class CompanyError(AuditError):
    """The demo company cannot start; the text says why and what to do."""
