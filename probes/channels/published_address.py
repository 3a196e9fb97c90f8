"""Reads the e-mail addresses that a page publishes: linked, printed, written out, or as data for machines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, TypeAlias
from urllib.parse import unquote

How: TypeAlias = Literal["mailto link", "printed address", "written-out address", "structured data"]
NAME, HOST = r"[\w.+-]{1,64}", r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]+"
ADDRESS = re.compile(rf"(?<![\w.+-]){NAME}@{HOST}")
AT_WORDS = "at|ät|à|a|chez|arroba|chiocciola|arobase|apenstaartje|małpa|malpa|snabel-?a|alfakrøll|miukumauku|собака|собачка|שטרודל|@"
DOT_WORDS = r"dot|punkt|point|punto|punct|punt|kropka|piste|ponto|prick|точка|נקודה|\."
AT = rf"\s*+[\[({{<]\s*+(?:{AT_WORDS})\s*+[\])}}>]\s*+"
DOT = rf"(?<!\s)\s*+[\[({{<]\s*+(?:{DOT_WORDS})\s*+[\])}}>]\s*+"
WRITTEN_OUT = (
    # info [at] firm.example, info(at)firm(dot)example
    re.compile(rf"(?<![\w.+-])({NAME}?)(?:{AT})([\w-]+(?:(?:\.|{DOT})[\w-]+)+)", re.IGNORECASE),
    # info at firm dot example: without brackets only with both words, else any sentence would do
    re.compile(r"(?<![\w.+-])([\w.+-]{1,64}) at ([\w-]+(?: dot [\w-]+)+)", re.IGNORECASE),
    # info @ firm.example
    re.compile(rf"(?<![\w.+-])({NAME})\s++@\s++({HOST})"),
)
DOTS = re.compile(rf"{DOT}| dot ", re.IGNORECASE)


def published_addresses(links: Iterable[str], text: str, data: Iterable[str]) -> dict[str, How]:
    """Say which addresses a page has and how, the easiest for a customer first.

    `links` are the targets of its mailto links, `text` is what it shows, `data` its blocks of JSON-LD.
    """
    found: dict[str, How] = {}
    sources: tuple[tuple[How, Iterable[str]], ...] = (
        ("mailto link", (address for link in links for address in _linked(link))),
        ("printed address", ADDRESS.findall(text)),
        ("written-out address", _written_out(text)),
        ("structured data", (address for block in data for address in _in_data(block))),
    )
    for how, addresses in sources:
        for address in addresses:
            if address.casefold() not in {each.casefold() for each in found}:
                found[address] = how
    return found


def _linked(target: str) -> list[str]:
    return ADDRESS.findall(unquote(target.partition(":")[2].partition("?")[0]))


def _written_out(text: str) -> Iterator[str]:
    for pattern in WRITTEN_OUT:
        for name, host in pattern.findall(text):
            yield f"{name}@{DOTS.sub('.', host)}"


def _in_data(block: str) -> Sequence[str]:
    try:
        return list(_emails(json.loads(block)))
    except (ValueError, RecursionError):  # what no machine can read is not published to machines either
        return []


def _emails(data: Any) -> Iterator[str]:
    if isinstance(data, list):
        for each in data:
            yield from _emails(each)
    elif isinstance(data, dict):
        for key, value in data.items():
            if key == "email":
                values = value if isinstance(value, list) else [value]
                yield from (address for each in values for address in ADDRESS.findall(str(each)))
            else:
                yield from _emails(value)
