"""The cases in docs/administrators/conditions.md, which Python and the browser both must give."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from audit_app.domain.checklists.evaluation import Context

TABLE = Path(__file__).parents[1] / "docs" / "administrators" / "conditions.md"
NOW = datetime(2026, 12, 1, 16, 30)  # noqa: DTZ001 (the location's own clock)
_ROW = re.compile(r"\| `(.+)` \| `(.*)` \|")


def cases() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Each condition, the answers by key (``.`` for the answer itself), and what it comes to."""
    for section in TABLE.read_text().split("\n## ")[1:]:
        given = re.search(r"```json\n(.*)\n```", section)
        for condition, value in _ROW.findall(section):
            yield condition.replace("\\|", "|"), json.loads(given[1]) if given else {}, json.loads(value)


def context(answers: dict[str, Any]) -> Context:
    """What a condition is asked with."""
    return Context(answers, NOW, answers.get("."))
