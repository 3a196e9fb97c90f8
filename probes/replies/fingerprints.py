"""Recognises the help desk that sent a mail by the words it leaves in Message-ID, path, program and header names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from probes.replies.mail import ReadMail

HEADERS: Mapping[str, tuple[str, ...]] = {
    "FreeScout": ("x-freescout",),
    "Zendesk": ("x-zendesk",),
    "RT": ("rt-ticket", "rt-originator", "x-rt"),
    "osTicket": ("x-osticket",),
    "OTRS": ("x-otrs", "x-znuny", "x-kix"),
    "Zammad": ("x-zammad",),
    "Freshdesk": ("x-freshdesk", "x-freshservice"),
    "Help Scout": ("x-helpscout",),
    "HubSpot": ("x-hubspot", "x-hs"),
    "Salesforce": ("x-sfdc",),
    "Jira": ("x-jira", "x-atlassian"),
    "GLPI": ("x-glpi",),
    "Redmine": ("x-redmine",),
    "Front": ("x-front",),
    "Intercom": ("x-intercom",),
    "Gorgias": ("x-gorgias",),
    "ServiceNow": ("x-servicenow",),
    "Dixa": ("x-dixa",),
    "Mantis": ("x-mantis",),
    "GitLab": ("x-gitlab",),
    "Odoo": ("x-odoo",),
}
"""How the names of the headers begin that only this help desk sets."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "FreeScout": ("fs_reply", "fs_autoreply", "freescout"),
    "Zendesk": ("zendesk",),
    "osTicket": ("osticket",),
    "OTRS": ("otrs", "znuny", "kix4otrs"),
    "Zammad": ("zammad",),
    "Freshdesk": ("freshdesk", "freshemail", "freshservice"),
    "Help Scout": ("helpscout",),
    "HubSpot": ("hubspot", "hubspotemail", "hubspotservicehub"),
    "Salesforce": ("salesforce", "sfdc"),
    "Jira": ("jira", "atlassian"),
    "GLPI": ("glpi",),
    "Redmine": ("redmine",),
    "django-helpdesk": ("django_helpdesk",),
    "Front": ("frontapp",),
    "Intercom": ("intercom",),
    "Kayako": ("kayako",),
    "Gorgias": ("gorgias",),
    "ServiceNow": ("servicenow",),
    "Zoho Desk": ("zohodesk",),
    "HappyFox": ("happyfox",),
    "Kustomer": ("kustomer", "kustomerapp"),
    "Dixa": ("dixa",),
    "Trengo": ("trengo",),
    "Re:amaze": ("reamaze",),
    "Groove": ("groovehq",),
    "Mantis": ("mantisbt",),
    "UVdesk": ("uvdesk",),
    "Deskpro": ("deskpro",),
    "LiveAgent": ("liveagent", "ladesk"),
    "SupportPal": ("supportpal",),
    "Chatwoot": ("chatwoot",),
    "TOPdesk": ("topdesk",),
    "Richpanel": ("richpanel",),
}
"""The words in the Message-ID, the program or the names of the servers that sent the mail."""
PLACES = ("Message-ID", "X-Mailer", "User-Agent", "X-Powered-By", "Return-Path", "Sender", "X-Managed-By")
SENDERS_HOPS = 3
"""Lines of the path that the sender's own servers wrote, and the first that is not theirs: the lowest ones."""
WORD = re.compile(r"[a-z0-9_]+")
_BY_HEADER = {begin: name for name, begins in HEADERS.items() for begin in begins}
_BY_WORD = {word: name for name, words in WORDS.items() for word in words}


def platform_of(mail: ReadMail) -> str:
    """Name the help desk that sent a mail, or return an empty string."""
    for name in mail.names:
        if name.startswith(("x-", "rt-")):
            found = _BY_HEADER.get("-".join(name.split("-", 2)[:2]))
            if found:
                return found
    known = _BY_WORD.keys() & _words(mail)
    return _BY_WORD[min(known)] if known else ""


def _words(mail: ReadMail) -> list[str]:
    values = [mail.header(place) for place in PLACES if mail.has(place)]
    # What stands behind "by" is the recipient's own.
    path = [value.partition(" by ")[0] for value in mail.raw_headers("Received")[-SENDERS_HOPS:]]
    return WORD.findall(" ".join([*values, *path]).lower())
