"""The evidence of the sample history, as the channels bring it home: raw mail, transcripts and pictures of a chat."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from PIL import Image, ImageDraw, ImageFont

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
    font, small = ImageFont.load_default(15), ImageFont.load_default(12)
    wrapped = [(line, textwrap.wrap(line.text, 40)) for line in lines]
    height = 64 + sum(LEADING * (len(rows) + 1) + 2 * MARGIN for _, rows in wrapped)
    picture = Image.new("RGB", (WIDTH, height), "#f1f5f9")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, WIDTH, 48), fill="#1e3a5f")
    draw.text((MARGIN, 14), f"{COMPANY} {shop.name}", font=font, fill="#ffffff")
    top = 64
    for line, rows in wrapped:
        left = 48 if line.role == "visitor" else MARGIN
        bottom = top + LEADING * (len(rows) + 1) + MARGIN
        draw.rounded_rectangle((left, top, left + WIDTH - 64, bottom), 8, fill=WRITING[line.role])
        when = f"{line.at:%H:%M} UTC" if line.at else ""
        draw.text((left + 10, top + 6), f"{line.author}  {when}", font=small, fill="#475569")
        for place, row in enumerate(rows):
            draw.text((left + 10, top + 26 + LEADING * place), row, font=font, fill="#0f172a")
        top = bottom + MARGIN
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
