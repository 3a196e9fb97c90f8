"""Reading widget files: those of this folder by name, and any other by its path."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from probes.base import OurFailure
from probes.widgets.schema import Widget

AUTO = "auto"
GENERIC = "generic"
MOST_ANCESTORS = 4
"""Files that one may extend, one over the other."""
MOST_BYTES = 100_000


def load_widget(name: str) -> Widget:
    """Read widgets/NAME.yaml, or the file at a path that ends in .yaml.

    Raises OurFailure, naming the file and the field, if there is none or it is wrong.
    """
    return read_widget_file(Path(name)) if name.endswith((".yaml", ".yml")) else _shipped(name)


def widget_names() -> list[str]:
    """List the widgets that are known."""
    found = (file.name for file in files("probes.widgets").iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


def read_widget_file(path: Path) -> Widget:
    """Read the widget file at `path`. Raises OurFailure."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise OurFailure(f"The chat widget in {path} is far too long for one.")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OurFailure(f"The chat widget in {path} cannot be read: {error}") from error
    return _validated(text, str(path))


def read_widget_text(text: str, where: str) -> Widget:
    """Read a description that is kept elsewhere than in a file; `where` names it. Raises OurFailure."""
    return _validated(text, where)


def with_ancestors(written: Any, depth: int = 0) -> Any:
    """Lay what is written over what it `extends`, part by part; a list replaces a list. Raises OurFailure."""
    if not isinstance(written, Mapping) or "extends" not in written:
        return written
    if depth >= MOST_ANCESTORS:
        raise OurFailure(f"The file extends more than {MOST_ANCESTORS} others, or itself.")
    below = with_ancestors(yaml.safe_load(_text_of(str(written["extends"]))), depth + 1)
    own = {key: value for key, value in written.items() if key != "extends"}
    merged: dict[str, Any] = _laid_over(below, own)
    return merged


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = (
            _laid_over(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
        )
    return merged


@cache
def _shipped(name: str) -> Widget:
    return _validated(_text_of(name), f"probes/widgets/{name}.yaml")


def _text_of(name: str) -> str:
    file = files("probes.widgets") / f"{name}.yaml"
    if not name.replace("-", "").replace("_", "").isalnum() or not file.is_file():
        raise OurFailure(
            f"There is no chat widget called “{name}”: probes/widgets/ has {', '.join(widget_names())}."
        )
    return file.read_text("utf-8")


def _validated(text: str, where: str) -> Widget:
    try:
        return Widget.model_validate(with_ancestors(yaml.safe_load(text)))
    except (yaml.YAMLError, RecursionError) as error:
        raise OurFailure(
            f"The chat widget in {where} cannot be used: it is not YAML, or nested too deep."
        ) from error
    except ValidationError as error:
        found = "; ".join(_mistake(each) for each in error.errors(include_url=False))
        raise OurFailure(
            f"The chat widget in {where} cannot be used: {found}. “audit-app widgets check” names the lines."
        ) from error


def _mistake(details: ErrorDetails) -> str:
    place = ".".join(str(part) for part in details["loc"])
    reason = details.get("ctx", {}).get("error") or details["msg"]
    return f"{place}: {reason}" if place else str(reason)
