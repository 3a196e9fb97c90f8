"""Runs the demo company in the foreground: ``python -m audit_app.demo.company --data DIR``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from audit_app.demo.company import CompanyError, DemoCompany

SERVICES = ("site", "chat", "smtp", "imap")


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; gives the exit status, 2 when the company cannot start."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with _company(options) as company:
            _say(company, options.json)
            stop.wait()
    except CompanyError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m audit_app.demo.company", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder for what must survive a restart")
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    for service in SERVICES:
        parser.add_argument(f"--{service}-port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--answer-after", type=float, nargs=2, default=(20.0, 45.0), metavar=("FROM", "TO"))
    parser.add_argument("--seed", type=int, default=2026, help="fixes who answers, and how")
    parser.add_argument("--json", action="store_true", help="print the addresses as one line of JSON")
    return parser


def _company(options: argparse.Namespace) -> DemoCompany:
    return DemoCompany(
        options.data,
        host=options.host,
        site_port=options.site_port,
        chat_port=options.chat_port,
        smtp_port=options.smtp_port,
        imap_port=options.imap_port,
        answer_after=(options.answer_after[0], options.answer_after[1]),
        seed=options.seed,
    )


def _say(company: DemoCompany, as_json: bool) -> None:
    addresses = company.addresses()
    text = (
        json.dumps(addresses)
        if as_json
        else "\n".join(f"{name}: {where}" for name, where in addresses.items())
    )
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
