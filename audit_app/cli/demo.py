"""`audit-app demo`: the sample company and everything around it."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from pathlib import Path

import click

from audit_app.cli.ports import check_port_free
from audit_app.config import Settings, load_settings
from audit_app.demo.chain import FIRST_COMPANY_PORT


@click.command()
@click.option("--reset", is_flag=True, help="Throw the sample data away and begin anew.")
@click.option(
    "--company-port",
    type=click.IntRange(0, 65532),
    default=FIRST_COMPANY_PORT,
    show_default=True,
    help="First of the four ports of the demo company; 0 takes any free ones.",
)
@click.option("--once", is_flag=True, help="Run one visit, one e-mail and one chat to their end, then stop.")
@click.option("--json", "as_json", is_flag=True, help="With --once: print the result as one JSON object.")
def demo(reset: bool, company_port: int, once: bool, as_json: bool) -> None:
    """Start the web app, the worker and a demo company to audit, with sample data."""
    if as_json and not once:
        raise click.UsageError("--json goes with --once.")
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A closed terminal or a service manager ends the demo as Ctrl-C does: its processes with it. Python heeds no
        # SIGINT in a process that was started with it ignored, as nohup and a shell's background do.
        signal.signal(ending, signal.default_int_handler)
    if once:
        if reset:
            raise click.UsageError("--once always begins anew; leave --reset out.")
        sys.exit(_run_once(as_json))
    _stay_up(reset, company_port)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _stay_up(reset: bool, company_port: int) -> None:
    from audit_app.demo import runner

    settings = load_settings()
    check_port_free(settings.host, settings.port, "AUDIT_PORT")
    ports = runner.company_ports(company_port)
    for port in filter(None, ports.values()):
        check_port_free(settings.host, port, "--company-port")
    if reset:
        runner.reset(settings, _say)
    with runner.running(settings, _say, ports, settings.port) as demo:
        runner.stay_up(demo, _say)


def _run_once(as_json: bool) -> int:
    from audit_app.demo import once

    with tempfile.TemporaryDirectory(prefix="audit-demo-") as folder:
        settings = load_settings()
        alone = Settings(
            **settings.model_dump(exclude={"instance", "database_url"}),
            instance=Path(folder),
            database_url="",
        )
        result = once.run(alone, _say)
    if as_json:
        click.echo(json.dumps(result.report, ensure_ascii=False))
    else:
        for line in result.lines():
            click.echo(line)
    return 0 if result.complete else 1
