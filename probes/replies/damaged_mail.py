"""Parses mail that was damaged on its way, or made to be a burden: as far as can be, in bounded time and memory.

Whole mail is parsed as it is. Only where the parser stumbles, headers that fell apart are put together again, and the
boundary between the parts is looked for in the text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Sequence
from email.errors import (
    FirstHeaderLineIsContinuationDefect,
    InvalidBase64CharactersDefect,
    InvalidBase64LengthDefect,
    MissingHeaderBodySeparatorDefect,
    NoBoundaryInMultipartDefect,
    StartBoundaryNotFoundDefect,
)
from email.feedparser import FeedParser
from email.message import Message
from email.policy import Compat32, compat32
from itertools import islice, takewhile
from typing import Literal, TypeAlias

MOST_BYTES = 8 * 1024 * 1024
"""Bytes of a mail that are read: what is said stands before the files that are attached."""
MOST_LINES = 150_000
"""Lines of a mail that is read; more were made to be a burden."""
MOST_PARTS = 2_000
"""Borders between parts of a mail that is read."""
MOST_NESTED = 60
"""How many parts that hold parts or mails are read; each may cost a look at every line."""
MOST_OF_A_HEADER = 20_000
"""Characters of a header that are read."""
SMALL = 16 * 1024
"""Bytes of a mail that can be no burden, whatever they are."""
MOST_OF_HEADERS = 4_000
"""Lines among which headers that fell apart are looked for."""
STRAY_LINES = 6
"""Lines in a row that are no headers, behind which headers may go on."""
HEAD_OF_TEXT = 4_000
"""Characters of a text in which the first boundary between parts stands."""

HEAD = 20_000
"""Bytes at the beginning of a mail that are looked at for damage."""
MANY = 3
"""Changed bytes, or headers with such, from which on nothing in a mail is as it was."""
CONTROLS = bytes(range(9)) + bytes(range(16, 27)) + bytes(range(28, 32)) + b"\x7f"
WRITTEN = re.compile(
    rb"[ \t]|(?:from|to|cc|bcc|reply-to|sender|subject|organi[sz]ation|comments|x-)", re.IGNORECASE
)
"""Headers that people's words stand in, which old programs write in any character set."""
Damage: TypeAlias = Literal["", "headers", "bytes", "many bytes"]

IN_FRONT = re.compile(rb"(?:\xef\xbb\xbf|\x00+|[ \t]*+[\r\n]+|>?From [^\r\n]*+[\r\n]+)++")
NESTS = re.compile(rb"\bboundary\*?[0-9]*\*?=|^content-type:\s*message/", re.MULTILINE | re.IGNORECASE)
FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")
KNOWN = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|received(?:-spf)?|return-path|mime-version|content-[a-z-]+|reply-to|sender"
    rb"|in-reply-to|references|delivered-to|envelope-to|errors-to|precedence|auto-submitted|list-[a-z-]+|user-agent"
    rb"|(?:dkim|domainkey)-signature|authentication-results|arc-[a-z-]+|thread-[a-z]+|importance|x-[a-z0-9-]+)[ \t]*:",
    re.IGNORECASE,
)
ONCE = frozenset({b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"})
"""Headers that stand once in a mail: a second one belongs to another mail, told of in the text."""
FIRST_PART = re.compile(
    r"(?:\A|\n)--([^\s\"\\]{1,70})[ \t]*\r?\nContent-[A-Za-z-]{2,30}[ \t]*:", re.IGNORECASE
)
BROKEN_BASE64 = (InvalidBase64CharactersDefect, InvalidBase64LengthDefect)
STUMBLES = (
    FirstHeaderLineIsContinuationDefect,
    MissingHeaderBodySeparatorDefect,
    NoBoundaryInMultipartDefect,
    StartBoundaryNotFoundDefect,
)
END_OF_HEADERS = re.compile(rb"\n\r?\n|\r\r")
NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def parse(raw: bytes) -> tuple[Message, Damage]:
    """Return a mail, and what of it was damaged; any bytes will do."""
    raw = _bounded(_begun(raw[:MOST_BYTES]))
    parsed = _parsed(raw)
    damage = _changed(raw[:HEAD])
    if not _stumbles(parsed, raw):
        return parsed, damage
    mended = _joined(raw)
    again = _parsed(mended) if mended != raw else parsed
    return _with_parts(again), damage or "headers"


def _changed(head: bytes) -> Damage:
    """Tell whether bytes were changed on the way: there are some that no program writes into a mail."""
    strange = len(head) - len(head.translate(None, CONTROLS))
    if not head.isascii():
        end = END_OF_HEADERS.search(head)
        lines = head[: end.start() if end else 0].split(b"\n")
        strange += sum(not WRITTEN.match(line) and not _is_utf8(line) for line in lines)
    return "" if strange == 0 else "bytes" if strange < MANY else "many bytes"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _begun(raw: bytes) -> bytes:
    """Drop blank lines, a byte order mark, and the line that a file of mails puts before each."""
    if raw[:1].isalpha() and not raw.startswith(b"From "):
        return raw
    found = IN_FRONT.match(raw)
    return raw[found.end() :] if found else raw


def _bounded(raw: bytes) -> bytes:
    """Return as much of a mail as is read: no more lines, parts and nested mails than mail has."""
    if b"\r\r\n" in raw:
        raw = raw.replace(b"\r\r\n", b"\n")
    if len(raw) <= SMALL:
        return raw
    for mark, most in (
        (b"\n", MOST_LINES),
        (b"\r", MOST_LINES),
        (b"\n--", MOST_PARTS),
        (b"\r--", MOST_PARTS),
    ):
        if raw.count(mark) > most:
            raw = raw[: next(islice(re.finditer(mark, raw), most, None)).start()]
    nested = next(islice(NESTS.finditer(raw), MOST_NESTED, None), None)
    return raw[: nested.start()] if nested else raw


class _Bounded(Compat32):
    """Keeps no more of a header than any has, for the email package takes its time over long ones."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Take a header from its lines."""
        name, value = super().header_source_parse(sourcelines)
        # What a mail answers stands at the end of References (RFC 5322, section 3.6.4).
        return name, value[-MOST_OF_A_HEADER:] if name.lower() == "references" else value[:MOST_OF_A_HEADER]


BOUNDED = _Bounded()


def _parsed(raw: bytes) -> Message:
    parser = FeedParser(policy=BOUNDED if len(raw) > SMALL else compat32)
    try:
        parser.feed(raw.decode("ascii", "surrogateescape"))
        return parser.close()
    except (
        Exception
    ):  # the email package raises all sorts of things on broken mail: then its bytes are the text
        unread: Message = Message()
        unread.set_payload(raw.decode("utf-8", "replace"))
        return unread


def _stumbles(parsed: Message, raw: bytes) -> bool:
    if parsed.defects and any(isinstance(defect, STUMBLES) for defect in parsed.defects):
        return True
    if "from" not in parsed:
        return True
    if parsed.is_multipart():
        return False
    end = END_OF_HEADERS.search(raw)
    text = raw[end.end() : end.end() + 100].lstrip() if end else b""
    return text.startswith(b"--") or bool(KNOWN.match(text))


# --- headers ---------------------------------------------------------------------------------------------------


def _joined(raw: bytes) -> bytes:
    """Put headers together again that blank, foreign or wrongly folded lines tear apart."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n", MOST_OF_HEADERS)
    kept: list[bytes] = []
    seen: set[bytes] = set()
    text: list[bytes] = []
    for place, line in enumerate(lines):
        field = FIELD.match(line)
        if line[:1] in (b" ", b"\t") and line.strip():
            kept += [line] if kept else []
        elif field and (kept or KNOWN.match(line)):
            seen.add(field[1].lower())
            kept.append(line)
        elif not _go_on(lines, place, seen):
            text = lines[place if line.strip() else place + 1 :]
            break
        elif kept and line.strip():
            kept.append(b" " + line.strip())
    return b"\n".join([*kept, b"", *text]) if kept else raw


def _go_on(lines: Sequence[bytes], place: int, seen: Collection[bytes]) -> bool:
    """Tell whether headers of the same mail go on behind this line, which is none."""
    ahead = lines[place + 1 : place + 1 + STRAY_LINES]
    blank = not lines[place].strip()
    # Behind a blank line only the very next one counts: what follows may be the text.
    near = islice(filter(bytes.strip, ahead), 1) if blank else takewhile(bytes.strip, ahead)
    following = next((line for line in near if KNOWN.match(line)), b"")
    name = following.partition(b":")[0].strip().lower()
    if not name or name in ONCE & set(seen) or lines[place].startswith(b"--"):
        return False
    return name in ONCE or not blank or b"from" not in seen


# --- parts -----------------------------------------------------------------------------------------------------


def _with_parts(parsed: Message) -> Message:
    """Take a text apart that holds the parts of a mail, of which the headers no longer say how they are divided."""
    if parsed.is_multipart():
        return parsed
    text = _text(parsed)
    found = FIRST_PART.search(text[:HEAD_OF_TEXT])
    if found is None:
        # What calls itself several parts and is not divided is one text; a report without parts has to look like one.
        if parsed.get_content_maintype() == "multipart" and parsed.get_content_subtype() != "report":
            del parsed["Content-Type"]
        return parsed
    divided = FeedParser()
    divided.feed(f'Content-Type: multipart/mixed; boundary="{found[1]}"\n\n{text}')
    inner = divided.close()
    if inner.is_multipart():
        del parsed["Content-Type"], parsed["Content-Transfer-Encoding"]
        parsed["Content-Type"] = str(inner["Content-Type"])
        parsed.set_payload(inner.get_payload())
    return parsed


def content_of(part: Message) -> bytes:
    """Return the content of a part, decoded; of broken base64 what its lines hold, each by itself."""
    content = part.get_payload(decode=True)
    if any(isinstance(defect, BROKEN_BASE64) for defect in part.defects):
        return b"".join(map(_line, _text(part).encode("ascii", "replace").split()))
    return content if isinstance(content, bytes) else b""


def _line(encoded: bytes) -> bytes:
    whole = NOT_BASE64.sub(b"", encoded)
    return base64.b64decode(whole[: len(whole) // 4 * 4])


def _text(part: Message) -> str:
    """Return the text of a part as it stands there, or an empty one; some charsets make the email package fail."""
    try:
        text = part.get_payload()
    except Exception:  # not only UnicodeError: codecs that are none for texts raise what they like
        return ""
    return text if isinstance(text, str) else ""
