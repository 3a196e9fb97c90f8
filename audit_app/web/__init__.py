"""The web pages: one package per feature, each with its blueprint, views and forms."""

from __future__ import annotations

from audit_app.web.campaigns.views import blueprint as campaigns
from audit_app.web.evidence.views import blueprint as evidence
from audit_app.web.health.views import blueprint as health
from audit_app.web.locations.setup import blueprint as locations
from audit_app.web.mail.views import blueprint as mail
from audit_app.web.mailboxes.views import blueprint as mailboxes
from audit_app.web.operations.views import blueprint as operations
from audit_app.web.probes.views import blueprint as probes
from audit_app.web.replies.queue import blueprint as replies
from audit_app.web.scores.overview import blueprint as scores
from audit_app.web.search.views import blueprint as search
from audit_app.web.users.views import blueprint as users
from audit_app.web.visits.api import blueprint as visits_api
from audit_app.web.visits.form_page import pages as visit_forms
from audit_app.web.visits.photos import pages as visit_photos
from audit_app.web.visits.views import blueprint as visits
from audit_app.web.widgets.views import blueprint as widgets

BLUEPRINTS = (
    users,
    scores,
    locations,
    visits,
    visits_api,
    visit_photos,
    visit_forms,
    probes,
    replies,
    mail,
    evidence,
    search,
    campaigns,
    mailboxes,
    widgets,
    operations,
    health,
)
