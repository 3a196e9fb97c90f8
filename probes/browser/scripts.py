"""The JavaScript that runs in pages: each script is a file of its own beside the module that uses it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def script(package: str, name: str) -> str:
    """Read `<name>.js` of a package: one expression, without the comment that stands before it."""
    lines = (files(package) / f"{name}.js").read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if not line.startswith("//"))
    return "\n".join(lines[first:]).rstrip().removesuffix(";")
