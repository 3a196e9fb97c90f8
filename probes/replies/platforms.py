"""Help desks leave marks of their own that say more than the general headers, which some of them set wrongly.

Each adapter knows one help desk: None means the mail is not from it, or that its marks do not decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from probes.replies import phrases
from probes.replies.mail import ReadMail, html_as_text
from probes.replies.quoted import new_text
from probes.replies.verdict import Judgement, Kind

Adapter: TypeAlias = Callable[[ReadMail, str], Judgement | None]


def _automatic(platform: str, reason: str, kind: Kind = "acknowledgement") -> Judgement:
    return Judgement("automatic", kind, platform, (reason,))


def _human(platform: str, reason: str) -> Judgement:
    return Judgement("human", "answer", platform, (reason,))


def freescout(mail: ReadMail, own_text: str) -> Judgement | None:
    """FreeScout names the sort of mail in its Message-ID and nowhere else."""
    message_id, sort = mail.header("Message-ID"), mail.header("X-FreeScout-Mail-Type")
    if "FS_autoreply-" in message_id or sort == "auto.reply":
        return _automatic("FreeScout", "FreeScout numbered this mail as an automatic reply")
    if "FS_reply-" in message_id or sort == "customer.message":
        return _human(
            "FreeScout", "FreeScout numbered this mail as a reply that a person wrote to the customer"
        )
    return None


def zendesk(mail: ReadMail, own_text: str) -> Judgement | None:
    """Zendesk stamps everything automatic; a person's answer is a comment block that does not repeat ours."""
    marks = (mail.header("X-Mailer"), mail.header("Message-ID"), mail.header("Received"))
    if not (mail.has("X-Zendesk-From-Account-Id") or any("zendesk" in mark.casefold() for mark in marks)):
        return None
    said = phrases.find("acknowledgement", new_text(mail.text, own_text))
    comment = re.search(r'class="[^"]*\bzd-comment\b[^"]*"[^>]*>(.*)', mail.html, re.DOTALL)
    new = new_text(html_as_text(comment.group(1)), own_text) if comment else ""
    if new and not phrases.find("acknowledgement", new):
        return _human("Zendesk", "Zendesk shows a comment here that is not ours and is no acknowledgement")
    if said:
        return _automatic("Zendesk", f"Zendesk, with the words of an acknowledgement: “{said}”")
    return Judgement(
        "uncertain", "answer", "Zendesk", ("Zendesk marks all its mail alike, and the text does not tell",)
    )


def request_tracker(mail: ReadMail, own_text: str) -> Judgement | None:
    """RT says "AutoReply:" in the subject of its acknowledgements and "via RT" beside the name of a person."""
    if not (mail.has("RT-Ticket") or mail.has("X-RT-Loop-Prevention") or mail.has("RT-Originator")):
        return None
    if re.search(r"\bAutoReply:", mail.header("Subject"), re.IGNORECASE):
        return _automatic("RT", "RT wrote “AutoReply:” in the subject")
    if "via RT" in mail.sender[0]:
        return _human("RT", "RT names the person who wrote: " + mail.sender[0])
    return None


def osticket(mail: ReadMail, own_text: str) -> Judgement | None:
    """The program osTicket marks only its automatic mails, so a mail of its without such marks is a person's."""
    if "osticket" not in (mail.header("X-Mailer") + mail.header("Message-ID")).casefold():
        return None
    if mail.header("Auto-Submitted").casefold().startswith("auto-"):
        return _automatic("osTicket", "osTicket marked this mail as automatic")
    return _human("osTicket", "osTicket marks its automatic mails, and this one has no mark")


def otrs(mail: ReadMail, own_text: str) -> Judgement | None:
    """OTRS and Znuny set a loop header on what they send by themselves."""
    marks = (mail.header("X-Mailer") + mail.header("X-Powered-By")).casefold()
    if not any(name in marks for name in ("otrs", "znuny")):
        return None
    if mail.has("X-OTRS-Loop") or mail.has("X-Znuny-Loop"):
        return _automatic("OTRS", "OTRS set its loop header, which only its automatic mails carry")
    return _human("OTRS", "OTRS marks its automatic mails, and this one has no mark")


ADAPTERS: tuple[Adapter, ...] = (freescout, zendesk, request_tracker, osticket, otrs)


def judge_platform(mail: ReadMail, own_text: str) -> Judgement | None:
    """Return the verdict of the first help desk that knows the mail as its own."""
    return next((found for adapter in ADAPTERS if (found := adapter(mail, own_text))), None)
