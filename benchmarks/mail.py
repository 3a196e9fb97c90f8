"""How fast incoming mail is matched and judged, beside parsing the same mail with the standard library alone.

`python benchmarks/mail.py` generates mails and open probes from a fixed seed, looks the probes up in a temporary
SQLite database as the service does, and prints rate, ratio and memory. Memory is that of a process of its own, which
makes one mail after the other, beside a database with few probes and one with many.
"""

from __future__ import annotations

import argparse
import email
import gc
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audit_app import migrate
from audit_app.config import Settings
from audit_app.database import open_engine, read_only, transaction
from audit_app.domain.probes.probe import ProbeState
from audit_app.models import (
    Campaign,
    ChannelName,
    Location,
    Mailbox,
    Persona,
    Probe,
    Region,
    Scenario,
    ServiceTarget,
    Touchpoint,
)
from audit_app.services.mail.intake import Arrival, store_new_mail
from audit_app.services.mail.judging import Judge, Transactions
from audit_app.services.mail.matching import find_probe
from probes.mail.imap import FetchedMail
from probes.replies.classify import judge
from probes.replies.mail import ReadMail
from probes.replies.match import keys_of

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FEW_PROBES = 1_000
ROUNDS = 3
AT_ONCE = 10_000
SENTENCES = (
    "The lamp comes in green as well.", "It costs 89 euros with the bulb.", "We have three of them left.",
    "Shall I put one aside for you?", "We are open until six on weekdays.", "On Saturdays we close at two.",
    "My colleague can show it to you in the shop.", "Delivery to your home takes about a week.",
)  # fmt: skip
QUESTION = (
    "Hello,\n\nhave you the lamp from the window in green, and what does it cost?\n\nKind regards\nAnna Berg"
)
RECEIVED = """from mx{0}.fjordfield.example (mx{0}.fjordfield.example [192.0.2.{0}]) \
(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)) by mail.shopper.example (Postfix) \
with ESMTPS id 4Tz{0}AB12CD for <{1}>; Sat, 21 Nov 2026 13:00:0{2} +0100 (CET)"""
SIGNATURE = (
    "a=rsa-sha256; c=relaxed/relaxed; d=fjordfield.example; s=mail; h=from:to:subject:date; b=" + "Ab1 " * 90
)
ON_ITS_WAY = {
    "Authentication-Results": "mail.shopper.example; dkim=pass header.d=fjordfield.example; spf=pass; dmarc=pass",
    "ARC-Seal": f"i=1; {SIGNATURE}",
    "ARC-Message-Signature": f"i=1; {SIGNATURE}",
    "ARC-Authentication-Results": "i=1; mx1.fjordfield.example; spf=pass; dkim=pass; arc=none",
    "DKIM-Signature": f"v=1; {SIGNATURE}",
    "Thread-Topic": "A lamp",
    "Thread-Index": "AdxbSm5vdGhpbmcgaW4gcGFydGljdWxhcg==",
    "Accept-Language": "en-GB, en-US",
    "Content-Language": "en-GB",
    "X-MS-Has-Attach": "",
    "X-Originating-IP": "[192.0.2.7]",
    "X-Spam-Status": "No, score=-2.1 required=5.0 tests=BAYES_00,DKIM_SIGNED,DKIM_VALID,HTML_MESSAGE,SPF_PASS",
}
"""What servers and mail programs write into the headers of nearly every mail."""
STYLE = "".join(
    f"p.MsoNormal{number} {{margin:0cm; font-size:11.0pt; font-family:'Calibri',sans-serif; color:#1F497D;}}\n"
    for number in range(60)
)
"""Mail programs put as much, and more, before the first word of a mail in HTML."""


def main() -> None:
    """Run the benchmark, or, for its own use, one measurement of memory."""
    options = _options()
    if options.memory:
        print(*_memory(options.memory, options.mails, options.probes))
        return
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder, "few"), Path(folder, "many")
        for place, probes in ((few, FEW_PROBES), (many, options.probes)):
            _fill(place, probes)
        _print_times(many, options.mails, options.probes, options.plain)
        _print_intake(few, options.stored)
        for place, probes in ((few, FEW_PROBES), (many, options.probes)):
            before, most = _in_own_process(place, options.mails, probes)
            print(
                f"memory beside {probes:7} open probes: {most / 1e6:.1f} MB at most, {before / 1e6:.1f} MB at first"
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--probes", type=int, default=100_000)
    parser.add_argument("--stored", type=int, default=10_000, help="mails that are stored, judged and filed")
    parser.add_argument("--plain", action="store_true", help="mails without HTML and with few headers")
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


# --- what is measured ------------------------------------------------------------------------------------------


def _print_times(place: Path, mails: int, probes: int, plain: bool) -> None:
    made = list(_mails(mails, probes, plain))
    with _opened(place) as session:
        found = _work(session, made)
        alone, decoded, ours = _fastest(
            lambda: _parse(made), lambda: _parse_and_decode(made), lambda: _work(session, made)
        )
    size = sum(map(len, made)) / len(made) / 1024
    print(
        f"{mails} mails of {size:.1f} KiB on average, {probes} open probes, SQLite: {dict(sorted(found.items()))}"
    )
    print(f"standard library, parsed:             {mails / alone:7.0f} mails a second")
    print(f"standard library, parsed and decoded: {mails / decoded:7.0f} mails a second")
    print(f"matched and judged:                   {mails / ours:7.0f} mails a second")
    print(f"ratio: {ours / alone:.2f} × parsing, {ours / decoded:.2f} × parsing and decoding (aim: under 3)")


def _print_intake(place: Path, mails: int) -> None:
    """Store mails one by one, as they are fetched, then judge and file them, as the worker does."""
    engine, taken = open_engine(_settings(place)), list[float]()

    def write(
        work: Callable[Concatenate[Session, Parameters], Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        with transaction(engine) as session:
            session.connection()
            begun = time.perf_counter()
            result = work(session, *args, **kwargs)
            session.commit()
            taken.append(time.perf_counter() - begun)
            return result

    def read(
        work: Callable[Concatenate[Session, Parameters], Result],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Result:
        with transaction(engine) as session:
            read_only(session)
            return work(session, *args, **kwargs)

    made = list(_mails(mails, FEW_PROBES))
    begun = time.perf_counter()
    for number, raw in enumerate(made, 1):
        arrival = Arrival.of(FetchedMail("INBOX", 1, number, NOW + timedelta(days=30), raw))
        write(_store, arrival)
    stored, most_storing = time.perf_counter() - begun, max(taken)
    taken.clear()
    judge = Judge(Transactions(read, write), "benchmark", timedelta(hours=1), lambda: datetime.now(UTC))
    filed = 0
    while batch := len(list(judge.judge_some())):
        filed += batch
    judged = time.perf_counter() - begun - stored
    engine.dispose()
    print(f"stored:                               {mails / stored:7.0f} mails a second")
    print(f"judged in a child and filed:          {filed / judged:7.0f} mails a second, {filed} in all")
    print(f"longest transaction that wrote:       {max(most_storing, *taken) * 1000:7.0f} ms")


def _store(session: Session, arrival: Arrival) -> int:
    return len(store_new_mail(session, session.scalars(sa.select(Mailbox)).one(), [arrival], NOW))


def _fastest(*works: Callable[[], object]) -> list[float]:
    """Return the seconds of processor time of each work in its fastest round; the rounds take turns."""
    rounds = [[_seconds(work) for work in works] for _ in range(ROUNDS)]
    return [min(seconds) for seconds in zip(*rounds, strict=True)]


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _parse(mails: Iterable[bytes]) -> None:
    for raw in mails:
        email.message_from_bytes(raw)


def _parse_and_decode(mails: Iterable[bytes]) -> None:
    for raw in mails:
        for part in email.message_from_bytes(raw).walk():
            if part.get_content_maintype() == "text":
                part.get_payload(decode=True)


def _work(session: Session, mails: Iterable[bytes]) -> Counter[str]:
    """Match and judge each mail as the service does when it comes in; returns how many were judged what."""
    verdicts: Counter[str] = Counter()
    for raw in mails:
        match = find_probe(session, keys_of(ReadMail.of(raw)))
        verdicts[judge(raw, QUESTION).verdict] += 1
        verdicts["matched"] += match.probe_id is not None
    return verdicts


def _in_own_process(place: Path, mails: int, probes: int) -> list[int]:
    words = [sys.executable, __file__, "--memory", str(place), "--mails", str(mails), "--probes", str(probes)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return [int(word) for word in done.stdout.split()]


def _memory(place: Path, mails: int, probes: int) -> tuple[int, int]:
    """Return the most bytes this process has held, before the first mail and after all were matched and judged."""
    with _opened(place) as session:
        _work(session, _mails(1, probes))
        before = _most_held()
        _work(session, _mails(mails, probes))
    return before, _most_held()


def _most_held() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        # Linux counts in ru_maxrss what the process that started this one held.
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# --- the probes ------------------------------------------------------------------------------------------------


def _settings(place: Path) -> Settings:
    return Settings(instance=place, database_url="")


def _opened(place: Path) -> Session:
    return Session(open_engine(_settings(place)))


def _fill(place: Path, probes: int) -> None:
    """Make a database with so many open probes."""
    engine = open_engine(_settings(place))
    migrate.upgrade(engine)
    with Session(engine) as session, session.begin():
        session.add(campaign := _campaign())
        session.flush()
        common = {
            "campaign_id": campaign.id,
            "touchpoint_id": campaign.touchpoints[0].id,
            "scenario_id": campaign.scenarios[0].id,
            "persona_id": campaign.personas[0].id,
            "channel": ChannelName.EMAIL,
            "to_address": "shop@fjordfield.example",
            "text": QUESTION,
            "state": ProbeState.SENT,
            "planned_at": NOW,
        }
        for start in range(0, probes, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, probes))
            session.execute(sa.insert(Probe), [common | _keys(number) for number in numbers])
    engine.dispose()


def _keys(number: int) -> dict[str, object]:
    return {
        "slot": NOW + timedelta(minutes=number),
        "token": f"t{number}k",
        "message_id": _message_id(number),
        "from_address": _address(number),
    }


def _message_id(number: int) -> str:
    return f"<probe-{number}@shopper.example>"


def _address(number: int) -> str:
    return f"anna+{number}@shopper.example"


def _campaign() -> Campaign:
    mailbox = Mailbox(
        address="anna@shopper.example", username="anna", password="none",  # noqa: S106 -- of a mailbox that is none
        smtp_host="127.0.0.1", smtp_port=25, imap_host="127.0.0.1", imap_port=143,
    )  # fmt: skip
    location = Location(
        key="umea", name="Umeå", region=Region(key="north", name="North"), time_zone="Europe/Stockholm",
        opening_hours={"weekly": {}},
    )  # fmt: skip
    return Campaign(
        name="Benchmark",
        starts_at=NOW,
        every_minutes=60,
        daily_cap=1,
        weekly_cap=1,
        target=ServiceTarget(name="ten hours"),
        touchpoints=[
            Touchpoint(location=location, channel=ChannelName.EMAIL, address="shop@fjordfield.example")
        ],
        scenarios=[Scenario(key="lamp", title="A lamp")],
        personas=[Persona(key="anna", name="Anna Berg", mailbox=mailbox)],
    )


# --- the mails -------------------------------------------------------------------------------------------------


def _mails(count: int, probes: int, plain: bool = False) -> Iterator[bytes]:
    """Make mails as they come in: mostly people's answers, then acknowledgements, absences and bounces."""
    chance = random.Random(20261121)  # noqa: S311 -- the same mails each time, not secrets
    kinds: Sequence[tuple[Callable[[random.Random, EmailMessage], None], int]] = (
        (_answer, 70 if plain else 20), (_answer_in_html_too, 0 if plain else 50), (_acknowledgement, 18), (_absence, 7), (_bounce, 5),
    )  # fmt: skip
    for number in range(count):
        probe = chance.randrange(probes)
        mail = EmailMessage()
        for hop in range(5):
            mail["Received"] = RECEIVED.format(hop + 1, _address(probe), hop)
        for name, value in () if plain else ON_ITS_WAY.items():
            mail[name] = value
        mail["From"], mail["To"] = "Saga Lind <saga@fjordfield.example>", f"Anna Berg <{_address(probe)}>"
        mail["Subject"], mail["Date"] = "Re: A lamp", "Sat, 21 Nov 2026 13:00:00 +0100"
        mail["Message-ID"], mail["In-Reply-To"] = f"<{number}@fjordfield.example>", _message_id(probe)
        (write,) = chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])
        write(chance, mail)
        yield mail.as_bytes()


def _said(chance: random.Random) -> str:
    paragraphs = (" ".join(chance.sample(SENTENCES, 4)) for _ in range(chance.randint(1, 4)))
    return "Hello Anna,\n\n" + "\n\n".join(paragraphs) + "\n\nKind regards\nSaga Lind\nFjord & Field"


def _quoted() -> str:
    lines = "\n".join(f"> {line}" for line in QUESTION.split("\n"))
    return f"On Sat, 21 Nov 2026 at 12:00, Anna Berg <anna@shopper.example> wrote:\n{lines}"


def _answer(chance: random.Random, mail: EmailMessage) -> None:
    mail.set_content(f"{_said(chance)}\n\n{_quoted()}\n")


def _answer_in_html_too(chance: random.Random, mail: EmailMessage) -> None:
    said = _said(chance)
    mail.set_content(f"{said}\n\n{_quoted()}\n")
    lines = "".join(
        f'<p class="MsoNormal" style="margin:0cm"><span lang="EN-GB">{line or "&nbsp;"}</span></p>\n'
        for line in said.split("\n")
    )
    html = f"<html><head><style>{STYLE}</style></head><body>{lines}<blockquote>{QUESTION}</blockquote></body></html>"
    mail.add_alternative(html, subtype="html", cte="quoted-printable")


def _acknowledgement(chance: random.Random, mail: EmailMessage) -> None:
    if chance.random() < 0.6:
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(
        "Dear customer,\n\nThank you for contacting us. We have received your message and will reply within two working"
        f" days.\nYour ticket number is {chance.randrange(10_000)}.\n\nYour customer service team\n"
    )


def _absence(chance: random.Random, mail: EmailMessage) -> None:
    mail.replace_header("Subject", "Automatic reply: A lamp")
    mail.set_content("I am out of office until Monday. In urgent cases please call Kim.\n")


def _bounce(chance: random.Random, mail: EmailMessage) -> None:
    mail.replace_header("From", "Mail Delivery System <MAILER-DAEMON@fjordfield.example>")
    mail.replace_header("Subject", "Undelivered Mail Returned to Sender")
    mail.set_content("This is the mail system. Your message could not be delivered: 550 5.1.1 User unknown\n")
    mail.add_attachment(f"Message-ID: {mail['In-Reply-To']}\n", subtype="rfc822-headers")


if __name__ == "__main__":
    main()
