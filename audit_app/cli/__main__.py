"""Lets `python -m audit_app.cli` stand in for `audit-app`."""

from audit_app.cli import main

main()
