"""The evidence of the sample history, as the channels bring it home: raw mail, transcripts and pictures of a chat."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from xml.sax.saxutils import escape

import vl_convert

from audit_app.demo.chain import COMPANY, DOMAIN, Shop
from audit_app.models import Probe
from audit_app.services.probes.messages import message_of
from probes.base import Fact, FactKind, Proof
from probes.channels import email
from probes.channels.chat.transcript import Line, Role, as_evidence

WIDTH, MARGIN, LEADING = 390, 16, 20
"""Of a picture, in pixels: as wide as a phone."""
WRITING = {"visitor": "#dbeafe", "person": "#ffffff", "bot": "#fef3c7"}
"""The background of a message, by who wrote it."""


def sent_mail(probe: Probe, at: datetime) -> Proof:
    """The mail as it was handed to our server."""
    return Proof("raw_mail", "message/rfc822", "sent.eml", email.compose(message_of(probe), at))


def mail_back(probe: Probe, shop: Shop, author: str, text: str, at: datetime, *, automatic: bool) -> Proof:
    """A mail of the shop to the probe's own address."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f'"{author}" <{shop.email}>', probe.from_address
    mail["Subject"], mail["Date"] = f"Re: {probe.subject}", format_datetime(at)
    mail["Message-ID"], mail["In-Reply-To"] = make_msgid(domain=DOMAIN), probe.message_id or ""
    if automatic:
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(text)
    return Proof("raw_mail", "message/rfc822", "reply.eml", mail.as_bytes())


def chat_seen(probe: Probe, shop: Shop, facts: Sequence[Fact]) -> tuple[Proof, Proof]:
    """The transcript up to the last of `facts`, and a picture of it."""
    lines = [_line(probe, fact) for fact in facts]
    return as_evidence(lines, "transcript"), Proof(
        "screenshot", "image/png", "chat.png", _picture(shop, lines)
    )


def _line(probe: Probe, fact: Fact) -> Line:
    if fact.kind is FactKind.SENT:
        return Line(fact.key, "visitor", probe.persona.name, probe.text, fact.latest)
    role: Role = "person" if fact.kind is FactKind.HUMAN_REPLY else "bot"
    return Line(fact.key, role, fact.author or COMPANY, fact.text, fact.latest)


def _picture(shop: Shop, lines: Sequence[Line]) -> bytes:
    top, drawn = 64, [_text(MARGIN, 30, 15, "#ffffff", f"{COMPANY} {shop.name}")]
    for line in lines:
        rows = [row for part in line.text.splitlines() if part for row in textwrap.wrap(part, 40)]
        left, height = 48 if line.role == "visitor" else MARGIN, LEADING * (len(rows) + 1) + MARGIN
        when = f"{line.at:%H:%M} UTC" if line.at else ""
        drawn += [
            f'<rect x="{left}" y="{top}" width="326" height="{height}" rx="8" fill="{WRITING[line.role]}"/>',
            _text(left + 10, top + LEADING, 12, "#475569", f"{line.author} · {when}"),
            *(
                _text(left + 10, top + LEADING * (place + 2), 15, "#0f172a", row)
                for place, row in enumerate(rows)
            ),
        ]
        top += height + MARGIN
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}">'
        f'<rect width="{WIDTH}" height="{top}" fill="#f1f5f9"/><rect width="{WIDTH}" height="48" fill="#1e3a5f"/>'
        f"{''.join(drawn)}</svg>"
    )
    return vl_convert.svg_to_png(svg)


def _text(x: int, y: int, size: int, colour: str, text: str) -> str:
    return f'<text x="{x}" y="{y}" font-family="sans-serif" font-size="{size}" fill="{colour}">{escape(text)}</text>'
