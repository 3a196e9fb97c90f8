"""The demo company: a chain of shops that the audit tool can write to, for the demo and the tests.

It is reached through HTTP, SMTP and IMAP alone and knows nothing of the audit tool.
"""

from __future__ import annotations

from audit_app.demo.company.company import SHOPPER_PASSWORD, DemoCompany
from audit_app.demo.company.errors import CompanyError

__all__ = ["SHOPPER_PASSWORD", "CompanyError", "DemoCompany"]
