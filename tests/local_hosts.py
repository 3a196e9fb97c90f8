"""The sites of the tests run on this machine, which a probe's browser reaches only where it is allowed."""

from __future__ import annotations

from probes.browser.reach import allowed_from

LOCAL = allowed_from(["127.0.0.0/8", "::1"])
