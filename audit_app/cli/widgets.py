"""`audit-app widgets`: descriptions of chat widgets."""

from __future__ import annotations

from pathlib import Path

import click

from audit_app.cli.file_checks import check_files
from audit_app.services.widgets.check import check_widget_file


@click.group()
def widgets() -> None:
    """Descriptions of chat widgets."""


@widgets.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
def check(files: tuple[Path, ...]) -> None:
    """Check widget files: prints file, line, path and what to do; exit code 1 when one is wrong."""
    check_files(files, check_widget_file)


@widgets.command(name="try")
@click.argument("url")
@click.option("--widget", default="auto", show_default=True, help="Name or file of the widget.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for screenshots.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one JSON object.")
def try_(url: str, widget: str, out: Path | None, as_json: bool) -> None:
    """Open the chat on a page as far as nothing is sent; exit code 1 when it could not be written in."""
    # A browser takes a second to import, and `check` needs none.
    from audit_app.cli.widget_dry_run import try_widget

    try_widget(url, widget, out, as_json)
