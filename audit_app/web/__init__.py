"""The web pages: one package per feature, each with its blueprint, views and forms."""

from __future__ import annotations

from audit_app.web.accounts.views import blueprint as accounts
from audit_app.web.admin.views import blueprint as admin
from audit_app.web.evidence.views import blueprint as evidence
from audit_app.web.health.views import blueprint as health
from audit_app.web.locations.views import blueprint as locations
from audit_app.web.overview.views import blueprint as overview
from audit_app.web.probes.views import blueprint as probes
from audit_app.web.search.views import blueprint as search
from audit_app.web.visits.views import blueprint as visits

BLUEPRINTS = (accounts, overview, locations, visits, probes, evidence, search, admin, health)
