"""What each piece of evidence about mail is needed for: how many verdicts change when it is left out.

`python benchmarks/evidence.py [--mail FOLDER …]` judges the mails of the tests, and those in the folders given, once
with all evidence and once without each. What changes nothing can go, unless a standard asks for it. It also prints what
becomes of the letters without marks (tests/letters_without_marks.py), by their words alone and told when they came.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from probes.replies.circumstances import UNKNOWN, Circumstances, Twin  # noqa: E402
from probes.replies.classify import RULES, judge  # noqa: E402
from probes.replies.evidence import TABLE  # noqa: E402
from probes.replies.outside_evidence import RULES as OUTSIDE  # noqa: E402
from tests.letters_without_marks import LETTERS  # noqa: E402

MODULES = (
    "tests.fictional_mail",
    *(
        f"tests.unit.replies.test_{name}"
        for name in (
            "classify_hard_cases", "classify_stamped", "classify_told_by_machines", "topic_words", "uncertainty",
            "as_they_come", "damage",
        )
    ),
)  # fmt: skip
LARGEST = 100_000
"""Bytes of a mail that is judged here; larger ones are made to be a burden."""
SENT = datetime(2026, 12, 1, 9, tzinfo=UTC)


class Case(NamedTuple):
    raw: bytes
    question: str = ""
    known: Circumstances = UNKNOWN


def main() -> None:
    """Print the table and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mail", type=Path, action="append", default=[])
    cases = list(_cases(parser.parse_args().mail))
    print(f"{len(cases)} mails")
    _print_table(cases)
    _print_letters()


def _cases(folders: Sequence[Path]) -> Iterator[Case]:
    for name in MODULES:
        yield from map(Case, dict.fromkeys(_mails(vars(importlib.import_module(name)))))
    for folder in (ROOT / "tests/cases/mail", *folders):
        yield from (Case(path.read_bytes()) for path in sorted(folder.rglob("*.eml")))
    for name in ("automatic-same-text-to-probe-1", "automatic-same-text-to-probe-2"):
        raw = (ROOT / "tests/cases/mail" / f"{name}.eml").read_bytes()
        for decided in ("", "human"):
            twin = Twin("its twin", timedelta(seconds=3), decided)
            yield Case(raw, known=Circumstances(SENT, SENT + timedelta(hours=1), twins=(twin,)))
    for letter in LETTERS:
        known = Circumstances(SENT, SENT + timedelta(seconds=letter.seconds))
        yield from (Case(letter.raw(), letter.question), Case(letter.raw(), letter.question, known))


def _mails(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes):
        if b"\n" in value and b":" in value and len(value) <= LARGEST:
            yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if not str(name).startswith("__"):
                yield from _mails(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _mails(each)


def _print_table(cases: Sequence[Case]) -> None:
    before = _verdicts(cases, frozenset())
    rows = [
        (f"rule: {rule.__name__.replace('_', ' ')}", rule.__name__.replace("_", " "), "", "")
        for rule in RULES
    ]
    rows += [(f"outside: {name}", name, "", "") for name, _ in OUTSIDE]
    rows += [(f"{each.side}: {each.name}", each.name, str(each.weight), each.source) for each in TABLE]
    print(f"{'left out':38} {'weight':>6} {'source':10} {'verdicts changed':>16}")
    for shown, name, weight, source in rows:
        after = _verdicts(cases, frozenset({name}))
        changed = sum(one != other for one, other in zip(before, after, strict=True))
        print(f"{shown:38} {weight:>6} {source:10} {changed:>16}")


def _verdicts(cases: Sequence[Case], left_out: frozenset[str]) -> list[str]:
    return [judge(case.raw, case.question, case.known, left_out).verdict for case in cases]


def _print_letters() -> None:
    for half, name in ((0, "looked at"), (1, "only counted")):
        for with_time in (False, True):
            found: Counter[str] = Counter()
            for letter in LETTERS[half::2]:
                known = (
                    Circumstances(SENT, SENT + timedelta(seconds=letter.seconds)) if with_time else UNKNOWN
                )
                verdict = judge(letter.raw(), letter.question, known).verdict
                found[f"{letter.wrote} called {verdict}"] += 1
            told = "told when they came" if with_time else "by their words alone"
            print(f"letters without marks, {name}, {told}: {dict(sorted(found.items()))}")


if __name__ == "__main__":
    main()
