"""Help desks leave marks of their own that say more than the general headers, which some of them set wrongly.

Each adapter knows one help desk: None means that its marks do not decide. Of a help desk without an adapter only the
text counts, because most of them stamp a person's answer and their own notes alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from probes.replies import phrases
from probes.replies.content import content
from probes.replies.headers import auto_submitted
from probes.replies.html import html_as_text
from probes.replies.letter import Letter
from probes.replies.quoted import new_text
from probes.replies.verdict import Judgement, Kind

Adapter: TypeAlias = Callable[[Letter], Judgement | None]

COMMENT = re.compile(r"""class=["']?[^"'>]{0,100}?\bzd-comment\b[^<>]{0,500}+>""")
RULE = re.compile(r"^[^\S\n]*+-{10,}+[^\S\n]*+$", re.MULTILINE)


def help_desk(letter: Letter) -> Judgement | None:
    """The marks of a known help desk, which count more than the general headers."""
    platform = letter.platform
    if not platform:
        return None
    adapter = ADAPTERS.get(platform)
    return (adapter(letter) if adapter else None) or content(letter, platform)


def _automatic(platform: str, reason: str, kind: Kind = "acknowledgement") -> Judgement:
    return Judgement("automatic", kind, platform, (reason,))


def _human(platform: str, reason: str) -> Judgement:
    return Judgement("human", "answer", platform, (reason,))


def freescout(letter: Letter) -> Judgement | None:
    """FreeScout names the sort of mail in its Message-ID and nowhere else."""
    message_id = letter.mail.header("Message-ID").casefold()
    sort = letter.mail.header("X-FreeScout-Mail-Type").casefold()
    if "fs_autoreply-" in message_id or "auto" in sort:
        return _automatic("FreeScout", "FreeScout numbered this mail as an automatic reply")
    if "fs_reply-" in message_id or sort == "customer.message":
        return _human(
            "FreeScout", "FreeScout numbered this mail as a reply that a person wrote to the customer"
        )
    return None


def zendesk(letter: Letter) -> Judgement | None:
    """Zendesk stamps all its mail automatic. Its frame tells a new request from a comment; the comment is a person's.

    The comment in the frame of an acknowledgement is our own message, repeated.
    """
    mail = letter.mail
    found = COMMENT.search(mail.html)
    framed = (
        html_as_text(mail.html[: found.start()].rpartition("<")[0]) if found else RULE.split(letter.new)[0]
    )
    fields = letter.found_in_subject.union(phrases.phrases_in(framed))
    if fields & {"acknowledgement", "automatic"}:
        return _automatic(
            "Zendesk", "Zendesk's frame around the text confirms a request, and no one's answer is in it"
        )
    comment = new_text(html_as_text(mail.html[found.end() :]), letter.own_text) if found else ""
    if comment and "acknowledgement" not in phrases.phrases_in(comment.partition("\n\n")[0]):
        return _human("Zendesk", "Zendesk shows a comment here that is not ours and confirms no request")
    return None


def request_tracker(letter: Letter) -> Judgement | None:
    """RT says "AutoReply:" in the subject of its acknowledgements and "via RT" beside the name of a person."""
    if re.search(r"\bautoreply:", letter.mail.subject, re.IGNORECASE):
        return _automatic("RT", "RT wrote “AutoReply:” in the subject")
    if "via rt" in letter.mail.sender[0].casefold():
        return _human("RT", "RT names the person who wrote: " + letter.mail.sender[0])
    return None


def marks_only_its_own(platform: str, *headers: str) -> Adapter:
    """Make the adapter of a help desk that marks its automatic mail, and only that, by these or the usual headers."""

    def adapter(letter: Letter) -> Judgement | None:
        mail = letter.mail
        precedence = mail.header("Precedence").strip().casefold()
        marked = any(mail.has(name) for name in headers) or auto_submitted(mail) - {"no"}
        if marked or precedence == "auto_reply":
            return _automatic(platform, f"{platform} marked this mail as its own")
        judged = content(letter, platform)
        # Gateways on the way mark mail as bulk, too, so that alone the text decides.
        if judged.verdict == "automatic" or precedence == "bulk":
            return judged
        return _human(platform, f"{platform} marks its automatic mails, and this one has no mark")

    return adapter


def salesforce(letter: Letter) -> Judgement | None:
    """Salesforce names the sort of mail; what a workflow or an auto-response rule sent, nobody wrote."""
    sort = letter.mail.header("X-SFDC-EmailCategory").casefold()
    if "workflow" in sort or "auto" in sort:
        return _automatic("Salesforce", f"Salesforce names its sort: {sort}")
    return None


ADAPTERS: Mapping[str, Adapter] = {
    "FreeScout": freescout,
    "Zendesk": zendesk,
    "RT": request_tracker,
    "osTicket": marks_only_its_own("osTicket"),
    "OTRS": marks_only_its_own("OTRS", "X-OTRS-Loop", "X-Znuny-Loop"),
    "Zammad": marks_only_its_own("Zammad"),
    "django-helpdesk": marks_only_its_own("django-helpdesk"),
    "Salesforce": salesforce,
}
