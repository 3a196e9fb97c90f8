"""Failures and delays told in free words, by mail systems that do not write reports in the form made for it.

People forward, quote and complain about such words too. So they are believed only together with a sender, a return
address or a subject as mail systems have them.
"""

from __future__ import annotations

import re
from email.message import Message

from flufl.bounce import all_failures

from probes.replies import phrases
from probes.replies.letter import Letter
from probes.replies.mail import ReadMail
from probes.replies.verdict import Judgement

SYSTEM = re.compile(
    r"^(?:owner-|(?:mailer-?d(?:ae|ea|e)mon|mail-?daemon|m?daemon|post-?master|mail-?deliver\w*|delivery-?\w*system|mail-?system"
    r"|mailsubsystem|double-bounce|bounces?|microsoftexchange[0-9a-f]{6,}|mailer|mail-?admin(?:istrator)?|smtp-?\w*"
    r"|mail-?router|mmdf|uucp|mdaemon|listserv)(?:[-_+.]|$))",
    re.IGNORECASE,
)
SYSTEM_NAME = re.compile(
    r"mail(er)?[ -]*d(ae|ea)mon|mail\s+deliver|delivery\s+(sub)?system|mail\s+(sub)?system|system\s*admin|post-?master"
    r"|mail\s+admin|administrateur\s+syst|systemadministrator|mail\s+router|mail\s*server|microsoft exchange"
    r"|mail transfer|message transfer",
    re.IGNORECASE,
)
CODES = re.compile(
    r"\b[45]\.\d{1,2}\.\d{1,3}\b|\b(?:said|reply|response|error|status|code|returned|<<<|rcpt to\S*)\W{1,4}5\d\d\b"
    r"|^\W{0,4}5[0-7]\d[ -]|\b5[0-7]\d[ -]+(?:#?5\.|user|no such|unknown|mailbox|relay|invalid|requested|message|sorry)",
    re.IGNORECASE | re.MULTILINE,
)
FIELDS = re.compile(
    r"^\W{0,4}(Final-Recipient|Original-Recipient|Diagnostic-Code|Remote-MTA|Reporting-MTA|Action|Status"
    r"|X-Postfix-Queue-ID|Arrival-Date|Last-Attempt-Date)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
DIALECTS = re.compile(
    r"this is the (?:mail (?:system|delivery)|postfix|qmail|sendmail|mta|courier)|qmail-send program"
    r"|mail delivery software|transcript of session follows|had permanent fatal errors|mail delivery system"
    r"|\bI'm afraid I wasn't able to deliver|message that you sent could not be delivered"
    r"|delivery to the following recipients? failed|did not reach the following recipient"
    r"|unable to deliver (?:your |the |this )?(?:message|mail)|user(?:s)? (?:name )?(?:unknown|not found)",
    re.IGNORECASE,
)
RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/partial"})
HEAD = 4000
"""Characters at the beginning of a text in which a mail system says what it has to say."""


def bounce(letter: Letter) -> Judgement | None:
    """A failure or a delay told in free words."""
    mail = letter.mail
    if letter.prefix in ("automatic", "receipt"):
        return None
    if letter.prefix in ("reply", "forward") and not comes_from_system(mail):
        return None
    signs = _signs_of_a_system(letter)
    if mail.has("X-Failed-Recipients"):
        signs.append("The header X-Failed-Recipients names whom it did not reach")
    if not signs:
        return _pasted_report(letter)
    fields = _fields_of(letter)
    if "delay" in fields and ("delay_subjects" in letter.found_in_subject or not _final(letter)):
        return Judgement(
            "automatic", "delay", "", (*signs, f"It says that it goes on trying{_words(letter, 'delay')}")
        )
    proof = _proof(letter, fields)
    if proof and _enough(letter, fields):
        return Judgement("bounce", "bounce", "", (*signs, *proof))
    called_one = letter.prefix == "bounce" and comes_from_system(mail) and has_null_return_path(mail)
    if (_is_daemon(mail) or called_one) and "out_of_office" not in fields:
        return Judgement("bounce", "bounce", "", (*signs, "Nothing else comes from there"))
    return None


def _signs_of_a_system(letter: Letter) -> list[str]:
    mail, signs = letter.mail, []
    if comes_from_system(mail):
        signs.append(f"It comes from a mail system: {mail.header('From')[:120]}")
    if (
        letter.prefix == "bounce"
        or "bounce_subjects" in letter.found_in_subject
        or "delay_subjects" in letter.found_in_subject
    ):
        signs.append(f"The subject is one of mail systems: “{mail.subject[:120]}”")
    if has_null_return_path(mail):
        signs.append("It has no return address, as only automatic mail has")
    return signs


def comes_from_system(mail: ReadMail) -> bool:
    """Tell whether the sender is a mail system by name or address."""
    name, address = mail.sender
    local = (address or mail.header("From")).partition("@")[0].strip("<> \"'")
    return bool(SYSTEM.match(local) or SYSTEM_NAME.search(name))


def _is_daemon(mail: ReadMail) -> bool:
    name, address = mail.sender
    return bool(
        re.match(r"mail(er)?-?d(ae|ea)mon|microsoftexchange[0-9a-f]{6}", address or name, re.IGNORECASE)
    )


def has_null_return_path(mail: ReadMail) -> bool:
    """Tell whether the mail came with the empty return address that RFC 5321 wants of automatic mail."""
    return mail.header("Return-Path").strip().casefold() in ("<>", "<mailer-daemon>", "mailer-daemon")


def _fields_of(letter: Letter) -> frozenset[str]:
    fields = letter.found_in_subject.union(phrases.phrases_in(letter.mail.text[:HEAD]))
    return fields | {"delay"} if "delay_subjects" in fields else fields


def _final(letter: Letter) -> bool:
    """Tell a failure from a delay where the words speak of both."""
    text = letter.mail.text[:HEAD].casefold()
    gives_up = (
        "permanent",
        "giving up",
        "gave up",
        "undeliverable",
        "returned to sender",
        "has been deleted",
    )
    return any(word in text for word in gives_up) or bool(re.search(r"\b5\.[0-9]\.[0-9]", text))


def _proof(letter: Letter, fields: frozenset[str]) -> list[str]:
    mail, text = letter.mail, letter.mail.text[:HEAD]
    found = []
    if "bounce" in fields or DIALECTS.search(text):
        found.append(f"It says that something was not delivered{_words(letter, 'bounce')}")
    if mail.types & RETURNED:
        found.append("It returns a mail")
    if CODES.search(text):
        found.append("It gives a mail system's error code")
    if len(FIELDS.findall(mail.text)) >= 2:
        found.append("It holds the fields of a delivery report")
    if not found and comes_from_system(mail) and _failures(mail.parsed):
        found.append("It names an address that failed")
    return found


def _enough(letter: Letter, fields: frozenset[str]) -> bool:
    """A missing return address alone stands on vacation notes as well: then more than one phrase is needed."""
    mail = letter.mail
    if comes_from_system(mail) or letter.prefix == "bounce" or mail.has("X-Failed-Recipients"):
        return True
    if {"bounce_subjects", "delay_subjects"} & letter.found_in_subject:
        return "out_of_office" not in fields
    said = "bounce" in fields or bool(DIALECTS.search(mail.text[:HEAD]))
    report = mail.types & RETURNED or CODES.search(mail.text[:HEAD]) or FIELDS.search(mail.text[:HEAD])
    return said and (bool(report) or not fields & {"out_of_office", "acknowledgement", "courtesy"})


def _pasted_report(letter: Letter) -> Judgement | None:
    """A mail that begins as a mail system's and holds the fields of a report, whoever passed it on."""
    mail = letter.mail
    head = mail.text[:HEAD]
    if len(FIELDS.findall(mail.text)) >= 3 and DIALECTS.search(head) and not mail.has("In-Reply-To"):
        return Judgement(
            "bounce", "bounce", "", ("It is written as mail systems write, with a report's fields",)
        )
    if DIALECTS.search(head[:400]) and CODES.search(head) and not letter.split.quotes:
        return Judgement("bounce", "bounce", "", ("It is written as mail systems write, with an error code",))
    return None


def _words(letter: Letter, field: str) -> str:
    said = letter.saying(field)
    return f": “{said[0][:120]}”" if said else ""


def _failures(parsed: Message) -> bool:
    try:
        temporary, permanent = all_failures(parsed)
    except Exception:  # its detectors trip over broken mail, which then has to be judged without them
        return False
    return bool(temporary or permanent)
