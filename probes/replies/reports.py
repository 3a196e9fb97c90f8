"""Reports in a form made for them: delivery, reading, complaint, calendar. They need no guessing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.message import Message

from probes.replies.letter import Letter
from probes.replies.verdict import Judgement, Kind

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
MOST_OF_A_RECEIPT = 6
"""Sentences: who has more to say has something to say."""
LONGEST_RECEIPT = 400
"""Characters of a mail that only its subject calls a receipt."""
DEFAULTS: dict[str, Kind] = {
    "delivered": "delivery_report",
    "relayed": "delivery_report",
    "expanded": "delivery_report",
}


def delivery_report(letter: Letter) -> Judgement | None:
    """A report of a mail system (RFC 3464), which tells failed from delayed and delivered.

    One that a person attached, as a mail within the mail, is not looked at.
    """
    if not letter.mail.types & STATUS_TYPES:
        return None
    fields = [field for part in letter.mail.parts for field in _status_fields(part)]
    actions = [value for name, value in fields if name == "action"]
    statuses = [value for name, value in fields if name == "status"]
    if "failed" in actions:
        return Judgement("bounce", "bounce", "", ("The mail system's report says: failed",))
    if "delayed" in actions or (not actions and any(status.startswith("4") for status in statuses)):
        return Judgement("automatic", "delay", "", ("The mail system's report says: delayed, still trying",))
    if any(status.startswith("5") for status in statuses) and not set(actions) & set(DEFAULTS):
        return Judgement("bounce", "bounce", "", (f"The mail system's report says: {statuses[0]}",))
    if actions:
        kind = DEFAULTS.get(actions[0], "automatic")
        return Judgement("automatic", kind, "", (f"The mail system's report says: {actions[0]}",))
    return None


def _status_fields(part: Message) -> Iterator[tuple[str, str]]:
    if part.get_content_type() not in STATUS_TYPES:
        return
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else []
    for block in blocks:
        for name in ("Action", "Status"):
            value = str(block.get(name, "")) if isinstance(block, Message) else ""
            if value.strip():
                yield name.lower(), _bare(value)
    if not blocks:
        for name, value in re.findall(r"(?im)^[ \t]*(action|status):([^\n]*)$", str(payload)):
            yield name.lower(), _bare(value)


def _bare(value: str) -> str:
    return value.split("(")[0].strip().casefold()


def receipt(letter: Letter) -> Judgement | None:
    """A receipt that a mail program sent when the mail was shown or deleted (RFC 8098)."""
    mail = letter.mail
    if mail.types & {"message/disposition-notification", "message/global-disposition-notification"}:
        return Judgement("automatic", "receipt", "", ("It is a receipt from a mail program (RFC 8098)",))
    if any("disposition-notification" in value.casefold() for value in mail.raw_headers("Content-Type")):
        return Judgement("automatic", "receipt", "", ("It calls itself a receipt (RFC 8098)",))
    if letter.prefix in ("reply", "forward") or mail.documents or len(letter.sentences) > MOST_OF_A_RECEIPT:
        return None
    if letter.prefix == "receipt" and len(letter.new) <= LONGEST_RECEIPT:
        return Judgement(
            "automatic", "receipt", "", (f"The subject is that of a read receipt: “{mail.subject[:120]}”",)
        )
    said = letter.saying("receipt")
    return Judgement("automatic", "receipt", "", (f"It says: “{said[0][:120]}”",)) if said else None


def complaint_report(letter: Letter) -> Judgement | None:
    """A mail service's report of a complaint (RFC 5965)."""
    if "message/feedback-report" in letter.mail.types:
        return Judgement(
            "automatic", "automatic", "", ("It is a mail service's complaint report (RFC 5965)",)
        )
    return None


def notification_of_mail_service(letter: Letter) -> Judgement | None:
    """Amazon's notifications about sent mail, which are JSON in a mail."""
    text = letter.mail.text.lstrip()
    if not text.startswith("{") or not ("notificationType" in text or "eventType" in text):
        return None
    try:
        said = json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None
    kind = str(said.get("notificationType") or said.get("eventType") or "") if isinstance(said, dict) else ""
    if kind == "Bounce":
        return Judgement("bounce", "bounce", "Amazon SES", ("Amazon's notification says: Bounce",))
    return (
        Judgement("automatic", "automatic", "Amazon SES", (f"Amazon's notification says: {kind}",))
        if kind
        else None
    )


def calendar_reply(letter: Letter) -> Judgement | None:
    """A calendar's "Accepted" (RFC 5546): a click, not an answer, unless something was written with it."""
    if "text/calendar" not in letter.mail.types:
        return None
    replies = [
        part
        for part in letter.mail.parts
        if part.get_content_type() == "text/calendar"
        and str(part.get_param("method", "")).casefold() in ("reply", "counter")
    ]
    if replies and not letter.sentences:
        return Judgement(
            "automatic",
            "calendar",
            "",
            ("A calendar program's answer to an invitation, with no word beside it",),
        )
    return None
